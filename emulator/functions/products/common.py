"""What the functions of every product type have in common: fields of orders, rows and forms.

Source: docs/trade.md sections 3 and 6, docs/wire.md section 7; docs/evidence.md 15, 16, 19.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, cast

from marshmallow import ValidationError

from emulator.api.context import Call, FormAnswer
from emulator.api.fields import (
    Day,
    FineAmount,
    Flag,
    Id,
    Months,
    Numbered,
    PeriodPrice,
    TariffAndDatacenter,
    Text,
    Whole,
    WireField,
)
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain.billing import discounts
from emulator.domain.catalogue.catalogue import DAY, Tariff
from emulator.domain.money import ZERO, rounded, with_currency
from emulator.domain.services.services import DELETED, ORDERED, PROCESSING, Service, compute_cost
from emulator.errors import BadValue
from emulator.functions import descriptions
from emulator.functions.form_parts import (
    DATACENTER,
    DATACENTER_ID,
    PROJECT,
    account_name,
    addon_text,
    autoprolong_choices,
    state_label,
    state_leaf,
)
from emulator.texts import period_label

ON = "on"
DAILY = {"en": "Daily charges", "ru": "Ежедневное списание"}
"""What stands in place of the end of a service that is charged by the day."""
MONTH = 1
NO_RENEWAL = {"en": "Disabled", "ru": "Отключено"}
NOTHING_CHOSEN = frozenset({"", "null", "off"})
NOTHING_SHOWN: Mapping[str, object] = MappingProxyType({})
OWN_NAMES = {"servername": "server_name", "instances_os": "ostempl"}
"""What cloud servers call otherwise than other servers do (observed)."""


class MonthsOrNone(Months):
    """``autoprolong`` where any value but the period turns it off without an error (documented)."""

    ASSUMED: ClassVar[frozenset[str]] = frozenset()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class OnOrMonths(Months):
    """``autoprolong`` of the new form: ``on`` is the ordered period, months are taken too.

    Both are documented, on different pages, and so is ``off``.
    """

    ASSUMED: ClassVar[frozenset[str]] = Months.ASSUMED - {"off"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value.strip().lower() == ON:
            return ON
        return super()._deserialize(value, attr, data, **kwargs)


class OnOrMonthsOrNone(OnOrMonths):
    """``autoprolong`` of the new form where any other value turns it off (documented)."""

    ASSUMED: ClassVar[frozenset[str]] = frozenset()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class AnyOrder(WireSchema):
    """What every order takes."""

    pricelist = Whole(descriptions.TARIFF, needed=True)
    remoteid = Text(descriptions.REMOTEID)
    skipbasket = Flag(descriptions.SKIPBASKET)


class ClassicTerm(WireSchema):
    """The term of an order in the classic form."""

    period = Whole(descriptions.ORDER_PERIOD, needed=True)
    autoprolong = Months(descriptions.AUTOPROLONG)


class NewChoice(WireSchema):
    """How the new form is told tariff, datacenter and period: by each of them, or in one value."""

    keyvalue = TariffAndDatacenter(descriptions.KEYVALUE)
    tariff_period = Numbered(descriptions.TARIFF_PERIOD, prefix="period_")


class NewOrder(NewChoice, AnyOrder):
    """What every order in the new form takes.

    ``period`` still serves where ``order_period`` is absent: clients ask for the form with it. The
    page of the new order names no address, so it can come later, with ``X.edit`` (assumed).
    """

    pricelist = Whole(descriptions.TARIFF)
    period = Whole("The period, where `order_period` is not sent.")
    order_period = Whole(descriptions.ORDER_PERIOD)
    autoprolong = OnOrMonths(descriptions.AUTOPROLONG_NEW)


class TermByPeriod(ClassicTerm):
    """The term of an order that is renewed by its period or not at all (documented)."""

    autoprolong = MonthsOrNone(descriptions.AUTOPROLONG_IS_PERIOD)


class NewTermByPeriod(NewOrder):
    """The same in the new form."""

    autoprolong = OnOrMonthsOrNone(descriptions.AUTOPROLONG_IS_PERIOD)


@cache
def joined(first: type[WireSchema], second: type[WireSchema]) -> type[WireSchema]:
    """A schema with the fields of both; what the first one declares counts."""
    return cast(
        "type[WireSchema]", type(f"{first.__name__}Of{second.__name__}", (first, second), {})
    )


class AnyChange(WireSchema):
    """What can be changed of every service. Only what is sent changes."""

    elid = Id(descriptions.SERVICE, required=True)
    remoteid = Text(descriptions.REMOTEID)


class LicenseOrderForm(WireSchema):
    """What the order form of a license shows, and what an order answers."""

    id = Whole(descriptions.ORDERED_SERVICE)
    pricelist = Whole(descriptions.TARIFF)
    period = Whole(descriptions.ORDER_PERIOD)
    order_period = Whole(descriptions.ORDER_PERIOD)
    ip = Text(descriptions.LICENSE_IP)
    licname = Text(descriptions.LICENSE_NAME)
    remoteip = Text(descriptions.REMOTE_IP)
    remoteid = Text(descriptions.REMOTEID)
    autoprolong = Months(descriptions.AUTOPROLONG_NOW)
    skipbasket = Flag(descriptions.SKIPBASKET)
    orderinfo = Text(descriptions.ORDER_INFO)
    billorder = Whole(descriptions.ORDER)


class LicenseRow(WireSchema):
    """One row of a list. No key: it is shown in the form alone (observed)."""

    id = Whole(descriptions.SERVICE)
    licname = Text(descriptions.LICENSE_NAME)
    name = Text(descriptions.DISPLAY_NAME)
    ip = Text("Address of the service; empty until it has one.")
    remoteip = Text(descriptions.REMOTE_IP)
    remoteid = Text(descriptions.REMOTEID)
    pricelist = Text(descriptions.TARIFF_NAME)
    pricelist_id = Whole(descriptions.TARIFF)
    intname = Text("Internal name of the tariff.")
    period = Whole(descriptions.PERIOD)
    cost = PeriodPrice(descriptions.MONTHLY_PRICE)
    item_cost = FineAmount(descriptions.PRICE)
    currency_str = Text(descriptions.CURRENCY)
    createdate = Day(descriptions.CREATED)
    expiredate = Text(descriptions.EXPIRES)
    real_expiredate = Text(descriptions.EXPIRES_AGAIN)
    update_expiredate = Day(descriptions.UPDATES_END)
    real_ipchange = Day("Day on which the address was last changed; empty if it never was.")
    real_keychange = Day("Day on which the key was last replaced; empty if it never was.")
    autoprolong = WireField(descriptions.AUTOPROLONG_LABEL)
    status = Whole(descriptions.STATUS)
    item_status = WireField(descriptions.STATUS_LABEL)
    item_real_status = Text("State with its reason, such as `3_autosuspend`; the state if none.")
    status_msg = Text("State as a label in the language of the caller.")
    special_status = Whole("`1` while the service is processed, else `0`.", generation=6)
    processingmodule = Text("Always empty here: nothing processes the service.")
    datacenter = Text(descriptions.DATACENTER)
    datacentername = Text(descriptions.DATACENTER_NAME)
    account = Text(descriptions.ACCOUNT_NAME)
    project = Text(descriptions.PROJECT)
    billdaily = Text("`on` for a service that is charged by the day, else `off`.")
    scheduledclose = Text(descriptions.SCHEDULED_CLOSE)


class LicenseForm(WireSchema):
    """The form of a service: every field a client is known to read."""

    elid = Whole(descriptions.SERVICE)
    id = Whole(descriptions.SERVICE_AGAIN)
    name = Text(descriptions.DISPLAY_NAME)
    licname = Text(descriptions.LICENSE_NAME)
    ip = Text("Address of the service; empty until it has one.")
    remoteip = Text(descriptions.REMOTE_IP)
    remoteid = Text(descriptions.REMOTEID)
    lickey = Text("Activation key, which begins with the number of the license; may come later.")
    status = Whole(descriptions.STATUS)
    item_status = WireField(descriptions.STATUS_LABEL)
    pricelist = Whole(descriptions.TARIFF)
    pricelist_id = Whole("Number of the tariff, the same as `pricelist`.")
    pricelist_name = Text(descriptions.TARIFF_NAME)
    period = Whole(descriptions.PERIOD)
    autoprolong = Months(descriptions.AUTOPROLONG_NOW)
    cost = PeriodPrice(descriptions.MONTHLY_PRICE)
    item_cost = FineAmount(descriptions.PRICE)
    currency_str = Text(descriptions.CURRENCY)
    createdate = Day(descriptions.CREATED)
    expiredate = Text(descriptions.EXPIRES)
    real_expiredate = Text(descriptions.EXPIRES_AGAIN)
    ip_change_date = Day("Day on which the address was last changed; empty if it never was.")
    lickey_change_date = Day("Day on which the key was last replaced; empty if it never was.")
    update_expiredate = Day(descriptions.UPDATES_END)
    webdomains = Whole(
        "How many web sites run under the license: 0 here, empty before there is a key."
    )
    scheduledclose = Text(descriptions.SCHEDULED_CLOSE)


@contextmanager
def sent_names(call: Call) -> Iterator[None]:
    """A value that is refused is called by the name it was sent under."""
    try:
        yield
    except BadValue as refusal:
        for own, name in OWN_NAMES.items():
            if refusal.object == name and name not in call.params and own in call.params:
                refusal.object = own
        raise


def refuse_what_would_be_ignored(
    call: Call,
    never_ignored: Iterable[str],
    takes: type[WireSchema],
    shown: Mapping[str, object] = NOTHING_SHOWN,
) -> None:
    """Raises BadValue for one of these names that a form does not take, with a value.

    What the form itself has shown is no choice: clients send whole forms back.
    """
    for name in never_ignored:
        value, present = call.params.get(name, "").strip(), str(shown.get(name, ""))
        if name in names_of(takes) or value in ("", present):
            continue
        if not {value, present} <= NOTHING_CHOSEN:
            raise BadValue(name, value)


def with_usual_names(sent: Mapping[str, Any], changed: str = "") -> dict[str, Any]:
    """What was sent, under the names that servers of all types have for it.

    Raises BadValue where it was sent under both names and differs, unless one of them is the
    field of a form that was ``changed``: that one counts.
    """
    usual = dict(sent)
    for own, name in OWN_NAMES.items():
        value = usual.pop(own, "")
        if changed == name and usual.get(name):
            continue
        if value and changed != own and usual.get(name) and usual[name] != value:
            raise BadValue(own, value)
        if value or (own in sent and name not in usual):
            usual[name] = value
    return usual


ADDRESS_ROW_FIELDS = (
    "licname",
    "ip",
    "remoteip",
    "update_expiredate",
    "real_ipchange",
    "real_keychange",
)
"""What a row has only for licenses that are used at an address."""
ADDRESS_FORM_FIELDS = (
    "licname",
    "ip",
    "remoteip",
    "ip_change_date",
    "lickey_change_date",
    "update_expiredate",
    "webdomains",
)
"""What a form has only for licenses that are used at an address."""


def own_fields(schema: type[WireSchema], shown: Mapping[str, object]) -> dict[str, object]:
    """What is shown as far as a type has it: what its schema names, and its addons."""
    own = names_of(schema)
    return {name: v for name, v in shown.items() if name in own or name.startswith("addon_")}


@cache
def names_of(schema: type[WireSchema]) -> frozenset[str]:
    """The names of a schema's fields on the wire."""
    return frozenset(schema().wire_fields)


def end_text(service: Service) -> str:
    """The end of the term, ``YYYY-MM-DD``; empty until the service is opened.

    Clients skip rows without a date, so a lifetime license is shown with the calendar's last day.
    """
    if service.expires_on is not None:
        return service.expires_on.isoformat()
    return "" if service.status == ORDERED else date.max.isoformat()


def shown_end(call: Call, service: Service) -> str:
    """What ``expiredate`` says: the end, or that a service is charged by the day (observed)."""
    if service.daily and service.status not in (ORDERED, DELETED):
        return call.words(DAILY)
    return end_text(service)


def display_name(call: Call, service: Service, tariff: Tariff) -> str:
    """What the seller's own pages call a service."""
    return f"{call.words(tariff.name)} #{service.id}"


def price_of(call: Call, service: Service, tariff: Tariff) -> tuple[str, Decimal]:
    """What a month costs, and what the whole period does: ``("1.80 EUR / Month", 10.80)``.

    A service that is billed by the day shows what a month of its tariff costs (docs/evidence.md
    160), where that sells months. Any other term that is not counted in months (a trial, a
    lifetime) is shown whole, by its own word (docs/evidence.md 101). A tariff change may leave a
    period the new tariff does not sell; the price is then that of its shortest one. A tariff
    without any price in the account's currency is shown as free.
    """
    currency = call.user.currency
    period, cost = service.period, ZERO
    offered = tariff.periods(currency)
    if offered:
        period = tariff.nearest_period(currency, period)
        cost = _discounted_cost(call, service, tariff, period)
    if period == DAY and MONTH in offered:
        shown, monthly = MONTH, _discounted_cost(call, service, tariff, MONTH)
    else:
        shown, monthly = min(MONTH, period), rounded(cost / max(period, MONTH))
    return f"{with_currency(monthly, currency)} / {period_label(shown, call.lang)}", cost


def _discounted_cost(call: Call, service: Service, tariff: Tariff, period: int) -> Decimal:
    full = compute_cost(service, tariff, call.user.currency, period)
    return discounts.compute_price(call.shop, call.user, tariff, full).cost


def autoprolong_leaf(call: Call, service: Service) -> Leaf:
    """In a row a word for people, ``Month`` or ``Disabled``, and the number beside it."""
    months = service.autoprolong
    if months is None:
        return Leaf(call.words(NO_RENEWAL), {"orig": "null"})
    return Leaf(period_label(months, call.lang), {"orig": str(months)})


def _shared_fields(call: Call, service: Service, tariff: Tariff) -> dict[str, object]:
    """What rows and forms of every type have in common."""
    cost, item_cost = price_of(call, service, tariff)
    return {
        "id": service.id,
        "licname": service.licname,
        "name": display_name(call, service, tariff),
        "ip": service.ip,
        "remoteip": service.remoteip,
        "remoteid": service.remoteid,
        "pricelist_id": tariff.id,
        "period": service.period,
        "cost": cost,
        "item_cost": item_cost,
        "currency_str": call.user.currency,
        "createdate": service.created_on,
        "expiredate": shown_end(call, service),
        "real_expiredate": end_text(service),
        "update_expiredate": service.update_expires_on,
        "status": service.status,
        "item_status": state_leaf(call, service),
        "scheduledclose": "on" if service.scheduled_close else "off",
        "comment": service.comment,
        "item": service.parent_id,
    }


def show_row(call: Call, service: Service) -> dict[str, object]:
    """A row of the list with the fields of every type; a type takes out what is not its own."""
    tariff = call.shop.catalogue[service.tariff_id]
    return {
        **_shared_fields(call, service, tariff),
        "pricelist": call.words(tariff.name),
        "intname": tariff.intname,
        "real_ipchange": service.ip_changed_on,
        "real_keychange": service.key_changed_on,
        "autoprolong": autoprolong_leaf(call, service),
        "item_real_status": service.state,
        "status_msg": state_label(call, service.state),
        "special_status": 1 if service.status == PROCESSING else 0,
        "processingmodule": "",
        "datacenter": DATACENTER_ID,
        "datacentername": call.words(DATACENTER),
        "account": account_name(call.user),
        "project": PROJECT,
        "billdaily": "on" if service.daily else "off",
    }


def form_fields(call: Call, service: Service) -> dict[str, object]:
    """The form's fields; addons behind the declared ones, as ``addon_<id>``."""
    tariff = call.shop.catalogue[service.tariff_id]
    shown: dict[str, object] = {
        **_shared_fields(call, service, tariff),
        "elid": service.id,
        "lickey": service.lickey,
        "pricelist": tariff.id,
        "pricelist_name": call.words(tariff.name),
        "autoprolong": service.autoprolong,
        "ip_change_date": service.ip_changed_on,
        "lickey_change_date": service.key_changed_on,
        "webdomains": service.webdomains,
    }
    for number, amount in service.amounts().items():
        addon = tariff.addons.get(number)
        shown[f"addon_{number}"] = addon_text(addon, amount) if addon else str(amount)
    return shown


def show_form(call: Call, service: Service) -> FormAnswer:
    """The whole form with its selects."""
    tariff = call.shop.catalogue[service.tariff_id]
    labels = {f"addon_{a.id}": call.words(a.name) for a in tariff.addons.values()}
    return FormAnswer(
        form_fields(call, service),
        slists={"autoprolong": autoprolong_choices(call, tariff, service.period)},
        labels=labels,
    )
