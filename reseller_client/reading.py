"""Turns nodes of an answer into the values of the licence trade, forgiving what sellers vary."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotUnderstood
from reseller_client.models import License, LicenseRow
from reseller_client.values import (
    Status,
    read_autoprolong,
    read_date,
    read_flag,
    read_int,
    read_money,
    read_status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reseller_client.document import Answer, Node

_ADDON: Final = re.compile(r"addon_([0-9]+)")


def read_license(answer: Answer) -> License:
    """Read the form of a licence, its fields above or in the inner document."""
    form = answer.form()
    license_id = read_int(form.value("elid", "id"))
    if license_id is None:
        raise NotUnderstood("the licence form carries no id")
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
        expires_on=_expiry(form),
        expires=form.value("expiredate"),
        ip_changed_on=read_date(form.value("ip_change_date")),
        key_changed_on=read_date(form.value("lickey_change_date")),
        updates_expire_on=read_date(form.value("update_expiredate")),
        webdomains=read_int(form.value("webdomains")),
        autoprolong=read_autoprolong(form.value("autoprolong")),
        addons=_addons(form),
        comment=form.value("comment"),
        scheduled_close=read_flag(form.value("scheduledclose")),
    )


def read_license_row(row: Node) -> LicenseRow | None:
    """Read a row of the licence list; a row without an id is no licence and is skipped."""
    license_id = read_int(row.value("id"))
    if license_id is None:
        return None
    state = read_state(row)
    cost = read_money(row.value("item_cost"), row.value("currency_str"))
    return LicenseRow(
        id=license_id,
        licname=row.value("licname"),
        name=row.value("name"),
        ip=row.value("ip"),
        remoteid=row.value("remoteid") if row.has("remoteid") else None,
        status=read_status(state) or Status.UNKNOWN,
        state=state,
        tariff=read_int(row.value("pricelist_id")) or read_int(row.value("pricelist")),
        tariff_name=row.value("pricelist"),
        period=read_int(row.value("period")),
        created_on=read_date(row.value("createdate")),
        expires_on=_expiry(row),
        expires=row.value("expiredate"),
        autoprolong=read_autoprolong(row.value("autoprolong")),
        cost=cost or read_money(row.value("cost")),
        comment=row.value("comment") if row.has("comment") else None,
        scheduled_close=read_flag(row.value("scheduledclose")),
    )


def read_state(row: Node) -> str:
    """Return the raw state of a row.

    Lists show a translated label and keep the number in an attribute or a field beside it; some
    write the number itself. A label alone says nothing that could be relied on, and gives "".
    """
    shown = row.first("item_status")
    candidates = (
        "" if shown is None else shown.value("orig"),
        row.value("item_status_orig"),
        row.value("status"),
        "" if shown is None else shown.text,
    )
    return next((text.strip() for text in candidates if read_status(text) is not None), "")


def _expiry(node: Node) -> date | None:
    """Read the end date; daily charged services write a phrase and the date elsewhere."""
    return read_date(node.value("expiredate")) or read_date(node.value("real_expiredate"))


def _addons(form: Node) -> Mapping[int, int]:
    """Read the quantities of `addon_N` fields, other values of them aside."""
    found: dict[int, int] = {}
    for name, text in form.fields().items():
        match = _ADDON.fullmatch(name)
        quantity = read_int(text)
        if match is not None and quantity is not None:
            found[int(match[1])] = quantity
    return MappingProxyType(found)
