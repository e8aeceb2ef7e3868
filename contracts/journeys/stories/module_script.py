"""The scenario of a module's life, read from ``scenarios/module_life.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from contracts.journeys.stories.script import read_file

NAME: Final = "module_life"


@dataclass(frozen=True, slots=True)
class ModuleScript:
    """Who has how much money, which license there is, and which module is sold at which price.

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


def read_script(name: str = NAME) -> ModuleScript:
    """Reads the scenario. Raises ScenarioFault: the file and what is wrong with it."""
    return read_file(name, _script)


def _script(given: Mapping[str, Any]) -> ModuleScript:
    license, customer, module = given["licence"], given["customer"], given["module"]
    return ModuleScript(
        about=given["about"],
        balance=Decimal(given["balance"]),
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
