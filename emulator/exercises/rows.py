"""Where an exercise began in a world, and what the journal has since then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam, delete, func, insert, select

from emulator import journal
from emulator.journal import Entry
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

X, J, E = tables.exercise.c, tables.journal.c, tables.expense.c
MOST = 1_000_100
"""Entries that are looked at: more than a journal can keep."""
_READ = Statement(select(X.name, X.since, X.last_expense, X.elapsed, X.password))
_CLEAR = Statement(delete(tables.exercise))
_INSERT = Statement(insert(tables.exercise).values(every_column(tables.exercise, "id")))
_OLDEST = Statement(select(func.min(J.id)))
_CALLS = Statement(select(func.count()).where(J.id > bindparam("after"), J.kind == journal.CALL))
_LAST_EXPENSE = Statement(select(func.coalesce(func.max(E.id), 0)))
_EXPENSES = Statement(select(E.amount).where(E.id > bindparam("after")))


@dataclass(frozen=True, slots=True)
class Begun:
    """An exercise of a world, and where it began.

    ``name``: its id. ``since``, ``last_expense``: the last numbers of the journal and of expenses
    before it. ``elapsed``: seconds of `SystemClock.elapsed`. ``password``: the trainee's own, empty
    where the login has that of its fixture.
    """

    name: str
    since: int
    last_expense: int
    elapsed: float
    password: str


def read(db: Database) -> Begun | None:
    """The exercise of this world, or None."""
    row = db.row(_READ)
    return None if row is None else Begun(*row)


def begin(db: Database, name: str, elapsed: float, password: str) -> None:
    """Notes that an exercise begins now. In the caller's transaction."""
    db.run(_CLEAR)
    db.insert(
        _INSERT,
        name=name,
        since=journal.newest(db),
        last_expense=db.value(_LAST_EXPENSE),
        elapsed=elapsed,
        password=password,
    )


def entries(db: Database, begun: Begun, functions: Collection[str]) -> list[Entry]:
    """The calls and events of these functions since then, oldest first."""
    newest = journal.find(db, func=functions, kind=None, after=begun.since, limit=MOST)
    return newest[::-1]


def count_calls(db: Database, after: int) -> int:
    """How many calls the journal has after this number."""
    return int(db.value(_CALLS, after=after))


def sum_expenses(db: Database, begun: Begun) -> Decimal:
    """What all accounts were charged since then, by calls and by the seller itself."""
    amounts = db.rows(_EXPENSES, after=begun.last_expense)
    return sum((amount for (amount,) in amounts), Decimal(0))


def is_cut(db: Database, begun: Begun) -> bool:
    """Whether the journal has lost entries of the exercise: it keeps so many and no more."""
    oldest = db.value(_OLDEST)
    return oldest is not None and int(oldest) > begun.since + 1
