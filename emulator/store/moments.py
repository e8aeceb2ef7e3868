"""Counts the rows that were made after a moment: a clock that is set back leaves them ahead of it.

Every column of instants or days says when something was done, unless it is marked with ``PLANNED``:
a new table is counted without being named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Date, MetaData, bindparam, func, or_, select

from emulator.store.engine import Database, Statement
from emulator.store.tables import PLANNED, metadata
from emulator.store.types import Instant


def build_counts(of: MetaData) -> Mapping[str, Statement]:
    """By table, the statement that counts its rows after the instant ``now`` on the day ``day``."""
    statements = {}
    for name, table in of.tables.items():
        later = [
            column > bindparam("now" if isinstance(column.type, Instant) else "day")
            for column in table.columns
            if is_moment(column)
        ]
        if later:
            statements[name] = Statement(select(func.count()).select_from(table).where(or_(*later)))
    return statements


def is_moment(column: Column[object]) -> bool:
    """Whether a column says when something was done."""
    return isinstance(column.type, Instant | Date) and PLANNED not in column.info


_COUNTS: Final = build_counts(metadata)


def count_later(db: Database, now: datetime) -> dict[str, int]:
    """By table, how many rows were made after ``now``; tables without such rows are left out."""
    counts = {
        name: int(db.value(statement, now=now, day=now.date()))
        for name, statement in _COUNTS.items()
    }
    return {name: count for name, count in counts.items() if count}
