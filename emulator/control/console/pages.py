"""The pages of the console and the actions of their buttons.

Access is that of the control API. A change must come from a page of this server: browsers say so in
``Origin`` or ``Sec-Fetch-Site``, and a request with neither header is refused.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from emulator import journal
from emulator.control.api import accounts, clock, faults, world_state
from emulator.control.api.guard import COOKIE, Guard, Refusal, require_same_origin
from emulator.control.api.names import KnownNames, require_login
from emulator.domain.accounts import accounts as owners
from emulator.faults import KINDS, NoFault
from emulator.names import UnknownName
from emulator.settings import Settings
from emulator.worlds.worlds import DEFAULT, WorldError, Worlds

if TYPE_CHECKING:
    from jinja2 import Environment

PREFIX = "/_mockseller/console"
FORM = "application/x-www-form-urlencoded"
LAST = 50
"""Entries of the journal a page shows."""
SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}
NUMBERS = ("nth", "times", "chance", "seed")
MAP = Map([
    Rule("/", endpoint="first", methods=["GET"]),
    Rule("/style.css", endpoint="style", methods=["GET"]),
    Rule("/<world>", endpoint="world", methods=["GET"]),
    Rule("/<world>/journal/<int:number>", endpoint="entry", methods=["GET"]),
    Rule("/<world>/clock", endpoint="clock", methods=["POST"]),
    Rule("/<world>/reset", endpoint="reset", methods=["POST"]),
    Rule("/<world>/faults", endpoint="plan", methods=["POST"]),
    Rule("/<world>/faults/clear", endpoint="clear", methods=["POST"]),
    Rule("/<world>/faults/<int:number>", endpoint="remove", methods=["POST"]),
    Rule("/<world>/accounts/<login>", endpoint="account", methods=["POST"]),
])  # fmt: skip


@functools.cache
def _templates() -> Environment:
    """Loads jinja2 with the first page, since most processes show none."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    loader = PackageLoader("emulator.control.console", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


class Console:
    """Answers what comes under ``/_mockseller/console``. One per process, without state."""

    def __init__(self, settings: Settings, worlds: Worlds, known_names: KnownNames) -> None:
        self._known_names = known_names
        self._guard = Guard(settings)
        self._worlds = worlds
        self._changes: Mapping[str, Callable[[str, Mapping[str, str], Mapping[str, Any]], None]] = {
            "clock": self._move_clock,
            "reset": self._reset,
            "plan": self._plan,
            "clear": self._clear,
            "remove": self._remove,
            "account": self._account,
        }

    def answer(self, http: Request) -> Response:
        """Answers one request with a page; a refusal is a page too."""
        try:
            return self._answer(http)
        except Refusal as refusal:
            return _page("refused.html", refusal.status, line=refusal.line)
        except HTTPException as error:
            return _page("refused.html", error.code or 400, line="there is no such page")
        except (WorldError, NoFault) as error:
            return _page("refused.html", 404, line=str(error))

    def _answer(self, http: Request) -> Response:
        adapter = MAP.bind("mockseller", path_info=http.path.removeprefix(PREFIX) or "/")
        endpoint, values = adapter.match(method=http.method)
        if endpoint == "first" and self._guard.is_token(http.args.get("token", "")):
            return _logged_in(http.args["token"], secure=http.is_secure)
        self._guard.check(http, kinds=(FORM,))
        if endpoint == "style":
            return Response(_style(), headers=SAFE, content_type="text/css; charset=utf-8")
        if endpoint == "first":
            return _moved(DEFAULT)
        name = str(values.get("world"))
        change = self._changes.get(endpoint)
        if change is None:
            return (
                self._entry(name, values["number"])
                if endpoint == "entry"
                else self._world(name, http)
            )
        require_same_origin(http)
        self._worlds.connect(name)
        try:
            change(name, http.form.to_dict(), values)
        except (ValueError, LookupError) as error:
            return self._world(name, http, line=str(error), status=400)
        return _moved(name)

    def _world(self, name: str, http: Request, *, line: str = "", status: int = 200) -> Response:
        worlds = self._worlds
        db = worlds.connect(name)
        func, login = http.args.get("func", ""), http.args.get("login", "")
        try:
            if func:
                self._known_names.require_recorded(worlds, name, func)
            if login:
                require_login(worlds, name, login)
        except UnknownName as problem:
            line, status = line or str(problem), 400
        with db.reading():
            entries = journal.find(
                db, func=func or None, login=login or None, kind=None, limit=LAST
            )
            described = [accounts.describe(db, each) for each in owners.list_accounts(db)[:LAST]]
        return _page(
            "world.html",
            status,
            name=name,
            names=worlds.names(),
            world=world_state.describe(worlds, name),
            moment=clock.show(worlds, name).as_dict(),
            faults=faults.all_of(worlds, name),
            kinds=list(KINDS),
            entries=[_shown(entry) for entry in entries],
            accounts=described,
            func=func,
            login=login,
            line=line,
        )

    def _entry(self, name: str, number: int) -> Response:
        db = self._worlds.connect(name)
        entry = journal.entry(db, number)
        if entry is None:
            raise NoFault(f"there is no entry {number} in the journal of this world")
        shown = _shown(entry)
        return _page("entry.html", 200, name=name, names=self._worlds.names(), entry=shown)

    def _move_clock(self, name: str, form: Mapping[str, str], _: Mapping[str, Any]) -> None:
        move = form.get("do", "advance")
        if move == "freeze":
            clock.freeze(self._worlds, name)
        elif move == "real":
            clock.run_real(self._worlds, name)
        else:
            clock.advance(self._worlds, name, form.get("advance", ""))

    def _reset(self, name: str, form: Mapping[str, str], _: Mapping[str, Any]) -> None:
        del form
        self._worlds.reset(name)

    def _plan(self, name: str, form: Mapping[str, str], _: Mapping[str, Any]) -> None:
        faults.add(self._worlds, name, _rule(form), self._known_names)

    def _clear(self, name: str, form: Mapping[str, str], _: Mapping[str, Any]) -> None:
        del form
        faults.clear(self._worlds, name)

    def _remove(self, name: str, form: Mapping[str, str], values: Mapping[str, Any]) -> None:
        del form
        faults.remove(self._worlds, name, int(values["number"]))

    def _account(self, name: str, form: Mapping[str, str], values: Mapping[str, Any]) -> None:
        from emulator.control.api.schemas import AccountChange  # noqa: PLC0415 - only who changes one

        change = AccountChange().read({"balance": form.get("balance", "").strip()})
        accounts.change(self._worlds, name, str(values["login"]), change)


def _rule(form: Mapping[str, str]) -> dict[str, object]:
    """The rule of a fault from the form; its field ``settings`` is like ``seconds=5 code=503``.

    The setting ``body``, which may have blanks and lines, has a field of its own.
    """
    rule: dict[str, object] = {
        name: form[name].strip()
        for name in ("what", "func", "account", "when")
        if form.get(name, "").strip()
    }
    for name in NUMBERS:
        if form.get(name, "").strip():
            rule[name] = _value(form[name].strip())
    for word in form.get("settings", "").split():
        name, _, value = word.partition("=")
        rule[name] = _value(value)
    if form.get("body", "").strip():
        rule["body"] = form["body"]
    return rule


def _value(text: str) -> object:
    try:
        number = json.loads(text)
    except ValueError:
        return text
    return number if isinstance(number, int | float) else text


def _shown(entry: journal.Entry) -> dict[str, Any]:
    shown = entry.as_dict()
    return {**shown, "at": f"{entry.at:%Y-%m-%d %H:%M:%S}"}


def _logged_in(token: str, *, secure: bool) -> Response:
    """Leads to the console without the token in the address, which the browser keeps instead."""
    answer = _moved(DEFAULT)
    answer.set_cookie(
        COOKIE, token, path="/_mockseller", httponly=True, samesite="Strict", secure=secure
    )
    return answer


def _moved(name: str) -> Response:
    return Response(status=303, headers={**SAFE, "Location": f"{PREFIX}/{quote(name, safe='')}"})


def _page(template: str, status: int, **shown: object) -> Response:
    html = _templates().get_template(template).render(prefix=PREFIX, **shown)
    return Response(html, status, SAFE, content_type="text/html; charset=utf-8")


@functools.cache
def _style() -> bytes:
    from importlib.resources import files  # noqa: PLC0415 - with the first page

    return (files("emulator.control.console") / "style.css").read_bytes()
