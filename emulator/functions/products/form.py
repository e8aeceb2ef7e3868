"""The form of one service of any product type: looking at it, and changing what can be changed.

Source: docs/trade.md section 6, docs/resale.md sections 2.5 and 2.6; docs/evidence.md 13 and 15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from typing import Any

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite
from emulator.api.registry import Family, Function
from emulator.api.schema import WireSchema
from emulator.domain.billing import orders, terms
from emulator.domain.catalogue.catalogue import Addon
from emulator.domain.money import with_currency
from emulator.domain.services import keys, opening, services
from emulator.domain.services.services import ACTIVE, SUSPENDED, Service
from emulator.errors import BadValue, Exists, Missed, NotEnoughMoney, RunningOperation, WrongState
from emulator.functions.params import addon_text, total_text
from emulator.functions.products.product_type import ProductType
from emulator.texts import period_label


def own_fields(schema: type[WireSchema], shown: Mapping[str, object]) -> dict[str, object]:
    """What is shown as far as a type has it: what its schema names, and its addons."""
    own = _names(schema)
    return {name: v for name, v in shown.items() if name in own or name.startswith("addon_")}


@cache
def _names(schema: type[WireSchema]) -> frozenset[str]:
    return frozenset(schema().wire_fields)


def add_form(family: Family, product: ProductType) -> None:
    """``X.edit``, with its buttons."""
    name = product.intname
    form_of = _shower(product)

    @family.form(
        f"{name}.edit",
        takes=product.changes,
        returns=product.form,
        fails=(Missed, BadValue, Exists, WrongState, RunningOperation, NotEnoughMoney),
        evidence=product.grade("edit"),
        source=product.source,
        example={"elid": product.example},
    )
    def edit(call: Call, elid: int, **draft: Any) -> FormAnswer | NeedsWrite:
        """One service: without sok its fields and what it gives; with sok it changes."""
        service = services.owned(call.shop, call.user, elid, name)
        if service.key_reads is not None:
            if not call.writing:
                return NeedsWrite()
            service = opening.count_read(call.shop, service)
        shown = form_of(call, service)
        addons: Mapping[int, int] = draft.pop("addon", {})
        shown.fields = {**shown.fields, **draft}
        if addons:
            _show_addons(call, shown, service, addons)
        return shown

    @edit.on_submit
    def save(call: Call, elid: int, **changes: Any) -> ActionResult:
        addon: Mapping[int, int] = changes.pop("addon", {})
        service = services.owned(call.shop, call.user, elid, name)
        changed = product.change(call.shop, call.user, service, changes)
        if addon:
            changed = terms.change_addons(call.shop, call.user, changed, addon)
        return ActionResult({"id": changed.id}, form=form_of(call, changed), flat=True)

    if "addon" in product.changes().fields:
        _add_basket(edit, product)
    if product.has_new_key:
        _add_new_key(edit, product)


def _shower(product: ProductType) -> Callable[[Call, Service], FormAnswer]:
    """The form as this type has it: what its schema does not name is left out."""

    def form_of(call: Call, service: Service) -> FormAnswer:
        shown = product.form_of(call, service)
        shown.fields = own_fields(product.form, shown.fields)
        return shown

    return form_of


def _add_basket(edit: Function, product: ProductType) -> None:
    name, form_of = product.intname, _shower(product)

    @edit.on_button("basket")
    def put(call: Call, elid: int, **changes: Any) -> ActionResult:
        """What costs nothing happens at once; addons wait in the basket for their payment."""
        addon: Mapping[int, int] = changes.pop("addon", {})
        service = services.owned(call.shop, call.user, elid, name)
        changed = product.change(call.shop, call.user, service, changes)
        wanted = terms.addons_quote(call.shop, call.user, changed, addon)
        if wanted is None or not wanted.cost:
            if wanted is not None:
                changed = terms.make_addons(call.shop, call.user, wanted)
            return ActionResult({"id": changed.id}, form=form_of(call, changed), flat=True)
        number = orders.put_addons(call.shop, call.user, wanted)
        told = {"id": changed.id, "billorder": number}
        return ActionResult(told, form=form_of(call, changed), ok="func=basket", ok_type="form")


def _add_new_key(edit: Function, product: ProductType) -> None:
    name, form_of = product.intname, _shower(product)

    @edit.on_button("newkey")
    def new_key(call: Call, elid: int, **_: Any) -> ActionResult:
        service = services.owned(call.shop, call.user, elid, name)
        changed = keys.replace_key(call.shop, call.user, service)
        return ActionResult({"id": changed.id}, form=form_of(call, changed), flat=True)


def _show_addons(call: Call, shown: FormAnswer, service: Service, sent: Mapping[int, int]) -> None:
    """The form as it would be with other addons: their values, and what they would cost."""
    tariff = call.shop.catalogue[service.tariff_id]
    known = {n: amount for n, amount in sent.items() if n in tariff.addons}
    values = {f"addon_{n}": addon_text(tariff.addons[n], amount) for n, amount in known.items()}
    shown.fields = {**shown.fields, **values}
    if service.status not in (ACTIVE, SUSPENDED):
        return
    wanted = terms.addons_quote(call.shop, call.user, service, known)
    if wanted is not None:
        told = [_told(call, service, tariff.addons[n], known[n]) for n in sorted(known)]
        total = total_text(call, wanted.cost)
        shown.fields = {**shown.fields, "orderinfo": "".join([*told, total])}


def _told(call: Call, service: Service, addon: Addon, amount: int) -> str:
    """One addon in words: its name and value, what it costs a term, how often (shape assumed)."""
    cost = with_currency(addon.cost(amount, call.user.currency, service.period), call.user.currency)
    item = addon.item(amount)
    value = call.words(item.name) if item else addon_text(addon, amount)
    label = period_label(service.period, call.lang)
    return f"{call.words(addon.name)} {escape(value)} - {cost} - {label}<br/>"
