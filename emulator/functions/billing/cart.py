"""The new cart: what the new order form puts there, emptying it, and paying some of it.

Source: docs/resale.md section 2.4 (new cart). The cart and the old basket show the same positions
(docs/evidence.md 45).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from emulator.api.context import ActionResult, Call, FormAnswer, Part
from emulator.api.fields import Amount, Currency, Id, Ids, Structure, Structures, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, discounts, orders, topups
from emulator.domain.billing.orders import Basket, Item
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.money import ZERO, plain, reduced, with_currency
from emulator.errors import BadValue, Missed, NotEnoughMoney, PromocodeNotUsable
from emulator.functions import descriptions
from emulator.functions.billing import ways_to_pay
from emulator.functions.billing.payment_add import lead_to_page
from emulator.functions.billing.ways_to_pay import MethodRow
from emulator.functions.form_parts import addon_value, element
from emulator.texts import label, period_label

SOURCE = "docs/resale.md section 2.4"
FAILS = (BadValue, Missed, NotEnoughMoney)
TARIFF = {"en": "Tariff", "ru": "Тариф"}
BUTTONS = (
    {"name": "delete", "func": "cart"},
    {"name": "pay", "func": "cartorder.create.confirm"},
)
"""What can be done with a position: the function, and the button of its form (assumed)."""
BALANCE = 0
"""``paymethod_id`` of the account's own money."""
PAYMETHOD_ID = "Number of the way of paying; 0 is the balance."
FAMILY = Family("basket", {"en": "Basket", "ru": "Корзина"}, SOURCE, Evidence.OBSERVED)


class CartParameters(WireSchema):
    """Which position, and a promo code to use."""

    id = Id("Number of a position, for the button `delete`.", entity="lineitem")
    promocode = Text("Promo code to use on what waits in the cart.")


class CartForm(WireSchema):
    """The cart's sum; its positions are the list ``lineitems``."""

    total = Structure(
        "What is to be paid: `cost` as a bare number after all discounts, `currency`, and `count`"
        " of the positions."
    )
    promocode = Text("The promo code in use; empty if none.")


class LineItemRow(WireSchema):
    """One position: a row of ``lineitems``, in a shape of its own."""

    id = Whole("Number of the position.")
    elid = Whole("The same as `id`: what `cartorder.create.confirm` takes.")
    item_id = Whole(descriptions.SERVICE, data_key="item.id")
    item_type = Text("Internal name of the product type.", data_key="item.type")
    main = Structure("What it is: `name`, and `period` in words.")
    price = Structure(
        "What is to be paid for it: `price` with `cost` as a bare number, and `currency`."
    )
    configuration = Structures(
        "The tariff, each addon and each option: `configuration_name`, `configuration_value`, and"
        " `configuration_price` with its currency, before discounts."
    )
    action = Structure("What can be done with it: `button` with `name` and `func`.")


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
    billorder = Whole("Number of the order that the positions became, or of which they are part.")
    payment_id = Whole("Number of the payment that was begun, by a way that is not the balance.")
    amount = Amount("What is to be paid by it.")
    payment_currency = Currency("Number of the account's currency.")


@FAMILY.form(
    "cart",
    takes=CartParameters,
    returns=CartForm,
    tables={"lineitems": LineItemRow},
    fails=(*FAILS, PromocodeNotUsable),
    generation=6,
)
def show_cart(call: Call, id: int | None = None, promocode: str = "") -> FormAnswer:
    """The positions that wait for payment; its button ``delete`` takes one out."""
    del id, promocode
    return _form(call)


@show_cart.on_submit
def use_promocode(call: Call, id: int | None = None, promocode: str = "") -> ActionResult:
    """Uses the promo code, if one was sent. Raises Missed for a position that is not there."""
    if id is not None:
        _positions(call, [id])
    if promocode:
        orders.use_promocode(call.shop, call.user, promocode)
    return ActionResult({}, form=_form(call), flat=True)


@show_cart.on_button("delete")
def delete_position(call: Call, id: int | None = None, promocode: str = "") -> ActionResult:
    """Takes one position out. Raises BadValue without its number, Missed for an unknown one."""
    del promocode
    if id is None:
        raise BadValue.empty("id")
    _positions(call, [id])
    orders.remove(call.shop, call.user, id)
    return ActionResult({}, form=_form(call))


def _form(call: Call) -> FormAnswer:
    basket = orders.find_basket(call.shop, call.user)
    rows = [_line(call, basket, item) for item in basket.items] if basket else []
    total = {
        "cost": plain(basket.total if basket else ZERO),
        "currency": call.user.currency,
        "count": str(len(rows)),
    }
    shown = {
        "total": element("total", total),
        "promocode": (basket.promocode or "") if basket else "",
    }
    return FormAnswer(shown, lists={"lineitems": rows})


def _line(call: Call, basket: Basket, item: Item) -> dict[str, object]:
    """One position in the shape of the cart (docs/evidence.md 120); ``elid`` is what is paid."""
    service = item.service
    tariff = call.shop.catalogue[service.tariff_id]
    main = {
        "name": f"{call.words(tariff.name)} {service.licname}".rstrip(),
        "period": period_label(item.period, call.lang),
    }
    price = {"cost": plain(basket.price(item)), "currency": call.user.currency}
    return {
        "id": str(item.id),
        "elid": str(item.id),
        "item.id": str(service.id),
        "item.type": service.type,
        "main": element("main", main),
        "price": Part("price", parts=[element("price", price)]),
        "configuration": tuple(_configuration(call, basket, item, tariff)),
        "action": Part("action", parts=[Part("button", attrs=button) for button in BUTTONS]),
    }


def _configuration(call: Call, basket: Basket, item: Item, tariff: Tariff) -> Iterator[Part]:
    """What a position consists of, each with its price for the period.

    Before discounts, or by the rule ``listed_prices`` what the account pays of it.
    """
    parts = list(_parts(call, item, tariff))
    costs = [cost for _, _, cost in parts]
    if call.shop.world.rules.listed_prices == "account":
        own = discounts.find_percent(call.shop, call.user, tariff)
        paid = [reduced(reduced(cost, own), basket.code_percent(item)) for cost in costs]
        if sum(costs, ZERO) == item.cost + item.own_discount:
            # Each is rounded: the tariff takes the cents that make them add up.
            paid[0] = basket.price(item) - sum(paid[1:], ZERO)
        costs = paid
    for (name, value, _), cost in zip(parts, costs, strict=True):
        yield _configured(call, name, value, cost)


def _parts(call: Call, item: Item, tariff: Tariff) -> Iterator[tuple[str, str, Decimal]]:
    """The tariff, its addons and what else was chosen: name, value, price before discounts."""
    currency, period = call.user.currency, item.period
    own = tariff.prices.get(currency, {}).get(period, ZERO)
    yield call.words(TARIFF), call.words(tariff.name), own
    for number, amount in item.amounts().items():
        addon = tariff.addons.get(number)
        if addon is not None:
            cost = addon.cost(amount, currency, period)
            yield call.words(addon.name), addon_value(call, addon, amount), cost
    for name, options in tariff.options.items():
        for option in options:
            if option.intname == item.service.params.get(name):
                yield label(name, call.lang), call.words(option.name), ZERO


def _configured(call: Call, name: str, value: str, cost: Decimal) -> Part:
    texts = {"name": name, "value": value, "price": with_currency(cost, call.user.currency)}
    return element("configuration", {f"configuration_{key}": text for key, text in texts.items()})


@FAMILY.action(
    "cart.empty",
    fails=FAILS,
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
    tables={"methodlist": MethodRow},
    fails=FAILS,
    generation=6,
)
def show_confirm(call: Call, elid: Sequence[int], paymethod_id: int = BALANCE) -> FormAnswer:
    """Makes an order of some positions: from the balance they are paid and opened at once."""
    paid = orders.find_paid_order(call.shop, call.user, elid)
    total = ZERO
    if paid is None:
        basket, chosen = _positions(call, elid)
        total = sum((basket.price(item) for item in chosen), ZERO)
    return FormAnswer(
        {
            "billorder": paid,
            "elid": ", ".join(str(number) for number in elid),
            "paymethod_id": paymethod_id,
            "total_sum": with_currency(total, call.user.currency),
            "currency": call.user.currency,
        },
        slists={"paymethod_id": ways_to_pay.method_choices(call)},
        lists={"methodlist": ways_to_pay.method_rows(call, total)},
    )


@show_confirm.on_submit
def confirm(call: Call, elid: Sequence[int], paymethod_id: int) -> ActionResult:
    """Pays from the balance, or begins a payment by another way of paying."""
    paid = orders.find_paid_order(call.shop, call.user, elid)
    if paymethod_id != BALANCE and paid is None:
        return _start_payment(call, elid, paymethod_id)
    return _pay_from_balance(call, elid)


def _start_payment(call: Call, elid: Sequence[int], paymethod_id: int) -> ActionResult:
    """Begins a payment for these positions, or pays them from the balance if that suffices."""
    basket, chosen = _positions(call, elid)
    method = topups.find_method(call.shop, call.user.currency, paymethod_id, "paymethod_id")
    total = sum((basket.price(item) for item in chosen), ZERO)
    if total <= call.user.available and call.shop.world.rules.balance_first:
        return _pay_from_balance(call, elid)
    amount = max(ways_to_pay.lacking(call, total), method.minimum)
    numbers = [item.id for item in chosen]
    payment = topups.start(call.shop, call.user, method, amount, basket.id, positions=numbers)
    return lead_to_page(call, payment)


def _pay_from_balance(call: Call, elid: Sequence[int]) -> ActionResult:
    paid = checkout.pay_positions(call.shop, call.user, elid)
    return ActionResult({"billorder": paid}, ok="func=order", ok_type="list")


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
