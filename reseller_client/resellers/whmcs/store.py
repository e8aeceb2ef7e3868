"""What the WHMCS way remembers: which license serves which service, and which are free.

Source: the module's own table, docs/resale.md section 4.1 (observed).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final, Protocol


class Owner(IntEnum):
    """What a license was bought for; the numbers are those of the module's table."""

    PRODUCT = 0
    ADDON = 1


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One license: `service_id` None means free in the pool. `nodes` are extra nodes.

    `ends_on` bounds the life of an addon, which is then terminated instead of prolonged.
    """

    license_id: int
    owner: Owner
    service_id: int | None
    due_on: date
    tariff: int
    nodes: int = 0
    ends_on: date | None = None


class Store(Protocol):
    """Where the rows are kept; the caller gives one."""

    def rows(self) -> tuple[PoolRow, ...]:
        """Return all rows by license id."""
        ...

    def save(self, row: PoolRow) -> None:
        """Add the row, or replace the one of the same license."""
        ...

    def drop(self, license_id: int) -> None:
        """Forget a license; nothing happens if it is not there."""
        ...


class MemoryStore:
    """Rows in memory, for tests and trials."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[int, PoolRow] = {}

    def rows(self) -> tuple[PoolRow, ...]:
        """Return all rows by license id."""
        return tuple(self._rows[license_id] for license_id in sorted(self._rows))

    def save(self, row: PoolRow) -> None:
        """Add or replace a row."""
        self._rows[row.license_id] = row

    def drop(self, license_id: int) -> None:
        """Forget a license."""
        self._rows.pop(license_id, None)


_TABLE: Final = """
CREATE TABLE IF NOT EXISTS whmcs_licence (
    license_id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, service_id INTEGER,
    due_on TEXT NOT NULL, tariff INTEGER NOT NULL, nodes INTEGER NOT NULL, ends_on TEXT)
"""
_READ: Final = """
SELECT license_id, owner, service_id, due_on, tariff, nodes, ends_on
FROM whmcs_licence ORDER BY license_id
"""


class SqliteStore:
    """Rows in a SQLite database the caller opened; call `prepare` once before use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._connection = connection

    def prepare(self) -> None:
        """Create the table if it is not there."""
        with self._connection:
            self._connection.execute(_TABLE)

    def rows(self) -> tuple[PoolRow, ...]:
        """Return all rows by license id."""
        return tuple(_row(*values) for values in self._connection.execute(_READ))

    def save(self, row: PoolRow) -> None:
        """Add or replace a row."""
        ends_on = None if row.ends_on is None else row.ends_on.isoformat()
        values = (row.license_id, int(row.owner), row.service_id, row.due_on.isoformat())
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO whmcs_licence VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*values, row.tariff, row.nodes, ends_on),
            )

    def drop(self, license_id: int) -> None:
        """Forget a license."""
        with self._connection:
            self._connection.execute(
                "DELETE FROM whmcs_licence WHERE license_id = ?", (license_id,)
            )


def _row(
    license_id: int,
    owner: int,
    service_id: int | None,
    due_on: str,
    tariff: int,
    nodes: int,
    ends_on: str | None,
) -> PoolRow:
    """Read one row of the table."""
    return PoolRow(
        license_id=license_id,
        owner=Owner(owner),
        service_id=service_id,
        due_on=date.fromisoformat(due_on),
        tariff=tariff,
        nodes=nodes,
        ends_on=None if ends_on is None else date.fromisoformat(ends_on),
    )
