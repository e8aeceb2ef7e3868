"""The first page of a world: its clock, faults, money, callers and latest calls; all worlds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from werkzeug.wrappers import Response

from emulator import journal
from emulator.control.api import accounts, clock, faults
from emulator.control.api.schemas import AccountChange
from emulator.control.api.world_state import WorldGlance, glance_at
from emulator.control.console import activity, ledger
from emulator.control.console.frame import (
    NUMBER,
    ConsolePage,
    Route,
    Visit,
    address_of,
    read_number,
    redirect,
)
from emulator.control.console.journal import describe_entry
from emulator.domain.accounts import accounts as owners
from emulator.faults import KINDS

LATEST = 10
"""Entries of the journal, and rows of money, that are shown here."""
MOST_ACCOUNTS = 50
MOST_WORLDS = 50
MOST_EVENTS = 200
"""Events that are listed after the clock was moved."""
NUMBERS = ("nth", "times", "chance", "seed")


class ConsoleOverview(ConsolePage):
    """Shows a world, and moves its clock, plans its faults and sets its money."""

    title = "overview.title"
    path = "/<world>"

    def routes(self) -> Sequence[Route]:
        """The page and its buttons."""
        show = self._show
        return (
            Route("/<world>", show),
            Route("/<world>/clock", self._move_clock, changes=True, refused=show),
            Route("/<world>/reset", self._reset, changes=True, refused=show, for_trainers=True),
            Route("/<world>/faults", self._plan, changes=True, refused=show),
            Route("/<world>/faults/clear", self._clear, changes=True, refused=show),
            Route(f"/<world>/faults/{NUMBER}", self._remove, changes=True),
            Route("/<world>/accounts/<login>", self._set_balance, changes=True, refused=show),
        )

    def _show(self, visit: Visit) -> Response:
        worlds, name = self._worlds, visit.world
        db = worlds.connect(name)
        with db.reading():
            entries = journal.find(db, kind=None, limit=LATEST)
            described = [
                accounts.describe(db, account)
                for account in owners.list_accounts(db)[:MOST_ACCOUNTS]
            ]
            callers = activity.list_callers(db)
            money = ledger.list_latest(db, visit.lang, LATEST)
        return self._frame.render(
            visit,
            "overview.html",
            state=glance_at(worlds, name),
            moment=clock.show(worlds, name).as_dict(),
            moved_after=visit.http.args.get("moved_after"),
            events=self._events(visit),
            faults=faults.all_of(worlds, name),
            kinds=list(KINDS),
            entries=[describe_entry(entry) for entry in entries],
            accounts=described,
            callers=callers,
            counted=activity.LATEST_CALLS,
            money=money,
            worlds=[] if visit.is_trainee else self._other_worlds(),
        )

    def _events(self, visit: Visit) -> list[Mapping[str, object]]:
        """What happened since the clock was moved, in its order."""
        after = read_number(visit.http.args.get("moved_after", ""))
        if after is None:
            return []
        db = self._worlds.connect(visit.world)
        happened = journal.find(db, kind=journal.EVENT, after=after, limit=MOST_EVENTS)
        return [describe_entry(entry) for entry in reversed(happened)]

    def _other_worlds(self) -> Sequence[WorldGlance]:
        """The first worlds, with their clocks."""
        return [glance_at(self._worlds, name) for name in self._worlds.names()[:MOST_WORLDS]]

    def _move_clock(self, visit: Visit) -> Response:
        form, name = visit.form, visit.world
        newest = journal.newest(self._worlds.connect(name))
        move = form.get("do", "advance")
        if move == "freeze":
            clock.freeze(self._worlds, name)
        elif move == "real":
            clock.run_real(self._worlds, name)
        else:
            span = form.get("advance", "") if move == "advance" else move
            clock.advance(self._worlds, name, span)
        return redirect(address_of(name, moved_after=newest))

    def _reset(self, visit: Visit) -> Response:
        self._worlds.reset(visit.world)
        return redirect(address_of(visit.world))

    def _plan(self, visit: Visit) -> Response:
        rule = read_fault_form(visit.form)
        faults.add(self._worlds, visit.world, rule, self._frame.known_names)
        return redirect(address_of(visit.world))

    def _clear(self, visit: Visit) -> Response:
        faults.clear(self._worlds, visit.world)
        return redirect(address_of(visit.world))

    def _remove(self, visit: Visit) -> Response:
        faults.remove(self._worlds, visit.world, int(visit.values["number"]))
        return redirect(address_of(visit.world))

    def _set_balance(self, visit: Visit) -> Response:
        change = AccountChange().read({"balance": visit.form.get("balance", "").strip()})
        accounts.change(self._worlds, visit.world, str(visit.values["login"]), change)
        return redirect(address_of(visit.world))


def read_fault_form(form: Mapping[str, str]) -> dict[str, object]:
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
