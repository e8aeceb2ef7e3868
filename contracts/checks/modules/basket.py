"""A basket: its positions, the rules for what it shows of an order, and how it is emptied again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.panel import Panel, read_amount, rows_of_list, same_amount
from contracts.checks.modules.price_list import ModuleOffer
from contracts.checks.runner import Results

ORDER: Final = "addition.order.param"
UNKNOWN_NUMBER: Final = "999999999"
"""The number of no tariff, order, position or license."""
_CODE: Final = re.compile(r"\b[A-Z]{3}\b")
_SWITCHED_ON: Final = re.compile(r"[1-9][0-9]*|on|yes", re.IGNORECASE)

Positions = dict[str, Element]
"""Positions of a basket by their number."""


@dataclass(frozen=True, slots=True)
class OrderedBasket:
    """A basket after an order: module, list, the order's number, its position, and the answer."""

    offer: ModuleOffer
    offers: tuple[ModuleOffer, ...]
    number: str
    row: Element
    answer: Answer


def read_positions(answer: Answer) -> Positions:
    """What is in a basket; a row without a number is counted all the same."""
    rows = rows_of_list(answer.root, "itemlist")
    return {
        (row.findtext("id") or row.findtext("item.id") or f"row {place}").strip(): row
        for place, row in enumerate(rows, start=1)
    }


def order_params(offer: ModuleOffer, license: str, period: str = "1") -> dict[str, str]:
    """An order into the basket as a panel sends it: a month, and no automatic renewal."""
    return {
        "pricelist": offer.id, "item": license, "period": period, "autoprolong": "null",
        "skipbasket": "off", "clicked_button": "basket", "sok": "ok",
    }  # fmt: skip


def find_other_module(row: Element, offer: ModuleOffer, offers: Iterable[ModuleOffer]) -> str:
    """The name or number in a row that is another module's of the list, or an empty text.

    A shop may call its modules for people as it likes: only a name of the list counts.
    """
    number = (row.findtext("pricelist_id") or "").strip()
    if number.isdecimal() and number != offer.id:
        return f"pricelist_id {number}"
    names = {each.intname for each in offers if each.intname} - {offer.intname}
    for field in ("intname", "pricelist", "name"):
        text = (row.findtext(field) or "").strip()
        if text and not _contains(text, offer.intname) and any(_contains(text, n) for n in names):
            return f"{field} {text}"
    return ""


def _contains(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def is_switched_on(text: str | None) -> bool:
    """Whether an ``autoprolong`` says that something renews itself."""
    return _SWITCHED_ON.fullmatch((text or "").strip()) is not None


def currency_of(text: str) -> str:
    """The code in a text like ``12.00 EUR``, or an empty text."""
    code = _CODE.search(text)
    return code[0] if code else ""


def _judge_price(basket: OrderedBasket, results: Results) -> None:
    offer, call = basket.offer, basket.answer.call
    cost = basket.row.findtext("cost") or ""
    message = f"{offer.intname}: {cost or 'no cost'} in the basket, {offer.cost} on the list"
    if not results.check("basket-price", same_amount(read_amount(cost), offer.cost), message, call):
        return
    for text in (cost, basket.answer.value("total_sum")):
        message = f"{offer.intname}: {text} in the basket, {offer.currency} on the list"
        same = currency_of(text) in {"", offer.currency}
        results.check("basket-price", same, message, call)


def _judge_total(basket: OrderedBasket, results: Results) -> None:
    """Whether the positions include the tax is not known, so both are accepted."""
    answer = basket.answer
    if not same_amount(read_amount(basket.row.findtext("cost") or ""), basket.offer.cost):
        return  # a wrong price is one fault, not two
    rows = [row for row in read_positions(answer).values() if row.find("rolled_back") is None]
    costs = [read_amount(row.findtext("cost") or "") for row in rows]
    total = read_amount(answer.value("total_sum"))
    amounts = [cost for cost in costs if cost is not None]
    if total is None or len(amounts) < len(costs):
        results.skip("the basket does not show total_sum, or a cost", "basket-total")
        return
    net, nothing = sum(amounts, Decimal(0)), Decimal(0)
    tax, discount = (
        read_amount(answer.value(name)) or nothing for name in ("tax", "full_discount")
    )
    sums = [net + more - less for more in (nothing, tax) for less in (nothing, discount)]
    message = f"total_sum {total}, the positions come to {net}, tax {tax}, discount {discount}"
    fits = any(same_amount(total, each) for each in sums)
    results.check("basket-total", fits, message, answer.call)


def _judge_bare_sums(basket: OrderedBasket, results: Results) -> None:
    """A client sends ``total_sum`` back as the amount of a payment."""
    names = ("total_sum", "tax", "full_discount")
    sums = {name: basket.answer.value(name) for name in names}
    sums["cost"] = basket.row.findtext("cost") or ""
    worded = [f"{name} {text}" for name, text in sums.items() if currency_of(text)]
    message = f"{basket.offer.intname}: {', '.join(worded)}"
    results.check("basket-sums-bare", not worded, message, basket.answer.call)


def _judge_position(basket: OrderedBasket, results: Results) -> None:
    row, offer = basket.row, basket.offer
    period = (row.findtext("item.period") or "").strip()
    wrong = find_other_module(row, offer, basket.offers)
    if period.isdecimal() and period != "1":
        wrong = wrong or f"item.period {period}"
    if is_switched_on(row.findtext("item.autoprolong")):
        wrong = wrong or f"item.autoprolong {row.findtext('item.autoprolong')}"
    message = (
        f"{offer.intname} was ordered for a month, autoprolong=null; the position shows {wrong}"
    )
    results.check("basket-position", not wrong, message, basket.answer.call)


def _judge_order_number(basket: OrderedBasket, results: Results) -> None:
    shown = basket.answer.value("billorder")
    if not (basket.number and shown):
        results.skip("the order or the basket names no billorder", "basket-order-number")
        return
    message = f"the order names billorder {basket.number}, the basket {shown}"
    results.check("basket-order-number", basket.number == shown, message, basket.answer.call)


BASKET_RULES: Final[tuple[Callable[[OrderedBasket, Results], None], ...]] = (
    _judge_price,
    _judge_total,
    _judge_bare_sums,
    _judge_position,
    _judge_order_number,
)
"""The rules for a basket that shows an order."""


def empty_basket(panel: Panel, before: Positions) -> None:
    """Take out of the basket what was not there before, and judge whether it is gone."""
    results = panel.results
    full = panel.ask("basket", label="basket before it is emptied")
    for number in read_positions(full):
        if number not in before:
            params = {"id": number, "clicked_button": "delete", "sok": "ok"}
            panel.ask("basket", params, label="taking out of the basket")
    after = panel.ask("basket", label="basket after it was emptied")
    left = ", ".join(number for number in read_positions(after) if number not in before)
    if full.root is None or after.root is None:
        message = "the basket could not be read: it may hold what was ordered"
        results.error(message, "basket-emptied", proof=(after.call,))
        results.remark(message)
        return
    if not results.check("basket-emptied", not left, f"still there: {left}", after.call):
        results.remark(f"left behind in the basket: {left}")
