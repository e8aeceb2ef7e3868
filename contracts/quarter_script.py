"""The script of a quarter of reselling machines, out of ``scenarios/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import yaml

from contracts.scenario import SCENARIOS, ScenarioFault

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
    path = SCENARIOS / f"{name}.yaml"
    try:
        given = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
        return _script(given, year)
    except (OSError, yaml.YAMLError, ValueError, KeyError, TypeError, InvalidOperation) as problem:
        raise ScenarioFault(f"{path.name}: {' '.join(str(problem).split())}") from problem


def _script(given: Mapping[str, Any], year: int) -> Script:
    products = {name: _sold(name, said) for name, said in given["products"].items()}
    acts = tuple(_act(said, year) for said in given["events"])
    for act in acts:
        if act.do not in DEEDS or (act.do == "arrive") != bool(act.product):
            raise ValueError(f"{act.on} {act.customer}: {act.do} {act.product}")
        if act.product and act.product not in products:
            raise ValueError(f"nobody sells {act.product}")
    if list(acts) != sorted(acts, key=lambda act: act.on):
        raise ValueError("events are written in the order of their days")
    balance, markup = Decimal(given["balance"]), Decimal(given["markup"])
    return Script(given["about"], balance, markup, products, acts)


def _sold(name: str, said: Mapping[str, Any]) -> Sold:
    return Sold(name, int(said["tariff"]), _amounts(said.get("addons", {})), said["ostempl"])


def _act(said: Mapping[str, Any], year: int) -> Act:
    month, _, day = said["on"].partition("-")
    return Act(
        on=date(year, int(month), int(day)),
        do=said["do"],
        customer=said["customer"],
        product=said.get("product", ""),
        ostempl=said.get("ostempl", ""),
        addons=_amounts(said.get("addons", {})),
    )


def _amounts(said: Mapping[str, str]) -> dict[str, int]:
    return {name: int(amount) for name, amount in said.items()}
