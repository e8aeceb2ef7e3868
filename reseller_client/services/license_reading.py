"""Reads licenses out of answers, forgiving what sellers vary."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.services.models import License, LicenseRow
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
    read_status,
)

if TYPE_CHECKING:
    from reseller_client.transport.document import Answer, Node


def read_license(answer: Answer) -> License:
    """Read the form of a license, its fields above or in the inner document."""
    form = answer.form()
    license_id = read_int(form.value("elid", "id"))
    if license_id is None:
        raise NotUnderstood("the license form carries no id")
    return License(
        id=license_id,
        name=form.value("name"),
        licname=form.value("licname"),
        ip=form.value("ip"),
        remoteip=form.value("remoteip"),
        remoteid=form.value("remoteid"),
        key=form.value("lickey").strip(),
        status=read_status(form.value("status")) or Status.UNKNOWN,
        tariff=read_int(form.value("pricelist", "pricelist_id")),
        tariff_name=form.value("pricelist_name"),
        period=read_int(form.value("period")),
        created_on=read_date(form.value("createdate")),
        expires_on=read_end(form),
        expires=form.value("expiredate"),
        ip_changed_on=read_date(form.value("ip_change_date")),
        key_changed_on=read_date(form.value("lickey_change_date")),
        updates_expire_on=read_date(form.value("update_expiredate")),
        webdomains=read_int(form.value("webdomains")),
        autoprolong=read_autoprolong(form.value("autoprolong")),
        addons=MappingProxyType(_quantities(form)),
        comment=form.value("comment"),
        scheduled_close=read_flag(form.value("scheduledclose")),
    )


def read_license_row(row: Node) -> LicenseRow | None:
    """Read a row of the license list; a row without an id is no license and is skipped."""
    license_id = read_int(row.value("id"))
    if license_id is None:
        return None
    state = read_state(row)
    return LicenseRow(
        id=license_id,
        licname=row.value("licname"),
        name=row.value("name"),
        ip=row.value("ip"),
        remoteid=row.value("remoteid") if row.has("remoteid") else None,
        status=read_status(state) or Status.UNKNOWN,
        state=state,
        tariff=read_tariff(row),
        tariff_name=row.value("pricelist"),
        period=read_int(row.value("period")),
        created_on=read_date(row.value("createdate")),
        expires_on=read_end(row),
        expires=row.value("expiredate"),
        autoprolong=read_autoprolong(row.value("autoprolong")),
        cost=read_cost(row),
        comment=row.value("comment") if row.has("comment") else None,
        scheduled_close=read_flag(row.value("scheduledclose")),
    )


def _quantities(form: Node) -> dict[int, int]:
    """How many of each addon; what is no number is no quantity."""
    numbers = {addon: read_int(text) for addon, text in read_addons(form).items()}
    return {addon: number for addon, number in numbers.items() if number is not None}
