"""Reads ``contracts/scenarios``: what customers do in a year, in a quarter, with a module.

A scenario says what is done and never what comes of it. Its days are month and day of whatever
year is played, so February has the length of that year.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from mockseller.files import FileError, read_yaml
from reseller_client.shop.prices import PriceRule, Rounding

SCENARIOS: Final = Path(__file__).parents[2] / "scenarios"
SOFT: Final = "soft"
PLATFORM: Final = "platform"
SEPARATE: Final = ("softexternal", PLATFORM)
"""Product types that are ordered directly and prolonged by the seller."""
YEAR_ACTIONS: Final = ("arrive", "suspend", "unsuspend", "leave")
QUARTER_ACTIONS: Final = ("arrive", "resize", "reinstall", "suspend", "resume", "leave")
MODULE_LIFE: Final = "module_life"


class ScenarioError(FileError):
    """A scenario cannot be read: the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ScenarioProduct:
    """A product of the shop: a tariff of the seller at a price of the shop's.

    ``type`` soft is sold through WHMCS; any other is ordered directly and prolonged by the seller.
    ``nodes``: how many more than the tariff includes, counted by ``node_addon``.
    """

    name: str
    tariff: int
    rule: PriceRule
    type: str = SOFT
    node_addon: int | None = None
    nodes: int = 0


@dataclass(frozen=True, slots=True)
class ScenarioEvent:
    """What a customer does on a day; an arriving one has a product."""

    on: date
    do: str
    customer: str
    product: str = ""


@dataclass(frozen=True, slots=True)
class CustomerEvent(ScenarioEvent):
    """An event of a year. ``addon``: of a hosting product, which lasts ``until``."""

    ip: str = ""
    addon: bool = False
    until: date | None = None


@dataclass(frozen=True, slots=True)
class YearScenario:
    """A year: the balance at its start, what is paid in when it is too low, products, events."""

    about: str
    balance: Decimal
    top_up: Decimal
    products: Mapping[str, ScenarioProduct]
    events: tuple[CustomerEvent, ...]


@dataclass(frozen=True, slots=True)
class ServerProduct:
    """A product: a tariff of the seller with amounts of its addons, by their internal names.

    ``by_cart``: a custom billing buys it by the newer order.
    """

    name: str
    tariff: int
    ostempl: str
    addons: Mapping[str, int] = field(default_factory=dict)
    by_cart: bool = False


@dataclass(frozen=True, slots=True)
class QuarterEvent(ScenarioEvent):
    """An event of a quarter; ``addons`` by their internal names."""

    ostempl: str = ""
    addons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuarterScenario:
    """A quarter: the balance at its start, the markup in per cent, products, events by day."""

    about: str
    balance: Decimal
    markup: Decimal
    products: Mapping[str, ServerProduct]
    events: tuple[QuarterEvent, ...]


@dataclass(frozen=True, slots=True)
class ModuleScript:
    """The balances, the license that is bought, and the module that is sold.

    Money is in the currency of the seller's account; ``period`` is of the license, in months.
    """

    about: str
    balance: Decimal
    license_tariff: int
    edition: str
    period: int
    ip: str
    login: str
    password: str
    customer_balance: Decimal
    number: int
    module_tariff: int
    intname: str
    price: Decimal


T = TypeVar("T")


def read_year(name: str, year: int) -> YearScenario:
    """Reads the scenario of a year. Raises ScenarioError."""
    return _read_file(name, lambda content: _year(content, year))


def read_quarter(name: str, year: int) -> QuarterScenario:
    """Reads the scenario of a quarter in a year. Raises ScenarioError."""
    return _read_file(name, lambda content: _quarter(content, year))


def read_module_script(name: str = MODULE_LIFE) -> ModuleScript:
    """Reads the scenario. Raises ScenarioError: the file and what is wrong with it."""
    return _read_file(name, lambda content: _read(ModuleScript, content))


def _read_file(name: str, parse: Callable[[dict[str, Any]], T]) -> T:
    path = SCENARIOS / f"{name}.yaml"
    source = read_yaml(path, ScenarioError, name=path.name, texts=True)
    source.check()
    try:
        return parse(dict(source.document))
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as problem:
        raise ScenarioError(f"{path.name}: {' '.join(str(problem).split())}") from problem


def _year(content: dict[str, Any], year: int) -> YearScenario:
    products = {name: _product(name, entry) for name, entry in content.pop("products").items()}
    events = tuple(_read(CustomerEvent, entry, year=year) for entry in content.pop("events"))
    check_events(events, YEAR_ACTIONS, products)
    return _read(YearScenario, content, products=products, events=events)


def _quarter(content: dict[str, Any], year: int) -> QuarterScenario:
    products = {
        name: _read(ServerProduct, entry, name=name)
        for name, entry in content.pop("products").items()
    }
    events = tuple(_read(QuarterEvent, entry, year=year) for entry in content.pop("events"))
    check_events(events, QUARTER_ACTIONS, products)
    return _read(QuarterScenario, content, products=products, events=events)


def _product(name: str, entry: Mapping[str, str]) -> ScenarioProduct:
    of_rule = {each.name for each in fields(PriceRule)} & entry.keys()
    rule = _read(PriceRule, {each: entry[each] for each in of_rule})
    rest = {each: entry[each] for each in entry.keys() - of_rule}
    product = _read(ScenarioProduct, rest, name=name, rule=rule)
    if product.type not in {SOFT, *SEPARATE}:
        raise ValueError(f"{name}: nobody sells the type {product.type}")
    return product


def _read(kind: type[T], entry: Mapping[str, Any], *, year: int = 0, **further: object) -> T:
    """A dataclass of an entry of a file, in which everything is a text; ``further`` of its fields.

    Days are in ``year``. Raises ValueError for a name that is no field of it, and for a value that
    cannot be read, TypeError where one is missing.
    """
    kinds = {each.name: str(each.type) for each in fields(cast("Any", kind))}
    if unknown := entry.keys() - (kinds.keys() - further.keys()):
        raise ValueError(f"{kind.__name__}: unknown {', '.join(sorted(unknown))}")
    values = {
        name: parse_day(text, year) if kinds[name] in DAYS else READERS[kinds[name]](text)
        for name, text in entry.items()
    }
    return kind(**values, **further)


DAYS: Final = ("date", "date | None")
READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "str": str,
    "int": int,
    "int | None": int,
    "bool": "true".__eq__,
    "Decimal": Decimal,
    "Decimal | None": Decimal,
    "Rounding": Rounding.read,
    "Mapping[str, int]": lambda entry: {name: int(amount) for name, amount in entry.items()},
}
"""How a text of a file is read, by the type of the field."""


def check_events(
    events: Sequence[ScenarioEvent], actions: Collection[str], sold: Collection[str]
) -> None:
    """Raises ValueError for an event that makes no sense, or events out of order."""
    for event in events:
        if event.do not in actions or (event.do == "arrive") != bool(event.product):
            raise ValueError(f"{event.on} {event.customer}: {event.do} {event.product}")
        if event.product and event.product not in sold:
            raise ValueError(f"nobody sells {event.product}")
    if list(events) != sorted(events, key=lambda event: event.on):
        raise ValueError("events are written in the order of their days")


def parse_day(text: str, year: int) -> date:
    """A day of a file, ``MM-DD``, in the year that is played. Raises ValueError."""
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))
