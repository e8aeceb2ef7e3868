"""Tariffs, their addons and prices: what can be bought.

Source: docs/trade.md section 9, docs/resale.md section 2.7. Prices are ours.
These classes are the one declaration of a tariff: files of worlds are read by their annotations
(``worlds.fixtures.reading``), and rows are written and read by the names of their fields
(``catalogue.rows``). The catalogue is read whole once per process and version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, get_args

from emulator.clock import add_months
from emulator.domain.catalogue import currencies
from emulator.domain.limits import Between, BothLanguages, ById, Matches, NotEmpty
from emulator.domain.money import ZERO
from emulator.errors import BadValue

TRIAL = -100
DAY = -50
LIFETIME = 0
INTEGER, BOOLEAN, ENUMERATION = "integer", "boolean", "enumeration"
"""Kinds of addons: counted, switched on or off, one of several."""
TYPE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}(\.[a-z][a-z0-9_-]{0,39})?\Z", re.ASCII)
"""What a product type may be called: the name becomes part of function names. With a dot it is a
subtype of what stands before: ``vds.vps``."""
ACTIONS = frozenset({
    "edit", "filter", "order", "suspend", "resume", "delete", "start", "stop", "reboot",
    "hardreboot",
})  # fmt: skip
"""What no subtype may be called: functions of every type have these names."""
PIECES = {"en": "pcs.", "ru": "шт."}
"""What is counted where nothing else is named."""

Words = Mapping[str, str]
"""A text by language: ``{"en": …, "ru": …}``."""
Texts = Annotated[Words, BothLanguages]
Word = Annotated[str, NotEmpty]
Number = Annotated[int, Between(1, 999_999_999)]
TypeName = Annotated[str, Matches(TYPE_NAME, "the name of a product type")]
Currency = Annotated[str, Matches(currencies.PATTERN, "a currency such as EUR")]
Period = Annotated[int, Between(0, 36, besides=(TRIAL, DAY))]
Prices = Mapping[Currency, Mapping[Period, Decimal]]
"""Cost by currency and period in months (-100 trial, -50 a day, 0 lifetime)."""
Grade = Literal["recorded", "documented", "observed", "assumed"]
"""How a value is known (docs/evidence.md)."""
Like = Literal["vds", "dedic", "vhost", "instances", "domain", "dnshost", "storage", "colocation"]
"""What a world's own product type can be like."""
LIKES: frozenset[str] = frozenset(get_args(Like))
Restriction = Literal["off", "on", "uponly", "downonly"]

Contradiction = tuple[tuple[str | int, ...], str]
"""Where in a declaration something is wrong, by keys of the file, and what."""
IN_FILES_ONLY = {"required": True}
"""Metadata of a field that files must have and rows do not: it then has its default."""


@dataclass(frozen=True, slots=True)
class AddonItem:
    """One of the several things an enumeration offers."""

    id: Number
    """Number of the item, which an order names."""
    intname: Word
    """Internal name."""
    name: Texts
    """Name that clients see."""
    prices: Prices
    """Cost by currency and period."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen without a price: an OS template, a recipe."""

    intname: Word
    """Internal name, as it is sent."""
    name: Texts
    """Name that clients see."""
    group: str = ""
    """Of an OS template: its system, such as ``Debian``."""
    fits: tuple[Word, ...] = ()
    """Of a recipe: internal names of the OS templates it goes with; empty: all of them."""


@dataclass(frozen=True, slots=True)
class OwnType:
    """A product type that a world defines itself, ``like`` one that every world knows.

    A subtype (``vds.vps``) is like the type before the dot, and has all functions of its own
    (docs/evidence.md 141).
    """

    intname: Annotated[str, Matches(TYPE_NAME, "a name such as forexbox or vds.vps")]
    """Its name, which function names begin with."""
    title: Texts
    """Name that clients see."""
    like: Like
    """Type that it is sold and run like."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A subtype of another type than the one it is like, or called as a function."""
        parent, dot, name = self.intname.partition(".")
        if dot and parent != self.like:
            yield ("like",), f"{self.intname} is a subtype of {parent}"
        if name in ACTIONS:
            yield ("intname",), f"{self.intname} is a function of {parent}"


@dataclass(frozen=True, slots=True)
class Addon:
    """An extra of a tariff, ordered as ``addon_<id>``.

    What is ordered is always a whole number: so many of an ``integer``, 0 or 1 of a ``boolean``,
    the item's id of an ``enumeration``. ``included`` of what is counted are free; ``standard`` is
    taken when nothing is sent.
    """

    id: Number
    """Number; ordered as ``addon_<id>``."""
    intname: Word
    """Internal name."""
    name: Texts
    """Name that clients see."""
    minimum: Annotated[int, Between(0, 100_000)]
    """Least amount."""
    maximum: Annotated[int, Between(1, 1_000_000)]
    """Greatest amount."""
    step: Annotated[int, Between(1, 100_000)]
    """Amounts go up by this from the least one."""
    standard: Annotated[int, Between(0, 100_000_000)] = field(metadata={"key": "default"})
    """Amount when an order names none; of an enumeration: number of an item."""
    included: Annotated[int, Between(0, 100_000)]
    """How many are free."""
    evidence: Grade = field(default="assumed", metadata=IN_FILES_ONLY)
    """How we know it (docs/evidence.md)."""
    prices: Prices = field(default_factory=dict)
    """Of one unit beyond the included ones; an enumeration has none."""
    restrict_client_change: Restriction = "off"
    """How a client may not change it later."""
    kind: Literal["integer", "boolean", "enumeration"] = "integer"
    """Counted, switched on or off, or one of several items."""
    measure: Texts = field(default_factory=lambda: PIECES)
    """What is counted."""
    items: tuple[AddonItem, ...] = ()
    """What an enumeration offers."""

    def contradictions(self) -> Iterator[Contradiction]:
        """A default outside the limits, or none of the items; items of no enumeration."""
        items = {item.id for item in self.items}
        if (self.kind == ENUMERATION) != bool(items):
            yield ("items",), "goes with an enumeration, and only with it"
        elif items:
            if self.standard not in items:
                yield ("default",), "is not one of the items"
        elif not self.minimum <= self.standard <= self.maximum:
            yield ("default",), "is not between minimum and maximum"

    def item(self, number: int) -> AddonItem | None:
        """One item of an enumeration, or None."""
        return next((item for item in self.items if item.id == number), None)

    def cost(self, amount: int, currency: str, period: int) -> Decimal:
        """What ``amount`` of it costs for one period."""
        if self.kind == ENUMERATION:
            chosen = self.item(amount)
            return ZERO if chosen is None else chosen.prices.get(currency, {}).get(period, ZERO)
        each = self.prices.get(currency, {}).get(period, ZERO)
        return each * max(0, amount - self.included)

    def check(self, amount: int) -> None:
        """Raises BadValue: under, over or between the steps, or not one of the items."""
        if self.kind == ENUMERATION:
            if self.item(amount) is None:
                raise BadValue(f"addon_{self.id}", str(amount))
            return
        wrong = (
            amount < self.minimum
            or amount > self.maximum
            or (amount - self.minimum) % self.step != 0
        )
        if wrong:
            raise BadValue(
                f"addon_{self.id}",
                str(amount),
                desc="range",
                params={
                    "minimum": str(self.minimum),
                    "maximum": str(self.maximum),
                    "step": str(self.step),
                },
            )

    def check_change(self, before: int, after: int) -> None:
        """Raises BadValue where the seller lets no client change it, or not in this direction.

        Source: docs/resale.md section 2.7 (``restrictclientchange``).
        """
        closed = {"off": False, "on": True, "uponly": after < before, "downonly": after > before}
        if before != after and closed[self.restrict_client_change]:
            raise BadValue(f"addon_{self.id}", str(after), desc="restricted")


@dataclass(frozen=True, slots=True)
class Tariff:
    """One ``pricelist``. Codes are the vendor's, prices and internal names ours.

    ``evidence`` says how the code is known, ``retired_evidence`` how the day is known on which it
    left the price list.
    """

    id: Number
    """Number, the ``pricelist`` of an order."""
    type: TypeName
    """Product type."""
    intname: Word
    """Internal name."""
    name: Texts
    """Name that clients see."""
    description: Texts
    """Text beneath the name."""
    country: Literal["other", "RU", "any"]
    """Country whose clients it is for; see the rule ``country_tariffs``."""
    trial: bool
    """Whether it is a trial."""
    prices: Prices = field(metadata={"key": "periods"})
    """Cost by currency and period: months, -100 a trial, -50 a day, 0 a lifetime."""
    trial_days: Annotated[int, Between(1, 366)] = 0
    """How long a trial lasts; 0: it has none."""
    retired_on: date | None = None
    """Day on which it left the price list."""
    retired_evidence: Grade | None = None
    """How we know that day."""
    evidence: Grade = field(default="assumed", metadata=IN_FILES_ONLY)
    """How we know its number (docs/evidence.md)."""
    group: Annotated[str, NotEmpty] = ""
    """Product, generation and country: inside a group tariffs can be changed."""
    addons: Annotated[Mapping[int, Addon], ById] = field(default_factory=dict)
    """Extras that can be ordered with it."""
    deletion: Literal["at_once", "period_end", "forbidden"] = "at_once"
    """What a client's deletion does: at once, at the end of what is paid, or nothing."""
    least_months: Annotated[int, Between(0, 120)] = 0
    """Nobody may delete a service of this tariff sooner."""
    takes_address: bool = True
    """Whether an order names an address; some third-party licenses have none."""
    datacenters: Mapping[Annotated[int, Between(1, 1_000_000)], Texts] = field(default_factory=dict)
    """Where it is offered; empty: in the one data centre that everything has."""
    ostempl: tuple[Option, ...] = ()
    """OS templates."""
    recipe: tuple[Option, ...] = ()
    """Recipes that can be chosen."""
    most_at_once: Annotated[int, Between(1, 1000)] = 20
    """How many one order may hold (``order_count``)."""
    fits: tuple[Word, ...] = ()
    """Of a module: internal names of the panel editions that take it; empty: all do."""
    change_to: tuple[int, ...] = field(default=(), metadata={"key": None})
    """Ids a service of this tariff may change to."""
    position: int = field(default=0, metadata={"key": None})
    """Its place in the price list."""

    def contradictions(self) -> Iterator[Contradiction]:
        """Trials that cost or have no length, and prices that do not fit each other."""
        offered = {months for costs in self.prices.values() for months in costs}
        if self.trial != (offered == {TRIAL}):
            yield ("periods",), "a trial has the period -100 and no other"
        elif any(costs.get(TRIAL) for costs in self.prices.values()):
            yield ("periods",), "a trial costs 0.00"
        if (TRIAL in offered) != bool(self.trial_days):
            yield ("trial_days",), "goes with the period -100, and only with it"
        if (self.retired_on is None) != (self.retired_evidence is None):
            yield ("retired_evidence",), "goes with retired_on, and only with it"
        covered = {currency: set(costs) for currency, costs in self.prices.items()}
        if len({frozenset(months) for months in covered.values()}) > 1:
            yield ("periods",), "currencies differ in their periods"
        for place, addon in enumerate(self.addons.values()):
            for prices in [item.prices for item in addon.items] or [addon.prices]:
                if {currency: set(costs) for currency, costs in prices.items()} != covered:
                    what = "do not cover the currencies and periods of the tariff"
                    yield ("addons", place, "prices"), what

        yield from self._option_contradictions()

    def _option_contradictions(self) -> Iterator[Contradiction]:
        systems = {option.intname for option in self.ostempl}
        for place, recipe in enumerate(self.recipe):
            if not systems.issuperset(recipe.fits):
                yield ("recipe", place, "fits"), "names a template that the tariff does not have"

    @property
    def options(self) -> Mapping[str, tuple[Option, ...]]:
        """What can be chosen beside addons, by parameter; those without a choice are absent."""
        offered = {"ostempl": self.ostempl, "recipe": self.recipe}
        return {name: options for name, options in offered.items() if options}

    def addon(self, intname: str) -> Addon | None:
        """The addon of this internal name, or None."""
        return next((addon for addon in self.addons.values() if addon.intname == intname), None)

    def periods(self, currency: str) -> tuple[int, ...]:
        """Periods that can be bought in this currency, ascending: months, -100, -50 or 0."""
        return tuple(sorted(self.prices.get(currency, {})))

    def nearest_period(self, currency: str, period: int) -> int:
        """This period, or the least number of months where it is not sold.

        Where no months are sold, it is the first of its periods. Raises BadValue("period") where
        nothing is sold in this currency: prices can be loaded into a world whose accounts pay
        otherwise.
        """
        offered = self.periods(currency)
        if period in offered:
            return period
        if not offered:
            raise BadValue("period", str(period))
        return next((months for months in offered if months > 0), offered[0])

    def check_period(self, currency: str, period: int) -> None:
        """Raises BadValue("period") for a period this tariff does not have."""
        if period not in self.prices.get(currency, {}):
            raise BadValue("period", str(period))

    def cost(self, currency: str, period: int, addons: Mapping[int, int]) -> Decimal:
        """One period with these addons. Raises BadValue("period") where it is not sold."""
        self.check_period(currency, period)
        total = self.prices[currency][period]
        for addon_id, amount in addons.items():
            addon = self.addons.get(addon_id)
            if addon is not None:
                total += addon.cost(amount, currency, period)
        return total

    def term_end(self, start: date, period: int) -> date | None:
        """The end of one period from ``start``; None for a lifetime."""
        if period == TRIAL:
            return start + timedelta(days=self.trial_days)
        if period == DAY:
            return start + timedelta(days=1)
        return None if period == LIFETIME else add_months(start, period)

    def fits_country(self, country: str | None) -> bool:
        """Whether an account of this country may buy it where the rule is on."""
        if self.country == "any" or country is None:
            return True
        return (self.country == "RU") == (country == "RU")

    def is_retired(self, today: date) -> bool:
        """Whether its sales have ended."""
        return self.retired_on is not None and today >= self.retired_on


class Catalogue:
    """All tariffs of a world, by number and by product type, in their order; and its own types."""

    __slots__ = ("_by_id", "_by_type", "types")

    def __init__(
        self, tariffs: tuple[Tariff, ...], types: Mapping[str, OwnType] | None = None
    ) -> None:
        self.types: Mapping[str, OwnType] = types or {}
        self._by_id = {tariff.id: tariff for tariff in tariffs}
        self._by_type: dict[str, list[Tariff]] = {}
        for tariff in tariffs:
            self._by_type.setdefault(tariff.type, []).append(tariff)

    def find(self, tariff_id: int) -> Tariff | None:
        """A tariff by its number, or None."""
        return self._by_id.get(tariff_id)

    def of_type(self, product_type: str) -> list[Tariff]:
        """The tariffs of a product type in their order."""
        return self._by_type.get(product_type, [])

    def all(self) -> list[Tariff]:
        """Every tariff in its order."""
        return list(self._by_id.values())

    def __getitem__(self, tariff_id: int) -> Tariff:
        return self._by_id[tariff_id]
