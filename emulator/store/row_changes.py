"""What one call does to the rows of a world: each row before and after.

SQLite has triggers for this. They are temporary ones of one connection, made when it first records,
so the file of a world knows nothing of them, and nobody else pays. While its rows are recorded an
order takes half as long again, a sixth of that for the triggers and the rest for JSON.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table

from emulator.store.tables import HIDDEN, metadata
from emulator.store.types import Stored

UNRECORDED = frozenset({"world", "journal", "fault", "held_answer", "exercise"})
"""Tables of the program's own bookkeeping; what an account or a client sees is in the others."""
FUNCTION = "mockseller_row_changed"
MASK = "***"
Values = dict[str, Any]
DriverRow = Sequence[Any]
"""Values in the order of the columns, as SQLite has them; empty for no row."""
DriverChange = tuple[Table, DriverRow, DriverRow]


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of ``table``, before and after; None where there is no row.

    Of a row that was changed: its key and the columns that differ. Of another: the columns that are
    not empty. Money is a Decimal, an instant a datetime, a secret ``***``.
    """

    table: str
    before: Values | None
    after: Values | None


class RowCollector:
    """What was done to rows, one event after another; each row counts once."""

    def __init__(self) -> None:
        self._changes: dict[tuple[Any, ...], DriverChange] = {}

    def note(self, name: str, before: DriverRow, after: DriverRow) -> None:
        """One event of a table; an empty row stands for none."""
        table = metadata.tables[name]
        columns = list(table.columns)
        row = before or after
        key = (name, *(row[columns.index(column)] for column in table.primary_key))
        first = self._changes.get(key)
        self._changes[key] = (table, before if first is None else first[1], after)

    def summary(self) -> list[RowChange]:
        """Each row as it was and as it became."""
        return [
            _describe(table, before, after)
            for table, before, after in self._changes.values()
            if before != after
        ]


class RowRecorder:
    """Collects the changes of one connection while `recording`, otherwise nothing."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver
        self._is_ready = False
        self._collector: RowCollector | None = None

    @contextmanager
    def recording(self) -> Iterator[list[RowChange]]:
        """The list is filled at the end of the block: each row once, as it was and as it became."""
        if not self._is_ready:
            self._install()
        self._collector = collector = RowCollector()
        changes: list[RowChange] = []
        try:
            yield changes
        finally:
            self._collector = None
            changes += collector.summary()

    def _install(self) -> None:
        self._driver.create_function(FUNCTION, -1, self._note)
        for table in recorded_tables():
            for trigger in _triggers(table):
                self._driver.execute(trigger)
        self._is_ready = True

    def _note(self, name: str, event: str, *values: Any) -> None:  # noqa: ANN401 - of any column
        """One row: the old values, the new ones, or both, in the order of the columns."""
        if self._collector is not None:
            size = len(metadata.tables[name].columns)
            before = () if event == "INSERT" else values[:size]
            after = () if event == "DELETE" else values[-size:]
            self._collector.note(name, before, after)


def recorded_tables() -> list[Table]:
    """The tables whose rows are recorded."""
    return [table for table in metadata.sorted_tables if table.name not in UNRECORDED]


def _triggers(table: Table) -> Iterator[str]:
    """The statements that watch a table; every name in them is one of our own tables."""
    old = [f'OLD."{column.name}"' for column in table.columns]
    new = [f'NEW."{column.name}"' for column in table.columns]
    for event, values in (("INSERT", new), ("UPDATE", old + new), ("DELETE", old)):
        yield (
            f'CREATE TEMP TRIGGER "{table.name}_{event}" AFTER {event} ON main."{table.name}" '
            f"BEGIN SELECT {FUNCTION}('{table.name}', '{event}', {', '.join(values)}); END"
        )


def _describe(table: Table, before: DriverRow, after: DriverRow) -> RowChange:
    """A change of the driver's rows; an empty one stands for no row."""
    if not before or not after:
        return RowChange(table.name, _whole(table, before), _whole(table, after))
    old: Values = {}
    new: Values = {}
    for column, was, became in zip(table.columns, before, after, strict=True):
        if column.primary_key or was != became:
            old[column.name], new[column.name] = _shown(column, was), _shown(column, became)
    return RowChange(table.name, old, new)


def _whole(table: Table, row: DriverRow) -> Values | None:
    if not row:
        return None
    values = zip(table.columns, row, strict=True)
    shown = {column.name: _shown(column, value) for column, value in values}
    return {name: value for name, value in shown.items() if value not in (None, "", [], {})}


def _shown(column: Column[Any], value: Any) -> Any:  # noqa: ANN401 - of any column
    if HIDDEN in column.info:
        return MASK if value else None
    return column.type.load(value) if isinstance(column.type, Stored) else value
