"""Counts the rows that were made after a moment: a clock that is set back leaves them ahead of it.

Every column of instants or days says when something was done, unless it is marked with ``PLANNED``:
a new table is counted without being named here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Column, Date, MetaData, bindparam, func, literal, or_, select, union_all

from emulator.store.engine import Database, Statement
from emulator.store.tables import PLANNED, metadata
from emulator.store.types import Instant


def build_counts(of: MetaData) -> Statement:
    """Counts in every table at once its rows after the instant ``now`` on the day ``day``."""
    counts = []
    for name, table in of.tables.items():
        later = [
            column > bindparam("now" if isinstance(column.type, Instant) else "day")
            for column in table.columns
            if is_moment(column)
        ]
        if later:
            rows = select(func.count()).select_from(table).where(or_(*later))
            counts.append(select(literal(name), rows.scalar_subquery()))
    # One statement: two dozen of them take longer to send than to carry out.
    return Statement(union_all(*counts))


def is_moment(column: Column[object]) -> bool:
    """Whether a column says when something was done."""
    return isinstance(column.type, Instant | Date) and PLANNED not in column.info


_COUNTS: Final = build_counts(metadata)


def count_later(db: Database, now: datetime) -> dict[str, int]:
    """By table, how many rows were made after ``now``; tables without such rows are left out."""
    rows = db.rows(_COUNTS, now=now, day=now.date())
    return {name: count for name, count in rows if count}
