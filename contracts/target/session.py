"""Sends the requests of exchanges to one world of a seller, each written as the exchange says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from contracts.record.exchange import Login, Request
from contracts.record.formats import UnreadableBody, read
from contracts.record.placeholders import Bindings
from contracts.target.curl import PASSWORD, SESSION, format_curl, name_variable
from contracts.target.front import recognize
from contracts.target.redact import is_secret, redact_exchange
from contracts.verdicts import CallRecord

COOKIE = "billmgrses5"


class CannotRun(Exception):
    """The seller cannot be judged: not reachable, no login, no world. One line for people."""


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """The status and the body of an answer; ``front`` says what answered in place of the seller."""

    status: int
    body: bytes
    front: str = ""


@dataclass(slots=True)
class SellerSession:
    """A world of a seller with an account, and the values of placeholders in it.

    ``log``: every request with its answer so far, secrets masked. ``address`` is printed as that of
    the world.
    """

    http: httpx.Client
    path: str
    bindings: Bindings
    login: str
    password: str
    log: list[CallRecord] = field(default_factory=list)
    address: str = ""
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    _answered: dict[str, str] = field(default_factory=dict)
    """Secrets that the seller gave and a request used, each with its variable."""

    def format_curl(self, request: httpx.Request) -> str:
        """The line for the shell that sends a request again, its secrets left to variables."""
        variables = {
            **self._answered, **dict.fromkeys(self._tokens.values(), SESSION),
            self.password: PASSWORD,
        }  # fmt: skip
        return format_curl(request, self.address, variables)

    def ask(self, request: Request, out: str, note: str = "") -> SessionAnswer:
        """Sends a request of an exchange with its placeholders filled in.

        Raises CannotRun if no answer comes or no session can be opened.
        """
        params = {name: self.bindings.fill(text) for name, text in request.params.items()}
        self._answered |= {
            params[name]: name_variable(name)
            for name, text in request.params.items()
            if is_secret(name) and params[name] != text
        }
        fields = {"func": request.func, "out": out, **params}
        headers: dict[str, str] = {}
        credentials = self._credentials(request.login)
        if request.login.style == "cookie":
            headers["Cookie"] = f"{COOKIE}={credentials['auth']}"
        else:
            fields.update(credentials)
        # A cookie of an earlier answer would log in a request that must come without login.
        self.http.cookies.clear()
        http_request = self._build(request, fields, headers)
        try:
            response = self.http.send(http_request)
        except httpx.HTTPError as problem:
            line = self.format_curl(http_request)
            self.log.append(redact_exchange(http_request, None, note, line))
            raise CannotRun(f"{self.http.base_url}: {problem}") from problem
        line = self.format_curl(http_request)
        self.log.append(redact_exchange(http_request, response, note, line))
        return SessionAnswer(response.status_code, response.content, recognize(response))

    def _build(
        self, request: Request, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> httpx.Request:
        parts: dict[str, Any] = {"headers": dict(headers)}
        if request.flood:
            # In the query, since among the flood the seller would not find ``out``.
            parts["params"] = dict(fields)
            parts["data"] = {f"nothing_{number}": "" for number in range(request.flood)}
        elif request.body in ("none", "json"):
            parts["params"] = dict(fields)
        elif request.body == "form":
            parts["data"] = dict(fields)
        elif request.body == "bare":
            parts["content"] = urlencode(fields).encode()
        else:
            parts["files"] = {name: (None, text) for name, text in fields.items()}
        if request.body == "json":
            parts["json"] = {}
        return self.http.build_request(request.method, self.path, **parts)

    def _credentials(self, login: Login) -> dict[str, str]:
        if login.style == "none":
            return {}
        name, password = (login.name, login.password) if login.name else (self.login, self.password)
        if login.style == "authinfo":
            return {"authinfo": f"{name}:{password}"}
        return {"auth": self._open_session(name, password)}

    def _open_session(self, name: str, password: str) -> str:
        if (name, password) not in self._tokens:
            params = {"username": name, "password": password}
            answer = self.ask(
                Request("auth", params, login=Login("none")), "xml", "opens a session"
            )
            try:
                auth = read(answer.body, "xml")[0].first("auth")
            except UnreadableBody:
                auth = None
            if auth is None or not auth.text:
                raise CannotRun(": ".join(filter(None, (f"no session for {name}", answer.front))))
            self._tokens[name, password] = auth.text
        return self._tokens[name, password]
