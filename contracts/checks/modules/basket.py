"""A basket: what is in it, what that says, and how it is left as it was found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.panel import Panel, amount, named_rows, same_money
from contracts.checks.modules.pricelist import Offer
from contracts.checks.modules.results import Sheet
from contracts.checks.modules.strict_reader import Heard

ORDER: Final = "addition.order.param"
NO_NUMBER: Final = "999999999"
_CODE: Final = re.compile(r"\b[A-Z]{3}\b")
_SWITCHED_ON: Final = re.compile(r"[1-9][0-9]*|on|yes", re.IGNORECASE)

Rows = dict[str, Element]
"""Positions of a basket by their number."""


def positions(heard: Heard) -> Rows:
    """What is in a basket; a row without a number is counted all the same."""
    rows = named_rows(heard.root, "itemlist")
    return {
        (row.findtext("id") or row.findtext("item.id") or f"row {place}").strip(): row
        for place, row in enumerate(rows, start=1)
    }


def order_of(offer: Offer, license: str, period: str = "1") -> dict[str, str]:
    """An order into the basket as a panel sends it: a month, and not renewed by itself."""
    return {
        "pricelist": offer.id, "item": license, "period": period, "autoprolong": "null",
        "skipbasket": "off", "clicked_button": "basket", "sok": "ok",
    }  # fmt: skip


def named_wrongly(row: Element, offer: Offer, listed: Iterable[Offer]) -> str:
    """The name or number in a row that is another module's of the list, or nothing.

    What a shop calls its modules for people is its own affair: only a name of the list counts.
    """
    number = (row.findtext("pricelist_id") or "").strip()
    if number.isdecimal() and number != offer.id:
        return f"pricelist_id {number}"
    names = {one.intname for one in listed if one.intname} - {offer.intname}
    for field in ("intname", "pricelist", "name"):
        told = (row.findtext(field) or "").strip()
        if told and not _has(told, offer.intname) and any(_has(told, name) for name in names):
            return f"{field} {told}"
    return ""


def _has(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def switched_on(text: str | None) -> bool:
    """Whether an ``autoprolong`` says that something renews itself."""
    return _SWITCHED_ON.fullmatch((text or "").strip()) is not None


def judge_position(
    panel: Panel, offer: Offer, listed: Iterable[Offer], row: Element, basket: Heard
) -> None:
    """A position is what was ordered: the module, a month of it, not renewed by itself."""
    period = (row.findtext("item.period") or "").strip()
    wrong = named_wrongly(row, offer, listed)
    if period.isdecimal() and period != "1":
        wrong = wrong or f"item.period {period}"
    if switched_on(row.findtext("item.autoprolong")):
        wrong = wrong or f"item.autoprolong {row.findtext('item.autoprolong')}"
    told = f"{offer.intname} was ordered for a month, autoprolong=null; the position tells {wrong}"
    panel.sheet.check("basket-position", not wrong, told, basket.reply.seen)


def judge_total(sheet: Sheet, basket: Heard) -> None:
    """The sum of a basket is what its positions come to; whether they have the tax is not known."""
    rows = [row for row in positions(basket).values() if row.find("rolled_back") is None]
    costs = [amount(row.findtext("cost") or "") for row in rows]
    total = amount(basket.text("total_sum"))
    known = [cost for cost in costs if cost is not None]
    if total is None or len(known) < len(costs):
        sheet.skip("the basket does not tell total_sum, or a cost", "basket-total")
        return
    net = sum(known, Decimal(0))
    tax, less = (amount(basket.text(name)) or Decimal(0) for name in ("tax", "full_discount"))
    fair = any(
        same_money(total, net + a - b) for a in (Decimal(0), tax) for b in (Decimal(0), less)
    )
    told = f"total_sum {total}, the positions come to {net}, tax {tax}, discount {less}"
    sheet.check("basket-total", fair, told, basket.reply.seen)


def judge_currency(sheet: Sheet, offer: Offer, cost: str, basket: Heard) -> None:
    """Where the basket tells a currency, it is the list's."""
    for text in (cost, basket.text("total_sum")):
        told = f"{offer.intname}: {text} in the basket, {offer.currency} on the list"
        same = currency_of(text) in {"", offer.currency}
        sheet.check("basket-price", same, told, basket.reply.seen)


def currency_of(text: str) -> str:
    """The code in a text like ``12.00 EUR``, or nothing."""
    code = _CODE.search(text)
    return code[0] if code else ""


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
