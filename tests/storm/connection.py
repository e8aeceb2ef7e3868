"""Calls that may get no answer, because the process that works on them is killed."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http import HTTPStatus
from typing import Any, NoReturn
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import httpx

from tests.storm.server import KilledServer

LOGIN = "reseller:secret"
ANSWER_WITHIN = 60
"""Seconds for one answer. It is never reached unless something hangs: the dead close sockets."""


class LostReply(Exception):
    """The call was sent and got no answer: it was carried out, or not."""


class Difference(AssertionError):
    """Something is not as it was promised; the text is one line."""


class Tally:
    """Counts of a whole run, from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.differences: list[str] = []

    def count(self, kind: str) -> None:
        """Counts one more of a kind."""
        with self._lock:
            self.counts[kind] += 1

    def differ(self, line: str) -> None:
        """Notes a difference."""
        with self._lock:
            self.differences.append(line)


class Connection:
    """One client's connection to one world of the server that is up at the time."""

    def __init__(self, server: KilledServer, world: str, tally: Tally) -> None:
        self.world = world
        self.tally = tally
        self._server = server
        self._http = httpx.Client(timeout=ANSWER_WITHIN, trust_env=False)

    def of(self, world: str) -> Connection:
        """The same for another world."""
        return Connection(self._server, world, self.tally)

    def close(self) -> None:
        """Closes the connection."""
        self._http.close()

    def call(self, func: str, **params: object) -> Element:
        """Calls a function. Raises LostReply, Difference for a refusal."""
        form = {"authinfo": LOGIN, "func": func, "out": "xml"}
        form |= {name: str(value) for name, value in params.items()}
        text = self._send("POST", f"/w/{self.world}/billmgr", data=form).text
        doc = ET.fromstring(text)  # noqa: S314 - the seller's own answer
        error = doc.find("error")
        if error is not None and error.get("type") == "internal" and self._server.engine:
            self._lose("calls that met no engine")
        if error is not None:
            raise Difference(f"{self.world}: {func} {params} was refused: {text[:600]}")
        return doc

    def read(self, func: str, **params: object) -> Element:
        """Calls a function that only reads, until it is answered."""
        while True:
            try:
                return self.call(func, **params)
            except LostReply:
                continue

    def control(self, method: str, path: str, body: object = None, *, also: int = 200) -> Any:  # noqa: ANN401 - JSON
        """Calls the control API. Raises LostReply; Difference for a status but 2xx and ``also``."""
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        headers = {"Content-Type": kind}
        content = body if body is None or isinstance(body, bytes) else json.dumps(body)
        answer = self._send(method, f"/_mockseller{path}", content=content, headers=headers)
        if not answer.is_success and answer.status_code != also:
            raise Difference(f"{self.world}: {method} {path}: {answer.text[:600]}")
        return answer.json()

    def insist(self, method: str, path: str, body: object = None, *, also: int = 200) -> Any:  # noqa: ANN401 - JSON
        """The same until it is answered; ``also`` is what a repetition may be told."""
        status = 200
        while True:
            try:
                return self.control(method, path, body, also=status)
            except LostReply:
                status = also

    def download(self, path: str) -> bytes:
        """What the control API sends as a file, until all of it has come. Raises Difference."""
        while True:
            try:
                answer = self._send("GET", f"/_mockseller{path}")
            except LostReply:
                continue
            if not answer.is_success:
                raise Difference(f"{self.world}: GET {path}: {answer.text[:600]}")
            return answer.content

    def _lose(self, kind: str) -> NoReturn:
        """Counts a call of which nobody knows whether it was done. Raises LostReply."""
        self.tally.count(kind)
        raise LostReply from None

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        url = self._server.url()
        try:
            answer = self._http.request(method, url + path, **content)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            self._lose("replies lost")
        if answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE and self._server.engine:
            self._lose("calls that met no engine")
        if answer.status_code >= 500:
            raise Difference(f"{self.world}: {path} got status {answer.status_code}")
        self.tally.count("calls answered")
        return answer
