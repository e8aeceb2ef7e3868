"""What the history of a service says: names in the language of the caller in place of numbers.

Source: docs/evidence.md 122 (assumed). Rows keep numbers and internal names, so that a language
can be chosen when they are read.
"""

from __future__ import annotations

from emulator.api.context import Call
from emulator.domain.catalogue.catalogue import Addon, Tariff
from emulator.domain.services.services import Service
from emulator.functions.form_parts import addon_value

ARROW = " -> "
"""Stands between what was and what is."""


def detail_text(call: Call, service: Service, what: str, detail: str) -> str:
    """The details of an entry as people read them; as they are where they name nothing."""
    if what in ("open", "order", "changepricelist"):
        return ARROW.join(_tariff_name(call, number) for number in detail.split(ARROW))
    if what == "addon":
        return ", ".join(_addon_change(call, service, change) for change in detail.split(", "))
    if what == "reinstall":
        offered = call.shop.catalogue[service.tariff_id].ostempl
        names = {option.intname: call.words(option.name) for option in offered}
        return names.get(detail, detail)
    return detail


def _tariff_name(call: Call, number: str) -> str:
    tariff = call.shop.catalogue.find(int(number)) if number.isdigit() else None
    return number if tariff is None else call.words(tariff.name)


def _addon_change(call: Call, service: Service, change: str) -> str:
    """``12: 50 -> 60`` as ``Traffic: 50 GB -> 60 GB``."""
    number, _, amounts = change.partition(": ")
    addon = _find_addon(call, service, number)
    if addon is None:
        return change
    values = [addon_value(call, addon, int(amount)) for amount in amounts.split(ARROW)]
    return f"{call.words(addon.name)}: {ARROW.join(values)}"


def _find_addon(call: Call, service: Service, number: str) -> Addon | None:
    """An addon of the service's tariff, else of one that it had before."""
    own: Tariff = call.shop.catalogue[service.tariff_id]
    for tariff in (own, *call.shop.catalogue.of_type(service.type)):
        addon = tariff.addons.get(int(number)) if number.isdigit() else None
        if addon is not None:
            return addon
    return None
