"""In which turn exchanges are asked of a foreign seller, and which of them cost money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.checks.seller.resources import Stock
from contracts.checks.seller.roles import DEAD, SERVICES, TEXTS
from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS
from contracts.record.exchange import Exchange, Request
from contracts.record.levels import family_of
from contracts.target.spending import changes, spends
from contracts.verdicts import EVIDENCE

BASKET: Final = frozenset({"basket", "cart", "cart.empty", "cartorder.create.confirm"})
NUMBERS: Final = ("elid", "item", "plid")
"""Parameters that number services."""
FREE, ORDERS, LOOKS, SPENDS, MODULES_GO, GO, GO_AGAIN, AFTERWARDS = range(8)
"""What needs nothing; orders, whose services are then looked at and used up; what is deleted."""
_TAKEN_OUT: Final = frozenset({"", "delete", "clearbasket"})


def requests_of(exchange: Exchange) -> Iterator[Request]:
    """All of its requests, in their order."""
    yield from (step.request for step in exchange.before)
    yield exchange.request


def waits_to_be_paid(request: Request) -> bool:
    """Whether it is about the basket, or puts something there."""
    if not changes(request.func, request.params):
        return False
    if request.func in BASKET or request.params.get("clicked_button") == "basket":
        return True
    paid = request.params.get("skipbasket", "").lower() in ("on", "yes", "1")
    return request.func.endswith(".order.param") and not paid


def pays(request: Request) -> bool:
    """Whether it takes money at once: not what waits in the basket, and no step on the way."""
    if not spends(request.func, request.params) or request.func.endswith(".order.csr"):
        return False
    if request.func in BASKET:
        return request.params.get("clicked_button", "") not in _TAKEN_OUT or (
            request.func == "cartorder.create.confirm"
        )
    return not waits_to_be_paid(request)


def turn_of(exchange: Exchange, out: str, stock: Stock) -> tuple[int, bool, float, int]:
    """When to ask it: what it orders is looked at by what follows, and deleted last of all.

    Within a turn the families of most clients come first, what is cheap before what is dear, and
    what is known before what is assumed.
    """
    family = family_of(exchange.func)
    known = EVIDENCE.index(exchange.evidence)
    return _turn(exchange, out), family not in (SOFT, VDS), stock.price(family), known


def _turn(exchange: Exchange, out: str) -> int:
    func, params = exchange.func, exchange.request.params
    numbers = {one for name in NUMBERS for one in params.get(name, "").split(", ")}
    if any(SERVICES[one].which == DEAD for one in numbers & set(SERVICES)):
        return AFTERWARDS
    if func.endswith(".delete"):
        if out != exchange.formats[0]:
            return GO_AGAIN
        # A module goes with its license.
        return MODULES_GO if family_of(func) == ADDITION else GO
    if func.endswith(".order.param") and pays(exchange.request):
        return ORDERS
    if numbers - {""} or exchange.before or exchange.expected.kind == "listing":
        return SPENDS if spends(func, params) else LOOKS
    return LOOKS if any(one in TEXTS for one in params.items()) else FREE
