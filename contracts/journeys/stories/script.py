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
from typing import Any, Final, TypeVar

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


def read_year(name: str, year: int) -> YearScenario:
    """Reads the scenario of a year. Raises ScenarioError."""
    return read_file(name, lambda content: _year(content, year))


T = TypeVar("T")


def read_file(name: str, parse: Callable[[Mapping[str, Any]], T]) -> T:
    """Parses a file of ``contracts/scenarios``. Raises ScenarioError."""
    path = SCENARIOS / f"{name}.yaml"
    source = read_yaml(path, ScenarioError, name=path.name, texts=True)
    source.check()
    try:
        return parse(source.document)
    except (ValueError, KeyError, TypeError, InvalidOperation) as problem:
        raise ScenarioError(f"{path.name}: {' '.join(str(problem).split())}") from problem


def _year(content: Mapping[str, Any], year: int) -> YearScenario:
    products = {name: _product(name, entry) for name, entry in content["products"].items()}
    events = tuple(_event(entry, year) for entry in content["events"])
    check_events(events, YEAR_ACTIONS, products)
    balance, top_up = Decimal(content["balance"]), Decimal(content["top_up"])
    return YearScenario(content["about"], balance, top_up, products, events)


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


def _product(name: str, entry: Mapping[str, str]) -> ScenarioProduct:
    _check_keys(
        entry, {"tariff", "type", "node_addon", "nodes", "fixed", "markup", "rounding"}, name
    )
    rule = PriceRule(
        fixed=Decimal(entry["fixed"]) if "fixed" in entry else None,
        markup=Decimal(entry.get("markup", "0")),
        rounding=Rounding.read(entry.get("rounding", "0.01")),
    )
    kind = entry.get("type", SOFT)
    if kind not in {SOFT, *SEPARATE}:
        raise ValueError(f"{name}: nobody sells the type {kind}")
    return ScenarioProduct(
        name=name,
        tariff=int(entry["tariff"]),
        rule=rule,
        type=kind,
        node_addon=int(entry["node_addon"]) if "node_addon" in entry else None,
        nodes=int(entry.get("nodes", "0")),
    )


def _event(entry: Mapping[str, str], year: int) -> CustomerEvent:
    _check_keys(
        entry, {column.name for column in fields(CustomerEvent)}, entry.get("on", "an event")
    )
    return CustomerEvent(
        on=parse_day(entry["on"], year),
        do=entry["do"],
        customer=entry["customer"],
        product=entry.get("product", ""),
        ip=entry.get("ip", ""),
        addon=entry.get("addon") == "true",
        until=parse_day(entry["until"], year) if "until" in entry else None,
    )


def parse_day(text: str, year: int) -> date:
    """A day of a file, ``MM-DD``, in the year that is played. Raises ValueError."""
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def _check_keys(entry: Mapping[str, str], names: set[str], where: str) -> None:
    if unknown := entry.keys() - names:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True)
class ServerProduct:
    """A product: a tariff of the seller with amounts of its addons, by their internal names.

    ``by_cart``: a custom billing buys it by the newer order.
    """

    name: str
    tariff: int
    addons: Mapping[str, int]
    ostempl: str
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


def read_quarter(name: str, year: int) -> QuarterScenario:
    """Reads the scenario of a quarter in a year. Raises ScenarioError."""
    return read_file(name, lambda content: _quarter(content, year))


def _quarter(content: Mapping[str, Any], year: int) -> QuarterScenario:
    products = {name: _server_product(name, entry) for name, entry in content["products"].items()}
    events = tuple(_quarter_event(entry, year) for entry in content["events"])
    check_events(events, QUARTER_ACTIONS, products)
    balance, markup = Decimal(content["balance"]), Decimal(content["markup"])
    return QuarterScenario(content["about"], balance, markup, products, events)


def _server_product(name: str, entry: Mapping[str, Any]) -> ServerProduct:
    addons = _amounts(entry.get("addons", {}))
    by_cart = bool(entry.get("by_cart"))
    return ServerProduct(name, int(entry["tariff"]), addons, entry["ostempl"], by_cart)


def _quarter_event(entry: Mapping[str, Any], year: int) -> QuarterEvent:
    return QuarterEvent(
        on=parse_day(entry["on"], year),
        do=entry["do"],
        customer=entry["customer"],
        product=entry.get("product", ""),
        ostempl=entry.get("ostempl", ""),
        addons=_amounts(entry.get("addons", {})),
    )


def _amounts(entry: Mapping[str, str]) -> dict[str, int]:
    return {name: int(amount) for name, amount in entry.items()}


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


def read_module_script(name: str = MODULE_LIFE) -> ModuleScript:
    """Reads the scenario. Raises ScenarioError: the file and what is wrong with it."""
    return read_file(name, _module_script)


def _module_script(content: Mapping[str, Any]) -> ModuleScript:
    license, customer, module = content["licence"], content["customer"], content["module"]
    return ModuleScript(
        about=content["about"],
        balance=Decimal(content["balance"]),
        license_tariff=int(license["tariff"]),
        edition=license["edition"],
        period=int(license["period"]),
        ip=license["ip"],
        login=customer["login"],
        password=customer["password"],
        customer_balance=Decimal(customer["balance"]),
        number=int(module["number"]),
        module_tariff=int(module["tariff"]),
        intname=module["intname"],
        price=Decimal(module["price"]),
    )
