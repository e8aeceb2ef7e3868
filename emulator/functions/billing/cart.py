"""The new cart: what the new order form puts there, emptying it, and paying some of it.

Source: docs/resale.md section 2.4 (new cart). The cart and the old basket show the same
positions: who orders in one and looks in the other finds what was ordered (docs/evidence.md 45).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Id, Ids, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, orders, topups
from emulator.domain.billing.orders import Basket, Item
from emulator.domain.money import ZERO, with_currency
from emulator.errors import BadValue, Missed, NotEnoughMoney

SOURCE = "docs/resale.md section 2.4"
FAILS = (BadValue, Missed, NotEnoughMoney)
BALANCE = 0
"""``paymethod_id`` of the account's own money."""
PositionRow = Callable[[Call, Basket, Item], dict[str, object]]


class CartChange(WireSchema):
    """``id``: a position."""

    id = Id(entity="lineitem")


class CartForm(WireSchema):
    """The cart's sums; its positions are the list ``itemlist``."""

    total_sum = Text()
    full_discount = Text()
    tax = Text()
    currency = Text()
    count = Whole()


class Confirmation(WireSchema):
    """Which positions are paid, and by which method; 0 is the balance."""

    elid = Ids(required=True, entity="lineitem")
    paymethod_id = Whole(needed=True)


class ConfirmForm(WireSchema):
    """What would be paid, and the order made of it."""

    elid = Text()
    paymethod_id = Whole()
    total_sum = Text()
    currency = Text()
    billorder = Whole()


def add_cart(family: Family, row: PositionRow) -> None:
    """``cart``, ``cart.empty`` and ``cartorder.create.confirm``; ``row`` shows one position."""
    _add_cart(family, row)
    _add_empty(family)
    _add_confirm(family)


def _add_cart(family: Family, row: PositionRow) -> None:
    @family.form(
        "cart",
        takes=CartChange,
        returns=CartForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Cart", "ru": "Корзина"},
    )
    def show(call: Call, id: int | None = None) -> FormAnswer:
        """The positions that wait for payment; its button ``delete`` takes one out."""
        return _form(call, row)

    @show.on_submit
    def submit(call: Call, id: int | None = None) -> ActionResult:
        if id is not None:
            _positions(call, [id])
        return ActionResult({}, form=_form(call, row), flat=True)

    @show.on_button("delete")
    def delete(call: Call, id: int | None = None) -> ActionResult:
        if id is None:
            raise BadValue.empty("id")
        _positions(call, [id])
        orders.remove(call.shop, call.user, id)
        return ActionResult({}, form=_form(call, row))


def _form(call: Call, row: PositionRow) -> FormAnswer:
    basket = orders.basket_of(call.shop, call.user)
    currency = call.user.currency
    items = () if basket is None else basket.items
    rows = [] if basket is None else [_line(row(call, basket, item), item) for item in items]
    total, off = (basket.total, basket.full_discount) if basket else (ZERO, ZERO)
    sums = {
        "total_sum": with_currency(total, currency),
        "full_discount": with_currency(off, currency),
        "tax": with_currency(ZERO, currency),
        "currency": currency,
        "count": len(items),
    }
    return FormAnswer(sums, lists={"itemlist": rows})


def _line(shown: dict[str, object], item: Item) -> dict[str, object]:
    return {**shown, "lineitem.id": str(item.id)}


def _add_empty(family: Family) -> None:
    @family.action(
        "cart.empty",
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Emptying the cart", "ru": "Очистка корзины"},
    )
    def empty(call: Call) -> ActionResult:
        """Takes everything out; services that were only ordered go with it."""
        orders.clear(call.shop, call.user, None)
        return ActionResult(ok="func=cart", ok_type="form")


def _add_confirm(family: Family) -> None:
    @family.form(
        "cartorder.create.confirm",
        takes=Confirmation,
        returns=ConfirmForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Paying the cart", "ru": "Оплата корзины"},
    )
    def show(call: Call, elid: Sequence[int], paymethod_id: int = BALANCE) -> FormAnswer:
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

    @show.on_submit
    def pay(call: Call, elid: Sequence[int], paymethod_id: int) -> ActionResult:
        if paymethod_id != BALANCE:
            return _by_method(call, elid, paymethod_id)
        paid = checkout.pay_positions(call.shop, call.user, elid)
        return ActionResult({"billorder": paid}, ok="func=order", ok_type="list")


def _by_method(call: Call, elid: Sequence[int], paymethod_id: int) -> ActionResult:
    """Another method: the payment itself is begun by ``payment.add`` for the whole order."""
    basket, _ = _positions(call, elid)
    if all(one.id != paymethod_id for one in topups.methods(call.shop, call.user.currency)):
        raise BadValue("paymethod_id", str(paymethod_id))
    return ActionResult(
        {"billorder": basket.id}, ok=f"func=payment.add&billorder={basket.id}", ok_type="form"
    )


def _positions(call: Call, wanted: Sequence[int]) -> tuple[Basket, list[Item]]:
    """The cart and these positions of it; Missed for one that is not there."""
    basket = orders.basket_of(call.shop, call.user)
    known = {} if basket is None else {item.id: item for item in basket.items}
    for number in wanted:
        if number not in known:
            raise Missed("lineitem", str(number))
    if basket is None:
        raise Missed("lineitem", "")
    return basket, [known[number] for number in dict.fromkeys(wanted)]
