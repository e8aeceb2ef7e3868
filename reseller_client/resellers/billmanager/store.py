"""The catalogue of a reselling BILLmanager, in SQLite.

Processing modules, own periods, exchange rates, mapped periods, own tariffs, and each tariff of a
seller as it was last read. No password is stored.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, select, update

from reseller_client.resellers.billmanager.models import OwnTariff, PeriodMap, ProcessingModule
from reseller_client.resellers.billmanager.serialization import (
    read_own,
    read_seller,
    write_own,
    write_seller,
)
from reseller_client.storage import EXACT, SWITCH, Rows, Stored, required, values_of
from reseller_client.transport.values import DAILY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reseller_client.services.catalogue_models import Tariff

USUAL_PERIODS: Final = (-100, DAILY, 1, 3, 6, 12, 24, 36)
"""The periods of a new reseller, in months; -100 is a trial, -50 a day."""

_TABLES: Final = MetaData()
_MODULES: Final = Table(
    "billmanager_module",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("itemtype", Text),
    required("seller", Text),
    required("name", Text),
    required("minimal_balance", EXACT),
    Column("datacenter", Integer),
    required("department", Text),
    required("sort", Integer),
)
_PERIODS: Final = Table("billmanager_period", _TABLES, Column("length", Integer, primary_key=True))
_RATES: Final = Table(
    "billmanager_rate",
    _TABLES,
    Column("currency", Text, primary_key=True),
    required("rate", EXACT),
)
_PERIOD_MAP: Final = Table(
    "billmanager_period_map",
    _TABLES,
    Column("module", Integer, primary_key=True),
    Column("source", Integer, primary_key=True),
    required("target", Integer),
    Column("tariff", Integer, primary_key=True),
)
_TARIFFS: Final = Table(
    "billmanager_tariff",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("itemtype", Text),
    required("name", Text),
    required("enabled", SWITCH),
    required("inside", Text),
)
_SOURCES: Final = Table(
    "billmanager_source",
    _TABLES,
    Column("tariff", Integer, primary_key=True),
    Column("module", Integer, primary_key=True),
    required("inside", Stored(Text, write_seller, read_seller)),
)


class CatalogueStore(Rows):
    """The catalogue."""

    tables = _TABLES

    def prepare(self) -> None:
        """Create the tables if they are not there, with the usual periods."""
        super().prepare()
        if not self.periods():
            self.set_periods(USUAL_PERIODS)

    def add_module(self, module: ProcessingModule) -> ProcessingModule:
        """Store a new module and return it with the `id` it was given."""
        return self.module(self._rows.add(_MODULES, values_of(module, "id")))

    def modules(self) -> tuple[ProcessingModule, ...]:
        """Return all modules in the order in which they serve a tariff."""
        query = select(_MODULES).order_by(_MODULES.c.sort, _MODULES.c.id)
        return self._rows.read(ProcessingModule, query)

    def modules_at(self, seller: str) -> tuple[int, ...]:
        """Return the numbers of the modules of an account at a seller."""
        return tuple(module.id for module in self.modules() if module.seller == seller)

    def module(self, number: int) -> ProcessingModule:
        """Return a module. Raises ValueError for a number that no module has."""
        modules = self._rows.read(ProcessingModule, select(_MODULES).where(_MODULES.c.id == number))
        if not modules:
            raise ValueError(f"there is no processing module {number}")
        return modules[0]

    def set_minimal_balance(self, module: int, balance: Decimal) -> None:
        """Change the minimal balance of a module, in the currency of its account at the seller."""
        change = update(_MODULES).where(_MODULES.c.id == module)
        self._rows.run(change.values(minimal_balance=balance))

    def set_periods(self, lengths: Iterable[int]) -> None:
        """Set which periods this reseller sells, in months."""
        with self._rows.writing():
            self._rows.run(delete(_PERIODS))
            for length in lengths:
                self._rows.add_missing(_PERIODS, {"length": length})

    def periods(self) -> tuple[int, ...]:
        """Return the reseller's own periods in months, shortest first."""
        query = select(_PERIODS).order_by(_PERIODS.c.length)
        return tuple(length for (length,) in self._rows.rows(query))

    def set_rate(self, currency: str, rate: Decimal) -> None:
        """Set what one unit of a seller's currency is worth in the own one."""
        self._rows.put(_RATES, {"currency": currency, "rate": rate})

    def rates(self) -> Mapping[str, Decimal]:
        """Return all exchange rates by currency."""
        return {currency: rate for currency, rate in self._rows.rows(select(_RATES))}  # noqa: C416 - rows are no pairs

    def compare_periods(self, rule: PeriodMap) -> None:
        """Store which period is ordered for one of ours, in place of an earlier rule for it."""
        self._rows.put(_PERIOD_MAP, {**values_of(rule), "tariff": rule.tariff or 0})

    def seller_period(self, module: int, period: int, tariff: int) -> int:
        """Return the period to order for one of ours; a rule for the tariff goes before others."""
        mapped = _PERIOD_MAP.c
        query = (
            select(mapped.target)
            .where(mapped.module == module, mapped.source == period, mapped.tariff.in_([tariff, 0]))
            .order_by(mapped.tariff.desc())
        )
        return next((int(target) for (target,) in self._rows.rows(query)), period)

    def add_tariff(self, tariff: OwnTariff, module: int, source: Tariff) -> OwnTariff:
        """Store an imported tariff with the seller's; returns it with the `id` it was given."""
        values = {"itemtype": tariff.itemtype, **_changeable(tariff)}
        with self._rows.writing():
            number = self._rows.add(_TARIFFS, values)
            self._link(number, module, source)
        return self.tariff(number)

    def save_tariff(self, tariff: OwnTariff, sources: Mapping[int, Tariff] | None = None) -> None:
        """Store changes of an own tariff, and the seller's tariffs by module, all or none."""
        change = update(_TARIFFS).where(_TARIFFS.c.id == tariff.id)
        with self._rows.writing():
            self._rows.run(change.values(_changeable(tariff)))
            for module, source in (sources or {}).items():
                self._link(tariff.id, module, source)

    def tariffs(self) -> tuple[OwnTariff, ...]:
        """Return all own tariffs by number."""
        rows = self._rows.rows(select(_TARIFFS).order_by(_TARIFFS.c.id))
        return tuple(read_own(*row) for row in rows)

    def tariff(self, number: int) -> OwnTariff:
        """Return an own tariff. Raises ValueError for a number that no tariff has."""
        rows = self._rows.rows(select(_TARIFFS).where(_TARIFFS.c.id == number))
        if not rows:
            raise ValueError(f"there is no tariff {number} of our own")
        return read_own(*rows[0])

    def sources(self, tariff: int) -> Mapping[int, Tariff]:
        """Return the seller's tariffs behind an own one, by processing module."""
        query = select(_SOURCES.c.module, _SOURCES.c.inside).where(_SOURCES.c.tariff == tariff)
        return {module: source for module, source in self._rows.rows(query)}  # noqa: C416 - rows are no pairs

    def _link(self, tariff: int, module: int, source: Tariff) -> None:
        self._rows.put(_SOURCES, {"tariff": tariff, "module": module, "inside": source})


def _changeable(tariff: OwnTariff) -> dict[str, object]:
    """Return the columns of an own tariff that may change."""
    return {"name": tariff.name, "enabled": tariff.enabled, "inside": write_own(tariff)}
