"""``basket``: what was ordered and not yet paid, and paying it from the balance.

Source: docs/wire.md section 6, docs/resale.md section 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Amount, Id, Text, Whole
from emulator.api.registry import Evidence, Family, Function
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, orders
from emulator.domain.billing.orders import Basket, Item
from emulator.domain.money import ZERO, plain, with_currency
from emulator.errors import BadValue, Missed, NotEnoughMoney, PromocodeNotUsable
from emulator.functions.billing import cart, order
from emulator.functions.products.license_views import display_name


class BasketChange(WireSchema):
    """``id``: a position or the whole order; ``promocode``: a code to use."""

    id = Id(entity="basket")
    billorder = Id(entity="billorder")
    promocode = Text()


class BasketForm(WireSchema):
    """The basket's sums; its positions are the list ``itemlist``."""

    billorder = Whole()
    total_sum = Text()
    full_discount = Text()
    tax = Text()
    amount = Amount()
    currency = Text()
    promocode = Text()


FAILS = (BadValue, Missed, NotEnoughMoney, PromocodeNotUsable)


def family() -> Family:
    """The old basket, and the new cart, which is another view of the same."""
    basket = Family("basket", {"en": "Basket", "ru": "Корзина"})
    _add_basket(basket)
    cart.add_cart(basket, position_row)
    order.add_orders(basket)
    return basket


def _add_basket(family: Family) -> None:
    @family.form(
        "basket",
        takes=BasketChange,
        returns=BasketForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 6",
    )
    def show(
        call: Call,
        id: int | None = None,
        billorder: int | None = None,
        promocode: str = "",
    ) -> FormAnswer:
        """Shows the basket; its buttons delete a position, clear it, or pay it from the balance."""
        return _form(call)

    @show.on_submit
    def submit(
        call: Call,
        id: int | None = None,
        billorder: int | None = None,
        promocode: str = "",
    ) -> ActionResult:
        number = billorder if billorder is not None else id
        if number is not None:
            orders.named(call.shop, call.user, number)
        if promocode:
            orders.use_promocode(call.shop, call.user, promocode)
        return ActionResult({}, form=_form(call), flat=True)

    _add_buttons(show)


def _add_buttons(show: Function) -> None:
    @show.on_button("delete")
    def delete(
        call: Call,
        id: int | None = None,
        billorder: int | None = None,
        promocode: str = "",
    ) -> ActionResult:
        if id is None:
            raise BadValue.empty("id")
        orders.remove(call.shop, call.user, id)
        return ActionResult({}, form=_form(call))

    @show.on_button("clearbasket")
    def clear(
        call: Call,
        id: int | None = None,
        billorder: int | None = None,
        promocode: str = "",
    ) -> ActionResult:
        orders.clear(call.shop, call.user, id if id is not None else billorder)
        return ActionResult({}, form=_form(call))

    @show.on_button("free")
    def pay(
        call: Call,
        id: int | None = None,
        billorder: int | None = None,
        promocode: str = "",
    ) -> ActionResult:
        if promocode:
            orders.use_promocode(call.shop, call.user, promocode)
        paid = checkout.pay(call.shop, call.user, id if id is not None else billorder)
        told: Mapping[str, object] = {} if paid is None else {"billorder": paid.id}
        return ActionResult(told, ok="func=order", ok_type="list")


def _form(call: Call) -> FormAnswer:
    basket = orders.basket_of(call.shop, call.user)
    currency = call.user.currency
    if basket is None:
        sums = {
            "billorder": "",
            "total_sum": with_currency(ZERO, currency),
            "full_discount": with_currency(ZERO, currency),
            "tax": with_currency(ZERO, currency),
            "amount": ZERO,
            "currency": currency,
            "promocode": "",
        }
        return FormAnswer(sums, lists={"itemlist": []})
    sums = {
        "billorder": basket.id,
        "total_sum": with_currency(basket.total, currency),
        "full_discount": with_currency(basket.full_discount, currency),
        "tax": with_currency(ZERO, currency),
        "amount": basket.total,
        "currency": currency,
        "promocode": basket.promocode or "",
    }
    return FormAnswer(
        sums, lists={"itemlist": [position_row(call, basket, item) for item in basket.items]}
    )


def position_row(call: Call, basket: Basket, item: Item) -> dict[str, object]:
    """One position as ``itemlist`` shows it."""
    service = item.service
    tariff = call.shop.catalogue[service.tariff_id]
    price = basket.price(item)
    return {
        "id": str(item.id),
        "item.id": str(service.id),
        "item.type": service.type,
        "item.period": str(item.period),
        "item.autoprolong": str(service.autoprolong or "null"),
        "operation": item.kind,
        "name": display_name(call, service, tariff),
        "pricelist_name": call.words(tariff.name),
        "cost": with_currency(price, call.user.currency),
        "amount": plain(price),
        "discount": plain(basket.discount(item)),
    }
