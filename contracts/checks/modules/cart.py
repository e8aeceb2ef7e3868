"""The cart: what is ordered is in it once, at the price of the list, and leaves it again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.basket import (
    NO_NUMBER,
    ORDER,
    Rows,
    clean,
    judge_currency,
    judge_position,
    judge_total,
    order_of,
    positions,
)
from contracts.checks.modules.panel import (
    Panel,
    amount,
    balance_of,
    modules_of,
    same_money,
    status_of,
)
from contracts.checks.modules.pricelist import Offer
from contracts.checks.modules.results import Sheet
from contracts.checks.modules.rules import CART
from contracts.checks.modules.strict_reader import Heard
from contracts.checks.modules.tenant_isolation import Others

TRIES: Final = 6
"""Modules of the list that are tried until the license takes one."""
ACTIVE: Final = "2"
_ODD_PERIODS: Final = ("7", "5", "11")
_FIELDS: Final = ("billorder", "total_sum")
_SHOWN: Final = (
    "basket-shows-order", "basket-price", "basket-position", "basket-total", "basket-order-number",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Before:
    """What there was before anything was ordered."""

    rows: Rows
    modules: Collection[str]
    balance: Decimal | None


@dataclass(frozen=True, slots=True)
class _Placed:
    """What was ordered, and the number of the order where it was told."""

    offer: Offer
    number: str


def judge_cart(panel: Panel, listed: tuple[Offer, ...], others: Others) -> bool:
    """Orders one module into the basket and takes it out again; whether the basket is there."""
    heard = panel.ask("basket")
    rows = _opened(panel, heard)
    if rows is None:
        return False
    license = panel.options.license
    orderable = [one for one in listed if one.id.isdecimal() and one.cost is not None]
    if not license or not orderable:
        reason = "no --item was given" if not license else "no module can be ordered by the list"
        panel.sheet.skip_group(CART, reason)
        return True
    before = _Before(rows, tuple(modules_of(panel)), balance_of(panel))
    try:
        _judge_form(panel, order_of(orderable[0], license), rows)
        placed = _ordered(panel, orderable)
        if placed is not None:
            added = _judge_order(panel, placed, listed, before)
            if added:
                others.judge_basket(added)
                others.judge_license(placed.offer)
                _judge_again(panel, placed.offer)
                _judge_other_period(panel, placed.offer, rows)
        _judge_bad_orders(panel, placed.offer if placed else orderable[0])
    finally:
        clean(panel, rows)
    _judge_free(panel, before.balance)
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


def _ordered(panel: Panel, orderable: list[Offer]) -> _Placed | None:
    """The module that could be ordered: the first of the list that the license takes."""
    rules = ("order-taken", *_SHOWN, "basket-once")
    wanted = [one for one in orderable if one.intname == panel.options.buy] or orderable
    refusals, owner, seen = [], False, None
    for offer in wanted[:TRIES]:
        heard = panel.ask(ORDER, order_of(offer, panel.options.license), label="an order")
        seen = heard.reply.seen
        if heard.root is None:
            panel.sheet.skip("the answer to an order could not be read", *rules)
            return None
        if heard.missed_function:
            panel.sheet.unsupported(f"there is no {ORDER}", *rules, seen=(seen,))
            return None
        if heard.error is None:
            number = heard.text("billorder")
            told = f"{offer.intname}: an answer without billorder"
            panel.sheet.check("order-taken", number, told, seen)
            return _Placed(offer, number)
        owner = owner or heard.error.get("type") == "exists" or _names_license(heard.error)
        refusals.append(f"{offer.intname}: {heard.refusal}")
    if owner:
        told = f"license {panel.options.license} takes no module: {'; '.join(refusals)}"
        panel.sheet.error(told, *rules, seen=(seen,) if seen else ())
    else:
        panel.sheet.broken("order-taken", "; ".join(refusals), *((seen,) if seen else ()))
        panel.sheet.skip("nothing could be ordered", *rules[1:])
    return None


def _names_license(error: Element) -> bool:
    """Whether it is the license that was refused: the one given is not the customer's."""
    return error.get("object") == "item" and error.get("type") in {"missed", "access"}


def _judge_order(
    panel: Panel, placed: _Placed, listed: tuple[Offer, ...], before: _Before
) -> Collection[str]:
    """What the basket says of the order; the positions that it has put there."""
    sheet, offer = panel.sheet, placed.offer
    once = panel.ask("basket", label="basket after an order")
    if once.root is None:
        sheet.skip("the basket could not be read", *_SHOWN)
        return ()
    added = {key: row for key, row in positions(once).items() if key not in before.rows}
    if before.rows and not added:
        told = f"{offer.intname} may have been in the basket before"
        sheet.error(told, *_SHOWN, "basket-once")
        return ()
    told = f"{offer.intname} was ordered, {len(added)} positions were added"
    if not sheet.check("basket-shows-order", added, told, once.reply.seen):
        sheet.skip("the order is not in the basket", *_SHOWN[1:], "basket-once")
        return ()
    row = next(iter(added.values()))
    cost = row.findtext("cost") or ""
    told = f"{offer.intname}: {cost or 'no cost'} in the basket, {offer.cost} on the list"
    if sheet.check("basket-price", same_money(amount(cost), offer.cost), told, once.reply.seen):
        judge_currency(sheet, offer, cost, once)
        judge_total(sheet, once)
    judge_position(panel, offer, listed, row, once)
    _judge_number(sheet, placed, once)
    _judge_unpaid(panel, before.modules)
    return tuple(added)


def _judge_again(panel: Panel, offer: Offer) -> None:
    """The same wish again is the same position; one that is not there takes none away."""
    once = panel.ask("basket", label="basket before the same order again")
    panel.ask(ORDER, order_of(offer, panel.options.license), label="the same order again")
    twice = panel.ask("basket", label="basket after the same order again")
    told = f"{len(positions(twice))} positions instead of {len(positions(once))}"
    same = len(positions(twice)) == len(positions(once))
    panel.sheet.check("basket-once", twice.root is None or same, told, twice.reply.seen)
    _judge_kept(panel, twice)


def _judge_number(sheet: Sheet, placed: _Placed, basket: Heard) -> None:
    """Where both name an order, it is one: what is shown is what would be paid."""
    shown = basket.text("billorder")
    if not (placed.number and shown):
        sheet.skip("the order or the basket names no billorder", "basket-order-number")
        return
    told = f"the order names billorder {placed.number}, the basket {shown}"
    sheet.check("basket-order-number", placed.number == shown, told, basket.reply.seen)


def _judge_unpaid(panel: Panel, held: Collection[str]) -> None:
    """An order alone opens nothing."""
    active = [number for number, row in modules_of(panel).items() if status_of(row) == ACTIVE]
    begun = [number for number in active if number not in held]
    told = f"ordered and not paid, {', '.join(begun)} became active"
    panel.sheet.check("unpaid-not-active", not begun, told)


def _judge_kept(panel: Panel, before: Heard) -> None:
    """A position that is not there is taken out: the others stay."""
    sent = {"id": NO_NUMBER, "clicked_button": "delete", "sok": "ok"}
    panel.ask("basket", sent, label="taking out what is not there", sheet=panel.sheet.aside())
    after = panel.ask("basket", label="basket after that")
    if before.root is None or after.root is None:
        panel.sheet.skip("the basket could not be read", "basket-kept")
        return
    gone = sorted(set(positions(before)) - set(positions(after)))
    told = f"{NO_NUMBER} was to be taken out, and {', '.join(gone)} went"
    panel.sheet.check("basket-kept", not gone, told, after.reply.seen)


def _judge_other_period(panel: Panel, offer: Offer, before: Rows) -> None:
    """The longest other period of the list costs in the basket what the list says."""
    rule, sheet = "other-period-price", panel.sheet
    others = {
        length: cost for kind, length, cost in offer.periods
        if kind == "month" and length.isdecimal() and length not in {"0", "1"}
    }  # fmt: skip
    length = max(others, key=int, default="")
    price = amount(others.get(length, ""))
    if price is None:
        sheet.skip("the list has no other period", rule)
        return
    clean(panel, before)
    order = order_of(offer, panel.options.license, length)
    heard = panel.ask(ORDER, order, label=f"an order for {length} months")
    basket = panel.ask("basket", label=f"basket with {length} months")
    added = [row for key, row in positions(basket).items() if key not in before]
    if heard.root is None or basket.root is None:
        sheet.skip("an answer could not be read", rule)
    elif heard.error is not None or len(added) != 1:
        told = f"{length} months are on the list: {heard.refusal or f'{len(added)} positions'}"
        sheet.broken(rule, told, heard.reply.seen)
    else:
        cost = added[0].findtext("cost") or ""
        told = f"{length} months: {cost or 'no cost'} in the basket, {price} on the list"
        sheet.check(rule, same_money(amount(cost), price), told, basket.reply.seen)


def _judge_bad_orders(panel: Panel, offer: Offer) -> None:
    sold = {length for _, length, _ in offer.periods}
    odd = next((period for period in _ODD_PERIODS if period not in sold), "13")
    for rule, field, bad in (
        ("unknown-tariff-refused", "pricelist", NO_NUMBER),
        ("bad-period-refused", "period", odd),
        ("foreign-licence-refused", "item", NO_NUMBER),
    ):
        order = {**order_of(offer, panel.options.license), field: bad}
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
