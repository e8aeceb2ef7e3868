"""Rows of services for pages: found, paged and counted in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, or_, select

from emulator.control.console.frame import read_number
from emulator.domain.services.services import ACTIVE, DELETED, ORDERED, PROCESSING, midnight
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement

A = tables.account.c
H = tables.history.c
T = tables.tariff.c
V = tables.service.c
MOST_OF_A_DAY = 200
MOST_HISTORY = 200
_ROWS = (
    select(
        V.id, A.login, V.type, V.status, V.substate, V.licname, V.ip, V.created_on, V.expires_on,
        V.due_at, V.autoprolong, T.intname,
    )
    .join_from(tables.service, tables.account, A.id == V.account_id)
    .join(tables.tariff, T.id == V.tariff_id)
)  # fmt: skip
_DUE_BETWEEN = Statement(
    _ROWS.where(V.due_at >= bindparam("start"), V.due_at < bindparam("end"))
    .order_by(V.due_at, V.id)
    .limit(MOST_OF_A_DAY)
)
_DUE_BY_DAY = Statement(
    select(V.due_at, func.count())
    .where(V.due_at >= bindparam("start"), V.due_at < bindparam("end"))
    .group_by(V.due_at)
)
_HISTORY = Statement(
    select(H.at, H.user, H.what, H.detail)
    .where(H.service_id == bindparam("which"))
    .order_by(H.id.desc())
    .limit(MOST_HISTORY)
)


@dataclass(frozen=True, slots=True)
class ListedService:
    """One service in a list. ``tariff``: its internal name."""

    id: int
    login: str
    type: str
    status: int
    substate: str
    licname: str
    ip: str
    created_on: date
    expires_on: date | None
    due_at: datetime | None
    autoprolong: int | None
    tariff: str

    @property
    def state(self) -> str:
        """The composite code: ``2``, ``3_autosuspend``."""
        return self.substate or str(self.status)

    @property
    def next_event(self) -> str:
        """What is due: ``prolong``, ``suspend``, ``delete``, or empty."""
        if self.due_at is None or self.status in {ORDERED, DELETED}:
            return ""
        if self.status in {ACTIVE, PROCESSING}:
            return "prolong" if self.autoprolong else "suspend"
        term_end = midnight(self.expires_on)
        return "expire" if term_end is not None and self.due_at <= term_end else "delete"


def list_services(
    db: Database,
    *,
    product_type: str = "",
    status: int | None = None,
    search: str = "",
    before: int | None = None,
    limit: int,
) -> list[ListedService]:
    """Newest first. ``search``: a number, or a part of a name, an address or the client's number.

    ``before``: only services with a lower number.
    """
    query = _ROWS
    if product_type:
        query = query.where(V.type == product_type)
    if status is not None:
        query = query.where(V.status == status)
    if search:
        texts = (V.licname, V.ip, V.remoteid, A.login)
        matches = [text.contains(search, autoescape=True) for text in texts]
        if (number := read_number(search)) is not None:
            matches.append(V.id == number)
        query = query.where(or_(*matches))
    if before is not None:
        query = query.where(V.id < before)
    rows = db.rows(Statement(query.order_by(V.id.desc()).limit(limit)))
    return [_service(row) for row in rows]


def list_types(db: Database) -> list[str]:
    """The product types of the services of this world."""
    return [row[0] for row in db.rows(_TYPES)]


_TYPES = Statement(select(V.type).distinct().order_by(V.type))


def count_due(db: Database, start: date, end: date) -> dict[date, int]:
    """By day, how many services have something due; days from ``start`` until before ``end``."""
    counts: dict[date, int] = {}
    for due_at, count in db.rows(_DUE_BY_DAY, start=midnight(start), end=midnight(end)):
        counts[due_at.date()] = counts.get(due_at.date(), 0) + count
    return counts


def list_due(db: Database, day: date) -> Sequence[ListedService]:
    """The first services that have something due on a day."""
    end = day + timedelta(days=1)
    rows = db.rows(_DUE_BETWEEN, start=midnight(day), end=midnight(end))
    return [_service(row) for row in rows]


def read_history(db: Database, number: int) -> list[tuple[datetime, str, str, str]]:
    """The newest lines of the history of a service: when, by whom, what, details."""
    return [(row[0], row[1], row[2], row[3]) for row in db.rows(_HISTORY, which=number)]


def _service(row: Row) -> ListedService:
    return ListedService(*row)
