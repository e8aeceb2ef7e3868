"""The services of a world: a list, each with its history, and a calendar of what is due."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus

from werkzeug.wrappers import Response

from emulator.clock import add_months
from emulator.control.api import clock
from emulator.control.api import services as actions
from emulator.control.api.guard import Refusal
from emulator.control.api.schemas import ServiceChange
from emulator.control.api.services import NoServiceError
from emulator.control.console import service_rows
from emulator.control.console.frame import (
    NUMBER,
    ConsolePage,
    Route,
    Visit,
    address_of,
    read_number,
    redirect,
)
from emulator.results import ServiceInfo
from emulator.texts import HISTORY, STATES, in_language

ON_A_PAGE = 50
CHANGE = ServiceChange()
STATUSES = ("1", "2", "3", "4", "5")
LAST_YEAR = 8999


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of a timeline. ``kind``: ``past``, ``present`` or ``future``."""

    at: datetime
    what: str
    detail: str = ""
    kind: str = "past"


class ConsoleServices(ConsolePage):
    """Lists services, shows them, and changes what the control API can change."""

    title = "services.title"
    path = "/<world>/services"

    def routes(self) -> Sequence[Route]:
        """The list, the calendar, a service and its buttons."""
        shown = f"/<world>/services/{NUMBER}"
        return (
            Route("/<world>/services", self._list),
            Route("/<world>/services/calendar", self._calendar),
            Route(shown, self._show),
            Route(f"{shown}/state", self._set_state, changes=True, refused=self._show),
            Route(f"{shown}/term", self._set_term, changes=True, refused=self._show),
            Route(f"{shown}/key", self._give_key, changes=True, refused=self._show),
        )

    def _list(self, visit: Visit) -> Response:
        args = visit.http.args
        status, product_type = args.get("status", ""), args.get("type", "")
        search = args.get("search", "").strip()
        db = self._worlds.connect(visit.world)
        with db.reading():
            types = service_rows.list_types(db)
            line = _refuse_filter(product_type, types, status)
            rows = service_rows.list_services(
                db,
                product_type=product_type,
                status=int(status) if status in STATUSES else None,
                search=search,
                before=read_number(args.get("before", "")),
                limit=ON_A_PAGE + 1,
            )
        return self._frame.render(
            visit,
            "services.html",
            HTTPStatus.BAD_REQUEST if line else HTTPStatus.OK,
            rows=[] if line else rows[:ON_A_PAGE],
            older=rows[ON_A_PAGE - 1].id if len(rows) > ON_A_PAGE else None,
            is_first="before" not in args,
            types=types,
            statuses={code: in_language(STATES[code], visit.lang) for code in STATUSES},
            state_text=lambda code: _state_text(code, visit.lang),
            filters={"type": product_type, "status": status, "search": search},
            line=line,
        )

    def _show(self, visit: Visit) -> Response:
        number = visit.values["number"]
        try:
            service = actions.show(self._worlds, visit.world, number)
        except NoServiceError as problem:
            raise Refusal(HTTPStatus.NOT_FOUND, str(problem)) from None
        db = self._worlds.connect(visit.world)
        history = service_rows.read_history(db, number)
        return self._frame.render(
            visit,
            "service.html",
            service=service,
            milestones=self._milestones(visit, service, history),
            state=_state_text(service["substate"] or str(service["status"]), visit.lang),
            states={code: in_language(texts, visit.lang) for code, texts in STATES.items()},
        )

    def _milestones(
        self,
        visit: Visit,
        service: ServiceInfo,
        history: Sequence[tuple[datetime, str, str, str]],
    ) -> list[Milestone]:
        """What was, what is and what will be, in its order."""
        now = clock.show(self._worlds, visit.world).now
        lines = [
            Milestone(
                at, in_language(HISTORY.get(what, {"en": what}), visit.lang), f"{detail} {by}"
            )
            for at, by, what, detail in history
        ]
        lines.append(Milestone(_midnight(service["created"]), visit.text("services.created")))
        lines.append(Milestone(now, visit.text("services.now"), kind="present"))
        planned = (
            (service["expires"], "services.term_end"),
            (service["due_at"], "services.due"),
        )
        for text, name in planned:
            if text:
                at = _midnight(text)
                kind = "future" if at > now else "past"
                lines.append(Milestone(at, visit.text(name), kind=kind))
        return sorted(lines, key=lambda line: line.at)

    def _set_state(self, visit: Visit) -> Response:
        code = visit.form.get("state", "")
        status, _, reason = code.partition("_")
        return self._change(
            visit,
            {"status": read_number(status), "substate": code if reason else ""},
        )

    def _set_term(self, visit: Visit) -> Response:
        return self._change(visit, {"expires": visit.form.get("expires", "").strip() or None})

    def _give_key(self, visit: Visit) -> Response:
        return self._change(visit, {"lickey": True})

    def _change(self, visit: Visit, changes: Mapping[str, object]) -> Response:
        number = visit.values["number"]
        actions.change(self._worlds, visit.world, number, CHANGE.read(changes))
        return redirect(address_of(visit.world, f"/services/{number}"))

    def _calendar(self, visit: Visit) -> Response:
        args = visit.http.args
        today = clock.show(self._worlds, visit.world).now.date()
        chosen = _read_day(args.get("day", ""))
        first = _read_day(f"{args.get('month', '')}-01") or (chosen or today).replace(day=1)
        following = add_months(first, 1)
        db = self._worlds.connect(visit.world)
        with db.reading():
            counts = service_rows.count_due(db, first, following)
            rows = service_rows.list_due(db, chosen) if chosen else []
        return self._frame.render(
            visit,
            "calendar.html",
            first=first,
            earlier=add_months(first, -1) if first.year > 1 else None,
            later=following if first.year < LAST_YEAR else None,
            weeks=calendar.Calendar().monthdatescalendar(first.year, first.month),
            counts=counts,
            today=today,
            day=chosen,
            rows=rows,
            most=service_rows.MOST_OF_A_DAY,
            state_text=lambda code: _state_text(code, visit.lang),
        )


def _refuse_filter(product_type: str, types: Sequence[str], status: str) -> str:
    """Why a filter is refused, in one line, or empty."""
    if product_type and product_type not in types:
        return f'type: no service of this world is of the type "{product_type[:40]}"'
    if status and status not in STATUSES:
        return f'status: "{status[:40]}" is not one of {", ".join(STATUSES)}'
    return ""


def _state_text(code: str, lang: str) -> str:
    return in_language(STATES.get(code, {"en": code}), lang)


def _midnight(text: str) -> datetime:
    """An ISO day or instant as an instant, UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year <= LAST_YEAR else None
