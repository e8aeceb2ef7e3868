"""Stored ways of paying, and which of them automatic payments use.

Source: docs/evidence.md 134. The names of the functions are observed, their fields are assumed. A
way of paying is stored by a payment; nothing here collects money by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows
from emulator.api.fields import Day, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import stored_methods, topups
from emulator.domain.billing.stored_methods import StoredMethod
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions.billing import payment_add, ways_to_pay
from emulator.functions.billing.ways_to_pay import MethodRow
from emulator.functions.form_parts import numbers_of
from emulator.functions.listing import Paging, page_of

SOURCE = "docs/resale.md section 2.4"
NONE = 0
NO_METHOD = {"en": "None", "ru": "Нет"}
STORABLE = "card"
"""The kind of ways of paying that can be stored."""
NUMBER = "Number of the stored way of paying."
FAMILY = Family("payment", {"en": "Payments", "ru": "Платежи"}, SOURCE, Evidence.OBSERVED)


class StoredMethodRow(WireSchema):
    """A stored way of paying."""

    id = Whole(NUMBER)
    name = Text("Its name.")
    paymethod_name = Text("Name of the way of paying.")
    createdate = Day("Day on which it was stored.")
    active = Text("`on` once the payment by which it is stored is credited.")
    recurring = Text("`on` if it is chosen for automatic payments.")


class StoredMethodForm(StoredMethodRow):
    """One of them as its form shows it."""

    elid = Whole(NUMBER)


class ChangeParameters(WireSchema):
    """One stored way of paying, and its new name."""

    elid = Id(NUMBER, required=True, entity="stored_method")
    name = Text("Its new name.")


class RecurringParameters(WireSchema):
    """Which stored way of paying automatic payments use."""

    stored_method = Whole(
        "Number of the stored way of paying for automatic payments; 0 is none. It is kept and"
        " shown; nothing here collects money by itself."
    )


class NewMethodParameters(WireSchema):
    """A way of paying that is to be stored."""

    paymethod = Whole("Number of the way of paying, one of `methodlist`.", needed=True)


class NewMethodForm(payment_add.PaymentForm):
    """The payment by which a way of paying is stored."""


@FAMILY.listing(
    "payment.recurring.stored_methods",
    takes=Paging,
    returns=StoredMethodRow,
    fails=(AccessDenied,),
)
def list_stored_methods(call: Call, **paging: Any) -> Rows:
    """The ways of paying that a payment stores, newest first. The columns are assumed."""
    rows = [_row(stored) for stored in stored_methods.all_of(call.shop, call.user)]
    return page_of(call, rows, paging)


@FAMILY.action(
    "payment.recurring.stored_methods.delete",
    takes=numbers_of("stored ways of paying", "stored_method"),
    elids="elid",
    fails=(Missed,),
)
def delete_stored_method(call: Call, elid: int) -> ActionResult:
    """Removes stored ways of paying; their payments stay."""
    stored_methods.remove(call.shop, stored_methods.own(call.shop, call.user, elid))
    return ActionResult()


@FAMILY.form(
    "payment.recurring.stored_methods.edit",
    takes=ChangeParameters,
    returns=StoredMethodForm,
    fails=(Missed, BadValue),
)
def show_stored_method(call: Call, elid: int, name: str | None = None) -> FormAnswer:
    """One stored way of paying, whose name may be changed."""
    shown = {"elid": elid, **_row(stored_methods.own(call.shop, call.user, elid))}
    return FormAnswer(shown if name is None else {**shown, "name": name})


@show_stored_method.on_submit
def rename_stored_method(call: Call, elid: int, name: str | None = None) -> ActionResult:
    """Changes the name. Raises BadValue for an empty one."""
    stored = stored_methods.own(call.shop, call.user, elid)
    if name is not None:
        if not name.strip():
            raise BadValue.empty("name")
        stored_methods.rename(call.shop, stored, name)
    return ActionResult({"id": elid})


@FAMILY.form(
    "payment.recurring.settings",
    takes=RecurringParameters,
    returns=RecurringParameters,
    fails=(Missed,),
)
def show_settings(call: Call, stored_method: int | None = None) -> FormAnswer:
    """Which stored way of paying is chosen for automatic payments. The fields are assumed."""
    form = _settings(call)
    return form if stored_method is None else replace(form, fields={"stored_method": stored_method})


@show_settings.on_submit
def save_settings(call: Call, stored_method: int | None = None) -> ActionResult:
    """Keeps the choice. Raises Missed for a way of paying that is not stored."""
    if stored_method is not None:
        stored_methods.choose(call.shop, call.user, stored_method)
    return ActionResult(form=_settings(call))


@FAMILY.form(
    "payment.stored_methods.add",
    takes=NewMethodParameters,
    returns=NewMethodForm,
    tables={"methodlist": MethodRow},
    fails=(BadValue,),
)
def show_new_method(call: Call, paymethod: int | None = None) -> FormAnswer:
    """The ways of paying that can be stored; submitted, a payment begins that stores one.

    It is of the least amount that the way of paying takes. ``ok`` is the address of its page.
    """
    rows = ways_to_pay.method_rows(call, None, kind=STORABLE)
    return FormAnswer(
        {"paymethod": paymethod or "", "payment_currency": call.user.currency},
        slists=ways_to_pay.currency_choices(call),
        lists={"methodlist": rows},
    )


@show_new_method.on_submit
def begin_storing(call: Call, paymethod: int) -> ActionResult:
    """Begins the payment. Raises BadValue for a way of paying that cannot be stored."""
    method = topups.find_method(call.shop, call.user.currency, paymethod)
    if method.kind != STORABLE:
        raise BadValue("paymethod", str(paymethod))
    payment = topups.start(call.shop, call.user, method, method.minimum)
    stored_methods.store(call.shop, call.user, method, payment)
    return payment_add.lead_to_page(call, payment)


def _settings(call: Call) -> FormAnswer:
    stored = stored_methods.all_of(call.shop, call.user)
    chosen = next((each.id for each in stored if each.chosen), NONE)
    choices = [Choice(str(each.id), each.name) for each in stored if each.active]
    return FormAnswer(
        {"stored_method": chosen},
        slists={"stored_method": [Choice(str(NONE), call.words(NO_METHOD)), *choices]},
    )


def _row(stored: StoredMethod) -> Mapping[str, object]:
    return {
        "id": stored.id,
        "name": stored.name,
        "paymethod_name": stored.method,
        "createdate": stored.created_at.date(),
        "active": "on" if stored.active else "off",
        "recurring": "on" if stored.chosen else "off",
    }
