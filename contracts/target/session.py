"""Where the requests of one exchange go, and how each is sent in the shape it is on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from contracts.record.exchange import Login, Request
from contracts.record.formats import UnreadableBody, read
from contracts.record.placeholders import Bindings
from contracts.target import redact
from contracts.verdicts import CallRecord

COOKIE = "billmgrses5"


class CannotRun(Exception):
    """The seller cannot be judged at all: not reached, no login, no world. One line for people."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back."""

    status: int
    body: bytes


@dataclass(slots=True)
class SellerSession:
    """Where the requests of one exchange go, and what the judge knows there."""

    http: httpx.Client
    path: str
    bindings: Bindings
    login: str
    password: str
    seen: list[CallRecord] = field(default_factory=list)
    """Every request with its answer so far, secrets masked."""
    _sessions: dict[tuple[str, str], str] = field(default_factory=dict)

    def ask(self, request: Request, out: str, note: str = "") -> RawAnswer:
        """Sends a request on record, with its placeholders filled. CannotRun: no answer at all."""
        params = {name: self.bindings.fill(text) for name, text in request.params.items()}
        fields = {"func": request.func, "out": out, **params}
        headers: dict[str, str] = {}
        credentials = self._credentials(request.login)
        if request.login.style == "cookie":
            headers["Cookie"] = f"{COOKIE}={credentials['auth']}"
        else:
            fields.update(credentials)
        # A cookie left by an earlier answer would log in an exchange that must come without.
        self.http.cookies.clear()
        built = self._built(request, fields, headers)
        try:
            response = self.http.send(built)
        except httpx.HTTPError as problem:
            self.seen.append(redact.redact_exchange(built, None, note))
            raise CannotRun(f"{self.http.base_url}: {problem}") from problem
        self.seen.append(redact.redact_exchange(built, response, note))
        return RawAnswer(response.status_code, response.content)

    def _built(
        self, request: Request, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> httpx.Request:
        made: dict[str, Any] = {"headers": dict(headers)}
        if request.flood:
            # What is asked stands apart, or the format of the answer would drown with the rest.
            made["params"] = dict(fields)
            made["data"] = {f"nothing_{number}": "" for number in range(request.flood)}
        elif request.body in ("none", "json"):
            made["params"] = dict(fields)
        elif request.body == "form":
            made["data"] = dict(fields)
        elif request.body == "bare":
            made["content"] = urlencode(fields).encode()
        else:
            made["files"] = {name: (None, text) for name, text in fields.items()}
        if request.body == "json":
            made["json"] = {}
        return self.http.build_request(request.method, self.path, **made)

    def _credentials(self, login: Login) -> dict[str, str]:
        name, password = login.name or self.login, login.password
        if not login.name:
            password = self.password
        if login.style == "none":
            return {}
        if login.style == "authinfo":
            return {"authinfo": f"{name}:{password}"}
        return {"auth": self._session(name, password)}

    def _session(self, name: str, password: str) -> str:
        if (name, password) not in self._sessions:
            asked = Request("auth", {"username": name, "password": password}, login=Login("none"))
            reply = self.ask(asked, "xml", "opens a session")
            try:
                opened = read(reply.body, "xml")[0].first("auth")
            except UnreadableBody:
                opened = None
            if opened is None or not opened.text:
                raise CannotRun(f"no session for {name}")
            self._sessions[name, password] = opened.text
        return self._sessions[name, password]
