"""Ordering, for every product type: the choice of a tariff, the order, and both in the new form.

Source: docs/trade.md section 3, docs/resale.md sections 2.2 and 2.4; docs/evidence.md 8, 9,
21, 25. ``X.order`` and ``X.order.pricelist`` choose a tariff, ``X.order.param`` orders it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Whole
from emulator.api.registry import Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, discounts, orders, payments
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import DAY, TRIAL, Tariff
from emulator.domain.money import with_currency
from emulator.domain.services import order_rules
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Exists, NotEnoughMoney, StepUnavailable
from emulator.functions import descriptions
from emulator.functions.form_parts import (
    addon_choices,
    addon_labels,
    addon_sliders,
    addon_text,
    autoprolong_choices,
    datacenter_choices,
    new_tariff_rows,
    next_step,
    option_choices,
    period_choices,
    tariff_rows,
    total_text,
)
from emulator.functions.products.common import ON
from emulator.functions.products.product_type import ProductType
from emulator.texts import period_label

MOST_MONTHS = 1200
FAILS = (BadValue, Exists, NotEnoughMoney, StepUnavailable)


class TariffChoice(WireSchema):
    """The first step of an order."""

    pricelist = Whole(descriptions.TARIFF)
    period = Whole(descriptions.ORDER_PERIOD)
    datacenter = Whole("Number of a datacenter, to see only the tariffs that are offered there.")


def declare_choice(family: Family, product: ProductType, name: str) -> None:
    """``X.order``, ``X.order.pricelist`` and ``v2.X.order.pricelist``: the first step."""
    version = "v2." if name.startswith("v2.") else ""
    choice = ChoiceStep(product, f"{version}{product.intname}.order.param", is_new=bool(version))
    function = family.form(
        name,
        takes=TariffChoice,
        returns=TariffChoice,
        fails=(BadValue,),
        evidence=product.functions[name],
        source=product.source,
        next_step=choice.next_step,
        generation=6 if version else None,
        first_step=f"{name}.pricelist" if f"{name}.pricelist" in product.functions else "",
    )(choice.show)
    function.on_submit(choice.choose)


def declare_order(family: Family, product: ProductType, name: str) -> None:
    """``X.order.param``: the order."""
    step = OrderStep(product)
    function = family.form(
        name,
        takes=product.order,
        returns=product.order_form,
        fails=FAILS,
        evidence=product.functions[name],
        source=product.source,
        example=product.example_order,
    )(step.show)
    function.on_submit(step.order)
    function.on_button("basket", "quickbasket")(step.put_into_basket)


def declare_new_order(family: Family, product: ProductType, name: str) -> None:
    """``v2.X.order.param``: the order in the new form."""
    step = NewOrderStep(product)
    example = {
        ("order_period" if parameter == "period" else parameter): value
        for parameter, value in product.example_order.items()
    }
    function = family.form(
        name,
        takes=product.new_order,
        returns=product.order_form,
        fails=FAILS,
        evidence=product.functions[name],
        source=product.source,
        example=example,
        generation=6,
    )(step.show)
    function.on_submit(step.order)


@dataclass(frozen=True, slots=True)
class ChoiceStep:
    """The handlers of the first step."""

    product: ProductType
    next_step: str
    is_new: bool

    def show(self, call: Call, **draft: Any) -> FormAnswer:
        """The first step of an order: the tariffs on offer with their prices."""
        name = self.product.intname
        tariffs = _on_offer(call, name)
        datacenters = datacenter_choices(call, tariffs)
        tariffs = _offered_in(tariffs, draft.get("datacenter"))
        periods = sorted({p for t in tariffs for p in t.periods(call.user.currency)})
        rows = new_tariff_rows if self.is_new else tariff_rows
        return FormAnswer(
            # A client area reads the chosen datacenter and the filters without a check (observed).
            {"datacenter": datacenters[0].key, **draft},
            slists={"datacenter": datacenters, "period": period_choices(call, periods)},
            lists={"tariflist": rows(call, tariffs)},
            flists={"fpricelist": [Choice(name, call.words(self.product.title))]},
            inner=_was_sent(call),
        )

    def choose(self, call: Call, **draft: Any) -> ActionResult:
        """Names the next step."""
        return ActionResult(draft, ok=next_step(call, self.next_step, draft), ok_type="form")


@dataclass(frozen=True, slots=True)
class OrderStep:
    """The handlers of ``X.order.param``."""

    product: ProductType

    def show(
        self, call: Call, pricelist: int | None = None, period: int | None = None, **draft: Any
    ) -> FormAnswer:
        """Orders a service: with skipbasket=on paid and opened at once, else put in the basket."""
        return _form(call, self.product, pricelist, period, draft, "period")

    def order(self, call: Call, skipbasket: bool = False, **sent: Any) -> ActionResult:
        """Orders and pays, or puts into the basket."""
        request = self.product.read_order(_going_on(sent))
        return _place(call, self.product, request, at_once=skipbasket, needs_address=True)

    def put_into_basket(self, call: Call, skipbasket: bool = False, **sent: Any) -> ActionResult:
        """Puts the order into the basket, or into the new cart where it is asked for."""
        del skipbasket
        request = self.product.read_order(_going_on(sent))
        return _place(
            call, self.product, request, at_once=False, needs_address=True, cart=_wants_cart(call)
        )


@dataclass(frozen=True, slots=True)
class NewOrderStep:
    """The handlers of ``v2.X.order.param``."""

    product: ProductType

    def show(
        self,
        call: Call,
        pricelist: int | None = None,
        period: int | None = None,
        order_period: int | None = None,
        **draft: Any,
    ) -> FormAnswer:
        """Orders a service in the new form: ``order_period``, ``autoprolong`` on or off."""
        chosen = order_period or period
        with _refused_as(order_period):
            return _form(call, self.product, pricelist, chosen, draft, "order_period")

    def order(
        self,
        call: Call,
        skipbasket: bool = False,
        period: int | None = None,
        order_period: int | None = None,
        **sent: Any,
    ) -> ActionResult:
        """Orders and pays, or puts into basket or cart. Raises BadValue without a period."""
        chosen = order_period if order_period is not None else period
        if chosen is None:
            raise BadValue.empty("order_period")
        if sent.get("autoprolong") == ON:
            # "on" is the period itself; a trial has none to be prolonged by.
            sent["autoprolong"] = chosen if chosen > 0 or chosen == DAY else None
        request = self.product.read_order(_going_on({**sent, "period": chosen}))
        with _refused_as(order_period):
            return _place(call, self.product, request, at_once=skipbasket, cart=_wants_cart(call))


@contextmanager
def _refused_as(order_period: int | None) -> Iterator[None]:
    """A period that is refused is called as it was sent."""
    try:
        yield
    except BadValue as refusal:
        if refusal.object == "period" and order_period is not None:
            refusal.object = "order_period"
        raise


def _going_on(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Billing by the day goes on unless the order says otherwise (docs/evidence.md 113)."""
    return {"autoprolong": DAY, **sent} if sent.get("period") == DAY else sent


def _on_offer(call: Call, product_type: str) -> list[Tariff]:
    user = call.user
    return [
        tariff
        for tariff in call.shop.catalogue.of_type(product_type)
        if not order_rules.find_refusal_reason(call.shop, tariff, user.currency, user.country)
    ]


def _offered_in(tariffs: list[Tariff], datacenter: int | None) -> list[Tariff]:
    """Those offered in this datacenter; all of them where none or an unknown one was chosen."""
    return [tariff for tariff in tariffs if datacenter in tariff.datacenters] or tariffs


def _was_sent(call: Call) -> bool:
    """A recalculated or sent form is repeated in an inner doc (docs/evidence.md 21)."""
    return "sv_field" in call.params or bool(call.params.get("sok"))


def _wants_cart(call: Call) -> bool:
    return call.params.get("force_use_new_cart") == ON


def _form(
    call: Call,
    product: ProductType,
    pricelist: int | None,
    period: int | None,
    draft: Mapping[str, Any],
    period_name: str,
) -> FormAnswer:
    """The order form, priced for what was sent.

    Raises StepUnavailable without a tariff, BadValue for one that cannot be ordered, for a period
    it does not have and for an amount of an addon it does not allow.
    """
    if pricelist is None:
        raise StepUnavailable(f"{product.intname}.order.param")
    tariff = order_rules.find_orderable(call.shop, call.user, product.intname, pricelist)
    periods = tariff.periods(call.user.currency)
    chosen = period if period is not None else (1 if 1 in periods else periods[0])
    tariff.check_period(call.user.currency, chosen)
    amounts = order_rules.choose_addons(tariff, product.read_addons(tariff, draft))
    full = tariff.cost(call.user.currency, chosen, amounts)
    cost = discounts.compute_price(call.shop, call.user, tariff, full).cost
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
        slists={period_name: period_choices(call, periods), **_selects(call, tariff, chosen)},
        lists={"tariflist": tariff_rows(call, [tariff])},
        inner=_was_sent(call),
        labels=addon_labels(call, tariff),
        sliders=addon_sliders(call, tariff, chosen),
    )


def _selects(call: Call, tariff: Tariff, period: int) -> dict[str, list[Choice]]:
    """Further choices: prolongation, addons, and where a tariff has them place and software."""
    selects = {"autoprolong": autoprolong_choices(call, tariff, period)}
    if tariff.datacenters:
        selects["datacenter"] = datacenter_choices(call, [tariff])
    for name in ("ostempl", "recipe"):
        if tariff.options.get(name):
            selects[name] = option_choices(call, tariff, name)
    return {**selects, **addon_choices(call, tariff)}


def _place(
    call: Call,
    product: ProductType,
    request: OrderRequest,
    *,
    at_once: bool,
    needs_address: bool = False,
    cart: bool = False,
) -> ActionResult:
    """Carries an order out: paid from the balance ``at_once``, else put into basket or ``cart``.

    Raises BadValue for what cannot be ordered, Exists for a name or address in use, NotEnoughMoney
    where the balance does not cover the order and the rule ``poor_order`` does not say ``basket``.
    """
    shop, account = call.shop, call.user
    if not TRIAL <= request.period <= MOST_MONTHS:
        raise BadValue("period", str(request.period))
    tariff = order_rules.find_orderable(shop, account, product.intname, request.pricelist)
    if needs_address and tariff.takes_address and not request.ip:
        raise BadValue.empty("ip")
    count = request.order_count
    if not 1 <= count <= tariff.most_at_once:
        raise BadValue("order_count", str(count))
    draft = order_rules.draft(shop, account, tariff, request)
    price = discounts.compute_order_price(shop, account, tariff, draft)
    total = price.cost * count
    is_covered = total <= account.available
    if at_once and (is_covered or shop.world.rules.poor_order != "basket"):
        if not is_covered:
            raise payments.too_little(account, total)
        opened = [checkout.order_now(shop, account, tariff, draft, price) for _ in range(count)]
        return ActionResult(_numbers(call, tariff, opened))
    put = [orders.put_order(shop, account, tariff, draft, price) for _ in range(count)]
    fields = {
        **_numbers(call, tariff, [service for _, _, service in put], always=True),
        "billorder": put[0][1],
        "lineitem.id": ", ".join(str(position) for position, _, _ in put),
    }
    return ActionResult(fields, ok="func=cart" if cart else "func=basket", ok_type="form")


def _numbers(
    call: Call, tariff: Tariff, ordered: Sequence[Service], *, always: bool = False
) -> dict[str, object]:
    """The number of the ordered service, under both its names; of several the first one's.

    Observed: some sellers leave it out for an order of a server that is paid at once (rule
    ``order_tells_id``); the client then looks for the ``domain`` that it ordered.
    """
    has_domain = traits.of(call.shop.catalogue, tariff.type).domain
    if not always and has_domain and not call.shop.world.rules.order_tells_id:
        return {}
    return {"id": ordered[0].id, "item.id": str(ordered[0].id)}
