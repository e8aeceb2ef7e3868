"""The order in which exchanges are judged at a seller that is not ours, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from contracts.checks.seller.resources import Resources
from contracts.checks.seller.roles import DELETED, TEXTS, find_numbers, find_roles
from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS
from contracts.record.exchange import Exchange, Request
from contracts.record.levels import family_of
from contracts.target.spending import changes, spends
from contracts.verdicts import EVIDENCE

BASKET: Final = frozenset({"basket", "cart", "cart.empty", "cartorder.create.confirm"})
_TAKES_OUT: Final = frozenset({"", "delete", "clearbasket"})
"""Buttons of the basket that pay nothing."""


class Phase(IntEnum):
    """Phases of the run: orders first, then what reads and changes them, deletions last."""

    FREE = 0
    ORDER = 1
    READ = 2
    SPEND = 3
    DELETE_MODULE = 4
    DELETE = 5
    DELETE_AGAIN = 6
    AFTER_DELETION = 7


def list_requests(exchange: Exchange) -> Iterator[Request]:
    """All requests of an exchange, in the order in which they are sent."""
    yield from (step.request for step in exchange.before)
    yield exchange.request


def uses_basket(request: Request) -> bool:
    """Whether a request changes the basket or leaves an order in it."""
    if not changes(request.func, request.params):
        return False
    if request.func in BASKET or request.params.get("clicked_button") == "basket":
        return True
    paid = request.params.get("skipbasket", "").lower() in ("on", "yes", "1")
    return request.func.endswith(".order.param") and not paid


def pays(request: Request) -> bool:
    """Whether a request takes money at once; not if it waits in the basket or is a step before."""
    if not spends(request.func, request.params) or request.func.endswith(".order.csr"):
        return False
    if request.func in BASKET:
        return request.params.get("clicked_button", "") not in _TAKES_OUT or (
            request.func == "cartorder.create.confirm"
        )
    return not uses_basket(request)


def rank_exchange(
    exchange: Exchange, out: str, resources: Resources
) -> tuple[Phase, bool, float, int]:
    """Sort key of an exchange in a format.

    Within a phase the families that most clients use come first, the cheap before the dear, and
    the known before the assumed.
    """
    family = family_of(exchange.func)
    evidence = EVIDENCE.index(exchange.evidence)
    price = resources.estimate_price(family)
    return _phase_of(exchange, out), family not in (SOFT, VDS), price, evidence


def _phase_of(exchange: Exchange, out: str) -> Phase:
    func, params = exchange.func, exchange.request.params
    if any(role.kind == DELETED for role in find_roles(exchange.request)):
        return Phase.AFTER_DELETION
    if func.endswith(".delete"):
        if out != exchange.formats[0]:
            return Phase.DELETE_AGAIN
        # Deleting a license deletes its module.
        return Phase.DELETE_MODULE if family_of(func) == ADDITION else Phase.DELETE
    if func.endswith(".order.param") and pays(exchange.request):
        return Phase.ORDER
    if find_numbers(exchange.request) or exchange.before or exchange.expected.kind == "listing":
        return Phase.SPEND if spends(func, params) else Phase.READ
    return Phase.READ if any(item in TEXTS for item in params.items()) else Phase.FREE
