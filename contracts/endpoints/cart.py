"""The cart: what is ordered is in it once, at the price of the list, and leaves it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.endpoints.panel import Panel, amount, balance_of, named_rows, same_money
from contracts.endpoints.pricelist import Offer
from contracts.endpoints.reading import Heard
from contracts.endpoints.rules import CART
from contracts.endpoints.sheet import Sheet

ORDER: Final = "addition.order.param"
NO_NUMBER: Final = "999999999"
TRIES: Final = 6
"""Modules of the list that are tried until the licence takes one."""
_ODD_PERIODS: Final = ("7", "5", "11")
_CODE: Final = re.compile(r"\b[A-Z]{3}\b")
_FIELDS: Final = ("billorder", "total_sum")

Rows = dict[str, Element]
"""Positions of a basket by their number."""


def positions(heard: Heard) -> Rows:
    """What is in a basket; a row without a number is counted all the same."""
    rows = named_rows(heard.root, "itemlist")
    return {
        (row.findtext("id") or row.findtext("item.id") or f"row {place}").strip(): row
        for place, row in enumerate(rows, start=1)
    }


def order_of(offer: Offer, licence: str) -> dict[str, str]:
    """An order into the basket as a panel sends it: a month, and not renewed by itself."""
    return {
        "pricelist": offer.id, "item": licence, "period": "1", "autoprolong": "null",
        "skipbasket": "off", "clicked_button": "basket", "sok": "ok",
    }  # fmt: skip


def judge_cart(panel: Panel, listed: tuple[Offer, ...]) -> bool:
    """Orders one module into the basket and takes it out again; whether the basket is there."""
    heard = panel.ask("basket")
    before = _opened(panel, heard)
    if before is None:
        return False
    licence = panel.options.licence
    orderable = [one for one in listed if one.id.isdecimal() and one.cost is not None]
    if not licence or not orderable:
        reason = "no --licence was given" if not licence else "no module can be ordered by the list"
        panel.sheet.skip_group(CART, reason)
        return True
    balance = balance_of(panel)
    try:
        _judge_form(panel, order_of(orderable[0], licence), before)
        offer = _ordered(panel, orderable)
        if offer is not None:
            _judge_order(panel, offer, before)
        _judge_bad_orders(panel, offer or orderable[0])
    finally:
        clean(panel, before)
    _judge_free(panel, balance)
    return True


def _judge_free(panel: Panel, before: Decimal | None) -> None:
    """Nothing was paid: then nothing may have been charged."""
    after = balance_of(panel)
    if before is None or after is None:
        panel.sheet.unsupported("subaccount does not tell the balance", "basket-free")
        return
    told = f"the balance went from {before} to {after}, and nothing was paid for"
    if not panel.sheet.check("basket-free", same_money(before, after), told):
        panel.sheet.remark(told)


def _opened(panel: Panel, heard: Heard) -> Rows | None:
    """The positions of a basket that could be read, or None."""
    sheet, seen = panel.sheet, heard.reply.seen
    if heard.root is None:
        sheet.skip_group(CART, "the basket could not be read")
        return None
    if heard.error is not None:
        if heard.error.get("type") == "auth":
            sheet.error(f"the login was refused: {heard.refusal}", "basket-readable", seen=(seen,))
        else:
            sheet.broken("basket-readable", f"refused: {heard.refusal}", seen)
        sheet.skip_group(CART, "the basket was refused")
        return None
    sheet.check("basket-readable", True, "", seen)  # noqa: FBT003 - it holds
    lacks = [name for name in _FIELDS if heard.root.find(name) is None]
    if heard.root.find("list[@name='itemlist']") is None:
        lacks.insert(0, 'list name="itemlist"')
    sheet.check("basket-fields", not lacks, f"without {', '.join(lacks)}", seen)
    found = positions(heard)
    if found:
        sheet.remark(f"the basket held {len(found)} positions before; they were left alone")
    return found


def _judge_form(panel: Panel, order: Mapping[str, str], before: Rows) -> None:
    asked = {name: text for name, text in order.items() if name not in {"sok", "clicked_button"}}
    heard = panel.ask(ORDER, asked, label="the form of an order")
    after = panel.ask("basket", label="basket after a form")
    if heard.root is None or after.root is None:
        panel.sheet.skip("an answer could not be read", "order-form-free")
        return
    same = set(positions(after)) == set(before)
    panel.sheet.check(
        "order-form-free", same, "a form put something in the basket", after.reply.seen
    )


def _ordered(panel: Panel, orderable: list[Offer]) -> Offer | None:
    """The module that could be ordered: the first of the list that the licence takes."""
    rules = ("order-taken", "basket-shows-order", "basket-price", "basket-once")
    wanted = [one for one in orderable if one.intname == panel.options.buy] or orderable
    refusals, owner, seen = [], False, None
    for offer in wanted[:TRIES]:
        heard = panel.ask(ORDER, order_of(offer, panel.options.licence), label="an order")
        seen = heard.reply.seen
        if heard.root is None:
            panel.sheet.skip("the answer to an order could not be read", *rules)
            return None
        if heard.missed_function:
            panel.sheet.unsupported(f"there is no {ORDER}", *rules, seen=(seen,))
            return None
        if heard.error is None:
            told = f"{offer.intname}: an answer without billorder"
            panel.sheet.check("order-taken", heard.text("billorder"), told, seen)
            return offer
        owner = owner or heard.error.get("type") == "exists" or _names_licence(heard.error)
        refusals.append(f"{offer.intname}: {heard.refusal}")
    if owner:
        told = f"licence {panel.options.licence} takes no module: {'; '.join(refusals)}"
        panel.sheet.error(told, *rules, seen=(seen,) if seen else ())
    else:
        panel.sheet.broken("order-taken", "; ".join(refusals), *((seen,) if seen else ()))
        panel.sheet.skip("nothing could be ordered", *rules[1:])
    return None


def _names_licence(error: Element) -> bool:
    """Whether it is the licence that was refused: the one given is not the customer's."""
    return error.get("object") == "item" and error.get("type") in {"missed", "access"}


def _judge_order(panel: Panel, offer: Offer, before: Rows) -> None:
    sheet = panel.sheet
    once = panel.ask("basket", label="basket after an order")
    if once.root is None:
        sheet.skip("the basket could not be read", "basket-shows-order", "basket-price")
        return
    added = {key: row for key, row in positions(once).items() if key not in before}
    if before and not added:
        told = f"{offer.intname} may have been in the basket before"
        sheet.error(told, "basket-shows-order", "basket-price", "basket-once")
        return
    told = f"{offer.intname} was ordered, {len(added)} positions were added"
    if not sheet.check("basket-shows-order", added, told, once.reply.seen):
        sheet.skip("the order is not in the basket", "basket-price", "basket-once")
        return
    cost = next(iter(added.values())).findtext("cost") or ""
    told = f"{offer.intname}: {cost or 'no cost'} in the basket, {offer.cost} on the list"
    if sheet.check("basket-price", same_money(amount(cost), offer.cost), told, once.reply.seen):
        _judge_currency(sheet, offer, cost, once)
    panel.ask(ORDER, order_of(offer, panel.options.licence), label="the same order again")
    twice = panel.ask("basket", label="basket after the same order again")
    told = f"{len(positions(twice))} positions instead of {len(positions(once))}"
    same = len(positions(twice)) == len(positions(once))
    sheet.check("basket-once", twice.root is None or same, told, twice.reply.seen)


def _judge_currency(sheet: Sheet, offer: Offer, cost: str, basket: Heard) -> None:
    """Where the basket tells a currency, it is the list's."""
    for text in (cost, basket.text("total_sum")):
        code = _CODE.search(text)
        told = f"{offer.intname}: {text} in the basket, {offer.currency} on the list"
        same = code is None or code[0] == offer.currency
        sheet.check("basket-price", same, told, basket.reply.seen)


def _judge_bad_orders(panel: Panel, offer: Offer) -> None:
    sold = {length for _, length, _ in offer.periods}
    odd = next((period for period in _ODD_PERIODS if period not in sold), "13")
    for rule, field, bad in (
        ("unknown-tariff-refused", "pricelist", NO_NUMBER),
        ("bad-period-refused", "period", odd),
        ("foreign-licence-refused", "item", NO_NUMBER),
    ):
        order = {**order_of(offer, panel.options.licence), field: bad}
        heard = panel.ask(ORDER, order, label=f"an order with {field}={bad}")
        if heard.root is None:
            panel.sheet.skip("the answer could not be read", rule)
        elif heard.missed_function:
            panel.sheet.unsupported(f"there is no {ORDER}", rule, "refusal-names-field")
        elif panel.sheet.check(
            rule, heard.error is not None, f"{field}={bad} was ordered", heard.reply.seen
        ):
            named = "" if heard.error is None else heard.error.get("object", "")
            told = f"{field}={bad}: the error names {named or 'nothing'}"
            panel.sheet.check("refusal-names-field", named == field, told, heard.reply.seen)


def clean(panel: Panel, before: Rows) -> None:
    """Takes out of the basket what was not there before, and looks whether it is gone."""
    heard = panel.ask("basket", label="basket before it is emptied")
    for number in positions(heard):
        if number not in before:
            sent = {"id": number, "clicked_button": "delete", "sok": "ok"}
            panel.ask("basket", sent, label="taking out of the basket")
    after = panel.ask("basket", label="basket after it was emptied")
    left = [number for number in positions(after) if number not in before]
    if heard.root is None or after.root is None:
        told = "the basket could not be read: it may hold what was ordered"
        panel.sheet.error(told, "basket-emptied", seen=(after.reply.seen,))
        panel.sheet.remark(told)
        return
    told = f"still there: {', '.join(left)}"
    if not panel.sheet.check("basket-emptied", not left, told, after.reply.seen):
        panel.sheet.remark(f"left behind in the basket: {', '.join(left)}")
