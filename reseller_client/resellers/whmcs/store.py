"""What the WHMCS module stores: which license serves which service, and which are free.

Source: the module's own table, docs/resale.md section 4.1 (observed).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final, Protocol

from sqlalchemy import Column, Integer, MetaData, Table, delete, select

from reseller_client.storage import DAY, Rows, choice, required, values_of


class Owner(IntEnum):
    """What a license was bought for; the values are those of the module's table."""

    PRODUCT = 0
    ADDON = 1


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A license; `service_id` is None for a free one in the pool. `nodes` are extra nodes.

    `ends_on` is the end of an addon, which is then terminated instead of prolonged.
    """

    license_id: int
    owner: Owner
    service_id: int | None
    due_on: date
    tariff: int
    nodes: int = 0
    ends_on: date | None = None


class Store(Protocol):
    """Where the rows are stored; the caller chooses one."""

    def rows(self) -> tuple[PoolRow, ...]:
        """Return all rows by license id."""
        ...

    def save(self, row: PoolRow) -> None:
        """Add the row, or replace the one of the same license."""
        ...

    def drop(self, license_id: int) -> None:
        """Delete the row of a license; nothing happens if there is none."""
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
        """Delete the row of a license."""
        self._rows.pop(license_id, None)


_TABLES: Final = MetaData()
_LICENSES: Final = Table(
    "whmcs_licence",
    _TABLES,
    Column("license_id", Integer, primary_key=True),
    required("owner", choice(Owner, Integer)),
    Column("service_id", Integer),
    required("due_on", DAY),
    required("tariff", Integer),
    required("nodes", Integer),
    Column("ends_on", DAY),
)


class SqliteStore(Rows):
    """Rows in SQLite."""

    tables = _TABLES

    def rows(self) -> tuple[PoolRow, ...]:
        """Return all rows by license id."""
        return self._rows.read(PoolRow, select(_LICENSES).order_by(_LICENSES.c.license_id))

    def save(self, row: PoolRow) -> None:
        """Add or replace a row."""
        self._rows.put(_LICENSES, values_of(row))

    def drop(self, license_id: int) -> None:
        """Delete the row of a license; nothing happens if there is none."""
        self._rows.run(delete(_LICENSES).where(_LICENSES.c.license_id == license_id))
