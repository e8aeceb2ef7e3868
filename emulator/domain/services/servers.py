"""Servers and hosting accounts: what opening one gives, addresses, power, reinstallation.

Source: docs/resale.md sections 2.2, 2.5 and 2.6, section 5 (states); docs/wire.md section 6
(``service.ip``). Addresses come from 100.64.0.0/10, which is not routed; each is given once.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from sqlalchemy import bindparam, delete, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import Addon
from emulator.domain.catalogue.traits import Traits
from emulator.domain.services import services
from emulator.domain.services.services import ACTIVE, PROCESSING, STOPPED, Service
from emulator.domain.world import Shop
from emulator.errors import BadValue, Missed, RunningOperation, WrongState
from emulator.store import tables
from emulator.store.engine import Statement

FIRST_ADDRESS = IPv4Address("100.64.0.0")
IP_ADDON = "ip"
"""Internal name of the addon that counts addresses, the main one included."""
USERS = {"machine": "root", "account": "user"}

A = tables.address.c
_INSERT = Statement(
    insert(tables.address).values(
        service_id=bindparam("service"),
        ip=bindparam("new_ip"),
        domain=bindparam("new_domain"),
        main=bindparam("first"),
    )
)
_SET_IP = Statement(
    update(tables.address).where(A.id == bindparam("which")).values(ip=bindparam("new_ip"))
)
_SET_NAME = Statement(
    update(tables.address).where(A.id == bindparam("which")).values(domain=bindparam("new_domain"))
)
_OF = Statement(
    select(A.id, A.service_id, A.ip, A.domain, A.main)
    .where(A.service_id == bindparam("service"))
    .order_by(A.id)
)
_BY_NUMBER = Statement(
    select(A.id, A.service_id, A.ip, A.domain, A.main).where(A.id == bindparam("which"))
)
_DROP = Statement(delete(tables.address).where(A.id == bindparam("which")))
_RELEASE = Statement(delete(tables.address).where(A.service_id == bindparam("service")))


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """One address of a server. The ``main`` one is removed only with the server."""

    id: int
    service_id: int
    ip: str
    domain: str
    main: bool


def list_addresses(shop: Shop, service: Service) -> list[ServiceAddress]:
    """The addresses of a server, the main one first."""
    return [ServiceAddress(*row) for row in shop.db.rows(_OF, service=service.id)]


def find_address(shop: Shop, number: int) -> ServiceAddress | None:
    """An address by its number, whoever owns it, or None."""
    row = shop.db.row(_BY_NUMBER, which=number)
    return None if row is None else ServiceAddress(*row)


def give(shop: Shop, service: Service) -> Service:
    """Gives a server or hosting account its addresses, user and password. Not saved."""
    own = traits.of(shop.catalogue, service.type)
    if own.addresses:
        service = _give_addresses(shop, service)
    elif own.gives == "account" and not service.ip:
        service = replace(service, ip=str(FIRST_ADDRESS + service.tariff_id % 2**22))
    user = USERS.get(own.gives)
    if user is None:
        return service
    name = user if own.gives == "machine" else f"{user}{service.id}"
    password = service.params.get("password") or make_password(shop, service)
    params = {**service.params, "username": name, "password": password}
    return replace(service, params=params)


def _give_addresses(shop: Shop, service: Service) -> Service:
    addon = _ip_addon(shop, service)
    count = service.amounts().get(addon.id, 1) if addon is not None else 1
    for place in range(count):
        address = add_address(shop, service, main=place == 0, ip=service.ip if place == 0 else "")
        if address.main:
            service = replace(service, ip=address.ip)
    return service


def _ip_addon(shop: Shop, service: Service) -> Addon | None:
    return shop.catalogue[service.tariff_id].addon(IP_ADDON)


def add_address(
    shop: Shop, service: Service, *, main: bool = False, ip: str = ""
) -> ServiceAddress:
    """Adds an address to a server: ``ip``, or the next free one."""
    domain = service.licname if main else ""
    number = shop.db.insert(_INSERT, service=service.id, new_ip=ip, new_domain=domain, first=main)
    address = ip or str(FIRST_ADDRESS + number % 2**22)
    if not ip:
        shop.db.run(_SET_IP, which=number, new_ip=address)
    return ServiceAddress(number, service.id, address, domain, main)


def fit_addresses(shop: Shop, service: Service, before: Mapping[int, int]) -> None:
    """Adds or removes addresses to match the addon; removes the newest, never the main one."""
    addon = _ip_addon(shop, service)
    if addon is None or not traits.of(shop.catalogue, service.type).addresses:
        return
    count, had = service.amounts().get(addon.id, 1), before.get(addon.id, 1)
    for _ in range(count - had):
        add_address(shop, service)
    if count < had:
        spare = [address for address in list_addresses(shop, service) if not address.main]
        for address in spare[count - had :]:
            shop.db.run(_DROP, which=address.id)


def remove_address(
    shop: Shop, account: Account, service: Service, address: ServiceAddress
) -> Service:
    """Removes an address, without a refund.

    Raises WrongState for the main address, BadValue where the tariff does not allow fewer.
    """
    services.require_settled(service)
    if address.main:
        raise WrongState(service.id, "main_address")
    addon = _ip_addon(shop, service)
    addons = dict(service.addons)
    if addon is not None:
        before = service.amounts().get(addon.id, 1)
        addon.check(before - 1)
        addon.check_change(before, before - 1)
        addons[str(addon.id)] = before - 1
    shop.db.run(_DROP, which=address.id)
    services.note(shop, service.id, account.login, "ip", f"- {address.ip}")
    return services.save(shop, replace(service, addons=addons))


def name_address(
    shop: Shop, account: Account, address: ServiceAddress, domain: str
) -> ServiceAddress:
    """Sets the domain name of an address."""
    shop.db.run(_SET_NAME, which=address.id, new_domain=domain)
    services.note(shop, address.service_id, account.login, "ip", f"{address.ip} {domain}")
    return replace(address, domain=domain)


def release(shop: Shop, service: Service) -> None:
    """Removes all addresses of a service."""
    shop.db.run(_RELEASE, service=service.id)


def make_password(shop: Shop, service: Service) -> str:
    """The password of an installation, derived from the world's seed; none beside an SSH key."""
    if service.params.get("use_ssh_key") == "on":
        return ""
    number = service.params.get("installed", "0")
    world = shop.world
    source = f"{world.seed}/{world.made_from}/{service.id}/password/{number}"
    return base64.b32encode(hashlib.sha256(source.encode()).digest())[:12].decode().lower()


def require_power(shop: Shop, service: Service) -> Traits:
    """The traits of a service whose power can be switched.

    Raises Missed for a type without power, WrongState where it is not active, RunningOperation.
    """
    own = traits.of(shop.catalogue, service.type)
    if not own.power:
        raise Missed("item", str(service.id))
    services.require_settled(service)
    if service.status != ACTIVE:
        raise WrongState(service.id, "inactive")
    if service.substate in services.OPERATIONS:
        raise RunningOperation(service.id)
    return own


def power(shop: Shop, account: Account, service: Service, verb: str) -> Service:
    """Switches power: ``start``, ``stop``, ``reboot``, ``hardreboot``.

    A start takes as long as an opening.

    Starting a running server and stopping a stopped one change nothing (assumed). Raises what
    `require_power` raises.
    """
    require_power(shop, service)
    stopped = service.substate == STOPPED
    if verb == "stop":
        changed = replace(service, substate=STOPPED)
    elif verb == "start" and not stopped:
        return service
    else:
        changed = start_operation(shop, replace(service, substate=""), f"2_{verb}")
    if changed == service:
        return service
    services.note(shop, service.id, account.login, verb)
    return services.save(shop, changed)


def reinstall(shop: Shop, account: Account, service: Service, ostempl: str) -> Service:
    """Installs an operating system; the addresses stay, the password is new.

    Raises BadValue for a template its tariff does not have, and what `require_power` raises.
    """
    check_option(shop, service, "ostempl", ostempl)
    require_power(shop, service)
    number = int(service.params.get("installed", "0")) + 1
    params = {**service.params, "ostempl": ostempl, "installed": str(number)}
    fresh = replace(service, params=params, substate="")
    fresh = replace(fresh, params={**params, "password": make_password(shop, fresh)})
    services.note(shop, service.id, account.login, "reinstall", ostempl)
    busy = start_operation(shop, fresh, services.REOPENING)
    if busy.substate:
        busy = replace(busy, status=PROCESSING)
    return services.save(shop, busy)


def check_option(shop: Shop, service: Service, name: str, chosen: str) -> None:
    """Raises BadValue for an OS template or a recipe the service's tariff does not have."""
    offered = shop.catalogue[service.tariff_id].options.get(name, ())
    if not any(option.intname == chosen for option in offered):
        raise BadValue(name, chosen)


def start_operation(shop: Shop, service: Service, substate: str) -> Service:
    """The service while an operation runs; unchanged where the world provisions at once."""
    how = shop.world.provisioning
    if how.mode == "at_once":
        return service
    ready = shop.system_clock.elapsed() + how.amount if how.mode == "seconds" else None
    if ready is not None:
        shop.ready_no_later_than(ready)
    reads = how.amount if how.mode == "reads" else None
    return replace(service, substate=substate, key_ready=ready, key_reads=reads)
