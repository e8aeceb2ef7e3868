"""What a reselling BILLmanager knows of its sellers and sells itself, in SQLite.

Modules, own periods, exchange rates, period comparison, own tariffs, and each tariff of a seller as
it was last read. Money is kept as the text of a Decimal. No password is kept.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from reseller_client.resellers.billmanager.models import OwnTariff, PeriodMap, ProcessingModule
from reseller_client.resellers.billmanager.serialization import (
    read_own,
    read_seller,
    write_own,
    write_seller,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reseller_client.services.catalogue_models import Tariff

USUAL_PERIODS: Final = (-100, 1, 3, 6, 12, 24, 36)
"""The periods of a new reseller, in months; -100 is a trial."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS billmanager_module (
    id INTEGER PRIMARY KEY, itemtype TEXT NOT NULL, seller TEXT NOT NULL, name TEXT NOT NULL,
    minimal_balance TEXT NOT NULL, datacenter INTEGER, department TEXT NOT NULL,
    sort INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS billmanager_period (length INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS billmanager_rate (currency TEXT PRIMARY KEY, rate TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS billmanager_period_map (
    module INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
    tariff INTEGER NOT NULL, PRIMARY KEY (module, source, tariff));
CREATE TABLE IF NOT EXISTS billmanager_tariff (
    id INTEGER PRIMARY KEY, itemtype TEXT NOT NULL, name TEXT NOT NULL, enabled INTEGER NOT NULL,
    inside TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS billmanager_source (
    tariff INTEGER NOT NULL, module INTEGER NOT NULL, inside TEXT NOT NULL,
    PRIMARY KEY (tariff, module));
"""
_MODULES: Final = """
SELECT id, itemtype, seller, name, minimal_balance, datacenter, department, sort
FROM billmanager_module ORDER BY sort, id
"""
_TARIFF: Final = "SELECT id, itemtype, name, enabled, inside FROM billmanager_tariff"
_MAPPED: Final = """
SELECT target FROM billmanager_period_map
WHERE module = ? AND source = ? AND tariff IN (?, 0) ORDER BY tariff DESC LIMIT 1
"""


class ShelfStore:
    """The rows in a SQLite database the caller opened; call `prepare` once before use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._connection = connection

    def prepare(self) -> None:
        """Create the tables if they are not there, with the usual periods."""
        self._connection.executescript(_TABLES)
        if not self.periods():
            self.set_periods(USUAL_PERIODS)

    def add_module(self, module: ProcessingModule) -> ProcessingModule:
        """Keep a new module; its `id` is given here."""
        values = (module.itemtype, module.seller, module.name, str(module.minimal_balance))
        with self._connection:
            number = self._connection.execute(
                "INSERT INTO billmanager_module VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                (*values, module.datacenter, module.department, module.sort),
            ).lastrowid
        return self.module(number or 0)

    def modules(self) -> tuple[ProcessingModule, ...]:
        """Return all modules, the first to serve first."""
        return tuple(_module(*values) for values in self._connection.execute(_MODULES))

    def module(self, number: int) -> ProcessingModule:
        """Return a module. Raises ValueError."""
        found = next((one for one in self.modules() if one.id == number), None)
        if found is None:
            raise ValueError(f"there is no processing module {number}")
        return found

    def set_minimal_balance(self, module: int, balance: Decimal) -> None:
        """Change the least balance of a module."""
        with self._connection:
            self._connection.execute(
                "UPDATE billmanager_module SET minimal_balance = ? WHERE id = ?",
                (str(balance), module),
            )

    def set_periods(self, lengths: Iterable[int]) -> None:
        """Say which periods this reseller has."""
        with self._connection:
            self._connection.execute("DELETE FROM billmanager_period")
            self._connection.executemany(
                "INSERT OR IGNORE INTO billmanager_period VALUES (?)", [(one,) for one in lengths]
            )

    def periods(self) -> tuple[int, ...]:
        """Return the reseller's own periods, shortest first."""
        found = self._connection.execute("SELECT length FROM billmanager_period ORDER BY length")
        return tuple(length for (length,) in found)

    def set_rate(self, currency: str, rate: Decimal) -> None:
        """Say what one unit of a seller's currency is worth in the own one."""
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO billmanager_rate VALUES (?, ?)", (currency, str(rate))
            )

    def rates(self) -> Mapping[str, Decimal]:
        """Return all exchange rates."""
        found = self._connection.execute("SELECT currency, rate FROM billmanager_rate")
        return {currency: Decimal(rate) for currency, rate in found}

    def compare_periods(self, rule: PeriodMap) -> None:
        """Keep a rule of period comparison; the one it replaces is forgotten."""
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO billmanager_period_map VALUES (?, ?, ?, ?)",
                (rule.module, rule.source, rule.target, rule.tariff or 0),
            )

    def seller_period(self, module: int, period: int, tariff: int) -> int:
        """Return the period to send for one of ours; a rule for the tariff goes before others."""
        found = self._connection.execute(_MAPPED, (module, period, tariff)).fetchone()
        return period if found is None else int(found[0])

    def add_tariff(self, tariff: OwnTariff, module: int, source: Tariff) -> OwnTariff:
        """Keep an imported tariff with its link to the seller's; its `id` is given here."""
        values = (tariff.itemtype, tariff.name, int(tariff.enabled), write_own(tariff))
        with self._connection:
            number = self._connection.execute(
                "INSERT INTO billmanager_tariff VALUES (NULL, ?, ?, ?, ?)", values
            ).lastrowid
            self._link(number or 0, module, source)
        return self.tariff(number or 0)

    def save_tariff(self, tariff: OwnTariff, sources: Mapping[int, Tariff] | None = None) -> None:
        """Keep changes of an own tariff, and the seller's tariffs by module, all or none."""
        with self._connection:
            self._connection.execute(
                "UPDATE billmanager_tariff SET name = ?, enabled = ?, inside = ? WHERE id = ?",
                (tariff.name, int(tariff.enabled), write_own(tariff), tariff.id),
            )
            for module, source in (sources or {}).items():
                self._link(tariff.id, module, source)

    def tariffs(self) -> tuple[OwnTariff, ...]:
        """Return all own tariffs."""
        found = self._connection.execute(f"{_TARIFF} ORDER BY id")
        return tuple(read_own(*values) for values in found)

    def tariff(self, number: int) -> OwnTariff:
        """Return an own tariff. Raises ValueError."""
        found = self._connection.execute(f"{_TARIFF} WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise ValueError(f"there is no tariff {number} of our own")
        return read_own(*found)

    def sources(self, tariff: int) -> Mapping[int, Tariff]:
        """Return the seller's tariffs an own one stands for, by module."""
        asked = "SELECT module, inside FROM billmanager_source WHERE tariff = ?"
        found = self._connection.execute(asked, (tariff,))
        return {module: read_seller(inside) for module, inside in found}

    def _link(self, tariff: int, module: int, source: Tariff) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO billmanager_source VALUES (?, ?, ?)",
            (tariff, module, write_seller(source)),
        )


def _module(*row: Any) -> ProcessingModule:  # noqa: ANN401 - the columns as SQLite has them
    kept = ProcessingModule(*row)
    return replace(kept, minimal_balance=Decimal(kept.minimal_balance))
