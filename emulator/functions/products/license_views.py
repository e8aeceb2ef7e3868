"""How a license is shown: as a row of the list and as the form.

Source: docs/trade.md section 6.1 and 6.6, docs/wire.md section 7; docs/evidence.md 15, 16, 19.
"""

from __future__ import annotations

from datetime import date

from emulator.api.context import Call, FormAnswer
from emulator.api.fields import Day, Months, Text, Whole, WireField
from emulator.api.schema import WireSchema
from emulator.domain.billing import discounts
from emulator.domain.billing.discounts import HUNDRED
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.money import ZERO, exact, with_currency
from emulator.domain.services.services import ORDERED, PROCESSING, Service, cost_of
from emulator.functions.params import (
    DATACENTER,
    DATACENTER_ID,
    PROJECT,
    addon_text,
    autoprolong_choices,
    state_label,
    state_leaf,
)
from emulator.texts import period_label


class LicenseRow(WireSchema):
    """One row of the list. No key here: it is shown in the form alone (observed)."""

    id = Whole()
    licname = Text()
    name = Text()
    ip = Text()
    remoteip = Text()
    remoteid = Text()
    pricelist = Text()
    pricelist_id = Whole()
    intname = Text()
    period = Whole()
    cost = Text()
    item_cost = Text()
    currency_str = Text()
    createdate = Day()
    expiredate = Text()
    real_expiredate = Text()
    update_expiredate = Day()
    real_ipchange = Day()
    real_keychange = Day()
    autoprolong = Months()
    status = Whole()
    item_status = WireField()
    item_real_status = Text()
    status_msg = Text()
    special_status = Whole()
    processingmodule = Text()
    datacenter = Text()
    datacentername = Text()
    account = Text()
    project = Text()
    billdaily = Text()
    scheduledclose = Text()


class ThirdPartyRow(LicenseRow):
    """A third-party license: nothing is known of a server's address or of changes."""

    class Meta(WireSchema.Meta):
        """Fields of the vendor's own licenses."""

        exclude = ("remoteip", "update_expiredate", "real_ipchange", "real_keychange")


class PlatformRow(LicenseRow):
    """A platform: it is told by its comment."""

    comment = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses that stand on an address."""

        exclude = (
            "licname",
            "ip",
            "remoteip",
            "update_expiredate",
            "real_ipchange",
            "real_keychange",
        )


class LicenseForm(WireSchema):
    """The form: every field a client is known to read."""

    elid = Whole()
    id = Whole()
    name = Text()
    licname = Text()
    ip = Text()
    remoteip = Text()
    remoteid = Text()
    lickey = Text()
    status = Whole()
    item_status = WireField()
    pricelist = Whole()
    pricelist_id = Whole()
    pricelist_name = Text()
    period = Whole()
    autoprolong = Months()
    cost = Text()
    item_cost = Text()
    currency_str = Text()
    createdate = Day()
    expiredate = Text()
    real_expiredate = Text()
    ip_change_date = Day()
    lickey_change_date = Day()
    update_expiredate = Day()
    webdomains = Whole()
    scheduledclose = Text()


class ThirdPartyForm(LicenseForm):
    """The form of a third-party license."""

    class Meta(WireSchema.Meta):
        """Fields of the vendor's own licenses."""

        exclude = (
            "remoteip",
            "ip_change_date",
            "lickey_change_date",
            "update_expiredate",
            "webdomains",
        )


class PlatformForm(LicenseForm):
    """The form of a platform."""

    comment = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses that stand on an address."""

        exclude = (
            "licname",
            "ip",
            "remoteip",
            "ip_change_date",
            "lickey_change_date",
            "update_expiredate",
            "webdomains",
        )


def end_text(service: Service) -> str:
    """``YYYY-MM-DD``; empty until it is opened, for clients skip rows without a date.

    A lifetime license has no end: it is told the calendar's last day, lest they skip it too.
    """
    if service.expires_on is not None:
        return service.expires_on.isoformat()
    return "" if service.status == ORDERED else date.max.isoformat()


def display_name(call: Call, service: Service, tariff: Tariff) -> str:
    """What the seller's own pages call a service."""
    return f"{call.words(tariff.name)} #{service.id}"


def price_of(call: Call, service: Service, tariff: Tariff) -> tuple[str, str]:
    """``("5.00 EUR / Month", "5.0000")``.

    A tariff change may leave a period the new tariff does not sell; it is told by the month. A
    tariff without any price in the account's currency is told as free.
    """
    currency = call.user.currency
    period, cost = service.period, ZERO
    if tariff.periods(currency):
        period = tariff.nearest_period(currency, period)
        full = cost_of(service, tariff, currency, period)
        cost = full - full * discounts.percent(call.shop, call.user, tariff) / HUNDRED
    return f"{with_currency(cost, currency)} / {period_label(period, call.lang)}", exact(cost)


def row(call: Call, service: Service) -> dict[str, object]:
    """A row of the list with the fields of every type; a type takes out what is not its own."""
    tariff = call.shop.catalogue[service.tariff_id]
    cost, item_cost = price_of(call, service, tariff)
    end = end_text(service)
    return {
        "id": service.id,
        "licname": service.licname,
        "name": display_name(call, service, tariff),
        "ip": service.ip,
        "remoteip": service.remoteip,
        "remoteid": service.remoteid,
        "pricelist": call.words(tariff.name),
        "pricelist_id": tariff.id,
        "intname": tariff.intname,
        "period": service.period,
        "cost": cost,
        "item_cost": item_cost,
        "currency_str": call.user.currency,
        "createdate": service.created_on,
        "expiredate": end,
        "real_expiredate": end,
        "update_expiredate": service.update_expires_on,
        "real_ipchange": service.ip_changed_on,
        "real_keychange": service.key_changed_on,
        "autoprolong": service.autoprolong,
        "status": service.status,
        "item_status": state_leaf(call, service),
        "item_real_status": service.state,
        "status_msg": state_label(call, service.state),
        "special_status": 1 if service.status == PROCESSING else 0,
        "processingmodule": "",
        "datacenter": DATACENTER_ID,
        "datacentername": call.words(DATACENTER),
        "account": call.user.realname or call.user.login,
        "project": PROJECT,
        "billdaily": "off",
        "scheduledclose": "on" if service.scheduled_close else "off",
        "comment": service.comment,
        "item": service.parent_id,
    }


def fields(call: Call, service: Service) -> dict[str, object]:
    """The form's fields; addons behind the declared ones, as ``addon_<id>``."""
    tariff = call.shop.catalogue[service.tariff_id]
    cost, item_cost = price_of(call, service, tariff)
    end = end_text(service)
    shown: dict[str, object] = {
        "elid": service.id,
        "id": service.id,
        "name": display_name(call, service, tariff),
        "licname": service.licname,
        "ip": service.ip,
        "remoteip": service.remoteip,
        "remoteid": service.remoteid,
        "lickey": service.lickey,
        "status": service.status,
        "item_status": state_leaf(call, service),
        "pricelist": tariff.id,
        "pricelist_id": tariff.id,
        "pricelist_name": call.words(tariff.name),
        "period": service.period,
        "autoprolong": service.autoprolong,
        "cost": cost,
        "item_cost": item_cost,
        "currency_str": call.user.currency,
        "createdate": service.created_on,
        "expiredate": end,
        "real_expiredate": end,
        "ip_change_date": service.ip_changed_on,
        "lickey_change_date": service.key_changed_on,
        "update_expiredate": service.update_expires_on,
        "webdomains": service.webdomains,
        "scheduledclose": "on" if service.scheduled_close else "off",
        "comment": service.comment,
        "item": service.parent_id,
    }
    for number, amount in service.amounts().items():
        addon = tariff.addons.get(number)
        shown[f"addon_{number}"] = addon_text(addon, amount) if addon else str(amount)
    return shown


def form(call: Call, service: Service) -> FormAnswer:
    """The whole form with its selects."""
    tariff = call.shop.catalogue[service.tariff_id]
    labels = {f"addon_{a.id}": call.words(a.name) for a in tariff.addons.values()}
    return FormAnswer(
        fields(call, service),
        slists={"autoprolong": autoprolong_choices(call, tariff)},
        labels=labels,
    )
