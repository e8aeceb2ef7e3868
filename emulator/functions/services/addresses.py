"""``service.ip``: the addresses of a service; ordering one more, giving one back.

Source: docs/resale.md section 2.6, docs/wire.md sections 6 and 8; docs/evidence.md 46. A license
has the address at which it is used, under its own number. A server has rows of addresses, and how
many is one of its addons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows
from emulator.api.fields import Domain, Id, Ids, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import paid_changes
from emulator.domain.catalogue import traits
from emulator.domain.services import servers, services
from emulator.domain.services.servers import ServiceAddress
from emulator.domain.services.services import Service
from emulator.errors import (
    ApiError,
    BadValue,
    Missed,
    NotEnoughMoney,
    RunningOperation,
    WrongState,
)
from emulator.functions import descriptions
from emulator.functions.listing import Paging, page_of
from emulator.functions.products.common import display_name

SOURCE = "docs/resale.md section 2.6, docs/wire.md section 6"
PUBLIC = "public"
EXAMPLE = "100001"
FAILS: tuple[type[ApiError], ...] = (
    Missed,
    BadValue,
    RunningOperation,
    WrongState,
    NotEnoughMoney,
)
ADDRESS = "Number of the address; of a license its own number."
HOST_NAME = "Host name of the address."
KIND = "Kind of the address; always `public` here."
FAMILY = Family("service", {"en": "Services", "ru": "Услуги"}, SOURCE, Evidence.OBSERVED)


class AddressesParameters(Paging):
    """Whose addresses."""

    elid = Id(descriptions.SERVICE, required=True)


class AddressRow(WireSchema):
    """One address of a service."""

    id = Whole(ADDRESS)
    name = Text("The IPv4 address.")
    is_main = Text("`on` for the first address of the service.")
    no_delete = Text("`on` if the address is given back only with the service.")
    type = Text(KIND)
    gateway = Text("Gateway of the address; always empty here.")
    mask = Text("Network mask; always `255.255.255.255` here.")
    domain = Text(HOST_NAME)


class AddressParameters(WireSchema):
    """An address by its number, and its host name; without a number one more is ordered."""

    elid = Id("Number of the address; if left out, one more is ordered.", entity="ip")
    plid = Id("Number of the service; needed without `elid`.")
    type = Text("Kind of the address that is ordered: `public`, or empty for the same.")
    domain = Domain(HOST_NAME, clears=True)


class AddressForm(WireSchema):
    """One address as it is shown."""

    id = Whole("Number of the address that was ordered.")
    elid = Whole(ADDRESS)
    plid = Whole(descriptions.SERVICE)
    name = Text("The IPv4 address; empty for one that is not ordered yet.")
    type = Text(KIND)
    domain = Text(HOST_NAME)


class AddressRemoval(WireSchema):
    """Addresses to give back."""

    elid = Ids("Numbers of addresses, separated by commas.", required=True, entity="ip")
    plid = Id("Number of the service, to refuse addresses of other services.")


@FAMILY.listing(
    "service.ip",
    takes=AddressesParameters,
    returns=AddressRow,
    fails=(Missed,),
    example={"elid": EXAMPLE},
)
def list_addresses(call: Call, elid: int, **paging: Any) -> Rows:
    """The addresses of a service: a license has the one at which it is used, a platform none."""
    service = services.require_owned(call.shop, call.user, elid)
    page = page_of(call, [_row(address) for address in _addresses(call, service)], paging)
    name = display_name(call, service, call.shop.catalogue[service.tariff_id])
    page.head = {"plid": str(service.id), "plname": name}
    return page


def _has_rows(call: Call, service: Service) -> bool:
    return traits.of(call.shop.catalogue, service.type).addresses


def _addresses(call: Call, service: Service) -> list[ServiceAddress]:
    if _has_rows(call, service):
        return servers.list_addresses(call.shop, service)
    return [_license_address(service)] if service.ip else []


def _license_address(service: Service) -> ServiceAddress:
    """The address of a service that has no rows of addresses."""
    domain = service.params.get("domain", "")
    return ServiceAddress(service.id, service.id, service.ip, domain, main=True)


def _row(address: ServiceAddress) -> Mapping[str, object]:
    return {
        "id": address.id,
        "name": address.ip,
        "is_main": "on" if address.main else "off",
        "no_delete": "on" if address.main else "off",
        "type": PUBLIC,
        "gateway": "",
        "mask": "255.255.255.255",
        "domain": address.domain,
    }


def _find(call: Call, elid: int, plid: int | None) -> tuple[Service, ServiceAddress]:
    """An address of this account with its service. Raises Missed for any other."""
    if plid is not None:
        service = services.require_owned(call.shop, call.user, plid)
        for address in _addresses(call, service):
            if address.id == elid:
                return service, address
        raise Missed("ip", str(elid))
    row = servers.find_address(call.shop, elid)
    try:
        service = services.require_owned(call.shop, call.user, row.service_id if row else elid)
    except Missed:
        raise Missed("ip", str(elid)) from None
    if row is not None:
        return service, row
    if _has_rows(call, service) or not service.ip:
        raise Missed("ip", str(elid))
    return service, _license_address(service)


@FAMILY.form(
    "service.ip.edit",
    takes=AddressParameters,
    returns=AddressForm,
    fails=FAILS,
    example={"elid": EXAMPLE, "domain": "web-1.example.com", "sok": "ok"},
)
def show_address(
    call: Call,
    elid: int | None = None,
    plid: int | None = None,
    domain: str | None = None,
    **_: Any,
) -> FormAnswer:
    """An address and its host name; without ``elid`` the form to order one more.

    Its select ``type`` has the kinds of addresses that can be ordered (observed).
    """
    if elid is None:
        return _order_form(call, plid, domain or "")
    service, address = _find(call, elid, plid)
    return _form(service, address if domain is None else replace(address, domain=domain))


@show_address.on_submit
def save_address(
    call: Call,
    elid: int | None = None,
    plid: int | None = None,
    type: str = PUBLIC,
    domain: str | None = None,
) -> ActionResult:
    """Stores the host name, if one was sent; without ``elid`` orders one more address.

    Raises Missed for an unknown address, BadValue for a kind or a service that has none to order.
    """
    if type not in ("", PUBLIC):
        raise BadValue("type", type)
    if elid is None:
        return _order_address(call, plid, domain or "")
    service, address = _find(call, elid, plid)
    if domain is None or domain == address.domain:
        return ActionResult({}, form=_form(service, address))
    if _has_rows(call, service):
        renamed = servers.name_address(call.shop, call.user, address, domain)
        return ActionResult({}, form=_form(service, renamed))
    params = {**service.params, "domain": domain}
    services.save(call.shop, replace(service, params=params))
    services.note(call.shop, service.id, call.user.login, "ip", domain)
    return ActionResult({}, form=_form(service, replace(address, domain=domain)))


def _order_form(call: Call, plid: int | None, domain: str) -> FormAnswer:
    if plid is None:
        raise BadValue.empty("elid")
    service = services.require_owned(call.shop, call.user, plid)
    shown = {"plid": service.id, "name": "", "type": PUBLIC, "domain": domain}
    return FormAnswer(shown, slists={"type": _kinds(call, service)})


def _form(service: Service, address: ServiceAddress) -> FormAnswer:
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


def _order_address(call: Call, plid: int | None, domain: str) -> ActionResult:
    """Orders one more address: the addon of addresses grows by one step and is paid at once."""
    if plid is None:
        raise BadValue.empty("elid")
    service = services.require_owned(call.shop, call.user, plid)
    addon = call.shop.catalogue[service.tariff_id].addon(servers.IP_ADDON)
    if addon is None or not _has_rows(call, service):
        raise BadValue("plid", str(plid))
    amounts = {addon.id: service.amounts().get(addon.id, 1) + addon.step}
    changed = paid_changes.change_addons(call.shop, call.user, service, amounts)
    newest = servers.list_addresses(call.shop, changed)[-1]
    if domain:
        newest = servers.name_address(call.shop, call.user, newest, domain)
    return ActionResult({"id": newest.id}, form=_form(changed, newest))


@FAMILY.action(
    "service.ip.delete",
    takes=AddressRemoval,
    elids="elid",
    fails=FAILS,
    example={"elid": "4", "plid": "100017"},
)
def remove_addresses(call: Call, elid: int, plid: int | None = None) -> ActionResult:
    """Gives addresses back without a refund; the main address is never given back."""
    service, address = _find(call, elid, plid)
    servers.remove_address(call.shop, call.user, service, address)
    return ActionResult()
