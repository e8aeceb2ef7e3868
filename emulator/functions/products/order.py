"""Ordering, for every product type: the choice of a tariff, the order, and both in the new form.

Source: docs/trade.md section 3, docs/resale.md sections 2.2 and 2.4; docs/evidence.md 8, 9,
21, 25, 116, 117 and 119. ``X.order`` and ``X.order.pricelist`` choose a tariff, ``X.order.param``
orders it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Whole
from emulator.api.registry import Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, discounts, orders, payments
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import DAY, TRIAL, Tariff
from emulator.domain.services import contacts, order_rules
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Exists, NotEnoughMoney, StepUnavailable
from emulator.functions import descriptions
from emulator.functions.contacts import OWNER_PARAMETERS, refuse_other_contacts, refuse_transfer
from emulator.functions.form_parts import (
    NewTariffRow,
    TariffRow,
    datacenter_choices,
    new_tariff_rows,
    next_step,
    period_choices,
    tariff_rows,
    usual_period,
)
from emulator.functions.products import order_form
from emulator.functions.products.common import (
    ON,
    NewChoice,
    names_of,
    refuse_what_would_be_ignored,
    sent_names,
)
from emulator.functions.products.product_type import ProductType

MOST_MONTHS = 1200
FAILS = (BadValue, Exists, NotEnoughMoney, StepUnavailable)
NEVER_IGNORED = (
    "domain",
    "licname",
    "ostempl",
    "instances_os",
    "recipe",
    "server_name",
    "servername",
    "password",
    "passwd",
    "use_ssh_key",
    "ssh_key",
    "promocode",
    *OWNER_PARAMETERS,
)
"""Names, systems, passwords, codes, contacts: an order whose type has no such thing is refused."""


class Datacenters(Whole):
    """Numbers of datacenters, joined by commas (docs/evidence.md 162)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        read = super()._deserialize
        return tuple(read(part, attr, data, **kwargs) for part in value.split(","))


class TariffChoice(WireSchema):
    """The first step of an order."""

    pricelist = Whole(descriptions.TARIFF)
    period = Whole(descriptions.ORDER_PERIOD)
    datacenter = Datacenters(
        "Numbers of datacenters, joined by commas, to see only the tariffs that are offered there."
    )


class NewTariffChoice(NewChoice, TariffChoice):
    """The first step of an order in the new form."""


class TariffAndTerm(NamedTuple):
    """What the new form was sent, by whichever parameters."""

    pricelist: int | None
    datacenter: int | None
    period: int | None
    period_name: str
    """The parameter that was sent for the period."""


def declare_choice(family: Family, product: ProductType, name: str) -> None:
    """``X.order``, ``X.order.pricelist`` and ``v2.X.order.pricelist``: the first step."""
    version = "v2." if name.startswith("v2.") else ""
    choice = ChoiceStep(product, f"{version}{product.intname}.order.param", is_new=bool(version))
    function = family.form(
        name,
        takes=NewTariffChoice if version else TariffChoice,
        returns=TariffChoice,
        fails=(BadValue,),
        evidence=product.functions[name],
        tables={"pricelist": NewTariffRow} if version else {"tariflist": TariffRow},
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
        tables={"tariflist": TariffRow},
        fails=FAILS,
        evidence=product.functions[name],
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
        tables={
            "pricelist": NewTariffRow,
            **dict.fromkeys(order_form.SUMMARIES, order_form.SummaryRow),
        },
        fails=FAILS,
        evidence=product.functions[name],
        example=example,
        generation=6,
    )(step.show)
    function.on_submit(step.order)
    function.on_button("order")(step.put_into_cart)


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
        if self.is_new:
            draft = _usual_choice(call, name, draft)
        places = draft.get("datacenter", ())
        tariffs = [tariff for tariff in tariffs if set(places) & set(tariff.datacenters)] or tariffs
        periods = sorted({p for t in tariffs for p in t.periods(call.user.currency)})
        period = usual_period(periods, draft.get("period")) if periods else None
        rows = (
            new_tariff_rows(call, tariffs, period, places)
            if self.is_new
            else tariff_rows(call, tariffs, period)
        )
        return FormAnswer(
            # A client area reads the chosen datacenter and the filters without a check (observed).
            {"datacenter": datacenters[0].key, **_in_text(draft), "period": period},
            slists={"datacenter": datacenters, "period": period_choices(call, periods)},
            lists={"pricelist" if self.is_new else "tariflist": rows},
            flists={"fpricelist": [Choice(name, call.words(self.product.title))]},
            inner=order_form.was_sent(call),
        )

    def choose(self, call: Call, **draft: Any) -> ActionResult:
        """Names the next step with what was chosen. Raises BadValue without a tariff to order."""
        if self.is_new:
            draft = _usual_choice(call, self.product.intname, draft)
        if "pricelist" not in draft:
            raise BadValue.empty("pricelist")
        tariff = order_rules.find_orderable(
            call.shop, call.user, self.product.intname, draft["pricelist"]
        )
        if "period" in draft:
            tariff.check_period(call.user.currency, draft["period"])
        # What the order takes goes on to it; no password belongs in an address.
        further = sorted(names_of(self.product.order) - {"password", *draft})
        names = (*draft, "keyvalue", f"period_{draft.get('pricelist')}", *further)
        ok = next_step(call, self.next_step, names)
        return ActionResult(_in_text(draft), ok=ok, ok_type="form")


@dataclass(frozen=True, slots=True)
class OrderStep:
    """The handlers of ``X.order.param``."""

    product: ProductType

    def show(
        self, call: Call, pricelist: int | None = None, period: int | None = None, **draft: Any
    ) -> FormAnswer:
        """Orders a service: with skipbasket=on paid and opened at once, else put in the basket."""
        refuse_what_would_be_ignored(call, NEVER_IGNORED, self.product.order)
        return order_form.show_classic(call, self.product, pricelist, period, draft)

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

    def show(self, call: Call, **draft: Any) -> FormAnswer:
        """Orders a service in the new form: ``order_period``, ``autoprolong`` on or off."""
        refuse_what_would_be_ignored(call, NEVER_IGNORED, self.product.new_order)
        choice = _read_choice(call, self.product.intname, draft)
        if choice.datacenter is not None:
            draft["datacenter"] = choice.datacenter
        for name in ("pricelist", "period", "order_period"):
            draft.pop(name, None)
        _check_period(call, choice)
        return order_form.show_new(call, self.product, choice.pricelist, choice.period, draft)

    def order(
        self,
        call: Call,
        skipbasket: bool = False,
        **sent: Any,
    ) -> ActionResult:
        """Orders and pays, or puts into basket or cart. Raises BadValue without tariff or period.

        A lifetime or a trial has no period to be prolonged by.
        """
        return self._order(call, sent, at_once=skipbasket, cart=_wants_cart(call))

    def put_into_cart(self, call: Call, skipbasket: bool = False, **sent: Any) -> ActionResult:
        """The button that the form has: the same, and what is not paid at once is in the cart."""
        return self._order(call, sent, at_once=skipbasket, cart=True)

    def _order(
        self, call: Call, sent: dict[str, Any], *, at_once: bool, cart: bool
    ) -> ActionResult:
        choice = _read_choice(call, self.product.intname, sent)
        if choice.pricelist is None:
            raise BadValue.empty("pricelist")
        if choice.period is None:
            raise BadValue.empty("order_period")
        _check_period(call, choice)
        if sent.get("autoprolong") == ON:
            # "on" is the period itself; a trial has none to be prolonged by.
            going_on = choice.period > 0 or choice.period == DAY
            sent["autoprolong"] = choice.period if going_on else None
        own = {n: v for n, v in sent.items() if n not in ("order_period", *names_of(NewChoice))}
        if choice.datacenter is not None:
            own["datacenter"] = choice.datacenter
        term = {"pricelist": choice.pricelist, "period": choice.period}
        request = self.product.read_order(_going_on({**own, **term}))
        return _place(call, self.product, request, at_once=at_once, cart=cart)


def _going_on(sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Billing by the day goes on unless the order says otherwise (docs/evidence.md 113)."""
    return {"autoprolong": DAY, **sent} if sent.get("period") == DAY else sent


def _read_choice(call: Call, product_type: str, sent: Mapping[str, Any]) -> TariffAndTerm:
    """Tariff, datacenter and period, out of ``keyvalue`` too (docs/evidence.md 117).

    Raises BadValue for a ``keyvalue`` that cannot be ordered or contradicts what was sent beside.
    """
    pricelist, datacenter = sent.get("pricelist"), sent.get("datacenter")
    if "keyvalue" in sent:
        tariff_id, place = sent["keyvalue"]
        text = call.params["keyvalue"]
        tariff = call.shop.catalogue.find(tariff_id)
        if tariff is None or tariff.type != product_type:
            raise BadValue("keyvalue", text)
        if place not in order_rules.datacenters(tariff):
            raise BadValue("keyvalue", text)
        if pricelist not in (None, tariff_id) or datacenter not in (None, place):
            raise BadValue("keyvalue", text)
        pricelist, datacenter = tariff_id, place if tariff.datacenters else None
    named = {
        "order_period": sent.get("order_period"),
        f"period_{pricelist}": sent.get("tariff_period", {}).get(pricelist),
        "period": sent.get("period"),
    }
    # The field that a recalculation is about counts before the values the form had beside it.
    for name in sorted(named, key=lambda name: name != call.params.get("sv_field")):
        period = named[name]
        if period is not None:
            return TariffAndTerm(pricelist, datacenter, period, name)
    return TariffAndTerm(pricelist, datacenter, None, "order_period")


def _usual_choice(call: Call, product_type: str, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the classic choice, whichever were sent; ``datacenter`` as a tuple."""
    places = draft.get("datacenter", ())
    single = {"datacenter": places[0]} if len(places) == 1 else {}
    rest = {name: value for name, value in draft.items() if name != "datacenter"}
    choice = _read_choice(call, product_type, {**rest, **single})
    if choice.datacenter is not None:
        places = (choice.datacenter,)
    usual = {"pricelist": choice.pricelist, "datacenter": places or None, "period": choice.period}
    return {name: value for name, value in usual.items() if value is not None}


def _in_text(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The choice as a form shows it: its datacenters joined by commas."""
    if "datacenter" not in draft:
        return dict(draft)
    return {**draft, "datacenter": ",".join(map(str, draft["datacenter"]))}


def _check_period(call: Call, choice: TariffAndTerm) -> None:
    """Raises BadValue with the name that was sent, for a period the tariff does not have."""
    tariff = call.shop.catalogue.find(choice.pricelist or 0)
    if tariff is None or choice.period is None:
        return
    if choice.period not in tariff.periods(call.user.currency):
        raise BadValue(choice.period_name, str(choice.period))


def _on_offer(call: Call, product_type: str) -> list[Tariff]:
    user = call.user
    return [
        tariff
        for tariff in call.shop.catalogue.of_type(product_type)
        if not order_rules.find_refusal_reason(call.shop, tariff, user.currency, user.country)
    ]


def _wants_cart(call: Call) -> bool:
    return call.params.get("force_use_new_cart") == ON


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
    refuse_what_would_be_ignored(call, NEVER_IGNORED, product.order)
    _check_license_name(call, product)
    if needs_address and tariff.takes_address and not request.ip:
        raise BadValue.empty("ip")
    count = request.order_count
    order_form.check_count(tariff, count)
    with sent_names(call):
        draft = order_rules.draft(shop, account, tariff, request)
    if contacts.OWNER in names_of(product.order):
        refuse_transfer(call)
        refuse_other_contacts(call)
    owner = contacts.find_owner(shop, account, request.owner)
    if owner is not None:
        draft = replace(draft, params={**draft.params, contacts.OWNER: str(owner)})
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
        "billorder.id": str(put[0][1]),
        "lineitem.id": ", ".join(str(position) for position, _, _ in put),
    }
    return ActionResult(fields, ok="func=cart" if cart else "func=basket", ok_type="form")


def _check_license_name(call: Call, product: ProductType) -> None:
    """Raises BadValue("licname") for an empty name, and for none with ``license_name_needed``."""
    if "licname" not in names_of(product.order):
        return
    name = call.params.get("licname")
    needed = call.shop.world.rules.license_name_needed
    if needed if name is None else not name.strip():
        raise BadValue.empty("licname")


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
