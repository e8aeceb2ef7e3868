"""What can be ordered, and the service that an order would create; for every product type.

Source: docs/trade.md sections 3, 7 and 9; docs/evidence.md 6, 9, 14 and 17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import DAY, Option, Tariff
from emulator.domain.services import certificates, domain_names, modules, services
from emulator.domain.services.contacts import Owner
from emulator.domain.services.services import ORDERED, Service
from emulator.domain.world import Shop
from emulator.errors import BadValue, Exists

POOL_ADDRESS = "0.0.0.0"  # noqa: S104 - the address of a license nobody uses, not a binding
"""The address of unused licenses in a reseller's pool; many can have it (docs/evidence.md 14)."""


NONE = frozenset({"", "null"})
"""What stands for no choice of an OS template or a recipe."""
ONLY_DATACENTER = 1
"""Number of the data centre of everything whose tariff names none."""
AUTOPROLONG_IS_PERIOD = frozenset({"softexternal", "addition"})
"""Product types whose ``autoprolong`` must equal ``period`` (docs/trade.md section 7)."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """The parameters of an order. ``addon``: amount by addon number, unchecked."""

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
    """Further parameters that a product type stores in ``Service.params``."""
    owner: Owner = field(default_factory=Owner)
    """Who shall own a domain name."""


def is_retired(shop: Shop, tariff: Tariff) -> bool:
    """Whether this world refuses the tariff as a product that is no longer sold."""
    return shop.world.rules.retired_products == "refuse" and tariff.is_retired(shop.today)


def find_refusal_reason(shop: Shop, tariff: Tariff, currency: str, country: str | None) -> str:
    """Why an order would be refused: ``retired``, ``country``, ``currency``; empty if not."""
    if is_retired(shop, tariff):
        return "retired"
    if shop.world.rules.country_tariffs and not tariff.fits_country(country):
        return "country"
    return "" if tariff.periods(currency) else "currency"


def find_orderable(shop: Shop, account: Account, product_type: str, tariff_id: int) -> Tariff:
    """The tariff with this number, if the account can order it.

    Raises BadValue("pricelist"): unknown, of another type, retired, of another country.
    """
    tariff = shop.catalogue.find(tariff_id)
    if tariff is None or tariff.type != product_type:
        raise BadValue("pricelist", str(tariff_id))
    reason = find_refusal_reason(shop, tariff, account.currency, account.country)
    if reason:
        raise BadValue("pricelist", str(tariff_id), desc=reason)
    return tariff


def check_address(shop: Shop, tariff: Tariff, address: str, *, but: int = 0) -> None:
    """Raises Exists where the address has a license of this tariff, or a trial, deleted or not.

    A trial of one tariff counts for all trials of its product type; one that moved to another
    address, or became a paid license, counts no more (both assumed).
    """
    if address in ("", POOL_ADDRESS):
        return
    if services.is_occupied(shop, tariff.id, address, but=but):
        raise Exists("ip", address)
    if tariff.trial and shop.world.rules.trial_once and not but:
        trials = {t.id for t in shop.catalogue.of_type(tariff.type) if t.trial}
        if trials & services.list_tariffs_at(shop, address):
            raise Exists("ip", address, desc="trial_once")


def choose_addons(tariff: Tariff, sent: Mapping[int, int] | None) -> dict[int, int]:
    """All addons of a tariff with their amounts: those sent, else the standard.

    Unknown ones are ignored. Raises BadValue for an amount outside the limits.
    """
    sent = sent or {}
    chosen: dict[int, int] = {}
    for addon in tariff.addons.values():
        amount = sent.get(addon.id, addon.standard)
        addon.check(amount)
        chosen[addon.id] = amount
    return chosen


def check_autoprolong(tariff: Tariff, currency: str, period: int, months: int | None) -> None:
    """Raises BadValue("autoprolong") for a period that is not sold; trials ignore it (assumed).

    What is billed by the day goes on by the day or not at all, and nothing else does
    (docs/evidence.md 113).

    Types whose ``autoprolong`` must equal the period refuse nothing: see `choose_autoprolong`.
    """
    if months is None or tariff.trial or tariff.type in AUTOPROLONG_IS_PERIOD:
        return
    if months not in tariff.periods(currency) or (months == DAY) != (period == DAY):
        raise BadValue("autoprolong", str(months))


def choose_autoprolong(tariff: Tariff, period: int, months: int | None) -> int | None:
    """The ``autoprolong`` that is stored: what was sent, or None.

    Documented for third-party licenses and modules: any value but the period is ignored silently.
    """
    if tariff.trial:
        return None
    if tariff.type in AUTOPROLONG_IS_PERIOD and months != period:
        return None
    return months


def draft(shop: Shop, account: Account, tariff: Tariff, request: OrderRequest) -> Service:
    """The service that an order would create, with status 1. Nothing is written.

    Checks every rule but the money. Raises BadValue, Exists, Missed, WrongState.
    """
    tariff.check_period(account.currency, request.period)
    address = request.ip if tariff.takes_address else ""
    check_address(shop, tariff, address)
    sent = request.addon
    if certificates.is_certificate(shop.catalogue, tariff.type):
        sent = certificates.fit_addons(tariff, tuple(request.details["names"].split()), sent)
    addons = choose_addons(tariff, sent)
    check_autoprolong(tariff, account.currency, request.period, request.autoprolong)
    name, params, parent_id = request.licname, dict(request.details), None
    if modules.is_module(shop, tariff):
        parent_id = modules.find_license(shop, account, tariff, request.item, request.period)
    if traits.of(shop.catalogue, tariff.type).domain:
        name = _checked_name(shop, tariff, request.domain)
        params |= choose_options(tariff, request.datacenter, request.ostempl, request.recipe)
    return Service(
        id=0,
        account_id=account.id,
        type=tariff.type,
        tariff_id=tariff.id,
        period=request.period,
        autoprolong=choose_autoprolong(tariff, request.period, request.autoprolong),
        status=ORDERED,
        substate="",
        created_on=shop.today,
        licname=name,
        ip=address,
        comment=request.comment,
        remoteip=request.remoteip,
        remoteid=request.remoteid,
        addons={str(number): amount for number, amount in addons.items()},
        params=params,
        parent_id=parent_id,
    )


def _checked_name(shop: Shop, tariff: Tariff, domain: str) -> str:
    """The name of a server or domain; where names are unique, it must be sent and free."""
    if traits.of(shop.catalogue, tariff.type).unique_domain:
        if not domain:
            raise BadValue.empty("domain")
        domain_names.require_free(shop, tariff, domain)
    return domain


def datacenters(tariff: Tariff) -> tuple[int, ...]:
    """Numbers of the datacenters where a tariff is offered."""
    return tuple(tariff.datacenters) or (ONLY_DATACENTER,)


def choose_options(
    tariff: Tariff, datacenter: int | None, ostempl: str, recipe: str
) -> dict[str, str]:
    """Data centre, OS template and recipe, each optional and among those of the tariff.

    The default template is the first one, the default recipe none (docs/evidence.md 8). Raises
    BadValue for any other, and for a recipe that does not go with the template.
    """
    chosen: dict[str, str] = {}
    if datacenter is not None and datacenter not in datacenters(tariff):
        raise BadValue("datacenter", str(datacenter))
    if tariff.datacenters:
        chosen["datacenter"] = str(datacenter or next(iter(tariff.datacenters)))
    if ostempl not in NONE:
        _require_option(tariff.ostempl, "ostempl", ostempl)
        chosen["ostempl"] = ostempl
    elif tariff.ostempl:
        chosen["ostempl"] = tariff.ostempl[0].intname
    if recipe not in NONE:
        fits = _require_option(tariff.recipe, "recipe", recipe).fits
        if fits and chosen.get("ostempl") not in fits:
            raise BadValue("recipe", recipe)
        chosen["recipe"] = recipe
    return chosen


def drop_misfits(tariff: Tariff, sent: Mapping[str, Any], changed: str) -> dict[str, Any]:
    """What was sent, without the choices that do not go with the one that was ``changed``.

    A form that is recalculated after a choice is sent with the values that it had before.
    """
    systems = {option.intname for option in tariff.ostempl}
    system = sent.get("ostempl")
    recipes = {r.intname for r in tariff.recipe if not r.fits or system in r.fits}
    possible = {"datacenter": datacenters(tariff), "ostempl": systems, "recipe": recipes}
    return {
        name: value
        for name, value in sent.items()
        if name == changed or name not in possible or value in possible[name]
    }


def _require_option(offered: Sequence[Option], name: str, chosen: str) -> Option:
    for option in offered:
        if option.intname == chosen:
            return option
    raise BadValue(name, chosen)


def check_order(
    shop: Shop,
    account: Account,
    product_type: str,
    pricelist: int,
    period: int | None,
    address: str,
) -> None:
    """Raises what an order of this tariff, period and address would raise (``checkip``)."""
    tariff = find_orderable(shop, account, product_type, pricelist)
    if period is not None:
        tariff.check_period(account.currency, period)
    check_address(shop, tariff, address)
