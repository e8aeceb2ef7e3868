"""Sellers the judge knocks at: ours in process, ours or anybody's at a URL.

One way for all of them: httpx, over WSGI or over the network. A seller of ours has a control API
(``/_mockseller/``), by which the judge gets a world of its own for each fixture, reset before each
exchange. A foreign seller has none: only portable exchanges can be asked of it.

Everything passes a gate (:mod:`contracts.target.spending_guard`), which sends nothing that spends
unless it was allowed to.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from contracts.record.document import Node
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.record.placeholders import Bindings
from contracts.target.session import CannotRun, RawAnswer, SellerSession
from contracts.target.spending_guard import SPEND_NOTHING, SpendingGuard, SpendingRules
from contracts.target.transports import ClientTransport, ask
from emulator import testing

CONTROL = "/_mockseller"
TIMEOUT = 60.0
INITIAL_SNAPSHOT = "begun"
"""The snapshot of a world as it was made, its clock standing."""

__all__ = [
    "CannotRun",
    "RawAnswer",
    "Seller",
    "SellerSession",
    "check_address",
    "connect",
    "connect_wsgi",
]


class Seller:
    """A seller to be judged. ``own``: it has our control API, so worlds can be had.

    ``path`` is where its API answers; ``login`` and ``password`` are those of a foreign account.
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
        self._path = path
        self._login = login
        self._password = password
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._born: dict[str, str] = {}
        self._asked_for: set[str] = set()
        """Worlds that may be there, whether or not it was heard that they are."""
        self._spoilt: set[str] = set()
        self._day: date | None = None
        self._token = secrets.token_hex(3)
        self.has_account = bool(login)
        self.own = self._is_own()
        guard.set_account(login, password)
        if self.own and guard.rules.limit is None:
            # Its worlds are made for this run; money there is of no worth.
            guard.rules = replace(guard.rules, play_money=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def use_fixture_account(self) -> Self:
        """The same seller, asked as the account that every world of ours has."""
        self._login, self._password, self.has_account = OUR_LOGIN, OUR_PASSWORD, True
        self.guard.set_account(self._login, self._password)
        return self

    @contextmanager
    def open_world(self, name: str, fixture: str = "small") -> Iterator[testing.World]:
        """Handles on a world of its own, as it was made; it is gone when the block is left.

        Only at a seller of ours. CannotRun: its control API refuses.
        """
        named = f"{name}-{self._token}"
        outside = testing.World(self._sent, str(self._http.base_url).rstrip("/"), path=self._path)
        try:
            world = outside.world(named, fixture)
        except testing.ControlError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        try:
            yield world
        finally:
            self._control("DELETE", f"/worlds/{named}", {})

    def _sent(
        self, method: str, path: str, sent: Mapping[str, str] | bytes | None, kind: str
    ) -> testing.Answer:
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        form = sent if isinstance(sent, Mapping) else None
        body = sent if isinstance(sent, bytes) else None
        try:
            got = self._http.request(method, path, data=form, content=body, headers=headers)
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        return testing.Answer(got.status_code, dict(got.headers), got.content)

    @property
    def transport(self) -> httpx.BaseTransport:
        """For a client of somebody else's: its calls pass the same gate."""
        return ClientTransport(self._http)

    def ask(self, fields: Mapping[str, str]) -> tuple[Node | None, str]:
        """A document asked for in passing in the account's name; None with the reason."""
        who = {"authinfo": f"{self._login}:{self._password}"}
        url = self._http.base_url.join(self._path)
        return ask(self.transport, url, {**fields, **who})

    def address_of(self, place: SellerSession | None = None) -> str:
        """The whole address of a place, or of the seller itself, for such a client."""
        return str(self._http.base_url.join(self._path if place is None else place.path))

    @property
    def account(self) -> tuple[str, str]:
        """The login and the password it is asked with."""
        return self._login, self._password

    def read_date(self) -> date:
        """The seller's own date, as HTTP says it; asked once. CannotRun: it does not say."""
        if self._day is None:
            try:
                said = self._http.get(self._path).headers["Date"]
                self._day = parsedate_to_datetime(said).date()
            except (httpx.HTTPError, KeyError, ValueError) as problem:
                raise CannotRun(f"{self.name}: does not say what day it is: {problem}") from problem
        return self._day

    def close(self) -> None:
        """Takes the judge's worlds away again and closes the connections."""
        for world in sorted(self._asked_for - set(self._born)):
            with suppress(CannotRun):
                self._control("DELETE", f"/worlds/{world}", {})
        for world in sorted(self._born):
            self._control("DELETE", f"/worlds/{world}", {})
        self._born.clear()
        self._asked_for.clear()
        self._http.close()

    @contextmanager
    def world(self, fixture: str, *, modifies: bool = True) -> Iterator[SellerSession]:
        """A place whose state is a fixture's; at a foreign seller, whatever is there.

        ``modifies``: what is done there may change it, so that the next one needs it made anew.
        """
        if not self.own:
            bindings = Bindings(self.read_date())
            yield SellerSession(self._http, self._path, bindings, self._login, self._password)
            return
        name = f"judge-{fixture}-{self._token}"
        if name not in self._born:
            self._asked_for.add(name)
            self._control("POST", "/worlds", {"name": name, "fixture": fixture})
            self._born[name] = self._control("GET", f"/clock?world={name}")["now"]
            # The days of the seed are counted from this moment; the clock has to stand there.
            self._control("POST", f"/clock?world={name}", {"freeze": self._born[name]})
            self._control("POST", f"/worlds/{name}/snapshot", {"name": INITIAL_SNAPSHOT})
        elif name in self._spoilt:
            self._control("POST", f"/worlds/{name}/restore", {"name": INITIAL_SNAPSHOT})
        self._spoilt.discard(name)
        if modifies:
            self._spoilt.add(name)
        read_date = datetime.fromisoformat(self._born[name]).date()
        yield SellerSession(
            self._http, f"/w/{name}/billmgr", Bindings(read_date), self._login, self._password
        )

    def _is_own(self) -> bool:
        try:
            reply = self._http.get(f"{CONTROL}/health")
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: not reached: {problem}") from problem
        # Money is of no worth only where this is certain: many a server answers every address.
        try:
            told = reply.json() if reply.status_code == httpx.codes.OK else None
        except ValueError:
            return False
        return isinstance(told, dict) and told.get("status") == "ok" and "version" in told

    def _control(self, method: str, path: str, said: object = None) -> dict[str, Any]:
        try:
            reply = self._http.request(method, CONTROL + path, json=said, headers=self._headers)
        except httpx.HTTPError as problem:
            raise CannotRun(f"{self.name}: {problem}") from problem
        if not reply.is_success:
            raise CannotRun(f"{self.name}: {method} {CONTROL}{path}: {reply.text[:200]}")
        answer: dict[str, Any] = reply.json() if reply.content else {}
        return answer


def check_address(url: str) -> str:
    """What is wrong with the address of an API, or nothing; tells nothing that stands in it."""
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
        return "the address begins with http:// or https:// and names a host"
    return ""


def connect(
    url: str,
    *,
    login: str = "",
    password: str = "",
    token: str = "",
    verify: bool = True,
    trust_env: bool = True,
    rules: SpendingRules = SPEND_NOTHING,
) -> Seller:
    """A seller at the address of its API, such as ``https://127.0.0.1:1500/billmgr``.

    ``verify``: whether its certificate must be known; ``trust_env``: whether proxies of the
    environment are used; ``token``: of the control API of a seller of ours that is not local;
    ``rules``: what may be sent. CannotRun: not reached, or the address is more than an address.
    """
    if fault := check_address(url):
        raise CannotRun(fault)
    parts = httpx.URL(url)
    base = parts.copy_with(path="/", query=None)
    line = httpx.Client(timeout=TIMEOUT, verify=verify, trust_env=trust_env)
    path = parts.path if parts.path != "/" else "/billmgr"
    seller = Seller(
        SpendingGuard(ClientTransport(line, owns=True), rules),
        base,
        name=str(base).rstrip("/"),
        path=path,
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
    base = httpx.URL("http://127.0.0.1")
    return Seller(guard, base, name=name, login=login, password=password)
