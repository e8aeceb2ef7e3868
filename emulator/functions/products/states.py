"""``X.suspend``, ``X.resume``, ``X.delete`` and the power of servers, for every product type.

Source: docs/trade.md sections 6.2, 6.5 and 12, docs/resale.md section 2.6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from emulator.api.context import ActionResult, Call
from emulator.api.registry import Family
from emulator.domain.accounts.accounts import Account
from emulator.domain.services import servers, services, states
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import (
    AccessDenied,
    ApiError,
    MinimumTerm,
    Missed,
    RunningOperation,
    WrongState,
)
from emulator.functions.form_parts import ServicesParameters
from emulator.functions.products.product_type import ProductType

POWER: Mapping[str, str] = MappingProxyType({
    "start": "Starts servers; one that runs already is left alone.",
    "stop": "Stops servers; the paid term keeps running.",
    "reboot": "Restarts servers.",
    "hardreboot": "Restarts servers as their power button does.",
})  # fmt: skip
"""What is done to the power of a server, with the summary of the function that does it."""
POWER_FAILS: tuple[type[ApiError], ...] = (Missed, RunningOperation, WrongState)


@dataclass(frozen=True, slots=True)
class StateChange:
    """What suspends, resumes or deletes one service, and how its function is declared."""

    apply: Callable[[Shop, Account, Service], Service]
    summary: str
    source: str
    fails: tuple[type[ApiError], ...] = (Missed, RunningOperation, WrongState)


STATE_CHANGES: Mapping[str, StateChange] = MappingProxyType({
    "suspend": StateChange(
        states.suspend,
        "Suspends services. The paid term keeps running; suspending twice is not an error.",
        "docs/trade.md section 6.2",
    ),
    "resume": StateChange(
        states.resume,
        "Resumes suspended services while their term lasts; resuming twice is not an error.",
        "docs/trade.md section 6.2",
    ),
    "delete": StateChange(
        states.delete,
        "Deletes services without a refund: at once, or at the end of the paid term.",
        "docs/trade.md sections 6.5 and 12",
        (Missed, RunningOperation, AccessDenied, MinimumTerm),
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class StateAction:
    """The handler of a change of state."""

    intname: str
    apply: Callable[[Shop, Account, Service], Service]

    def run(self, call: Call, elid: int) -> ActionResult:
        """Changes the state of one service of this type."""
        service = services.require_owned(call.shop, call.user, elid, self.intname)
        self.apply(call.shop, call.user, service)
        return ActionResult()


@dataclass(frozen=True, slots=True)
class PowerAction:
    """The handler of one verb of `POWER`; without ``intname`` for servers of every type."""

    verb: str
    intname: str | None = None

    def run(self, call: Call, elid: int) -> ActionResult:
        """Starts, stops or restarts one server."""
        service = services.require_owned(call.shop, call.user, elid, self.intname)
        servers.power(call.shop, call.user, service, self.verb)
        return ActionResult()


def declare_state_change(family: Family, product: ProductType, name: str) -> None:
    """``X.suspend``, ``X.resume``, ``X.delete``."""
    role = product.role(name)
    change = STATE_CHANGES[role]
    family.action(
        name,
        takes=ServicesParameters,
        elids="elid",
        fails=(*change.fails, *(product.state_fails if role != "delete" else ())),
        evidence=product.functions[name],
        source=change.source,
        example={"elid": product.example},
        summary=change.summary,
    )(StateAction(product.intname, change.apply).run)


def declare_power(family: Family, product: ProductType, name: str) -> None:
    """``X.start``, ``X.stop``, ``X.reboot``, ``X.hardreboot``."""
    verb = product.role(name)
    family.action(
        name,
        takes=ServicesParameters,
        elids="elid",
        fails=POWER_FAILS,
        evidence=product.functions[name],
        source="docs/resale.md section 2.6",
        example={"elid": product.example},
        summary=POWER[verb],
    )(PowerAction(verb, product.intname).run)
