"""Ordering, for every product type: the wizard's steps, the one-shot order, the new form.

Source: docs/trade.md section 3, docs/resale.md sections 2.2 and 2.4; docs/evidence.md 8, 9,
21, 25. ``X.order`` and ``X.order.pricelist`` choose a tariff, ``X.order.param`` orders it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Whole
from emulator.api.registry import Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, discounts, orders
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import TRIAL, Tariff
from emulator.domain.money import with_currency
from emulator.domain.services import order_rules
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Exists, NotEnoughMoney, StepUnavailable
from emulator.functions.params import (
    addon_choices,
    addon_labels,
    addon_sliders,
    addon_text,
    autoprolong_choices,
    datacenter_choices,
    new_tariff_rows,
    option_choices,
    period_choices,
    tariff_rows,
    total_text,
)
from emulator.functions.products.license_orders import ON
from emulator.functions.products.product_type import ProductType
from emulator.texts import period_label

MOST_MONTHS = 1200


class TariffChoice(WireSchema):
    """The first step of an order."""

    pricelist = Whole()
    period = Whole()
    datacenter = Whole()


FAILS = (BadValue, Exists, NotEnoughMoney, StepUnavailable)


def add_order(family: Family, product: ProductType) -> None:
    """The functions of ordering one product type."""
    name = product.intname
    _add_choice(family, product, f"{name}.order")
    _add_choice(family, product, f"{name}.order.pricelist")
    _add_choice(family, product, f"v2.{name}.order.pricelist", f"v2.{name}.order.param")
    _add_param(family, product)
    _add_new_param(family, product)


def _add_choice(
    family: Family, product: ProductType, func: str, following: str | None = None
) -> None:
    name = product.intname

    @family.form(
        func,
        takes=TariffChoice,
        returns=TariffChoice,
        fails=(BadValue,),
        evidence=product.grade("order"),
        source=product.source,
        next_step=following or f"{name}.order.param",
        summary="The first step of an order: the tariffs on offer with their prices.",
    )
    def show(call: Call, **draft: Any) -> FormAnswer:
        tariffs = _on_offer(call, name)
        places = datacenter_choices(call, tariffs)
        tariffs = _standing_in(tariffs, draft.get("datacenter"))
        periods = sorted({p for t in tariffs for p in t.periods(call.user.currency)})
        rows = new_tariff_rows if func.startswith("v2.") else tariff_rows
        return FormAnswer(
            # A client area reads the chosen place and the filters without looking (observed).
            {"datacenter": places[0].key, **draft},
            slists={"datacenter": places, "period": period_choices(call, periods)},
            lists={"tariflist": rows(call, tariffs)},
            flists={"fpricelist": [Choice(name, call.words(family.title))]},
            inner=_was_sent(call),
        )

    @show.on_submit
    def choose(call: Call, **draft: Any) -> ActionResult:
        return ActionResult(draft, ok=f"func={show.next_step}", ok_type="form")


def _on_offer(call: Call, name: str) -> list[Tariff]:
    user = call.user
    return [
        tariff
        for tariff in call.shop.catalogue.of_type(name)
        if not order_rules.refusal_reason(call.shop, tariff, user.currency, user.country)
    ]


def _standing_in(tariffs: list[Tariff], place: int | None) -> list[Tariff]:
    """Those offered in this place; all of them where none or an unknown one was chosen."""
    there = [tariff for tariff in tariffs if place in tariff.datacenters]
    return there or tariffs


def _was_sent(call: Call) -> bool:
    """A recalculated or sent form is repeated in an inner doc (docs/evidence.md 21)."""
    return "sv_field" in call.params or bool(call.params.get("sok"))


def _add_param(family: Family, product: ProductType) -> None:
    name = product.intname

    @family.form(
        f"{name}.order.param",
        takes=product.takes,
        returns=product.order_form,
        fails=FAILS,
        evidence=product.grade("order.param"),
        source=product.source,
        example=product.example_order,
    )
    def show(
        call: Call, pricelist: int | None = None, period: int | None = None, **draft: Any
    ) -> FormAnswer:
        """Orders a service: with skipbasket=on paid and opened at once, else put in the basket."""
        return _form(call, product, pricelist, period, draft, "period")

    @show.on_submit
    def order(call: Call, skipbasket: bool = False, **wish: Any) -> ActionResult:
        asked = product.wish_of(wish)
        return _ordered(call, name, asked, at_once=skipbasket, needs_address=True)

    @show.on_button("basket", "quickbasket")
    def put(call: Call, skipbasket: bool = False, **wish: Any) -> ActionResult:
        asked = product.wish_of(wish)
        new = call.params.get("force_use_new_cart") == ON
        return _ordered(call, name, asked, at_once=False, needs_address=True, new=new)


def _add_new_param(family: Family, product: ProductType) -> None:
    name = product.intname
    old = product.example_order.items()
    new_example = {("order_period" if k == "period" else k): v for k, v in old}

    @family.form(
        f"v2.{name}.order.param",
        takes=product.new_takes,
        returns=product.order_form,
        fails=FAILS,
        evidence=product.grade("v2.order.param"),
        source=product.source,
        example=new_example,
    )
    def show(
        call: Call,
        pricelist: int | None = None,
        period: int | None = None,
        order_period: int | None = None,
        **draft: Any,
    ) -> FormAnswer:
        """The same order in the new form: order_period, autoprolong on or off."""
        return _form(call, product, pricelist, order_period or period, draft, "order_period")

    @show.on_submit
    def order(
        call: Call,
        skipbasket: bool = False,
        period: int | None = None,
        order_period: int | None = None,
        autoprolong: int | str | None = None,
        **wish: Any,
    ) -> ActionResult:
        chosen = order_period if order_period is not None else period
        if chosen is None:
            raise BadValue.empty("order_period")
        # "on" is the period itself; a trial has none to be prolonged by.
        months = (chosen if chosen > 0 else None) if autoprolong == ON else autoprolong
        asked = product.wish_of(
            {**wish, "period": chosen, "autoprolong": cast("int | None", months)}
        )
        new = call.params.get("force_use_new_cart") == ON
        return _ordered(call, name, asked, at_once=skipbasket, new=new)


def _form(
    call: Call,
    product: ProductType,
    pricelist: int | None,
    period: int | None,
    draft: Mapping[str, Any],
    period_name: str,
) -> FormAnswer:
    """The order form, priced for what was sent."""
    if pricelist is None:
        raise StepUnavailable(f"{product.intname}.order.param")
    tariff = order_rules.orderable(call.shop, call.user, product.intname, pricelist)
    offered = tariff.periods(call.user.currency)
    chosen = period if period is not None else (1 if 1 in offered else offered[0])
    tariff.check_period(call.user.currency, chosen)
    amounts = order_rules.chosen_addons(tariff, product.addons_of(tariff, draft))
    full = tariff.cost(call.user.currency, chosen, amounts)
    cost = discounts.price(call.shop, call.user, tariff, full).cost
    price, label = with_currency(cost, call.user.currency), period_label(chosen, call.lang)
    shown: dict[str, object] = {
        **{key: value for key, value in draft.items() if key != "addon"},
        "pricelist": tariff.id,
        period_name: chosen,
        "orderinfo": f"<b>{call.words(tariff.name)}</b><br/>{price} / {label}<br/>"
        f"{total_text(call, cost)}",
        **{f"addon_{n}": addon_text(tariff.addons[n], amount) for n, amount in amounts.items()},
    }
    return FormAnswer(
        shown,
        slists={period_name: period_choices(call, offered), **_selects(call, tariff)},
        lists={"tariflist": tariff_rows(call, [tariff])},
        inner=_was_sent(call),
        labels=addon_labels(call, tariff),
        sliders=addon_sliders(call, tariff, chosen),
    )


def _selects(call: Call, tariff: Tariff) -> dict[str, list[Choice]]:
    """What else is chosen: prolongation, and where a type has them place, template, recipe."""
    selects = {"autoprolong": autoprolong_choices(call, tariff)}
    if tariff.datacenters:
        selects["datacenter"] = datacenter_choices(call, [tariff])
    for name in ("ostempl", "recipe"):
        if tariff.options.get(name):
            selects[name] = option_choices(call, tariff, name)
    return {**selects, **addon_choices(call, tariff)}


def _ordered(
    call: Call,
    name: str,
    wish: OrderRequest,
    *,
    at_once: bool,
    needs_address: bool = False,
    new: bool = False,
) -> ActionResult:
    shop, account = call.shop, call.user
    if not TRIAL <= wish.period <= MOST_MONTHS:
        raise BadValue("period", str(wish.period))
    tariff = order_rules.orderable(shop, account, name, wish.pricelist)
    if needs_address and tariff.takes_address and not wish.ip:
        raise BadValue.empty("ip")
    if not 1 <= wish.order_count <= tariff.most_at_once:
        raise BadValue("order_count", str(wish.order_count))
    draft = order_rules.draft(shop, account, tariff, wish)
    price = discounts.price_of_order(shop, account, tariff, draft)
    total = price.cost * wish.order_count
    poor = total > account.available and shop.world.rules.poor_order == "basket"
    if at_once and not poor:
        if total > account.available:
            raise NotEnoughMoney(total, account.currency, account.balance, account.credit)
        opened = [
            checkout.order_now(shop, account, tariff, draft, price) for _ in range(wish.order_count)
        ]
        return ActionResult(_numbers(call, tariff, opened))
    put = [orders.put_order(shop, account, tariff, draft, price) for _ in range(wish.order_count)]
    positions = [item for item, _, _ in put]
    told = {
        **_numbers(call, tariff, [service for _, _, service in put], always=True),
        "billorder": put[0][1],
        "lineitem.id": ", ".join(map(str, positions)),
    }
    return ActionResult(told, ok="func=cart" if new else "func=basket", ok_type="form")


def _numbers(
    call: Call, tariff: Tariff, opened: Sequence[Service], *, always: bool = False
) -> dict[str, object]:
    """The number of what was ordered, under both names; of several that of the first.

    Observed: a one-shot order of a machine may not tell it (rule ``order_tells_id``), and whoever
    ordered looks for the ``domain``.
    """
    named = traits.of(call.shop.catalogue, tariff.type).domain
    if not always and named and not call.shop.world.rules.order_tells_id:
        return {}
    return {"id": opened[0].id, "item.id": str(opened[0].id)}
