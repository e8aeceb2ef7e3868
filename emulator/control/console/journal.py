"""The journal of a world: its calls and due events, and one call with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.wrappers import Response

from emulator import journal
from emulator.control.api.names import require_login
from emulator.control.console.frame import Frame, Route, Visit
from emulator.faults import NoFault
from emulator.names import UnknownName

LAST = 50
"""Entries a page shows."""


class ConsoleJournal:
    """Lists entries, newest first, and shows each on a page of its own."""

    title = "journal.title"
    path = "/<world>/journal"

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._worlds = frame.worlds

    def routes(self) -> Sequence[Route]:
        """The list and an entry."""
        return (
            Route("/<world>/journal", self._list),
            Route("/<world>/journal/<int:number>", self._entry),
        )

    def _list(self, visit: Visit) -> Response:
        name, args = visit.world, visit.http.args
        func, login = args.get("func", ""), args.get("login", "")
        line = ""
        try:
            if func:
                self._frame.known_names.require_recorded(self._worlds, name, func)
            if login:
                require_login(self._worlds, name, login)
        except UnknownName as problem:
            line = str(problem)
        db = self._worlds.connect(name)
        entries = journal.find(db, func=func or None, login=login or None, kind=None, limit=LAST)
        return self._frame.render(
            visit,
            "journal.html",
            400 if line else 200,
            entries=[describe_entry(entry) for entry in entries],
            func=func,
            login=login,
            line=line,
        )

    def _entry(self, visit: Visit) -> Response:
        number = visit.values["number"]
        entry = journal.entry(self._worlds.connect(visit.world), number)
        if entry is None:
            raise NoFault(f"there is no entry {number} in the journal of this world")
        return self._frame.render(visit, "entry.html", entry=describe_entry(entry))


def describe_entry(entry: journal.Entry) -> dict[str, Any]:
    """An entry for a page: that of the control API, with an instant that people read."""
    return {**entry.as_dict(), "at": f"{entry.at:%Y-%m-%d %H:%M:%S}"}
