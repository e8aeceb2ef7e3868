"""Modules: services that extend the license of a control panel and end with it.

Source: docs/modules.md section 2, docs/trade.md section 8; docs/evidence.md 59 to 62. A module is a
service of its own with its own term; ``parent_id`` names its license.
"""

from __future__ import annotations

import json

from sqlalchemy import bindparam, select

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import TRIAL, Tariff
from emulator.domain.services import services
from emulator.domain.services.services import ACTIVE, DELETED, ORDERED, SUSPENDED, Service
from emulator.domain.world import Shop
from emulator.errors import AccessDenied, BadValue, Exists, WrongState
from emulator.store import tables
from emulator.store.engine import Statement
from emulator.store.values import elements

LICENSES = "soft"
"""The product type whose services modules extend."""
MOST_CHOICES = 1000
"""Licenses from which a form lets one choose."""

V = tables.service.c
_LIVING = Statement(
    select(*V).where(V.parent_id == bindparam("license"), V.status != DELETED).order_by(V.id)
)
_TRIED = Statement(
    select(V.tariff_id)
    .distinct()
    .where(V.parent_id == bindparam("license"), V.period == TRIAL, V.id != bindparam("but"))
)

_M = tables.service.alias()
_EXTENDABLE = Statement(
    select(*V)
    .where(
        V.account_id == bindparam("owner"),
        V.type == LICENSES,
        V.status == ACTIVE,
        V.id.not_in(
            select(_M.c.parent_id).where(
                _M.c.parent_id.is_not(None),
                _M.c.status != DELETED,
                _M.c.tariff_id.in_(elements("same", _M.c.tariff_id.type)),
            )
        ),
    )
    .order_by(V.id)
    .limit(MOST_CHOICES)
)


def is_module(shop: Shop, tariff: Tariff) -> bool:
    """Whether services of this tariff are modules."""
    return traits.of(shop.catalogue, tariff.type).gives == "module"


def list_modules(shop: Shop, license: Service) -> list[Service]:
    """The modules of a license that are not deleted, unpaid ones included."""
    if license.type != LICENSES:
        return []
    return [Service(*row) for row in shop.db.rows(_LIVING, license=license.id)]


def list_working(shop: Shop, license: Service) -> list[Service]:
    """The modules that work in a panel with this license: active ones that fit its edition."""
    edition = shop.catalogue[license.tariff_id]
    return [
        module
        for module in list_modules(shop, license)
        if module.status == ACTIVE and _fits(shop.catalogue[module.tariff_id], edition)
    ]


def _fits(tariff: Tariff, edition: Tariff) -> bool:
    return not tariff.fits or edition.intname in tariff.fits


def find_license(
    shop: Shop,
    account: Account,
    tariff: Tariff,
    number: int | None,
    period: int,
    *,
    but: int = 0,
) -> int | None:
    """The license that an order of a module names; None where a module needs none.

    ``but``: a module that is moved to the license. Raises BadValue ``item`` (missing) or
    ``pricelist`` (not for this edition), Missed (unknown, another's, deleted), WrongState (unpaid,
    suspended), Exists (it has this module, or had its trial).
    """
    if number is None:
        if shop.world.rules.modules_alone:
            return None
        raise BadValue.empty("item")
    license = services.require_owned(shop, account, number, LICENSES)
    if license.status == ORDERED:
        raise WrongState(number, "unpaid")
    if license.status == SUSPENDED:
        raise WrongState(number, "licence_suspended")
    if not _fits(tariff, shop.catalogue[license.tariff_id]):
        raise BadValue("pricelist", str(tariff.id), desc="edition")
    present = (shop.catalogue[m.tariff_id] for m in list_modules(shop, license) if m.id != but)
    if any(module_tariff.intname == tariff.intname for module_tariff in present):
        raise Exists("item", str(number))
    if period == TRIAL and shop.world.rules.trial_once:
        tried = (shop.catalogue[row[0]] for row in shop.db.rows(_TRIED, license=number, but=but))
        if any(module_tariff.intname == tariff.intname for module_tariff in tried):
            raise Exists("item", str(number), desc="trial_on_licence")
    return number


def list_licenses_for(shop: Shop, account: Account, tariff: Tariff) -> list[Service]:
    """The licenses of an account that this module could be ordered for, oldest first."""
    same = [t.id for t in shop.catalogue.of_type(tariff.type) if t.intname == tariff.intname]
    rows = shop.db.rows(_EXTENDABLE, owner=account.id, same=json.dumps(same))
    licenses = [Service(*row) for row in rows]
    return [license for license in licenses if _fits(tariff, shop.catalogue[license.tariff_id])]


def check_switch(shop: Shop, service: Service, verb: str) -> None:
    """Raises AccessDenied where clients may not suspend and resume a module.

    The rule ``module_actions`` decides: the classic page leaves it to administrators.
    """
    if traits.of(shop.catalogue, service.type).gives != "module":
        return
    if shop.world.rules.module_actions == "classic":
        raise AccessDenied(f"{service.type}.{verb}")
