"""The form of one service of any product type, ``X.edit``: shows it and changes it.

Source: docs/trade.md section 6, docs/resale.md sections 2.5 and 2.6; docs/evidence.md 13 and 15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite
from emulator.api.registry import Family
from emulator.domain.billing import orders, paid_changes
from emulator.domain.catalogue.catalogue import Addon
from emulator.domain.money import with_currency
from emulator.domain.services import keys, opening, services
from emulator.domain.services.services import ACTIVE, SUSPENDED, Service
from emulator.errors import BadValue, Exists, Missed, NotEnoughMoney, RunningOperation, WrongState
from emulator.functions.contacts import OWNER_PARAMETERS
from emulator.functions.form_parts import addon_text, total_text
from emulator.functions.products.common import (
    names_of,
    own_fields,
    refuse_what_would_be_ignored,
    sent_names,
)
from emulator.functions.products.product_type import ProductType
from emulator.texts import period_label

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
    "userpassword",
    "use_ssh_key",
    "ssh_key",
    "promocode",
    *OWNER_PARAMETERS,
)
"""Names, systems, passwords and contacts: a change to one that the form does not take is refused.

Passwords have a function of their own, ``service.changepassword``.
"""

NEVER_EMPTY = frozenset({"ip", "item"})
"""What an order must have: sent empty it is refused, where there is one."""


def declare_edit(family: Family, product: ProductType, name: str) -> None:
    """``X.edit``, with its buttons."""
    editor = ServiceEditor(product)
    function = family.form(
        name,
        takes=product.changes,
        returns=product.form,
        fails=(Missed, BadValue, Exists, WrongState, RunningOperation, NotEnoughMoney),
        evidence=product.functions[name],
        example={"elid": product.example},
    )(editor.show)
    function.on_submit(editor.save)
    if "addon" in product.changes().fields:
        function.on_button("basket")(editor.put_into_basket)
    if product.has_new_key:
        function.on_button("newkey")(editor.make_key)


@dataclass(frozen=True, slots=True)
class ServiceEditor:
    """The handlers of ``X.edit`` for one product type."""

    product: ProductType

    def show(self, call: Call, elid: int, **draft: Any) -> FormAnswer | NeedsWrite:
        """One service: without sok its fields and choices, with sok it is changed."""
        service = self._owned(call, elid)
        if service.key_reads is not None:
            if not call.writing:
                return NeedsWrite()
            service = opening.count_read(call.shop, service)
        shown = self._form(call, service)
        addons: Mapping[int, int] = draft.pop("addon", {})
        shown.fields = {**shown.fields, **draft}
        if addons:
            _show_addons(call, shown, service, addons)
        return shown

    def save(self, call: Call, elid: int, **changes: Any) -> ActionResult:
        """Changes what was sent; changed addons are paid from the balance at once."""
        addons: Mapping[int, int] = changes.get("addon", {})
        changed = self._change(call, elid, changes)
        if addons:
            changed = paid_changes.change_addons(call.shop, call.user, changed, addons)
        return self._changed(call, changed)

    def put_into_basket(self, call: Call, elid: int, **changes: Any) -> ActionResult:
        """Changes at once what costs nothing; addons wait in the basket for their payment."""
        addons: Mapping[int, int] = changes.get("addon", {})
        changed = self._change(call, elid, changes)
        quote = paid_changes.quote_addons(call.shop, call.user, changed, addons)
        if quote is None:
            return self._changed(call, changed)
        if not quote.cost:
            return self._changed(call, paid_changes.make_addons(call.shop, call.user, quote))
        number = orders.put_addons(call.shop, call.user, quote)
        fields = {"id": changed.id, "billorder": number}
        form = self._form(call, changed)
        return ActionResult(fields, form=form, ok="func=basket", ok_type="form")

    def make_key(self, call: Call, elid: int, **_: Any) -> ActionResult:
        """Replaces the key of a license."""
        return self._changed(call, keys.replace_key(call.shop, call.user, self._owned(call, elid)))

    def _change(self, call: Call, elid: int, changes: Mapping[str, Any]) -> Service:
        """Changes what costs nothing. Raises BadValue for what would be dropped in silence."""
        service = self._owned(call, elid)
        shown = self.product.show_form(call, service).fields
        refuse_what_would_be_ignored(call, NEVER_IGNORED, self.product.changes, shown)
        for name in NEVER_EMPTY & names_of(self.product.changes):
            if name in call.params and not call.params[name].strip() and shown.get(name):
                raise BadValue.empty(name)
        with sent_names(call):
            return self.product.change(call.shop, call.user, service, changes)

    def _owned(self, call: Call, elid: int) -> Service:
        return services.require_owned(call.shop, call.user, elid, self.product.intname)

    def _changed(self, call: Call, service: Service) -> ActionResult:
        return ActionResult({"id": service.id}, form=self._form(call, service), flat=True)

    def _form(self, call: Call, service: Service) -> FormAnswer:
        """The form as this type has it: what its schema does not name is left out."""
        shown = self.product.show_form(call, service)
        shown.fields = own_fields(self.product.form, shown.fields)
        return shown


def _show_addons(call: Call, shown: FormAnswer, service: Service, sent: Mapping[int, int]) -> None:
    """Puts the sent addons into the form, and into ``orderinfo`` what they would cost."""
    tariff = call.shop.catalogue[service.tariff_id]
    amounts = {n: amount for n, amount in sent.items() if n in tariff.addons}
    values = {f"addon_{n}": addon_text(tariff.addons[n], amount) for n, amount in amounts.items()}
    shown.fields = {**shown.fields, **values}
    if service.status not in (ACTIVE, SUSPENDED):
        return
    quote = paid_changes.quote_addons(call.shop, call.user, service, amounts)
    if quote is not None:
        lines = [_addon_line(call, service, tariff.addons[n], amounts[n]) for n in sorted(amounts)]
        total = total_text(call, quote.cost)
        shown.fields = {**shown.fields, "orderinfo": "".join([*lines, total])}


def _addon_line(call: Call, service: Service, addon: Addon, amount: int) -> str:
    """One addon as HTML: name, value, what it costs a term, how often (the shape is assumed)."""
    cost = with_currency(addon.cost(amount, call.user.currency, service.period), call.user.currency)
    item = addon.item(amount)
    value = call.words(item.name) if item else addon_text(addon, amount)
    label = period_label(service.period, call.lang)
    return f"{call.words(addon.name)} {escape(value)} - {cost} - {label}<br/>"
