"""The seller that is judged, in this process or at a URL.

httpx reaches every seller, over WSGI or over the network. A mockseller has a control API
(``/_mockseller/``), by which it gets a world for each fixture, reset before each exchange. Any
other seller has none: only portable exchanges can be asked of it as they are.

Every call passes the spending guard (:mod:`contracts.target.spending_guard`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import quote

import httpx

from contracts.record.document import Node
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.record.placeholders import Bindings
from contracts.target.curl import format_control
from contracts.target.session import CannotRun, SellerSession, SessionAnswer
from contracts.target.spending_guard import SPEND_NOTHING, SpendingGuard, SpendingRules
from contracts.target.transports import ClientTransport, ask
from emulator import __version__, testing

CONTROL = "/_mockseller"
TIMEOUT = 60.0
"""Seconds until a call to the seller is given up."""
_WORLD = re.compile("/w/([^/]+)/")
"""In the path of an API, the world that it is of."""
SERVED = "http://127.0.0.1:1500"
"""Where ``mockseller serve`` answers: the address of what is judged in process, too."""
REPEAT_WORLD = "repeat"
"""The world in which printed lines send requests again."""
INITIAL_SNAPSHOT = "begun"
"""The snapshot of a world as it was created, with its clock stopped."""

__all__ = [
    "CannotRun",
    "Seller",
    "SellerSession",
    "SessionAnswer",
    "check_address",
    "connect",
    "connect_wsgi",
]


class Seller:
    """A seller to be judged.

    ``own``: it is a mockseller, so worlds can be created. ``path``: of its API; ``login``
    and ``password`` are the account at a seller that is not ours; ``token`` is for a control API
    that asks for one. Raises CannotRun if the seller cannot be reached.
    """

    def __init__(
        self,
        guard: SpendingGuard,
        base: httpx.URL,
        *,
        name: str,
        path: str = "/billmgr",
        login: str = "",
        password: str = "",
        token: str = "",
    ) -> None:
        self.name = name
        self.guard = guard
        self._http = httpx.Client(transport=guard, base_url=base, timeout=TIMEOUT)
        self._address = str(base).rstrip("/")
        self._path = path
        self._login = login
        self._password = password
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._created: dict[str, str] = {}
        """Worlds that were created, with their time at that moment."""
        self._requested: set[str] = set()
        """Worlds whose creation was asked for, whether or not an answer came."""
        self._modified: set[str] = set()
        self._day: date | None = None
        self._run_id = secrets.token_hex(3)
        self.has_account = bool(login)
        self.own = self._is_own()
        guard.set_account(login, password)
        if self.own and guard.rules.limit is None:
            # Its worlds are created for this run, so the money there is worthless.
            guard.rules = replace(guard.rules, play_money=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def use_fixture_account(self) -> Self:
        """Uses the account that every world of a mockseller has; returns the seller."""
        self._login, self._password, self.has_account = OUR_LOGIN, OUR_PASSWORD, True
        self.guard.set_account(self._login, self._password)
        return self

    @contextmanager
    def open_world(self, name: str, fixture: str = "small") -> Iterator[testing.World]:
        """A new world of a mockseller, for tests that control it; deleted after the block.

        Raises CannotRun if the control API refuses.
        """
        full_name = f"{name}-{self._run_id}"
        default = testing.World(
            self._send_control, str(self._http.base_url).rstrip("/"), path=self._path
        )
        try:
            world = default.world(full_name, fixture)
        except testing.ControlError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        try:
            yield world
        finally:
            self._control("DELETE", f"/worlds/{full_name}", {})

    def _send_control(
        self, method: str, path: str, body: Mapping[str, str] | bytes | None, kind: str
    ) -> testing.Answer:
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        form = body if isinstance(body, Mapping) else None
        content = body if isinstance(body, bytes) else None
        try:
            response = self._http.request(method, path, data=form, content=content, headers=headers)
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        return testing.Answer(response.status_code, dict(response.headers), response.content)

    @property
    def transport(self) -> httpx.BaseTransport:
        """Transport for another client, whose calls pass the spending guard as well."""
        return ClientTransport(self._http)

    def ask(self, fields: Mapping[str, str]) -> tuple[Node | None, str]:
        """Asks for a document with the account; None with the reason if there is none."""
        credentials = {"authinfo": f"{self._login}:{self._password}"}
        url = self._http.base_url.join(self._path)
        return ask(self.transport, url, {**fields, **credentials})

    def list_remarks(self) -> tuple[str, ...]:
        """What a report on a mockseller must say: faults are planned in the world of its address.

        They are not in the worlds that are created for the run, so no verdict is about them.
        """
        if not self.own:
            return ()
        in_path, in_login = _WORLD.search(self._path), self._login.partition("@")[2]
        world = in_path[1] if in_path else in_login or "default"
        try:
            count = len(self._control("GET", f"/faults?world={quote(world)}")["faults"])
        except CannotRun:  # of a world that is not there, or of a control API that wants a token
            return ()
        if not count:
            return ()
        about = "none is in the worlds created for this run, so no verdict is about them"
        return (f"planned faults in the world {world}: {count}; {about}",)

    def build_address(self, session: SellerSession | None = None) -> str:
        """The full URL of a session's world, or of the seller itself."""
        return str(self._http.base_url.join(self._path if session is None else session.path))

    @property
    def account(self) -> tuple[str, str]:
        """Login and password of the account."""
        return self._login, self._password

    def read_date(self) -> date:
        """The seller's date, from its HTTP ``Date`` header; read once.

        Raises CannotRun if it sends none.
        """
        if self._day is None:
            try:
                header = self._http.get(self._path).headers["Date"]
                self._day = parsedate_to_datetime(header).date()
            except (httpx.HTTPError, KeyError, ValueError) as problem:
                raise CannotRun(f"{self.name}: does not say what day it is: {problem}") from problem
        return self._day

    def close(self) -> None:
        """Deletes the worlds of this run and closes the connections."""
        for world in sorted(self._requested - set(self._created)):
            with suppress(CannotRun):
                self._control("DELETE", f"/worlds/{world}", {})
        for world in sorted(self._created):
            self._control("DELETE", f"/worlds/{world}", {})
        self._created.clear()
        self._requested.clear()
        self._http.close()

    @contextmanager
    def open_session(self, fixture: str, *, modifies: bool = True) -> Iterator[SellerSession]:
        """A session in a world with a fixture's state; at a seller without worlds, as it is.

        ``modifies``: the block may change the world, so it is reset before its next use.
        """
        if not self.own:
            yield self._open(self._path, self.read_date(), self._path)
            return
        name = self._name_world(fixture)
        if name not in self._created:
            self._create(name, fixture)
        elif name in self._modified:
            self._control("POST", f"/worlds/{name}/restore", {"name": INITIAL_SNAPSHOT})
        self._modified.discard(name)
        if modifies:
            self._modified.add(name)
        day = datetime.fromisoformat(self._created[name]).date()
        yield self._open(f"/w/{name}/billmgr", day, f"/w/{REPEAT_WORLD}/billmgr")

    def _name_world(self, fixture: str) -> str:
        return f"judge-{fixture}-{self._run_id}"

    def list_world_lines(self, fixture: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Lines for the shell that make the world for printed requests, and that delete it.

        It is as the world was in which they were sent, on the same day. None at a seller without
        worlds.
        """
        if not self.own:
            return (), ()
        worlds, with_token = f"{self._address}{CONTROL}/worlds", bool(self._headers)
        began = self._created.get(self._name_world(fixture))
        body = {"name": REPEAT_WORLD, "fixture": fixture, **({"as_of": began} if began else {})}
        return (
            (format_control("POST", worlds, body, with_token=with_token),),
            (format_control("DELETE", f"{worlds}/{REPEAT_WORLD}", {}, with_token=with_token),),
        )

    def _open(self, path: str, day: date, shown: str) -> SellerSession:
        return SellerSession(
            self._http, path, Bindings(day), self._login, self._password,
            address=f"{self._address}{shown}",
        )  # fmt: skip

    def _create(self, name: str, fixture: str) -> None:
        self._requested.add(name)
        self._control("POST", "/worlds", {"name": name, "fixture": fixture})
        self._created[name] = self._control("GET", f"/clock?world={name}")["now"]
        # Exchanges count days from the creation of the world, so its clock must not move.
        self._control("POST", f"/clock?world={name}", {"freeze": self._created[name]})
        self._control("POST", f"/worlds/{name}/snapshot", {"name": INITIAL_SNAPSHOT})

    def _is_own(self) -> bool:
        try:
            response = self._http.get(f"{CONTROL}/health")
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: cannot be reached: {problem}") from problem
        # Many servers answer every path, so only the exact answer proves that money is worthless.
        try:
            health = response.json() if response.status_code == httpx.codes.OK else None
        except ValueError:
            return False
        return isinstance(health, dict) and health.get("status") == "ok" and "version" in health

    def _control(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            response = self._http.request(method, CONTROL + path, json=body, headers=self._headers)
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        if not response.is_success:
            raise CannotRun(f"{self.name}: {method} {CONTROL}{path}: {response.text[:200]}")
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer


def check_address(url: str) -> str:
    """What is wrong with the address of an API, or an empty text; never quotes the address."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return "the address cannot be read"
    if parts.userinfo or parts.query or parts.fragment:
        return (
            "the address may carry no login and no query: give them as --login and --password,"
            " or as MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD"
        )
    if parts.scheme not in ("http", "https") or not parts.host:
        return "the address must begin with http:// or https:// and name a host"
    return ""


def connect(  # noqa: PLR0913 - independent choices, by name
    url: str,
    *,
    login: str = "",
    password: str = "",
    token: str = "",
    verify: bool = True,
    trust_env: bool = True,
    user_agent: str = "",
    rules: SpendingRules = SPEND_NOTHING,
) -> Seller:
    """A seller at the URL of its API, such as ``https://127.0.0.1:1500/billmgr``.

    ``verify``: check its certificate. ``trust_env``: use the proxies of the environment. ``token``:
    for the control API of a remote mockseller. ``user_agent``: of every request; empty:
    ``mockseller/<version>``. ``rules``: what may be sent. Raises CannotRun if the
    seller cannot be reached or the URL is not a plain address.
    """
    if problem := check_address(url):
        raise CannotRun(problem)
    parts = httpx.URL(url)
    base = parts.copy_with(path="/", query=None)
    client = httpx.Client(timeout=TIMEOUT, verify=verify, trust_env=trust_env)
    agent = user_agent or f"mockseller/{__version__}"
    seller = Seller(
        SpendingGuard(ClientTransport(client, owns=True, user_agent=agent), rules),
        base,
        name=str(base).rstrip("/"),
        path=parts.path if parts.path != "/" else "/billmgr",
        login=login,
        password=password,
        token=token,
    )
    return seller.use_fixture_account() if seller.own and not login else seller


def connect_wsgi(
    app: Any,  # noqa: ANN401 - any WSGI application
    *,
    name: str = "in process",
    login: str = OUR_LOGIN,
    password: str = OUR_PASSWORD,
    rules: SpendingRules = SPEND_NOTHING,
) -> Seller:
    """A seller that is a WSGI application in this process."""
    guard = SpendingGuard(httpx.WSGITransport(app=app), rules)
    base = httpx.URL(SERVED)
    return Seller(guard, base, name=name, login=login, password=password)
