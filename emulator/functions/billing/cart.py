"""The new cart: what the new order form puts there, emptying it, and paying some of it.

Source: docs/resale.md section 2.4 (new cart). The cart and the old basket show the same positions
(docs/evidence.md 45).
"""

from __future__ import annotations

from collections.abc import Sequence

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Id, Ids, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, orders
from emulator.domain.billing.orders import Basket, Item
from emulator.domain.money import ZERO, with_currency
from emulator.errors import BadValue, Missed, NotEnoughMoney
from emulator.functions import descriptions
from emulator.functions.billing.basket import position_row
from emulator.functions.billing.payment_add import begin_payment

SOURCE = "docs/resale.md section 2.4"
FAILS = (BadValue, Missed, NotEnoughMoney)
BALANCE = 0
"""``paymethod_id`` of the account's own money."""
PAYMETHOD_ID = "Number of the way of paying; 0 is the balance."
FAMILY = Family("basket", {"en": "Basket", "ru": "Корзина"})


class CartParameters(WireSchema):
    """Which position."""

    id = Id("Number of a position, for the button `delete`.", entity="lineitem")


class CartForm(WireSchema):
    """The cart's sums; its positions are the list ``itemlist``."""

    total_sum = Sum("What is to be paid with its currency, after all discounts.")
    full_discount = Sum("The sum of all discounts with its currency.")
    tax = Sum("Tax in the sum with its currency; always 0.00 here.")
    currency = Text(descriptions.CURRENCY)
    count = Whole("How many positions there are.")


class ConfirmParameters(WireSchema):
    """Which positions are paid, and how."""

    elid = Ids(
        "Numbers of the positions, separated by commas: `1, 2`.", required=True, entity="lineitem"
    )
    paymethod_id = Whole(PAYMETHOD_ID, needed=True)


class ConfirmForm(WireSchema):
    """What would be paid, and the order made of it."""

    elid = Text("Numbers of the positions.")
    paymethod_id = Whole(PAYMETHOD_ID)
    total_sum = Sum("What is to be paid with its currency.")
    currency = Text(descriptions.CURRENCY)
    billorder = Whole("Number of the order that the positions became.")


@FAMILY.form(
    "cart",
    takes=CartParameters,
    returns=CartForm,
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    title={"en": "Cart", "ru": "Корзина"},
    generation=6,
)
def show_cart(call: Call, id: int | None = None) -> FormAnswer:
    """The positions that wait for payment; its button ``delete`` takes one out."""
    del id
    return _form(call)


@show_cart.on_submit
def check_position(call: Call, id: int | None = None) -> ActionResult:
    """Shows the cart again. Raises Missed for a position that is not in it."""
    if id is not None:
        _positions(call, [id])
    return ActionResult({}, form=_form(call), flat=True)


@show_cart.on_button("delete")
def delete_position(call: Call, id: int | None = None) -> ActionResult:
    """Takes one position out. Raises BadValue without its number, Missed for an unknown one."""
    if id is None:
        raise BadValue.empty("id")
    _positions(call, [id])
    orders.remove(call.shop, call.user, id)
    return ActionResult({}, form=_form(call))


def _form(call: Call) -> FormAnswer:
    basket = orders.find_basket(call.shop, call.user)
    currency = call.user.currency
    rows = [_line(call, basket, item) for item in basket.items] if basket else []
    total, discount = (basket.total, basket.full_discount) if basket else (ZERO, ZERO)
    sums = {
        "total_sum": with_currency(total, currency),
        "full_discount": with_currency(discount, currency),
        "tax": with_currency(ZERO, currency),
        "currency": currency,
        "count": len(rows),
    }
    return FormAnswer(sums, lists={"itemlist": rows})


def _line(call: Call, basket: Basket, item: Item) -> dict[str, object]:
    return {**position_row(call, basket, item), "lineitem.id": str(item.id)}


@FAMILY.action(
    "cart.empty",
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    title={"en": "Emptying the cart", "ru": "Очистка корзины"},
    generation=6,
)
def empty_cart(call: Call) -> ActionResult:
    """Takes everything out; services that were only ordered go with it."""
    orders.clear(call.shop, call.user, None)
    return ActionResult(ok="func=cart", ok_type="form")


@FAMILY.form(
    "cartorder.create.confirm",
    takes=ConfirmParameters,
    returns=ConfirmForm,
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    title={"en": "Paying the cart", "ru": "Оплата корзины"},
    generation=6,
)
def show_confirm(call: Call, elid: Sequence[int], paymethod_id: int = BALANCE) -> FormAnswer:
    """Makes an order of some positions: from the balance they are paid and opened at once."""
    basket, chosen = _positions(call, elid)
    total = sum((basket.price(item) for item in chosen), ZERO)
    return FormAnswer(
        {
            "elid": ", ".join(str(number) for number in elid),
            "paymethod_id": paymethod_id,
            "total_sum": with_currency(total, call.user.currency),
            "currency": call.user.currency,
        }
    )


@show_confirm.on_submit
def confirm(call: Call, elid: Sequence[int], paymethod_id: int) -> ActionResult:
    """Pays from the balance, or names the next step of another way of paying."""
    if paymethod_id != BALANCE:
        return _start_payment(call, elid, paymethod_id)
    paid = checkout.pay_positions(call.shop, call.user, elid)
    return ActionResult({"billorder": paid}, ok="func=order", ok_type="list")


def _start_payment(call: Call, elid: Sequence[int], paymethod_id: int) -> ActionResult:
    """The payment is begun for the whole order, as by ``payment.add.method``."""
    basket, _ = _positions(call, elid)
    return begin_payment(call, {"billorder": basket.id, "paymethod_id": paymethod_id})


def _positions(call: Call, numbers: Sequence[int]) -> tuple[Basket, list[Item]]:
    """The cart and these positions of it. Raises Missed for one that is not there."""
    basket = orders.find_basket(call.shop, call.user)
    items = {} if basket is None else {item.id: item for item in basket.items}
    for number in numbers:
        if number not in items:
            raise Missed("lineitem", str(number))
    if basket is None:
        raise Missed("lineitem", "")
    return basket, [items[number] for number in dict.fromkeys(numbers)]
