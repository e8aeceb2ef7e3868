"""Sellers the judge knocks at: ours in process, ours or anybody's at a URL.

One way for all of them: httpx, over WSGI or over the network. A seller of ours has a control API
(``/_mockseller/``), by which the judge gets a world of its own for each fixture, reset before each
exchange. A foreign seller has none: only portable exchanges can be asked of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from contracts import masking
from contracts.exchange import OUR_LOGIN, OUR_PASSWORD, Login, Request
from contracts.placeholders import Bindings
from contracts.shapes import Unreadable, read
from contracts.verdicts import Seen

CONTROL = "/_mockseller"
COOKIE = "billmgrses5"
TIMEOUT = 60.0


class CannotRun(Exception):
    """The seller cannot be judged at all: not reached, no login, no world. One line for people."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes


@dataclass(slots=True)
class Place:
    """Where the requests of one exchange go, and what the judge knows there."""

    http: httpx.Client
    path: str
    known: Bindings
    login: str
    password: str
    seen: list[Seen] = field(default_factory=list)
    """Every request with its answer so far, secrets masked."""
    _sessions: dict[tuple[str, str], str] = field(default_factory=dict)

    def ask(self, request: Request, out: str, note: str = "") -> Reply:
        """Sends a request on record, with its placeholders filled. CannotRun: no answer at all."""
        params = {name: self.known.filled(text) for name, text in request.params.items()}
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
            self.seen.append(masking.seen(built, None, note))
            raise CannotRun(f"{self.http.base_url}: {problem}") from problem
        self.seen.append(masking.seen(built, response, note))
        return Reply(response.status_code, response.content)

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
            except Unreadable:
                opened = None
            if opened is None or not opened.text:
                raise CannotRun(f"no session for {name}")
            self._sessions[name, password] = opened.text
        return self._sessions[name, password]


class Seller:
    """A seller to be judged. ``own``: it has our control API, so worlds can be had.

    ``path`` is where its API answers; ``login`` and ``password`` are those of a foreign account.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        name: str,
        path: str = "/billmgr",
        login: str = "",
        password: str = "",
        token: str = "",
    ) -> None:
        self.name = name
        self._http = http
        self._path = path
        self._login = login
        self._password = password
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._born: dict[str, str] = {}
        self._day: date | None = None
        self._token = secrets.token_hex(3)
        self.has_account = bool(login)
        self.own = self._is_own()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def as_ours(self) -> Self:
        """The same seller, asked as the account that every world of ours has."""
        self._login, self._password, self.has_account = OUR_LOGIN, OUR_PASSWORD, True
        return self

    def close(self) -> None:
        """Takes the judge's worlds away again and closes the connections."""
        for world in sorted(self._born):
            self._control("DELETE", f"/worlds/{world}", {})
        self._born.clear()
        self._http.close()

    @contextmanager
    def world(self, fixture: str) -> Iterator[Place]:
        """A place whose state is a fixture's; at a foreign seller, whatever is there."""
        if not self.own:
            known = Bindings(self._foreign_today())
            yield Place(self._http, self._path, known, self._login, self._password)
            return
        name = f"judge-{fixture}-{self._token}"
        if name in self._born:
            self._control("POST", f"/worlds/{name}/reset", {})
        else:
            self._control("POST", "/worlds", {"name": name, "fixture": fixture})
            self._born[name] = self._control("GET", f"/clock?world={name}")["now"]
        # A reset returns to the days of the seed; the clock has to stand there with them.
        self._control("POST", f"/clock?world={name}", {"freeze": self._born[name]})
        today = datetime.fromisoformat(self._born[name]).date()
        yield Place(self._http, f"/w/{name}/billmgr", Bindings(today), self._login, self._password)

    def _is_own(self) -> bool:
        try:
            reply = self._http.get(f"{CONTROL}/health")
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: not reached: {problem}") from problem
        return reply.status_code == httpx.codes.OK and b'"status"' in reply.content

    def _foreign_today(self) -> date:
        """The seller's own date, as HTTP says it; asked once."""
        if self._day is None:
            try:
                said = self._http.get(self._path).headers["Date"]
                self._day = parsedate_to_datetime(said).date()
            except (httpx.HTTPError, KeyError, ValueError) as problem:
                raise CannotRun(f"{self.name}: does not say what day it is: {problem}") from problem
        return self._day

    def _control(self, method: str, path: str, said: object = None) -> dict[str, Any]:
        try:
            reply = self._http.request(method, CONTROL + path, json=said, headers=self._headers)
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        if not reply.is_success:
            raise CannotRun(f"{self.name}: {method} {CONTROL}{path}: {reply.text[:200]}")
        answer: dict[str, Any] = reply.json() if reply.content else {}
        return answer


def at_url(
    url: str,
    *,
    login: str = "",
    password: str = "",
    token: str = "",
    verify: bool = True,
    trust_env: bool = True,
) -> Seller:
    """A seller at the address of its API, such as ``https://127.0.0.1:1500/billmgr``.

    ``verify``: whether its certificate must be known; ``trust_env``: whether proxies of the
    environment are used; ``token``: of the control API of a seller of ours that is not local.
    """
    parts = httpx.URL(url)
    base = parts.copy_with(path="/", query=None)
    http = httpx.Client(base_url=base, timeout=TIMEOUT, verify=verify, trust_env=trust_env)
    path = parts.path if parts.path != "/" else "/billmgr"
    seller = Seller(
        http, name=str(base).rstrip("/"), path=path, login=login, password=password, token=token
    )
    return seller.as_ours() if seller.own and not login else seller


def over_wsgi(app: Any, *, name: str = "in process") -> Seller:  # noqa: ANN401 - any WSGI application
    """A seller that is a WSGI application in this process."""
    transport = httpx.WSGITransport(app=app)
    http = httpx.Client(transport=transport, base_url="http://127.0.0.1", timeout=TIMEOUT)
    return Seller(http, name=name).as_ours()
