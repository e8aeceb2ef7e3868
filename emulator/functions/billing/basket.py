"""``basket``: what was ordered and is not paid yet, and paying it from the balance.

Source: docs/wire.md section 6, docs/resale.md section 2.4; docs/evidence.md 106. The new
cart (``cart``) shows the same positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Amount, Id, Months, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, discounts, orders
from emulator.domain.billing.orders import Basket, Item
from emulator.domain.money import HUNDRED, ZERO, plain
from emulator.errors import BadValue, Missed, NotEnoughMoney, PromocodeNotUsable
from emulator.functions import descriptions
from emulator.functions.products.common import display_name
from emulator.texts import OPERATIONS, in_language, period_label

OPERATION_OF = {orders.ORDER: "open"}
"""What a kind of position is called, where its expense has another word."""
FAMILY = Family("basket", {"en": "Basket", "ru": "Корзина"})


class BasketParameters(WireSchema):
    """What of the basket, and a promo code to use."""

    id = Id(
        "Number of a position for the button `delete`, of the whole order for the others.",
        entity="basket",
    )
    billorder = Id("Number of the whole order.", entity="billorder")
    promocode = Text("Promo code to use on what waits in the basket.")


class BasketForm(WireSchema):
    """The basket's sums; its positions are the list ``itemlist``.

    Sums are bare numbers, there and in the rows: a client sends ``total_sum`` back as ``amount``.
    """

    billorder = Whole("Number of the order, empty where the basket is empty.")
    total_sum = Amount("What is to be paid as a bare number, after all discounts.")
    full_discount = Amount("The sum of all discounts as a bare number.")
    tax = Amount("Tax in the sum as a bare number; always 0.00 here.")
    amount = Amount("The same as `total_sum`.")
    currency = Text(descriptions.CURRENCY)
    promocode = Text("The promo code in use; empty if none.")


class PositionRow(WireSchema):
    """One position: a row of ``itemlist``. Every sum is a bare number."""

    id = Whole("Number of the position.")
    item_id = Whole(descriptions.SERVICE, data_key="item.id")
    item_type = Text("Internal name of the product type.", data_key="item.type")
    item_period = Whole(descriptions.PERIOD, data_key="item.period")
    item_autoprolong = Months(descriptions.AUTOPROLONG_NOW, data_key="item.autoprolong")
    operation = Text("What is paid for: `open`, `prolong`, or a change.")
    name = Text(descriptions.DISPLAY_NAME)
    pricelist_name = Text(descriptions.TARIFF_NAME)
    desc = Text("What is paid for, in words, with the name and the period.")
    cost = Amount("What is to be paid for it as a bare number, after all discounts.")
    fullcost = Amount("The price before discounts as a bare number.")
    discount = Amount("All discounts on it as a bare number.")
    discount_percent = Amount("The discount in per cent as it was agreed: `15.00`.")
    amount = Amount("The same as `cost`.")


SUBMITS = frozenset({"", "ok"})
"""Buttons that submit the form as it stands. Any other that there is not is refused, unless it may
be that of a promo code (assumed)."""


@FAMILY.form(
    "basket",
    takes=BasketParameters,
    returns=BasketForm,
    tables={"itemlist": PositionRow},
    fails=(BadValue, Missed, NotEnoughMoney, PromocodeNotUsable),
    evidence=Evidence.OBSERVED,
    source="docs/wire.md section 6",
)
def show_basket(
    call: Call, id: int | None = None, billorder: int | None = None, promocode: str = ""
) -> FormAnswer:
    """Shows the basket; its buttons delete a position, clear it, or pay it from the balance."""
    del id, billorder, promocode
    return _form(call)


@show_basket.on_submit
def use_promocode(
    call: Call, id: int | None = None, billorder: int | None = None, promocode: str = ""
) -> ActionResult:
    """Uses the promo code, if one was sent.

    Raises Missed for an order that is not the basket's, BadValue for a button that there is not.
    """
    button = call.params.get("clicked_button", "")
    if not promocode and button not in SUBMITS:
        raise BadValue("clicked_button", button)
    number = billorder if billorder is not None else id
    if number is not None:
        orders.require_basket(call.shop, call.user, number)
    if promocode:
        orders.use_promocode(call.shop, call.user, promocode)
    return ActionResult({}, form=_form(call), flat=True)


@show_basket.on_button("delete")
def delete_position(
    call: Call, id: int | None = None, billorder: int | None = None, promocode: str = ""
) -> ActionResult:
    """Takes one position out. Raises BadValue without its number."""
    del billorder, promocode
    if id is None:
        raise BadValue.empty("id")
    orders.remove(call.shop, call.user, id)
    return ActionResult({}, form=_form(call))


@show_basket.on_button("clearbasket")
def clear_basket(
    call: Call, id: int | None = None, billorder: int | None = None, promocode: str = ""
) -> ActionResult:
    """Takes every position out."""
    del promocode
    orders.clear(call.shop, call.user, id if id is not None else billorder)
    return ActionResult({}, form=_form(call))


@show_basket.on_button("free")
def pay_basket(
    call: Call, id: int | None = None, billorder: int | None = None, promocode: str = ""
) -> ActionResult:
    """Pays the whole basket from the balance; an order that is paid already stays so."""
    number = id if id is not None else billorder
    if promocode and not orders.is_paid(call.shop, call.user, number):
        orders.use_promocode(call.shop, call.user, promocode)
    paid = checkout.pay(call.shop, call.user, number)
    fields: Mapping[str, object] = {} if paid is None else {"billorder": paid}
    return ActionResult(fields, ok="func=order", ok_type="list")


def _form(call: Call) -> FormAnswer:
    basket = orders.find_basket(call.shop, call.user)
    currency = call.user.currency
    total, discount = (basket.total, basket.full_discount) if basket else (ZERO, ZERO)
    sums = {
        "billorder": basket.id if basket else "",
        "total_sum": total,
        "full_discount": discount,
        "tax": ZERO,
        "amount": total,
        "currency": currency,
        "promocode": (basket.promocode or "") if basket else "",
    }
    rows = [position_row(call, basket, item) for item in basket.items] if basket else []
    return FormAnswer(sums, lists={"itemlist": rows})


def _percent(call: Call, basket: Basket, item: Item) -> Decimal:
    """The discount in per cent as it was agreed: the account's own and the promo code's."""
    tariff = call.shop.catalogue[item.service.tariff_id]
    own = discounts.find_percent(call.shop, call.user, tariff) if item.own_discount else 0
    code = basket.code_percent(item) if basket.discount(item) else 0
    return HUNDRED - (HUNDRED - own) * (HUNDRED - code) / HUNDRED


def position_row(call: Call, basket: Basket, item: Item) -> dict[str, object]:
    """One position as ``itemlist`` shows it."""
    service = item.service
    tariff = call.shop.catalogue[service.tariff_id]
    price, discount = basket.price(item), basket.discount(item) + item.own_discount
    full = price + discount
    kind = in_language(OPERATIONS[OPERATION_OF.get(item.kind, item.kind)], call.lang)
    period = period_label(item.period, call.lang)
    return {
        "id": str(item.id),
        "item.id": str(service.id),
        "item.type": service.type,
        "item.period": str(item.period),
        "item.autoprolong": str(service.autoprolong or "null"),
        "operation": item.kind,
        "name": display_name(call, service, tariff),
        "pricelist_name": call.words(tariff.name),
        "desc": f"{kind}: {display_name(call, service, tariff)}, {period}",
        "cost": plain(price),
        "fullcost": plain(full),
        "discount": plain(discount),
        "discount_percent": plain(_percent(call, basket, item)),
        "amount": plain(price),
    }
