"""A purchase with the customer's money: only where the options name a module to buy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.basket import (
    ORDER,
    UNKNOWN_NUMBER,
    currency_of,
    empty_basket,
    order_params,
    read_positions,
)
from contracts.checks.modules.bought_module import (
    FOLLOW_UPS,
    MODULE_RULES,
    PROLONG,
    BoughtModule,
    find_new_module,
    judge_deletion,
    judge_prolong_form,
    judge_prolonging,
)
from contracts.checks.modules.panel import (
    Panel,
    read_amount,
    read_balance,
    read_modules,
    rows_of_list,
    same_amount,
)
from contracts.checks.modules.price_list import ModuleOffer
from contracts.checks.modules.rule import PROLONGING, PURCHASE
from contracts.checks.modules.tenant_isolation import (
    OtherCustomer,
    judge_other_balance,
    judge_other_module,
    judge_other_order,
)

PAY: Final = "payment.add.method"
_CHARGES: Final = ("charged-price", "charged-once")
_AFTER_PAYMENT: Final = ("module-listed", *FOLLOW_UPS, *_CHARGES, "currency-paid")


@dataclass(frozen=True, slots=True)
class _PayableOrder:
    """An order in the basket that is to be paid, and its tax."""

    number: str
    offer: ModuleOffer
    tax: Decimal


def judge_purchase(panel: Panel, offers: tuple[ModuleOffer, ...], other: OtherCustomer) -> None:
    """Order the module that the options name, pay it, judge it, and delete it if they say so.

    Raises CannotRun as `Panel.ask` does.
    """
    name, results = panel.options.buy, panel.results
    offer = next((each for each in offers if each.intname == name and each.cost is not None), None)
    if not name or offer is None:
        reason = "nothing is paid for without --buy NAME"
        if name:
            reason = f"{name} is not on the price list with a cost for a month"
            results.error(reason, "payment-done")
        _skip_all(panel, reason)
        return
    modules, balance = tuple(read_modules(panel)), read_balance(panel)
    order = _place_order(panel, offer)
    if order is None:
        _skip_all(panel, f"{name} was not ordered")
        return
    _judge_nothing_paid(panel, order, balance)
    judge_other_order(other, order.number)
    if not _pay_order(panel, order):
        results.skip(f"{name} was not paid", *_AFTER_PAYMENT)
        results.skip_group(PROLONGING, f"{name} was not paid")
        empty_basket(panel, {})
        return
    _judge_charge(panel, order, balance, offers)
    judge_other_balance(other)
    row = find_new_module(panel, modules)
    if row is None:
        results.skip_group(PROLONGING, "the module is not listed")
        return
    bought = BoughtModule(row, offer, offers, panel.options.license)
    for judge in MODULE_RULES:
        judge(bought, results)
    if judge_prolong_form(panel, bought):
        judge_prolonging(panel, bought, order.tax)
    else:
        results.skip_group(PROLONGING, f"there is no {PROLONG}")
    judge_other_module(other, bought.number)
    judge_deletion(panel, bought)


def _skip_all(panel: Panel, reason: str) -> None:
    for group in (PURCHASE, PROLONGING):
        panel.results.skip_group(group, reason)


def _place_order(panel: Panel, offer: ModuleOffer) -> _PayableOrder | None:
    """Order into an empty basket; None where it is not empty or the order was refused."""
    before = panel.ask("basket", label="basket before the purchase")
    if before.root is None or read_positions(before):
        message = "the basket is not empty: paying would pay for more than the module"
        panel.results.error(message, "payment-done", proof=(before.call,))
        return None
    params = order_params(offer, panel.options.license)
    answer = panel.ask(ORDER, params, label="the order to be paid")
    basket = panel.ask("basket", label="basket to be paid")
    number = answer.value("billorder") or basket.value("billorder")
    positions = len(read_positions(basket))
    if answer.root is None or answer.error is not None or not number:
        message = f"{offer.intname} could not be ordered: {answer.refusal or 'no billorder'}"
        panel.results.error(message, "payment-done", proof=(answer.call,))
    elif positions > 1:
        message = f"{positions} positions for one order: it was not paid"
        panel.results.error(message, "payment-done", proof=(basket.call,))
    else:
        return _PayableOrder(number, offer, read_amount(basket.value("tax")) or Decimal(0))
    empty_basket(panel, {})
    return None


def _judge_nothing_paid(panel: Panel, order: _PayableOrder, before: Decimal | None) -> None:
    results, ids = panel.results, ("pay-form-free", "unknown-order-unpaid")
    if before is None:
        results.unsupported("subaccount does not show the balance", *ids)
        return
    form = _pay(panel, order.number, "paying without sok", confirmed=False)
    if form.lacks_function:
        results.unsupported(f"there is no {PAY}", *ids)
        return
    after = read_balance(panel)
    message = f"a form of {PAY} took the balance from {before} to {after}"
    results.check("pay-form-free", same_amount(before, after), message, form.call)
    unknown = _pay(panel, UNKNOWN_NUMBER, f"paying order {UNKNOWN_NUMBER}")
    last = read_balance(panel)
    refusal = unknown.refusal or "no error"
    message = f"order {UNKNOWN_NUMBER}: {refusal}, the balance is {last} after {after}"
    unpaid = same_amount(after, last) and unknown.error is not None
    results.check("unknown-order-unpaid", unpaid, message, unknown.call)


def _pay_order(panel: Panel, order: _PayableOrder) -> bool:
    """Pay an order; returns whether it is known to be paid."""
    results = panel.results
    methods = panel.ask("payment.add", {"billorder": order.number})
    if methods.lacks_function:
        results.unsupported("there is no payment.add", "payment-methods")
    elif methods.root is not None:
        rows = rows_of_list(methods.root, "methodlist")
        message = methods.refusal or 'without rows in list name="methodlist"'
        results.check("payment-methods", rows, message, methods.call)
    _judge_currency(panel, order, methods)
    answer = _pay(panel, order.number, "paying")
    call = answer.call
    if answer.error_type == "not_enough_money":
        message = f"the account cannot pay for it: {answer.refusal}"
        results.error(message, "payment-done", proof=(call,))
        return False
    if answer.lacks_function:
        results.unsupported(f"there is no {PAY}", "payment-done", proof=(call,))
        return False
    if answer.root is None:
        results.error("it is not known whether it was paid", "payment-done", proof=(call,))
        results.remark(f"order {order.number} may have been paid: its answer could not be read")
        return False
    message = answer.refusal or f"<ok>{answer.value('ok')[:60]}</ok> instead of func=order"
    return results.check("payment-done", answer.value("ok") == "func=order", message, call)


def _pay(panel: Panel, number: str, label: str, *, confirmed: bool = True) -> Answer:
    params = {"billorder": number, "paymethod": "0", **({"sok": "ok"} if confirmed else {})}
    return panel.ask(PAY, params, label=label)


def _judge_currency(panel: Panel, order: _PayableOrder, methods: Answer) -> None:
    """A currency that paying or the balance shows has to be the list's."""
    currency, to_pay = order.offer.currency, _payment_currency(methods)
    answer = panel.ask("subaccount", label="the balance", results=panel.results.detached())
    rows = [] if answer.root is None else answer.root.findall("elem")
    texts = [f"{row.findtext('balance') or ''} {row.findtext('currency') or ''}" for row in rows]
    balances = sorted({code for text in texts if (code := currency_of(text))})
    if not (to_pay or balances):
        panel.results.skip("neither payment.add nor subaccount shows a currency", "currency-paid")
        return
    # Several balances in several currencies are fine if one of them is in that of the list.
    for codes, shown_by in (([to_pay] if to_pay else [], methods), (balances, answer)):
        message = f"the list is in {currency}, paying in {', '.join(codes)}"
        fits = currency in codes or not codes
        panel.results.check("currency-paid", fits, message, shown_by.call)


def _payment_currency(methods: Answer) -> str:
    """The code of ``payment_currency``, which is that of its option where it is a number."""
    shown = methods.value("payment_currency")
    if methods.root is None or not shown.isdecimal():
        return shown
    options = methods.root.findall("slist[@name='payment_currency']/val")
    return next((val.text or "" for val in options if val.get("key") == shown), "")


def _judge_charge(
    panel: Panel, order: _PayableOrder, before: Decimal | None, offers: tuple[ModuleOffer, ...]
) -> None:
    """The balance falls once. Where it is not shown, nothing is paid a second time."""
    results, after, price = panel.results, read_balance(panel), order.offer.cost
    name = order.offer.intname
    if before is None or after is None or price is None:
        results.unsupported("subaccount does not show the balance", *_CHARGES)
        results.remark(f"paid for {name}: the list says {price}")
        return
    charge = before - after
    results.remark(f"paid for {name}: {charge} {order.offer.currency}")
    fair = same_amount(charge, price) or same_amount(charge, price + order.tax)
    message = f"the balance fell by {charge}, the price is {price}"
    results.check("charged-price", fair, message)
    if _judge_second_payment(panel, order, after, "paying the same order again"):
        _judge_beside_another(panel, order, after, offers)


def _judge_second_payment(panel: Panel, order: _PayableOrder, before: Decimal, label: str) -> bool:
    """Pay an order that is paid already; returns whether nothing was charged."""
    answer = _pay(panel, order.number, label)
    after = read_balance(panel)
    message = f"{label}, the balance went from {before} to {after}"
    free = panel.results.check("charged-once", same_amount(before, after), message, answer.call)
    if not free:
        panel.results.remark(message)
    return free


def _judge_beside_another(
    panel: Panel, order: _PayableOrder, balance: Decimal, offers: tuple[ModuleOffer, ...]
) -> None:
    """Pay an order that is paid already once more, while another one is in the basket.

    Where the new order has the old one's number, this would pay the new one: it is left out.
    """
    for offer in offers:
        if offer.id == order.offer.id or not offer.id.isdecimal():
            continue
        params = order_params(offer, panel.options.license)
        answer = panel.ask(ORDER, params, label="another order")
        if answer.root is None or answer.error is not None:
            continue
        number = answer.value("billorder") or panel.ask("basket").value("billorder")
        if number and number != order.number:
            label = "paying the same order again beside another one"
            _judge_second_payment(panel, order, balance, label)
        empty_basket(panel, {})
        return
