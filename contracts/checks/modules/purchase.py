"""A module is really bought, with the customer's money: only where the options name it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.checks.modules.basket import (
    NO_NUMBER,
    ORDER,
    clean,
    currency_of,
    order_of,
    positions,
)
from contracts.checks.modules.bought_module import (
    FOLLOWED,
    judge_deletion,
    judge_prolong_form,
    judge_term,
    judge_what,
    number_of,
    opened,
)
from contracts.checks.modules.panel import (
    Panel,
    amount,
    balance_of,
    modules_of,
    named_rows,
    same_money,
)
from contracts.checks.modules.pricelist import Offer
from contracts.checks.modules.prolongation import judge_prolonging
from contracts.checks.modules.rules import PROLONGING, PURCHASE
from contracts.checks.modules.strict_reader import Heard
from contracts.checks.modules.tenant_isolation import Others

PAY: Final = "payment.add.method"
_MONEY: Final = ("charged-price", "charged-once")
_AFTERWARDS: Final = ("module-listed", *FOLLOWED, *_MONEY, "currency-paid")


@dataclass(frozen=True, slots=True)
class _Order:
    """An order in the basket: what is to be paid, and its tax."""

    number: str
    offer: Offer
    tax: Decimal


def judge_purchase(panel: Panel, listed: tuple[Offer, ...], others: Others) -> None:
    """Orders the module that the options name, pays it, follows it, and deletes it if told so."""
    name, sheet = panel.options.buy, panel.sheet
    offer = next((one for one in listed if one.intname == name and one.cost is not None), None)
    if not name or offer is None:
        told = f"{name} is not on the price list with a cost for a month"
        if name:
            sheet.error(told, "payment-done")
        _skip(panel, told if name else "nothing is paid for without --buy NAME")
        return
    held = tuple(modules_of(panel))
    balance = balance_of(panel)
    order = _placed(panel, offer)
    if order is None:
        _skip(panel, f"{name} was not ordered")
        return
    _judge_unpaid(panel, order, balance)
    others.judge_order(order.number)
    if not _paid(panel, order):
        sheet.skip(f"{name} was not paid", *_AFTERWARDS)
        sheet.skip_group(PROLONGING, f"{name} was not paid")
        clean(panel, {})
        return
    _judge_money(panel, order, balance, listed)
    others.judge_balance()
    row = opened(panel, held)
    if row is None:
        sheet.skip_group(PROLONGING, "the module is not listed")
        return
    judge_what(panel, offer, listed, row)
    judge_term(panel, row)
    if judge_prolong_form(panel, row):
        judge_prolonging(panel, offer, row, order.tax)
    else:
        sheet.skip_group(PROLONGING, "there is no service.prolong")
    others.judge_module(number_of(row))
    judge_deletion(panel, row)


def _skip(panel: Panel, reason: str) -> None:
    for group in (PURCHASE, PROLONGING):
        panel.sheet.skip_group(group, reason)


def _placed(panel: Panel, offer: Offer) -> _Order | None:
    """The order in a basket in which nothing else is."""
    before = panel.ask("basket", label="basket before the purchase")
    if before.root is None or positions(before):
        told = "the basket is not empty: paying would pay for more than the module"
        panel.sheet.error(told, "payment-done", seen=(before.reply.seen,))
        return None
    heard = panel.ask(ORDER, order_of(offer, panel.options.license), label="the order to be paid")
    basket = panel.ask("basket", label="basket to be paid")
    number = heard.text("billorder") or basket.text("billorder")
    if heard.root is None or heard.error is not None or not number:
        told = f"{offer.intname} could not be ordered: {heard.refusal or 'no billorder'}"
        panel.sheet.error(told, "payment-done", seen=(heard.reply.seen,))
        clean(panel, {})
        return None
    if len(positions(basket)) > 1:
        told = f"{len(positions(basket))} positions for one order: it was not paid"
        panel.sheet.error(told, "payment-done", seen=(basket.reply.seen,))
        clean(panel, {})
        return None
    return _Order(number, offer, amount(basket.text("tax")) or Decimal(0))


def _paid(panel: Panel, order: _Order) -> bool:
    sheet = panel.sheet
    methods = panel.ask("payment.add", {"billorder": order.number})
    if methods.missed_function:
        sheet.unsupported("there is no payment.add", "payment-methods")
    elif methods.root is not None:
        there = named_rows(methods.root, "methodlist")
        told = methods.refusal or 'without rows in list name="methodlist"'
        sheet.check("payment-methods", there, told, methods.reply.seen)
    _judge_currency(panel, order, methods)
    heard = _pay(panel, order.number, "paying")
    seen = heard.reply.seen
    if heard.error is not None and heard.error.get("type") == "not_enough_money":
        told = f"the account cannot pay for it: {heard.refusal}"
        sheet.error(told, "payment-done", seen=(seen,))
        return False
    if heard.missed_function:
        sheet.unsupported(f"there is no {PAY}", "payment-done", seen=(seen,))
        return False
    if heard.root is None:
        sheet.error("it is not known whether it was paid", "payment-done", seen=(seen,))
        sheet.remark(f"order {order.number} may have been paid: its answer could not be read")
        return False
    told = heard.refusal or f"<ok>{heard.text('ok')[:60]}</ok> instead of func=order"
    return sheet.check("payment-done", heard.text("ok") == "func=order", told, seen)


def _pay(panel: Panel, number: str, label: str, *, confirmed: bool = True) -> Heard:
    sent = {"billorder": number, "paymethod": "0", **({"sok": "ok"} if confirmed else {})}
    return panel.ask(PAY, sent, label=label)


def _judge_unpaid(panel: Panel, order: _Order, before: Decimal | None) -> None:
    """Neither a form nor the number of no order pays for what is in the basket."""
    rules = ("pay-form-free", "unknown-order-unpaid")
    if before is None:
        panel.sheet.unsupported("subaccount does not tell the balance", *rules)
        return
    form = _pay(panel, order.number, "paying without sok", confirmed=False)
    if form.missed_function:
        panel.sheet.unsupported(f"there is no {PAY}", *rules)
        return
    after = balance_of(panel)
    told = f"a form of {PAY} took the balance from {before} to {after}"
    panel.sheet.check("pay-form-free", same_money(before, after), told, form.reply.seen)
    unknown = _pay(panel, NO_NUMBER, f"paying order {NO_NUMBER}")
    last = balance_of(panel)
    told = (
        f"order {NO_NUMBER}: {unknown.refusal or 'no error'}, the balance is {last} after {after}"
    )
    held = same_money(after, last) and unknown.error is not None
    panel.sheet.check("unknown-order-unpaid", held, told, unknown.reply.seen)


def _judge_money(
    panel: Panel, order: _Order, before: Decimal | None, listed: tuple[Offer, ...]
) -> None:
    """The balance falls once. Where it cannot be seen, nothing is paid a second time."""
    once = balance_of(panel)
    price = order.offer.cost
    if before is None or once is None or price is None:
        panel.sheet.unsupported("subaccount does not tell the balance", *_MONEY)
        panel.sheet.remark(f"paid for {order.offer.intname}: the list says {price}")
        return
    charged = before - once
    panel.sheet.remark(f"paid for {order.offer.intname}: {charged} {order.offer.currency}")
    fair = same_money(charged, price) or same_money(charged, price + order.tax)
    told = f"the balance fell by {charged}, the price is {price}"
    panel.sheet.check("charged-price", fair, told)
    if _judge_again(panel, order, once, "paying the same order again"):
        _judge_beside_another(panel, order, once, listed)


def _judge_again(panel: Panel, order: _Order, once: Decimal, label: str) -> bool:
    again = _pay(panel, order.number, label)
    twice = balance_of(panel)
    told = f"{label}, the balance went from {once} to {twice}"
    held = panel.sheet.check("charged-once", same_money(once, twice), told, again.reply.seen)
    if not held:
        panel.sheet.remark(told)
    return held


def _judge_beside_another(
    panel: Panel, order: _Order, once: Decimal, listed: tuple[Offer, ...]
) -> None:
    """The order that is paid already is paid again while another one lies in the basket.

    Where the new order has the old one's number, paying that would be paying the new one.
    """
    for offer in (one for one in listed if one.id != order.offer.id and one.id.isdecimal()):
        label = "another order"
        heard = panel.ask(ORDER, order_of(offer, panel.options.license), label=label)
        if heard.root is None or heard.error is not None:
            continue
        number = heard.text("billorder") or panel.ask("basket", label="basket").text("billorder")
        if number and number != order.number:
            _judge_again(panel, order, once, "paying the same order again beside another one")
        clean(panel, {})
        return


def _judge_currency(panel: Panel, order: _Order, methods: Heard) -> None:
    """Where paying tells a currency it is the list's, or the same number is another sum."""
    listed, paid = order.offer.currency, methods.text("payment_currency")
    balance = panel.ask("subaccount", label="the balance", sheet=panel.sheet.aside())
    rows = [] if balance.root is None else balance.root.findall("elem")
    texts = [f"{row.findtext('balance') or ''} {row.findtext('currency') or ''}" for row in rows]
    held = sorted({code for text in texts if (code := currency_of(text))})
    if not (paid or held):
        panel.sheet.skip("neither payment.add nor subaccount tells a currency", "currency-paid")
        return
    # A balance for each of several currencies is fine, where the one of the list is among them.
    for codes, seen in (([paid] if paid else [], methods), (held, balance)):
        found = f"the list is in {listed}, paying in {', '.join(codes)}"
        panel.sheet.check("currency-paid", listed in codes or not codes, found, seen.reply.seen)
