"""A module is really bought, with the customer's money: only where the options name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from dateutil.relativedelta import relativedelta

from contracts.endpoints.cart import ORDER, clean, order_of, positions
from contracts.endpoints.panel import Panel, amount, balance_of, named_rows, same_money
from contracts.endpoints.pricelist import Offer
from contracts.endpoints.reading import Heard
from contracts.endpoints.rules import PURCHASE

PAY: Final = "payment.add.method"
LOOKS: Final = 10
PAUSE: Final = 3.0
"""Looks at a module that is being opened, and seconds between them."""
ACTIVE, OPENING = "2", "5"
_DAY: Final = timedelta(days=1)
_MONEY: Final = ("charged-price", "charged-once")
_FOLLOWED: Final = ("module-active", "month-later", "prolong-form-free", "module-deleted")
_AFTERWARDS: Final = ("module-listed", *_FOLLOWED, *_MONEY)


@dataclass(frozen=True, slots=True)
class _Order:
    """An order in the basket: what is to be paid, and its tax."""

    number: str
    offer: Offer
    tax: Decimal


def judge_purchase(panel: Panel, listed: tuple[Offer, ...]) -> None:
    """Orders the module that the options name, pays it, follows it, and deletes it if told so."""
    name, sheet = panel.options.buy, panel.sheet
    offer = next((one for one in listed if one.intname == name and one.cost is not None), None)
    if not name or offer is None:
        told = f"{name} is not on the price list with a cost for a month"
        if name:
            sheet.error(told, "payment-done")
        sheet.skip_group(PURCHASE, told if name else "nothing is paid for without --buy NAME")
        return
    held = _modules(panel)
    balance = balance_of(panel)
    order = _placed(panel, offer)
    if order is None:
        sheet.skip_group(PURCHASE, f"{name} was not ordered")
        return
    if not _paid(panel, order):
        sheet.skip(f"{name} was not paid", *_AFTERWARDS)
        clean(panel, {})
        return
    _judge_money(panel, order, balance)
    row = _opened(panel, held)
    if row is not None:
        _judge_term(panel, row)
        _judge_prolong_form(panel, row)
        _judge_deletion(panel, row)


def _placed(panel: Panel, offer: Offer) -> _Order | None:
    """The order in a basket in which nothing else is."""
    before = panel.ask("basket", label="basket before the purchase")
    if before.root is None or positions(before):
        told = "the basket is not empty: paying would pay for more than the module"
        panel.sheet.error(told, "payment-done", seen=(before.reply.seen,))
        return None
    heard = panel.ask(ORDER, order_of(offer, panel.options.licence), label="the order to be paid")
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
    heard = _pay(panel, order, "paying")
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


def _pay(panel: Panel, order: _Order, label: str) -> Heard:
    sent = {"billorder": order.number, "paymethod": "0", "sok": "ok"}
    return panel.ask(PAY, sent, label=label)


def _judge_money(panel: Panel, order: _Order, before: Decimal | None) -> None:
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
    again = _pay(panel, order, "paying the same order again")
    twice = balance_of(panel)
    told = f"paid again, the balance went from {once} to {twice}"
    if not panel.sheet.check("charged-once", same_money(once, twice), told, again.reply.seen):
        panel.sheet.remark(told)


def _modules(panel: Panel) -> Mapping[str, Element]:
    """The customer's modules by their number."""
    heard = panel.ask("addition", label="the list of modules", sheet=panel.sheet.aside())
    rows = [] if heard.root is None else heard.root.findall("elem")
    return {(row.findtext("id") or "").strip(): row for row in rows}


def _status(row: Element) -> str:
    """Where a module stands: the number, told by itself or beside its label."""
    label = row.find("item_status")
    told = row.findtext("status") or ("" if label is None else label.get("orig") or label.text)
    return (told or "").strip().partition("_")[0]


def _opened(panel: Panel, held: Mapping[str, Element]) -> Element | None:
    """The new module, looked at until it is active or there is no hope."""
    found = [row for number, row in _modules(panel).items() if number not in held]
    told = f"{len(found)} new rows in addition"
    if not panel.sheet.check("module-listed", len(found) == 1, told):
        panel.sheet.skip("the module is not listed", *_FOLLOWED)
        panel.sheet.remark("what was bought is not listed: it could not be followed, nor deleted")
        return None
    number, row = (found[0].findtext("id") or "").strip(), found[0]
    for _ in range(LOOKS):
        if _status(row) != OPENING:
            break
        panel.wait(PAUSE)
        row = _modules(panel).get(number, row)
    told = f"module {number} has status {_status(row) or 'none'}"
    panel.sheet.check("module-active", _status(row) == ACTIVE, told)
    panel.sheet.remark(f"module {number} was bought for licence {panel.options.licence}")
    return row


def _judge_term(panel: Panel, row: Element) -> None:
    try:
        begins = date.fromisoformat((row.findtext("createdate") or "").strip()[:10])
        ends = date.fromisoformat((row.findtext("expiredate") or "").strip()[:10])
        wanted = begins + relativedelta(months=1)
    except (ValueError, OverflowError):
        panel.sheet.skip("addition does not tell createdate and expiredate", "month-later")
        return
    told = f"from {begins} to {ends}"
    fits = abs(ends - wanted) <= _DAY
    panel.sheet.check("month-later", fits, told)


def _judge_prolong_form(panel: Panel, row: Element) -> None:
    number, before = (row.findtext("id") or "").strip(), balance_of(panel)
    heard = panel.ask("service.prolong", {"elid": number, "period": "1"}, label="a form to prolong")
    if heard.missed_function:
        panel.sheet.unsupported("there is no service.prolong", "prolong-form-free")
        return
    now = _modules(panel).get(number)
    end = None if now is None else now.findtext("expiredate")
    same = end == row.findtext("expiredate") and before == balance_of(panel)
    told = f"the end went from {row.findtext('expiredate')} to {end}, or the balance fell"
    panel.sheet.check("prolong-form-free", same, told, heard.reply.seen)


def _judge_deletion(panel: Panel, row: Element) -> None:
    if not panel.options.delete:
        panel.sheet.skip("nothing is deleted without --delete", "module-deleted")
        return
    number = (row.findtext("id") or "").strip()
    heard = panel.ask("addition.delete", {"elid": number, "sok": "ok"})
    if heard.missed_function:
        panel.sheet.unsupported("there is no addition.delete", "module-deleted")
        return
    told = heard.refusal or f"module {number} is still listed"
    gone = heard.error is None and number not in _modules(panel)
    if not panel.sheet.check("module-deleted", gone, told, heard.reply.seen):
        panel.sheet.remark(f"module {number} was not deleted")
