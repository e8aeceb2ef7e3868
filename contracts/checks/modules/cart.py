"""The cart: what is ordered is in it once, at the price of the list, and leaves it again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.basket import (
    BASKET_RULES,
    ORDER,
    UNKNOWN_NUMBER,
    OrderedBasket,
    Positions,
    empty_basket,
    order_params,
    read_positions,
)
from contracts.checks.modules.panel import (
    ACTIVE,
    Panel,
    read_amount,
    read_balance,
    read_modules,
    same_amount,
    status_of,
)
from contracts.checks.modules.price_list import ModuleOffer
from contracts.checks.modules.rule import (
    CART,
)
from contracts.checks.modules.tenant_isolation import (
    OtherCustomer,
    judge_other_basket,
    judge_other_license,
)
from contracts.verdicts import CallRecord

MAX_TRIES: Final = 6
"""Modules of the list that are tried until the license accepts one."""
_ODD_PERIODS: Final = ("7", "5", "11")
_FIELDS: Final = ("billorder", "total_sum")
_AFTER_ORDER: Final = (
    "basket-shows-order", "basket-price", "basket-position", "basket-total",
    "basket-sums-bare", "basket-order-number",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _StateBefore:
    """What there was before anything was ordered."""

    positions: Positions
    modules: Collection[str]
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class _PlacedOrder:
    """What was ordered, and the number of the order where the endpoint names it."""

    offer: ModuleOffer
    number: str


def judge_cart(panel: Panel, offers: tuple[ModuleOffer, ...], other: OtherCustomer) -> bool:
    """Order one module into the basket and take it out again.

    Returns whether the basket can be read. Raises CannotRun as `Panel.ask` does.
    """
    positions = _open_basket(panel, panel.ask("basket"))
    if positions is None:
        return False
    license = panel.options.license
    orderable = [offer for offer in offers if offer.id.isdecimal() and offer.cost is not None]
    if not license or not orderable:
        reason = "no --item was given" if not license else "no module can be ordered by the list"
        panel.results.skip_group(CART, reason)
        return True
    before = _StateBefore(positions, tuple(read_modules(panel)), read_balance(panel))
    try:
        _judge_form(panel, order_params(orderable[0], license), positions)
        order = _place_order(panel, orderable)
        if order is not None:
            added = _judge_order(panel, order, offers, before)
            if added:
                judge_other_basket(other, added)
                judge_other_license(other, order.offer)
                _judge_repetition(panel, order.offer)
                _judge_other_period(panel, order.offer, positions)
        _judge_bad_orders(panel, order.offer if order else orderable[0])
    finally:
        empty_basket(panel, positions)
    _judge_free(panel, before.balance)
    return True


def _judge_free(panel: Panel, before: Decimal | None) -> None:
    after = read_balance(panel)
    if before is None or after is None:
        panel.results.unsupported("subaccount does not show the balance", "basket-free")
        return
    message = f"the balance went from {before} to {after}, and nothing was paid for"
    if not panel.results.check("basket-free", same_amount(before, after), message):
        panel.results.remark(message)


def _open_basket(panel: Panel, answer: Answer) -> Positions | None:
    """The positions of a basket that can be read, or None."""
    results, call = panel.results, answer.call
    if answer.root is None:
        results.skip_group(CART, "the basket could not be read")
        return None
    if answer.error is not None:
        if answer.error_type == "auth":
            message = f"the login was refused: {answer.refusal}"
            results.error(message, "basket-readable", proof=(call,))
        else:
            results.fail("basket-readable", f"refused: {answer.refusal}", call)
        results.skip_group(CART, "the basket was refused")
        return None
    results.check("basket-readable", True, "", call)  # noqa: FBT003 - it holds
    absent = [name for name in _FIELDS if answer.root.find(name) is None]
    if answer.root.find("list[@name='itemlist']") is None:
        absent.insert(0, 'list name="itemlist"')
    results.check("basket-fields", not absent, f"without {', '.join(absent)}", call)
    positions = read_positions(answer)
    if positions:
        results.remark(f"the basket held {len(positions)} positions before; they were left alone")
    return positions


def _judge_form(panel: Panel, order: Mapping[str, str], before: Positions) -> None:
    params = {name: text for name, text in order.items() if name not in {"sok", "clicked_button"}}
    form = panel.ask(ORDER, params, label="the form of an order")
    after = panel.ask("basket", label="basket after a form")
    if form.root is None or after.root is None:
        panel.results.skip("an answer could not be read", "order-form-free")
        return
    unchanged = set(read_positions(after)) == set(before)
    message = "a form put something in the basket"
    panel.results.check("order-form-free", unchanged, message, after.call)


def _place_order(panel: Panel, orderable: list[ModuleOffer]) -> _PlacedOrder | None:
    """Order the first module of the list that the license accepts; None where it accepts none."""
    results = panel.results
    ids = ("order-taken", *_AFTER_ORDER, "basket-once")
    candidates = [offer for offer in orderable if offer.intname == panel.options.buy] or orderable
    refusals: list[str] = []
    refused_calls: list[CallRecord] = []
    license_refused = False
    for offer in candidates[:MAX_TRIES]:
        answer = panel.ask(ORDER, order_params(offer, panel.options.license), label="an order")
        if answer.root is None:
            results.skip("the answer to an order could not be read", *ids)
            return None
        if answer.lacks_function:
            results.unsupported(f"there is no {ORDER}", *ids, proof=(answer.call,))
            return None
        if answer.error is None:
            number = answer.value("billorder")
            message = f"{offer.intname}: an answer without billorder"
            results.check("order-taken", number, message, answer.call)
            return _PlacedOrder(offer, number)
        license_refused = license_refused or _refuses_license(answer.error)
        refusals.append(f"{offer.intname}: {answer.refusal}")
        refused_calls.append(answer.call)
    if license_refused:
        message = f"license {panel.options.license} takes no module: {'; '.join(refusals)}"
        results.error(message, *ids, proof=tuple(refused_calls[-1:]))
    else:
        results.fail("order-taken", "; ".join(refusals), *refused_calls[-1:])
        results.skip("nothing could be ordered", *ids[1:])
    return None


def _refuses_license(error: Element) -> bool:
    """Whether the license is refused: it has the module, or is not this customer's."""
    kind = error.get("type")
    return kind == "exists" or (error.get("object") == "item" and kind in {"missed", "access"})


def _judge_order(
    panel: Panel, order: _PlacedOrder, offers: tuple[ModuleOffer, ...], before: _StateBefore
) -> Collection[str]:
    """Judge what the basket shows of the order; returns the numbers of the added positions."""
    results, offer = panel.results, order.offer
    answer = panel.ask("basket", label="basket after an order")
    if answer.root is None:
        results.skip("the basket could not be read", *_AFTER_ORDER)
        return ()
    positions = read_positions(answer)
    added = {number: row for number, row in positions.items() if number not in before.positions}
    if before.positions and not added:
        message = f"{offer.intname} may have been in the basket before"
        results.error(message, *_AFTER_ORDER, "basket-once")
        return ()
    message = f"{offer.intname} was ordered, {len(added)} positions were added"
    if not results.check("basket-shows-order", added, message, answer.call):
        results.skip("the order is not in the basket", *_AFTER_ORDER[1:], "basket-once")
        return ()
    row = next(iter(added.values()))
    for judge in BASKET_RULES:
        judge(OrderedBasket(offer, offers, order.number, row, answer), results)
    _judge_unpaid(panel, before.modules)
    return tuple(added)


def _judge_repetition(panel: Panel, offer: ModuleOffer) -> None:
    first = panel.ask("basket", label="basket before the same order again")
    panel.ask(ORDER, order_params(offer, panel.options.license), label="the same order again")
    second = panel.ask("basket", label="basket after the same order again")
    before, after = len(read_positions(first)), len(read_positions(second))
    message = f"{after} positions instead of {before}"
    panel.results.check("basket-once", second.root is None or after == before, message, second.call)
    _judge_removal(panel, second)


def _judge_unpaid(panel: Panel, before: Collection[str]) -> None:
    modules = read_modules(panel)
    active = [number for number, row in modules.items() if status_of(row) == ACTIVE]
    opened = [number for number in active if number not in before]
    message = f"ordered and not paid, {', '.join(opened)} became active"
    panel.results.check("unpaid-not-active", not opened, message)


def _judge_removal(panel: Panel, before: Answer) -> None:
    params = {"id": UNKNOWN_NUMBER, "clicked_button": "delete", "sok": "ok"}
    label = "taking out what is not there"
    panel.ask("basket", params, label=label, results=panel.results.detached())
    after = panel.ask("basket", label="basket after that")
    if before.root is None or after.root is None:
        panel.results.skip("the basket could not be read", "basket-kept")
        return
    gone = sorted(set(read_positions(before)) - set(read_positions(after)))
    message = f"{UNKNOWN_NUMBER} was to be taken out, and {', '.join(gone)} went"
    panel.results.check("basket-kept", not gone, message, after.call)


def _judge_other_period(panel: Panel, offer: ModuleOffer, before: Positions) -> None:
    """Order the longest other period of the list."""
    id, results = "other-period-price", panel.results
    costs = {
        length: cost for kind, length, cost in offer.periods
        if kind == "month" and length.isdecimal() and length not in {"0", "1"}
    }  # fmt: skip
    length = max(costs, key=int, default="")
    price = read_amount(costs.get(length, ""))
    if price is None:
        results.skip("the list has no other period", id)
        return
    empty_basket(panel, before)
    params = order_params(offer, panel.options.license, length)
    answer = panel.ask(ORDER, params, label=f"an order for {length} months")
    basket = panel.ask("basket", label=f"basket with {length} months")
    added = [row for number, row in read_positions(basket).items() if number not in before]
    if answer.root is None or basket.root is None:
        results.skip("an answer could not be read", id)
    elif answer.error is not None or len(added) != 1:
        problem = answer.refusal or f"{len(added)} positions"
        results.fail(id, f"{length} months are on the list: {problem}", answer.call)
    else:
        cost = added[0].findtext("cost") or ""
        message = f"{length} months: {cost or 'no cost'} in the basket, {price} on the list"
        results.check(id, same_amount(read_amount(cost), price), message, basket.call)


def _judge_bad_orders(panel: Panel, offer: ModuleOffer) -> None:
    results = panel.results
    lengths = {length for _, length, _ in offer.periods}
    odd = next((period for period in _ODD_PERIODS if period not in lengths), "13")
    for id, field, bad in (
        ("unknown-tariff-refused", "pricelist", UNKNOWN_NUMBER),
        ("bad-period-refused", "period", odd),
        ("foreign-licence-refused", "item", UNKNOWN_NUMBER),
    ):
        params = {**order_params(offer, panel.options.license), field: bad}
        answer = panel.ask(ORDER, params, label=f"an order with {field}={bad}")
        error, message = answer.error, f"{field}={bad} was ordered"
        if answer.root is None:
            results.skip("the answer could not be read", id)
        elif answer.lacks_function:
            results.unsupported(f"there is no {ORDER}", id, "refusal-names-field")
        elif results.check(id, error is not None, message, answer.call):
            name = "" if error is None else error.get("object", "")
            message = f"{field}={bad}: the error names {name or 'nothing'}"
            results.check("refusal-names-field", name == field, message, answer.call)
