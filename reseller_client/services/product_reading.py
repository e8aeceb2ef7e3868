"""Reads machines, accounts and names out of answers, forgiving what sellers vary."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.services.product_models import Service, ServiceRow
from reseller_client.services.reading import (
    read_addons,
    read_cost,
    read_end,
    read_state,
    read_tariff,
)
from reseller_client.transport.values import (
    Status,
    read_autoprolong,
    read_date,
    read_flag,
    read_int,
    read_money,
    read_status,
)

if TYPE_CHECKING:
    from reseller_client.transport.document import Answer, Node


def read_service(answer: Answer) -> Service:
    """Read the form of a service, its fields above or in the inner document."""
    form = answer.form()
    number = read_int(form.value("elid", "id"))
    if number is None:
        raise NotUnderstood("the form of the service carries no id")
    return Service(
        id=number,
        domain=form.value("domain", "name"),
        ip=form.value("ip"),
        username=form.value("username"),
        password=form.value("password"),
        ostempl=form.value("ostempl"),
        recipe=form.value("recipe"),
        remoteid=form.value("remoteid"),
        status=read_status(form.value("status")) or Status.UNKNOWN,
        tariff=read_int(form.value("pricelist", "pricelist_id")),
        tariff_name=form.value("pricelist_name"),
        period=read_int(form.value("period")),
        autoprolong=read_autoprolong(form.value("autoprolong")),
        created_on=read_date(form.value("createdate")),
        expires_on=read_end(form),
        expires=form.value("expiredate"),
        datacenter_name=form.value("datacentername"),
        cost=read_money(form.value("item_cost"), form.value("currency_str")),
        scheduled_close=read_flag(form.value("scheduledclose")),
        addons=MappingProxyType(read_addons(form)),
        fields=MappingProxyType(form.fields()),
    )


def read_service_row(row: Node) -> ServiceRow | None:
    """Read a row of a list; a row without an id is no service and is skipped."""
    number = read_int(row.value("id"))
    if number is None:
        return None
    state = read_state(row)
    return ServiceRow(
        id=number,
        domain=row.value("domain", "name"),
        ip=row.value("ip"),
        ostempl=row.value("ostempl"),
        remoteid=row.value("remoteid") if row.has("remoteid") else None,
        status=read_status(state) or Status.UNKNOWN,
        state=row.value("item_real_status") or state,
        tariff=read_tariff(row),
        tariff_name=row.value("pricelist"),
        period=read_int(row.value("period")),
        autoprolong=read_autoprolong(row.value("autoprolong")),
        created_on=read_date(row.value("createdate")),
        expires_on=read_end(row),
        expires=row.value("expiredate"),
        datacenter_name=row.value("datacentername"),
        cost=read_cost(row),
    )
