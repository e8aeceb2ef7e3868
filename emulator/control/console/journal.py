"""The journal of a world: its calls and due events, newest first, and each on a page of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response

from emulator import journal
from emulator.control.api import world_state
from emulator.control.api.guard import Refusal
from emulator.control.api.journal_schemas import JournalQuery
from emulator.control.api.names import require_filters
from emulator.control.console import calls, changes, code_lines, refusals
from emulator.control.console.code_lines import write_code
from emulator.control.console.exchange_file import write_exchange
from emulator.control.console.frame import (
    NUMBER,
    SAFE,
    ConsolePage,
    Frame,
    Route,
    Visit,
    address_of,
    read_number,
    redirect,
)
from emulator.control.console.live import nothing_new, read_live
from emulator.domain.world import read
from emulator.faults import NoFault
from emulator.journal import MASK

ON_A_PAGE = 50
LIVE_SECONDS = 600
"""For how long a page asks for newer entries."""
FILTERS = ("func", "login", "outcome", "kind")
"""Filters of a page; they are those of the control API."""
QUERY = JournalQuery()


class ConsoleJournal(ConsolePage):
    """Lists entries, newest first, and shows each on a page of its own."""

    title = "journal.title"
    path = "/<world>/journal"

    def routes(self) -> Sequence[Route]:
        """The list and an entry."""
        return (
            Route("/<world>/journal", self._list),
            Route(f"/<world>/journal/{NUMBER}", self._entry),
            Route(f"/<world>/journal/{NUMBER}/exchange.yaml", self._export),
            Route(
                f"/<world>/journal/{NUMBER}/repeat",
                self._repeat,
                changes=True,
                refused=self._entry,
            ),
            Route("/<world>/journal/rows", self._record_rows, changes=True),
        )

    def _list(self, visit: Visit) -> Response:
        args = visit.http.args
        line, chosen = "", dict[str, Any]()
        try:
            chosen = self._read_filters(visit)
        except ValueError as problem:
            line = str(problem)
        before = read_number(args.get("before", ""))
        db = self._worlds.connect(visit.world)
        entries = journal.find(db, **{**chosen, "before": before, "limit": ON_A_PAGE + 1})
        live = read_live(visit, self._worlds.system_clock, LIVE_SECONDS)
        if live.mark is not None and not live.is_over and not _is_newer(entries, live.mark):
            return nothing_new()
        response = self._frame.render(
            visit,
            "journal.html",
            HTTPStatus.BAD_REQUEST if line else HTTPStatus.OK,
            entries=[describe_entry(entry) for entry in entries[:ON_A_PAGE]],
            older=entries[ON_A_PAGE - 1].id if len(entries) > ON_A_PAGE else None,
            is_first=before is None,
            newest=entries[0].id if entries else 0,
            live_since=None if before is not None or line else live.live_since,
            filters={name: args.get(name, "") for name in FILTERS},
            outcomes=list(journal.OUTCOMES),
            kinds=("all", journal.CALL, journal.EVENT),
            line=line,
        )
        return live.finish(response)

    def _read_filters(self, visit: Visit) -> dict[str, Any]:
        """What `journal.find` takes. Raises ValueError for a value that the API refuses."""
        sent = {name: visit.http.args.get(name, "").strip() for name in FILTERS}
        chosen = QUERY.read({"kind": "all", **{name: text for name, text in sent.items() if text}})
        require_filters(self._worlds, visit.world, self._frame.known_names, chosen)
        return chosen

    def _entry(self, visit: Visit) -> Response:
        entry = require_entry(self._frame, visit)
        db = self._worlds.connect(visit.world)
        with db.reading():
            changed = changes.find_changes(db, entry, visit.lang)
            rules = read(db).rules
        function = self._frame.find_function(visit.world, entry.func)
        reason = None
        params: dict[str, str] = json.loads(entry.params)
        if entry.error:
            reason = refusals.explain(self._frame.registry, entry.error, params, visit.lang)
        url = f"{visit.http.root_url.rstrip('/')}/w/{visit.world}/billmgr"
        sent = code_lines.read_parameters(params, entry.login)
        return self._frame.render(
            visit,
            "entry.html",
            entry=describe_entry(entry),
            changed=changed,
            records_rows=rules.row_changes,
            is_cut=len(entry.answer) >= self._worlds.bounds.body,
            reason=reason,
            is_function=function is not None,
            formats=self._frame.rewrite(entry.answer, entry.out, function, rules.generation),
            code=None if entry.kind == journal.EVENT else write_code(url, entry.method, sent),
            variables=[parameter.variable for parameter in sent if parameter.variable],
        )

    def _record_rows(self, visit: Visit) -> Response:
        world_state.change(self._worlds, visit.world, {"row_changes": True})
        return redirect(address_of(visit.world, "/journal"))

    def _repeat(self, visit: Visit) -> Response:
        """Makes the call again and shows the new entry."""
        entry = require_entry(self._frame, visit)
        params = self._require_whole(entry)
        result = calls.call_as(self._frame, visit, entry.login or "", params)
        path = f"/journal/{result.entry.id}" if result.entry else "/journal"
        return redirect(address_of(visit.world, path))

    def _require_whole(self, entry: journal.Entry) -> Mapping[str, str]:
        """The parameters of a call. Raises ValueError where the journal does not have them all."""
        if entry.kind != journal.CALL:
            raise ValueError("only a call can be repeated")
        params: dict[str, str] = json.loads(entry.params)
        for name, text in params.items():
            if name.strip().lower() not in calls.CREDENTIALS and MASK in text:
                raise ValueError(f"{name}: the journal does not have this secret")
        if len(entry.params) >= self._worlds.bounds.body:
            raise ValueError("the journal has only the beginning of the parameters")
        return params

    def _export(self, visit: Visit) -> Response:
        """The call as a file of an exchange."""
        entry = require_entry(self._frame, visit)
        state = world_state.describe(self._worlds, visit.world)
        try:
            content = write_exchange(
                entry,
                self._frame.registry.find(entry.func),
                world=visit.world,
                made_from=state["made_from"],
                day=f"{self._worlds.system_clock.now():%Y-%m-%d}",
            )
        except ValueError as problem:
            raise Refusal(HTTPStatus.BAD_REQUEST, str(problem)) from None
        headers = {**SAFE, "Content-Disposition": f'attachment; filename="call-{entry.id}.yaml"'}
        return Response(content, headers=headers, content_type="application/yaml; charset=utf-8")


def require_entry(frame: Frame, visit: Visit) -> journal.Entry:
    """The entry whose number is in the path. Raises NoFault where there is none."""
    number = visit.values["number"]
    entry = journal.entry(frame.worlds.connect(visit.world), number)
    if entry is None:
        raise NoFault(f"there is no entry {number} in the journal of this world")
    return entry


def _is_newer(entries: Sequence[journal.Entry], after: str) -> bool:
    return bool(entries) and entries[0].id > (read_number(after) or 0)


def describe_entry(entry: journal.Entry) -> Mapping[str, Any]:
    """An entry for a page: that of the control API, with an instant that people read."""
    return {**entry.as_dict(), "at": f"{entry.at:%Y-%m-%d %H:%M:%S}"}
