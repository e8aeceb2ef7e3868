"""Scenarios: what a reseller's customers do in a year, written down in ``scenarios/*.yaml``.

A scenario tells what is done and never what comes of it. Days are months and days of whatever year
is played, so February has the length of that year.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import yaml

from contracts.journeys.stories.single import TYPES
from reseller_client.shop.prices import PriceRule, Rounding

SCENARIOS: Final = Path(__file__).parents[2] / "scenarios"
SOFT: Final = "soft"
DEEDS: Final = ("arrive", "suspend", "unsuspend", "leave")


class ScenarioFault(ValueError):
    """A scenario that cannot be read: the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Product:
    """What the shop sells: a tariff of the seller at a price of the shop's.

    ``type`` soft goes through WHMCS; any other is ordered by itself and prolonged by the seller.
    ``nodes``: beyond the one that comes with the tariff, counted by ``node_addon``.
    """

    name: str
    tariff: int
    rule: PriceRule
    type: str = SOFT
    node_addon: int | None = None
    nodes: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What a customer does on a day. ``addon``: of a hosting product, with a life ``until``."""

    on: date
    do: str
    customer: str
    product: str = ""
    ip: str = ""
    addon: bool = False
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A year: the money at its start, what is paid in when it lacks, products, events by day."""

    about: str
    balance: Decimal
    top_up: Decimal
    products: Mapping[str, Product]
    events: tuple[Event, ...]


def read_scenario(name: str, year: int) -> Scenario:
    """Reads a scenario for a year. Raises ScenarioFault."""
    return read_file(name, lambda given: _scenario(given, year))


Made = TypeVar("Made")


def read_file(name: str, make: Callable[[Mapping[str, Any]], Made]) -> Made:
    """What ``make`` makes of a file of ``scenarios``; what it raises becomes a ScenarioFault."""
    path = SCENARIOS / f"{name}.yaml"
    try:
        given = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
        return make(given)
    except (OSError, yaml.YAMLError, ValueError, KeyError, TypeError, InvalidOperation) as problem:
        raise ScenarioFault(f"{path.name}: {' '.join(str(problem).split())}") from problem


def _scenario(given: Mapping[str, Any], year: int) -> Scenario:
    products = {name: _product(name, said) for name, said in given["products"].items()}
    events = tuple(_event(said, year) for said in given["events"])
    check_events(events, DEEDS, products)
    balance, top_up = Decimal(given["balance"]), Decimal(given["top_up"])
    return Scenario(given["about"], balance, top_up, products, events)


class Told(Protocol):
    """What every event of a file has: a day, a deed, a customer, and what arrives a product."""

    @property
    def on(self) -> date:
        """The day."""

    @property
    def do(self) -> str:
        """The deed."""

    @property
    def customer(self) -> str:
        """Whose it is."""

    @property
    def product(self) -> str:
        """What is bought, by whoever arrives."""


def check_events(events: Sequence[Told], deeds: Collection[str], sold: Collection[str]) -> None:
    """Raises ValueError for an event that makes no sense, or stands in no order."""
    for event in events:
        if event.do not in deeds or (event.do == "arrive") != bool(event.product):
            raise ValueError(f"{event.on} {event.customer}: {event.do} {event.product}")
        if event.product and event.product not in sold:
            raise ValueError(f"nobody sells {event.product}")
    if list(events) != sorted(events, key=lambda event: event.on):
        raise ValueError("events are written in the order of their days")


def _product(name: str, said: Mapping[str, str]) -> Product:
    _known(said, {"tariff", "type", "node_addon", "nodes", "fixed", "markup", "rounding"}, name)
    rule = PriceRule(
        fixed=Decimal(said["fixed"]) if "fixed" in said else None,
        markup=Decimal(said.get("markup", "0")),
        rounding=Rounding.read(said.get("rounding", "0.01")),
    )
    kind = said.get("type", SOFT)
    if kind not in {SOFT, *TYPES}:
        raise ValueError(f"{name}: nobody sells the type {kind}")
    return Product(
        name=name,
        tariff=int(said["tariff"]),
        rule=rule,
        type=kind,
        node_addon=int(said["node_addon"]) if "node_addon" in said else None,
        nodes=int(said.get("nodes", "0")),
    )


def _event(said: Mapping[str, str], year: int) -> Event:
    _known(said, {field.name for field in fields(Event)}, said.get("on", "an event"))
    return Event(
        on=day_of(said["on"], year),
        do=said["do"],
        customer=said["customer"],
        product=said.get("product", ""),
        ip=said.get("ip", ""),
        addon=said.get("addon") == "true",
        until=day_of(said["until"], year) if "until" in said else None,
    )


def day_of(text: str, year: int) -> date:
    """A day of a file, ``MM-DD``, in the year that is played."""
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def _known(said: Mapping[str, str], names: set[str], where: str) -> None:
    if unknown := said.keys() - names:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
