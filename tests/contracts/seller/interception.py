"""A WSGI application in front of an honest seller that changes some answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Fields = dict[str, str]


@dataclass
class InterceptedCall:
    """A call on its way to the honest seller; ``status`` is the HTTP status of its answer."""

    fields: Fields
    path: str
    wsgi: Wsgi
    status: str = "200 OK"

    @property
    def func(self) -> str:
        return self.fields.get("func", "")

    @property
    def acts(self) -> bool:
        return bool(self.fields.get("sok"))

    def forward(self, **changes: str) -> bytes:
        """The honest seller's answer to this call, or to the same with changes."""
        body = urlencode({**self.fields, **changes}).encode()
        kind = "application/x-www-form-urlencoded"
        return self._sent("POST", self.path, "", body, kind)

    def take(self, amount: str) -> None:
        """Takes money from the account by the control API."""
        parts = self.path.split("/")
        query = f"world={parts[2]}" if parts[1] == "w" else ""
        path = "/_mockseller/accounts/reseller"
        balance = json.loads(self._sent("GET", path, query, b"", ""))["balance"]
        left = {"balance": f"{float(balance) - float(amount):.2f}"}
        self._sent("PATCH", path, query, json.dumps(left).encode(), "application/json")

    def _sent(self, method: str, path: str, query: str, body: bytes, kind: str) -> bytes:
        environ = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }  # fmt: skip
        if kind:
            environ["CONTENT_TYPE"] = kind
        return b"".join(self.wsgi(environ, lambda *_: None))


Fault = Callable[[InterceptedCall], bytes | None]
"""Returns another answer, or None for the honest seller's."""


class InterceptingApp:
    """Passes calls on to the honest seller unless a fault answers them."""

    def __init__(self, wsgi: Wsgi, fault: Fault) -> None:
        self._wsgi = wsgi
        self._fault = fault

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith("billmgr"):
            return self._wsgi(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        call = InterceptedCall(
            _fields(environ["QUERY_STRING"], body), environ["PATH_INFO"], self._wsgi
        )
        answer = self._fault(call)
        if answer is None:
            return self._wsgi(environ, start_response)
        start_response(call.status, [("Content-Type", "text/xml")])
        return [answer]


def _fields(query: str, body: bytes) -> Fields:
    sent = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {**dict(parse_qsl(query, keep_blank_values=True)), **dict(sent)}


def document(**fields: str) -> bytes:
    """A small answer of a seller's."""
    return f"<doc>{''.join(f'<{n}>{t}</{n}>' for n, t in fields.items())}</doc>".encode()


def refusal(kind: str, about: str) -> bytes:
    """An error document."""
    return f'<doc><error type="{kind}" object="{about}"><msg>no</msg></error></doc>'.encode()


__all__ = ["Fault", "Fields", "InterceptedCall", "InterceptingApp", "document", "refusal"]
