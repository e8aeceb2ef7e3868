"""What a call or an event changed: the rows of history and money that were written with it.

A row does not name its call. It belongs to one if it has the same login and instant, and no other
call of that login changed anything at that instant; where the clock stands, many calls may have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from emulator import journal
from emulator.control.console import ledger
from emulator.control.console.ledger import LedgerRow
from emulator.domain.accounts import logins
from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.texts import HISTORY, in_language

NEWEST = 5_000
"""How many of the newest rows of the history are looked through."""
MOST_ROWS = 100
EFFECTS = (journal.BASKET, journal.BOUGHT, journal.PAID, journal.CHANGED)
"""Outcomes of calls that changed something."""
H = tables.history.c
J = tables.journal.c
_NEWEST_HISTORY = (
    select(H.service_id, H.at, H.user, H.what, H.detail)
    .order_by(H.id.desc())
    .limit(NEWEST)
    .subquery()
)
N = _NEWEST_HISTORY.c
_HISTORY = Statement(
    select(N.service_id, N.user, N.what, N.detail).where(N.at == bindparam("moment"))
)
_OTHERS = Statement(
    select(func.count())
    .select_from(tables.journal)
    .where(
        J.at == bindparam("moment"),
        J.id != bindparam("number"),
        J.login == bindparam("who"),
        or_(*(J.outcome.startswith(effect) for effect in EFFECTS)),
    )
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line in the history of a service."""

    service_id: int
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What an entry changed. ``others``: how many more did so at that instant; then no row is here.

    An entry that changed nothing has no rows and no others.
    """

    history: tuple[HistoryLine, ...] = ()
    money: tuple[LedgerRow, ...] = ()
    others: int = 0


def find_changes(db: Database, entry: journal.Entry, lang: str) -> Changes:
    """The rows of history and money of an entry. The caller holds a read transaction."""
    account_id = _find_account(db, entry.login or "")
    if account_id is None:
        return Changes()
    if entry.kind == journal.EVENT:
        return _of_event(db, entry, account_id, lang)
    if not any(map(entry.came_to, EFFECTS)):
        return Changes()
    others = int(db.value(_OTHERS, moment=entry.at, number=entry.id, who=entry.login))
    if others:
        return Changes(others=others)
    history = [row for user, row in _history(db, entry.at, lang) if user == entry.login]
    money = ledger.list_at(db, lang, account_id, entry.at, MOST_ROWS)
    return Changes(tuple(history), tuple(money))


def _of_event(db: Database, entry: journal.Entry, account_id: int, lang: str) -> Changes:
    """An event is about one service, so its rows are told by that."""
    service = json.loads(entry.params).get("service")
    history = [row for _, row in _history(db, entry.at, lang) if str(row.service_id) == service]
    money = ledger.list_at(db, lang, account_id, entry.at, NEWEST)
    return Changes(tuple(history), tuple(row for row in money if str(row.service_id) == service))


def _find_account(db: Database, login: str) -> int | None:
    account = logins.login_record(db, login, "").account if login else None
    return None if account is None else account.id


def _history(db: Database, at: datetime, lang: str) -> list[tuple[str, HistoryLine]]:
    """The rows of an instant, each behind its user."""
    return [
        (user, HistoryLine(service_id, in_language(HISTORY.get(what, {"en": what}), lang), detail))
        for service_id, user, what, detail in db.rows(_HISTORY, moment=at)
    ]
