"""``service`` and ``service.*``: what is done with a service whatever its product type.

Source: docs/trade.md section 4, docs/resale.md section 2.6, docs/wire.md sections 6 and 8;
docs/evidence.md 3, 15, 42 and 44. Changing the tariff (``changepricelist``) and the addresses
(``addresses``) have files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Part, Raw, Rows
from emulator.api.fields import Amount, Day, Id, Sum, Text, Whole
from emulator.api.registry import Evidence, Family, FunctionOptions
from emulator.api.schema import WireSchema
from emulator.domain.billing import orders, paid_changes
from emulator.domain.billing.paid_changes import Prolongation
from emulator.domain.catalogue import traits
from emulator.domain.money import with_currency
from emulator.domain.services import services
from emulator.domain.services.services import DELETED, Service
from emulator.errors import (
    ApiError,
    BadValue,
    Exists,
    Missed,
    NotEnoughMoney,
    RunningOperation,
    UnknownFunction,
    WrongState,
)
from emulator.functions import descriptions
from emulator.functions.form_parts import ServiceParameters, ServicesParameters, period_choices
from emulator.functions.listing import Column, Filter, Listing, Paging, declare_filter
from emulator.functions.products import common, service_schemas
from emulator.functions.products.common import LicenseRow, display_name, end_text
from emulator.functions.products.lists import tariff_selects
from emulator.functions.products.product_type import SERVICE_COLUMNS
from emulator.functions.products.states import POWER, POWER_FAILS, PowerAction
from emulator.functions.services.history_texts import detail_text
from emulator.store import tables
from emulator.store.engine import Row
from emulator.texts import HISTORY as HISTORY_TEXTS

EXAMPLE = "100001"
SERVER_EXAMPLE = "100014"
PASSWORD_FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, RunningOperation, WrongState)
FAMILY = Family("service", {"en": "Services", "ru": "Услуги"}, evidence=Evidence.OBSERVED)


class ProlongParameters(WireSchema):
    """Which service, for how long."""

    elid = Id(descriptions.SERVICE, required=True)
    period = Whole(
        "Months to prolong by. A submit needs it; the form shows the service's own, or the first of"
        " the tariff."
    )


class ProlongForm(WireSchema):
    """The form, and what a submit repeats in its inner doc."""

    elid = Whole(descriptions.SERVICE)
    id = Whole(descriptions.SERVICE_AGAIN)
    title_name = Text(descriptions.DISPLAY_NAME)
    status = Text("Name of the message that says when the new term begins: `status_2`.")
    period = Whole("Months to prolong by.")
    expiredate = Text(descriptions.EXPIRES)
    newexpiredate = Day("Last day of the term that is bought.")
    cost = Sum("Price of the prolongation with its currency.")
    amount = Amount("Price of the prolongation as a bare number.")
    currency = Text(descriptions.CURRENCY)
    suspendpenaltywarn = Text("Warning of a penalty for a suspended service; always empty here.")
    orderinfo = Sum("Price of the prolongation with its currency, the same as `cost`.")
    billorder = Whole(descriptions.ORDER)


@FAMILY.form(
    "service.prolong",
    takes=ProlongParameters,
    returns=ProlongForm,
    fails=(Missed, BadValue, WrongState, RunningOperation, NotEnoughMoney, Exists),
    source="docs/trade.md section 4",
    example={"elid": EXAMPLE, "period": "1", "sok": "ok"},
)
def show_prolong(call: Call, elid: int, period: int | None = None) -> FormAnswer:
    """Prolongs a service: without sok shows price and new end, with sok charges and prolongs."""
    return _prolong_form(call, _quote(call, elid, period))


@show_prolong.on_submit
def prolong(call: Call, elid: int, period: int | None = None) -> ActionResult:
    """Prolongs and pays from the balance. Raises BadValue without a period."""
    quote = _submitted_quote(call, elid, period)
    changed = paid_changes.prolong(call.shop, call.user, quote, call.user.login)
    return ActionResult({"id": changed.id}, form=_prolong_form(call, quote))


@show_prolong.on_button("basket")
def put_prolongation(call: Call, elid: int, period: int | None = None) -> ActionResult:
    """Puts the prolongation into the basket. Raises BadValue without a period."""
    quote = _submitted_quote(call, elid, period)
    number = orders.put_prolongation(call.shop, call.user, quote)
    return ActionResult(
        {"billorder": number}, form=_prolong_form(call, quote), ok="func=basket", ok_type="form"
    )


def _submitted_quote(call: Call, elid: int, period: int | None) -> Prolongation:
    quote = _quote(call, elid, period)
    if period is None:
        raise BadValue.empty("period")
    return quote


def _quote(call: Call, elid: int, period: int | None) -> Prolongation:
    service = services.require_owned(call.shop, call.user, elid)
    return paid_changes.quote_prolongation(call.shop, call.user, service, period)


def _prolong_form(call: Call, quote: Prolongation) -> FormAnswer:
    """``newexpiredate`` is the end just bought, also after the submit (docs/evidence.md 3)."""
    currency = call.user.currency
    price = with_currency(quote.cost, currency)
    periods = paid_changes.periods(quote.service, quote.tariff, currency)
    return FormAnswer(
        {
            "elid": quote.service.id,
            "id": quote.service.id,
            "title_name": display_name(call, quote.service, quote.tariff),
            "status": f"status_{quote.service.status}",
            "period": quote.period,
            "expiredate": end_text(quote.service),
            "newexpiredate": quote.new_expires_on,
            "cost": price,
            "amount": quote.cost,
            "currency": currency,
            "suspendpenaltywarn": "",
            "orderinfo": price,
        },
        slists={"period": period_choices(call, periods)},
        labels={f"status_{n}": call.words(text) for n, text in TERM_STARTS.items()},
    )


TERM_STARTS = {
    "2": {
        "en": "The new period begins when this one ends",
        "ru": "Новый период начнётся после текущего",
    },
    "3": {"en": "The new period begins today", "ru": "Новый период начнётся сегодня"},
}
"""When the prolonged term begins, by the status of the service."""


class HistoryParameters(Paging):
    """Which service's history."""

    elid = Id(descriptions.SERVICE, required=True)


class HistoryRow(WireSchema):
    """One thing that happened to a service."""

    id = Whole("Number of the entry.")
    date = Text("When it happened, `YYYY-MM-DD hh:mm:ss`, UTC.")
    createdate = Text("The day of `date`.")
    changedate = Text("The same as `date`.")
    user = Text("Login of the account that did it; `system` for a scheduled event.")
    ip = Text("Address from which it was done; empty for a scheduled event.")
    operation = Text("What was done: `open`, `prolong`, `suspend`.")
    name = Text("The same as `operation`.")
    desc = Text("What was done, in the language of the caller, with its details.")
    description = Text("Details, such as the new end of the term.")


H = tables.history.c
HISTORY = Listing(
    select(H.id, H.at, H.user, H.what, H.detail, H.ip).where(H.service_id == bindparam("service")),
    H.id,
    (
        Column("id", H.id, "number"),
        Column("date", H.at, "instant"),
        Column("changedate", H.at, "instant"),
        Column("user", H.user, "text"),
        Column("ip", H.ip, "exact"),
        Column("operation", H.what, "text"),
    ),
)


@FAMILY.listing(
    "service.history",
    takes=HistoryParameters,
    returns=HistoryRow,
    fails=(Missed,),
    source="docs/wire.md section 6",
    example={"elid": EXAMPLE},
)
def list_history(call: Call, elid: int, **paging: object) -> Rows:
    """What happened to a service, newest first.

    One client reads ``changedate``, ``desc``, ``user`` and ``ip``; the other fields are assumed.
    """
    service = services.require_owned(call.shop, call.user, elid)
    head = {"plid": str(service.id), "plname": _name(call, service)}
    return HISTORY.page(
        call, paging, partial(_history_row, call, service), fixed={"service": service.id}, head=head
    )


def _history_row(call: Call, service: Service, row: Row) -> Mapping[str, object]:
    number, at, user, what, stored, address = row
    detail = detail_text(call, service, what, stored)
    label = call.words(HISTORY_TEXTS.get(what, {"en": what}))
    return {
        "id": number,
        "date": f"{at:%Y-%m-%d %H:%M:%S}",
        "createdate": f"{at:%Y-%m-%d}",
        "changedate": f"{at:%Y-%m-%d %H:%M:%S}",
        "user": user,
        "ip": address,
        "operation": what,
        "name": what,
        "desc": f"{label}: {detail}" if detail else label,
        "description": detail,
    }


class PasswordParameters(WireSchema):
    """A new password, twice."""

    elid = Id(descriptions.SERVICE, required=True)
    passwd = Text(descriptions.PASSWORD, needed=True)
    confirm = Text(descriptions.PASSWORD_AGAIN, needed=True)


class PasswordForm(WireSchema):
    """Whose password it is; never the password."""

    elid = Whole(descriptions.SERVICE)
    title_name = Text(descriptions.DISPLAY_NAME)


@FAMILY.form(
    "service.changepassword",
    takes=PasswordParameters,
    returns=PasswordForm,
    fails=PASSWORD_FAILS,
    source="docs/resale.md section 2.6, docs/wire.md section 6",
    example={"elid": EXAMPLE, "passwd": "new-secret", "confirm": "new-secret", "sok": "ok"},
)
def show_password(call: Call, elid: int, **_: Any) -> FormAnswer:
    """Sets the password of a service. A license stores it and does not use it."""
    service = services.require_owned(call.shop, call.user, elid)
    return FormAnswer({"elid": service.id, "title_name": _name(call, service)})


@show_password.on_submit
def change_password(call: Call, elid: int, passwd: str, confirm: str) -> Raw:
    """Stores the password. Raises BadValue where the second one differs."""
    service = services.require_owned(call.shop, call.user, elid)
    services.require_settled(service)
    if passwd != confirm:
        raise BadValue("confirm", "")
    call.secrets.append(passwd)
    params = {**service.params, "password": passwd}
    services.save(call.shop, replace(service, params=params))
    services.note(call.shop, service.id, call.user.login, "changepassword")
    name = Part("param", _name(call, service), {"name": "name"})
    return Raw([Part("ok"), Part("banner", attrs={"status": "1"}, parts=[name])])


INSTALLATION_STEPS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Install the panel on the server.",
        "Enter the key.",
        "The key is bound to the address.",
    ),
    "ru": ("Установите панель на сервер.", "Введите ключ.", "Ключ привязан к адресу."),
}
LICENSE_FACTS: Mapping[str, tuple[str, ...]] = {
    "en": ("Key", "Address", "Valid until"),
    "ru": ("Ключ", "Адрес", "Действует до"),
}
LOGIN_FACTS: Mapping[str, tuple[str, ...]] = {
    "en": ("Panel", "User", "Password"),
    "ru": ("Панель", "Пользователь", "Пароль"),
}


@FAMILY.document(
    "service.instruction.html",
    takes=ServiceParameters,
    fails=(Missed,),
    source="docs/resale.md section 2.6, docs/wire.md section 6",
    example={"elid": EXAMPLE},
)
def show_instruction(call: Call, elid: int) -> Raw:
    """How to use a service, as HTML in ``body``; its last list has what is needed for it."""
    service = services.require_owned(call.shop, call.user, elid)
    title = escape(_name(call, service))
    if service.params.get("username"):
        facts = _login_facts(call, service)
        return Raw([Part("body", f"<h1>{title}</h1><ul>{facts}</ul>")])
    steps = "".join(f"<li>{escape(step)}</li>" for step in INSTALLATION_STEPS[call.lang])
    values = (service.lickey, service.ip, end_text(service))
    facts = _facts(LICENSE_FACTS[call.lang], values)
    return Raw([Part("body", f"<h1>{title}</h1><ol>{steps}</ol><ul>{facts}</ul>")])


def _login_facts(call: Call, service: Service) -> str:
    """Where to log in to a server or an account, as whom, and with which password."""
    password = service.params.get("password", "")
    call.secrets.append(password)
    values = (f"https://{service.ip}:1500", service.params["username"], password)
    # Facts of a login are shown although they are empty, those of a license are not.
    return "".join(
        _fact(name, value) for name, value in zip(LOGIN_FACTS[call.lang], values, strict=True)
    )


def _facts(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    return "".join(_fact(name, value) for name, value in zip(names, values, strict=True) if value)


def _fact(name: str, value: str) -> str:
    """One item of the list. Its last element is the value alone: a client reads it (observed)."""
    return f"<li>{name}: <b>{escape(value)}</b></li>"


def _name(call: Call, service: Service) -> str:
    return display_name(call, service, call.shop.catalogue[service.tariff_id])


def _declare_power(name: str, verb: str) -> None:
    FAMILY.action(
        name,
        takes=ServicesParameters,
        elids="elid",
        fails=POWER_FAILS,
        source="docs/resale.md section 2.6",
        example={"elid": SERVER_EXAMPLE},
        summary=POWER[verb],
    )(PowerAction(verb).run)


_declare_power("service.start", "start")
_declare_power("service.stop", "stop")
_declare_power("service.reboot", "reboot")
_declare_power("service.hardreboot", "hardreboot")


class ItemRow(LicenseRow):
    """One service, whatever its type, with the name fields of all types."""

    domain = Text("Name of the server, account or domain; empty for a license.")
    itemtype = Text("Internal name of the product type.")
    type = Text("The same as `itemtype`.")


ITEM_FIELDS = frozenset(ItemRow().wire_fields)


def _item_selects(call: Call) -> Mapping[str, list[Choice]]:
    return tariff_selects(call, call.shop.catalogue.all(), ITEM_FIELDS)


def _item_columns() -> tuple[Column, ...]:
    """The columns of services that rows of every type show, and the type."""
    types = (Column(name, V.type, "exact") for name in ("itemtype", "type"))
    return (*(c for c in SERVICE_COLUMNS if not c.row_field or c.row_field in ITEM_FIELDS), *types)


V = tables.service.c
ITEMS = Listing(
    select(*V).where(V.account_id == bindparam("owner"), V.status != DELETED),
    V.id,
    _item_columns(),
    _item_selects,
)


def list_items(call: Call, **paging: Any) -> Rows:
    """All services of the account but the deleted ones, newest first, whatever their type.

    Some sellers answer it and others do not (observed): with the rule ``item_lists`` off it is
    UnknownFunction, ``missed``.
    """
    _require_item_lists(call)
    return ITEMS.page(
        call, paging, lambda row: _item_row(call, Service(*row)), fixed={"owner": call.user.id}
    )


def _require_item_lists(call: Call) -> None:
    """Raises UnknownFunction where the rule ``item_lists`` is off."""
    if not call.shop.world.rules.item_lists:
        raise UnknownFunction(call.func)


def _item_row(call: Call, service: Service) -> dict[str, object]:
    has_domain = traits.of(call.shop.catalogue, service.type).domain
    shown = (service_schemas if has_domain else common).show_row(call, service)
    fields = {name: value for name, value in shown.items() if name in ITEM_FIELDS}
    types = {"itemtype": service.type, "type": service.type}
    return {**fields, **types, "domain": service.licname if has_domain else ""}


ITEM_LIST: FunctionOptions = {
    "takes": Paging,
    "returns": ItemRow,
    "fails": (UnknownFunction,),
    "evidence": Evidence.OBSERVED,
    "source": "docs/wire.md section 6",
}
FAMILY.listing("service", **ITEM_LIST)(list_items)
FAMILY.listing("item", **ITEM_LIST)(list_items)


def _item_filter(listed: str) -> Filter:
    return Filter(listed, ITEMS, ItemRow(), _require_item_lists)


FILTER_SOURCE = "docs/wire.md section 4.1, docs/evidence.md 124"
declare_filter(FAMILY, "service.filter", _item_filter("service"), FILTER_SOURCE, Evidence.ASSUMED)
declare_filter(FAMILY, "item.filter", _item_filter("item"), FILTER_SOURCE, Evidence.ASSUMED)
