"""Rules of licenses: ordering, re-addressing, new keys, suspending, resuming, deleting.

Source: docs/trade.md sections 3, 6 and 12; docs/evidence.md 9, 13, 14, 17.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from dateutil.relativedelta import relativedelta

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services import issuing, modules, offers, servers, services
from emulator.domain.services.services import (
    ACTIVE,
    BY_CLIENT,
    DELETED,
    ORDERED,
    SUSPENDED,
    Service,
)
from emulator.domain.world import Shop
from emulator.errors import (
    BadValue,
    Exists,
    Missed,
    WrongState,
)

POOL_ADDRESS = "0.0.0.0"  # noqa: S104 - the address of a license nobody uses, not a binding
"""Licenses waiting in a reseller's pool carry it, any number of them (docs/evidence.md 14)."""


AUTOPROLONG_IS_PERIOD = frozenset({"softexternal", "addition"})
"""Product types whose ``autoprolong`` must equal ``period`` (docs/trade.md section 7)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for in an order. ``addon``: amount by addon number, unchecked."""

    pricelist: int
    period: int
    ip: str = ""
    licname: str = ""
    comment: str = ""
    remoteid: str = ""
    remoteip: str = ""
    autoprolong: int | None = None
    addon: Mapping[int, int] | None = None
    domain: str = ""
    datacenter: int | None = None
    ostempl: str = ""
    recipe: str = ""
    order_count: int = 1
    item: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    """What else a type keeps of its order."""


def orderable(shop: Shop, account: Account, product_type: str, tariff_id: int) -> Tariff:
    """The tariff, or BadValue("pricelist"): unknown, another type's, retired, another country's."""
    tariff = shop.catalogue.find(tariff_id)
    if tariff is None or tariff.type != product_type:
        raise BadValue("pricelist", str(tariff_id))
    reason = offers.why_not(shop, tariff, account.currency, account.country)
    if reason:
        raise BadValue("pricelist", str(tariff_id), desc=reason)
    return tariff


def check_address(shop: Shop, tariff: Tariff, address: str, *, but: int = 0) -> None:
    """Raises Exists where a license of this tariff stands on the address, or a trial once stood.

    A trial of one tariff uses up that of the others of its product type (assumed).
    """
    if address in ("", POOL_ADDRESS):
        return
    if services.taken(shop, tariff.id, address, but=but):
        raise Exists("ip", address)
    if tariff.trial and shop.world.rules.trial_once and not but:
        trials = {t.id for t in shop.catalogue.of_type(tariff.type) if t.trial}
        if trials & services.ever_there(shop, address):
            raise Exists("ip", address, desc="trial_once")


def chosen_addons(tariff: Tariff, sent: Mapping[int, int] | None) -> dict[int, int]:
    """Addons as the tariff takes them: unknown ones ignored, absent ones at their standard."""
    sent = sent or {}
    chosen: dict[int, int] = {}
    for addon in tariff.addons.values():
        amount = sent.get(addon.id, addon.standard)
        addon.check(amount)
        chosen[addon.id] = amount
    return chosen


def check_autoprolong(tariff: Tariff, currency: str, months: int | None) -> None:
    """Refuses months that could never be prolonged by; a trial ignores them (assumed).

    Types whose months must equal the period refuse nothing: see `kept_autoprolong`.
    """
    if months is None or tariff.trial or tariff.type in AUTOPROLONG_IS_PERIOD:
        return
    if months not in tariff.periods(currency):
        raise BadValue("autoprolong", str(months))


def kept_autoprolong(tariff: Tariff, period: int, months: int | None) -> int | None:
    """The months that are kept of those sent: of some types only the period itself.

    Documented for third-party licenses and modules: any other value leaves it off, unsaid.
    """
    if tariff.trial:
        return None
    if tariff.type in AUTOPROLONG_IS_PERIOD and months != period:
        return None
    return months


def draft(shop: Shop, account: Account, tariff: Tariff, wish: Wish) -> Service:
    """The service an order would create, status 1, all rules checked but money."""
    tariff.check_period(account.currency, wish.period)
    address = wish.ip if tariff.takes_address else ""
    check_address(shop, tariff, address)
    sent = wish.addon
    if issuing.is_certificate(shop.catalogue, tariff.type):
        sent = issuing.fitted(tariff, tuple(wish.details["names"].split()), sent)
    addons = chosen_addons(tariff, sent)
    check_autoprolong(tariff, account.currency, wish.autoprolong)
    name, params, parent_id = wish.licname, dict(wish.details), None
    if modules.is_module(shop, tariff):
        parent_id = modules.license_for(shop, account, tariff, wish.item, wish.period)
    if traits.of(shop.catalogue, tariff.type).domain:
        name = _checked_name(shop, tariff, wish.domain)
        params |= _chosen(tariff, wish)
    return Service(
        id=0,
        account_id=account.id,
        type=tariff.type,
        tariff_id=tariff.id,
        period=wish.period,
        autoprolong=kept_autoprolong(tariff, wish.period, wish.autoprolong),
        status=ORDERED,
        substate="",
        created_on=shop.today,
        licname=name,
        ip=address,
        comment=wish.comment,
        remoteip=wish.remoteip,
        remoteid=wish.remoteid,
        addons={str(number): amount for number, amount in addons.items()},
        params=params,
        parent_id=parent_id,
    )


def _checked_name(shop: Shop, tariff: Tariff, domain: str) -> str:
    """The name of a machine or a domain; where there can be but one, it must be there and free."""
    if traits.of(shop.catalogue, tariff.type).unique_domain:
        if not domain:
            raise BadValue.empty("domain")
        if services.named(shop, tariff.type, domain):
            raise Exists("domain", domain)
    return domain


def _chosen(tariff: Tariff, wish: Wish) -> dict[str, str]:
    """Datacenter, OS template and recipe: each optional, each among those of the tariff.

    A template that is not sent is the first of them, a recipe none (docs/evidence.md 8).
    """
    chosen: dict[str, str] = {}
    places = tariff.datacenters
    if wish.datacenter is not None and places and wish.datacenter not in places:
        raise BadValue("datacenter", str(wish.datacenter))
    if places:
        chosen["datacenter"] = str(wish.datacenter or next(iter(places)))
    for name, sent in (("ostempl", wish.ostempl), ("recipe", wish.recipe)):
        offered = [one.intname for one in tariff.options.get(name, ())]
        if sent not in ("", "null") and offered:
            if sent not in offered:
                raise BadValue(name, sent)
            chosen[name] = sent
        elif name == "ostempl" and offered:
            chosen[name] = offered[0]
    return chosen


def change(
    shop: Shop, account: Account, service: Service, changes: Mapping[str, str | int | None]
) -> Service:
    """Name, address, ids, automatic prolongation: only what was sent, and only what differs.

    Allowed while suspended and while an operation runs (docs/evidence.md 13).
    """
    tariff = shop.catalogue[service.tariff_id]
    changed = replace(service, **changes)  # type: ignore[arg-type]  # names come from a schema
    if changed.autoprolong != service.autoprolong:
        check_autoprolong(tariff, account.currency, changed.autoprolong)
        kept = kept_autoprolong(tariff, changed.period, changed.autoprolong)
        changed = replace(changed, autoprolong=kept)
    if not tariff.takes_address:
        changed = replace(changed, ip=service.ip)
    if changed.ip != service.ip:
        check_address(shop, tariff, changed.ip, but=service.id)
        _check_month(shop, service, service.ip_changed_on, "ip_change_limit")
        changed = replace(changed, ip_changed_on=shop.today)
    if changed == service:
        return service
    services.note(shop, service.id, account.login, "edit", _told(service, changed))
    return services.save(shop, changed)


def _told(before: Service, after: Service) -> str:
    pairs = (
        ("licname", before.licname, after.licname),
        ("comment", before.comment, after.comment),
        ("ip", before.ip, after.ip),
        ("remoteip", before.remoteip, after.remoteip),
        ("remoteid", before.remoteid, after.remoteid),
        ("period", before.period, after.period),
        ("item", before.parent_id, after.parent_id),
        ("autoprolong", before.autoprolong or "null", after.autoprolong or "null"),
    )
    return ", ".join(f"{name}: {old} -> {new}" for name, old, new in pairs if old != new)


def _check_month(shop: Shop, service: Service, last: date | None, reason: str) -> None:
    if not shop.world.rules.change_limit or last is None:
        return
    if shop.today < last + relativedelta(months=1):
        raise WrongState(service.id, reason, date=(last + relativedelta(months=1)).isoformat())


def new_key(shop: Shop, account: Account, service: Service) -> Service:
    """Replaces the key; the old one is worthless from now on."""
    services.require_settled(service)
    _check_month(shop, service, service.key_changed_on, "key_change_limit")
    number = service.key_number + 1
    key = services.make_key(shop, service.id, number)
    services.note(shop, service.id, account.login, "newkey")
    return services.save(
        shop, replace(service, lickey=key, key_number=number, key_changed_on=shop.today)
    )


def suspend(shop: Shop, account: Account, service: Service) -> Service:
    """Switches a service off; the term runs on. Off twice is off (docs/evidence.md 13)."""
    modules.check_switch(shop, service, "suspend")
    if service.status == SUSPENDED:
        return service
    services.require_settled(service)
    services.note(shop, service.id, account.login, "suspend")
    return services.save(shop, replace(service, status=SUSPENDED, substate=BY_CLIENT))


def resume(shop: Shop, account: Account, service: Service) -> Service:
    """Switches it on again while its term lasts; an expired one has to be prolonged."""
    modules.check_switch(shop, service, "resume")
    if service.status == ACTIVE:
        return service
    services.require_settled(service)
    if service.substate == services.BY_EMPLOYEE:
        raise WrongState(service.id, "employee")
    if service.expires_on is not None and shop.today >= service.expires_on:
        raise WrongState(service.id, "expired")
    services.note(shop, service.id, account.login, "resume")
    return services.save(shop, replace(service, status=ACTIVE, substate=""))


def close(shop: Shop, user: str, service: Service) -> Service:
    """What a deletion does, whoever orders it. A license takes its modules with it."""
    for module in modules.of_license(shop, service):
        close(shop, user, module)
    services.note(shop, service.id, user, "delete")
    if traits.of(shop.catalogue, service.type).addresses:
        servers.release(shop, service)
    return services.save(
        shop,
        replace(service, status=DELETED, substate="", due_at=None, key_ready=None, key_reads=None),
    )


def check_order(
    shop: Shop,
    account: Account,
    product_type: str,
    pricelist: int,
    period: int | None,
    address: str,
) -> None:
    """``checkip``: raises what an order would raise for this tariff, period and address."""
    tariff = orderable(shop, account, product_type, pricelist)
    if period is not None:
        tariff.check_period(account.currency, period)
    check_address(shop, tariff, address)


def require(service: Service | None, service_id: int) -> Service:
    """The service, or ``missed``."""
    if service is None:
        raise Missed("item", str(service_id))
    return service
