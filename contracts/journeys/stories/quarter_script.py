"""The script of a quarter of reselling machines, out of ``scenarios/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from contracts.journeys.stories.script import check_events, day_of, read_file

DEEDS: Final = ("arrive", "resize", "reinstall", "suspend", "resume", "leave")


@dataclass(frozen=True, slots=True)
class Sold:
    """What is sold: a tariff of the seller with so much of its addons, by their internal names."""

    name: str
    tariff: int
    addons: Mapping[str, int]
    ostempl: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a customer does on a day; ``addons`` by their internal names."""

    on: date
    do: str
    customer: str
    product: str = ""
    ostempl: str = ""
    addons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """The money at the start, what is added to the seller's prices in per cent, and the acts."""

    about: str
    balance: Decimal
    markup: Decimal
    products: Mapping[str, Sold]
    acts: tuple[Act, ...]


def read_script(name: str, year: int) -> Script:
    """Reads a script for a year. Raises ScenarioFault."""
    return read_file(name, lambda given: _script(given, year))


def _script(given: Mapping[str, Any], year: int) -> Script:
    products = {name: _sold(name, said) for name, said in given["products"].items()}
    acts = tuple(_act(said, year) for said in given["events"])
    check_events(acts, DEEDS, products)
    balance, markup = Decimal(given["balance"]), Decimal(given["markup"])
    return Script(given["about"], balance, markup, products, acts)


def _sold(name: str, said: Mapping[str, Any]) -> Sold:
    return Sold(name, int(said["tariff"]), _amounts(said.get("addons", {})), said["ostempl"])


def _act(said: Mapping[str, Any], year: int) -> Act:
    return Act(
        on=day_of(said["on"], year),
        do=said["do"],
        customer=said["customer"],
        product=said.get("product", ""),
        ostempl=said.get("ostempl", ""),
        addons=_amounts(said.get("addons", {})),
    )


def _amounts(said: Mapping[str, str]) -> dict[str, int]:
    return {name: int(amount) for name, amount in said.items()}
