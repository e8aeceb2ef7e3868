"""``service.ip``: the addresses of a service, one more of them, one less.

Source: docs/resale.md section 2.6, docs/wire.md sections 6 and 8; docs/evidence.md 46. A license
has the address it stands on, under its own number; a machine has rows of addresses, and how many
is one of its addons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows
from emulator.api.fields import Domain, Id, Ids, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import terms
from emulator.domain.catalogue import traits
from emulator.domain.services import servers, services
from emulator.domain.services.servers import Address
from emulator.domain.services.services import Service
from emulator.errors import (
    ApiError,
    BadValue,
    Missed,
    NotEnoughMoney,
    RunningOperation,
    WrongState,
)
from emulator.functions.listing import Paging
from emulator.functions.products.license_views import display_name
from emulator.functions.table import page_of

SOURCE = "docs/resale.md section 2.6, docs/wire.md section 6"
PUBLIC = "public"
"""The kind of every address here."""
EXAMPLE = "100001"
FAILS: tuple[type[ApiError], ...] = (
    Missed,
    BadValue,
    RunningOperation,
    WrongState,
    NotEnoughMoney,
)


class AddressesOf(Paging):
    """Whose addresses."""

    elid = Id(required=True)


class AddressRow(WireSchema):
    """One address of a service. ``no_delete``: it goes only with the service."""

    id = Whole()
    name = Text()
    is_main = Text()
    no_delete = Text()
    type = Text()
    gateway = Text()
    mask = Text()
    domain = Text()


class AddressOf(WireSchema):
    """An address by its number, and the name it goes by; without a number one more is ordered.

    ``plid`` is the service.
    """

    elid = Id(entity="ip")
    plid = Id()
    type = Text()
    domain = Domain()


class AddressForm(WireSchema):
    """One address as it is shown."""

    id = Whole()
    elid = Whole()
    plid = Whole()
    name = Text()
    type = Text()
    domain = Text()


class Unwanted(WireSchema):
    """Addresses to give back; ``plid`` is the service."""

    elid = Ids(required=True, entity="ip")
    plid = Id()


def add_addresses(family: Family) -> None:
    """The list, the form and the removal."""
    _add_list(family)
    _add_form(family)
    _add_removal(family)


def _add_list(family: Family) -> None:
    @family.listing(
        "service.ip",
        takes=AddressesOf,
        returns=AddressRow,
        fails=(Missed,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": EXAMPLE},
        title={"en": "Addresses", "ru": "IP-адреса"},
    )
    def listing(call: Call, elid: int, **paging: Any) -> Rows:
        """The addresses of a service: a license has the one it stands on, a platform none."""
        service = services.owned(call.shop, call.user, elid)
        page = page_of(call, [_row(one) for one in _addresses(call, service)], paging)
        name = display_name(call, service, call.shop.catalogue[service.tariff_id])
        page.head = {"plid": str(service.id), "plname": name}
        return page


def _has_rows(call: Call, service: Service) -> bool:
    return traits.of(call.shop.catalogue, service.type).addresses


def _addresses(call: Call, service: Service) -> list[Address]:
    if _has_rows(call, service):
        return servers.addresses(call.shop, service)
    return [_own(service)] if service.ip else []


def _own(service: Service) -> Address:
    """What a service without rows of addresses stands on."""
    domain = service.params.get("domain", "")
    return Address(service.id, service.id, service.ip, domain, main=True)


def _row(one: Address) -> Mapping[str, object]:
    return {
        "id": one.id,
        "name": one.ip,
        "is_main": "on" if one.main else "off",
        "no_delete": "on" if one.main else "off",
        "type": PUBLIC,
        "gateway": "",
        "mask": "255.255.255.255",
        "domain": one.domain,
    }


def _found(call: Call, elid: int, plid: int | None) -> tuple[Service, Address]:
    """An address of this account and whose it is; Missed for any other."""
    if plid is not None:
        service = services.owned(call.shop, call.user, plid)
        found = [one for one in _addresses(call, service) if one.id == elid]
        if not found:
            raise Missed("ip", str(elid))
        return service, found[0]
    row = servers.address(call.shop, elid)
    try:
        service = services.owned(call.shop, call.user, row.service_id if row else elid)
    except Missed:
        raise Missed("ip", str(elid)) from None
    if row is not None:
        return service, row
    if _has_rows(call, service) or not service.ip:
        raise Missed("ip", str(elid))
    return service, _own(service)


def _add_form(family: Family) -> None:
    @family.form(
        "service.ip.edit",
        takes=AddressOf,
        returns=AddressForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": EXAMPLE, "domain": "web-1.example.com", "sok": "ok"},
        title={"en": "Address", "ru": "IP-адрес"},
    )
    def show(
        call: Call,
        elid: int | None = None,
        plid: int | None = None,
        domain: str | None = None,
        **_: Any,
    ) -> FormAnswer:
        """An address and the name it goes by; without a number the form of one more.

        Its select ``type`` has the kinds of addresses that can be ordered (observed).
        """
        if elid is None:
            return _form_of_one_more(call, plid, domain or "")
        service, address = _found(call, elid, plid)
        return _form(service, address if domain is None else replace(address, domain=domain))

    @show.on_submit
    def save(
        call: Call,
        elid: int | None = None,
        plid: int | None = None,
        type: str = PUBLIC,
        domain: str = "",
    ) -> ActionResult:
        if elid is None:
            if type not in ("", PUBLIC):
                raise BadValue("type", type)
            return _one_more(call, plid, domain)
        service, address = _found(call, elid, plid)
        if _has_rows(call, service):
            named = servers.name_address(call.shop, call.user, address, domain)
            return ActionResult({}, form=_form(service, named))
        params = {**service.params, "domain": domain}
        services.save(call.shop, replace(service, params=params))
        services.note(call.shop, service.id, call.user.login, "ip", domain)
        return ActionResult({}, form=_form(service, replace(address, domain=domain)))


def _form_of_one_more(call: Call, plid: int | None, domain: str) -> FormAnswer:
    if plid is None:
        raise BadValue.empty("elid")
    service = services.owned(call.shop, call.user, plid)
    told = {"plid": service.id, "name": "", "type": PUBLIC, "domain": domain}
    return FormAnswer(told, slists={"type": _kinds(call, service)})


def _form(service: Service, address: Address) -> FormAnswer:
    return FormAnswer(
        {
            "elid": address.id,
            "plid": service.id,
            "name": address.ip,
            "type": PUBLIC,
            "domain": address.domain,
        }
    )


def _kinds(call: Call, service: Service) -> list[Choice]:
    """What can be ordered; nothing for a service that has no rows of addresses."""
    addon = call.shop.catalogue[service.tariff_id].addon(servers.IP_ADDON)
    if addon is None or not _has_rows(call, service):
        return []
    return [Choice(PUBLIC, call.words({"en": "Public IPv4", "ru": "Публичный IPv4"}))]


def _one_more(call: Call, plid: int | None, domain: str) -> ActionResult:
    """Orders one more address for a machine: its addon of addresses grows by one, paid at once."""
    if plid is None:
        raise BadValue.empty("elid")
    service = services.owned(call.shop, call.user, plid)
    addon = call.shop.catalogue[service.tariff_id].addon(servers.IP_ADDON)
    if addon is None or not _has_rows(call, service):
        raise BadValue("plid", str(plid))
    more = {addon.id: service.amounts().get(addon.id, 1) + addon.step}
    changed = terms.change_addons(call.shop, call.user, service, more)
    newest = servers.addresses(call.shop, changed)[-1]
    if domain:
        newest = servers.name_address(call.shop, call.user, newest, domain)
    return ActionResult({"id": newest.id}, form=_form(changed, newest))


def _add_removal(family: Family) -> None:
    @family.action(
        "service.ip.delete",
        takes=Unwanted,
        elids="elid",
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": "4", "plid": "100017"},
        title={"en": "Address", "ru": "IP-адрес"},
    )
    def remove(call: Call, elid: int, plid: int | None = None) -> ActionResult:
        """Gives addresses back, the main one never; what was paid for them is not paid back."""
        service, address = _found(call, elid, plid)
        servers.remove_address(call.shop, call.user, service, address)
        return ActionResult()
