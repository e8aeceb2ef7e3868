"""The functions of the API, family by family; ``families`` has them all."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from emulator.api.registry import Family, Function
from emulator.domain.accounts.accounts import PasswordCache
from emulator.domain.catalogue.catalogue import OwnType
from emulator.functions.account import (
    account,
    country,
    dashboard,
    menu,
    portal,
    profile,
    session,
    statistics,
    ticket,
    user,
)
from emulator.functions.billing import (
    basket,
    cart,
    expense,
    order,
    payment,
    payment_add,
    payment_recurring,
    pricelist,
)
from emulator.functions.products import (
    addition,
    certificate,
    platform,
    service_types,
    soft,
    softexternal,
    softregistration,
)
from emulator.functions.services import (
    addresses,
    changepricelist,
    domain_pages,
    domain_records,
    groupedit,
    service,
)


def families(passwords: PasswordCache) -> tuple[Family, ...]:
    """Every family. ``passwords``: which passwords this process has checked already."""
    licenses = (soft.FAMILY, softexternal.FAMILY, platform.FAMILY, addition.FAMILY)
    products = (*licenses, *service_types.FAMILIES, certificate.FAMILY)
    payments = _joined(
        payment.FAMILY, payment_recurring.FAMILY, inserted={"payment": payment_add.FAMILY}
    )
    money = (payments, expense.FAMILY)
    by_name: dict[str, Function] = {}

    def find(name: str, types: Mapping[str, OwnType]) -> Function | None:
        return service_types.find_own(name, types) or by_name.get(name)

    def is_known(name: str, types: Mapping[str, OwnType]) -> bool:
        begins = any(other.startswith(f"{name}.") for other in by_name)
        return begins or find(name, types) is not None

    users = _joined(user.FAMILY, inserted={"user": user.declare_edit(is_known)})
    clients = (account.FAMILY, profile.FAMILY, users, ticket.FAMILY)
    inserted = {
        "service.prolong": changepricelist.FAMILY,
        "service.instruction.html": addresses.FAMILY,
    }
    declared = [
        _joined(session.declare_login(passwords), session.FAMILY),
        *products,
        _joined(service.FAMILY, inserted=inserted),
        _joined(basket.FAMILY, cart.FAMILY, order.FAMILY),
        *clients,
        dashboard.FAMILY,
        *money,
        pricelist.FAMILY,
        country.FAMILY,
        softregistration.FAMILY,
        _joined(portal.FAMILY, statistics.FAMILY, domain_pages.FAMILY, domain_records.FAMILY),
        menu.declare_menu(products, money, clients),
    ]
    by_name |= {function.name: function for family in declared for function in family.functions}
    return (*declared, groupedit.declare_group_edit(find))


def _joined(*parts: Family, inserted: Mapping[str, Family] | None = None) -> Family:
    """One family that several files declare; ``inserted`` names what follows which function.

    The order is the one of the buttons above its listings, so it is part of the wire.
    """
    whole = Family(parts[0].name, parts[0].title)
    for function in itertools.chain.from_iterable(part.functions for part in parts):
        following = (inserted or {}).get(function.name)
        further = following.functions if following is not None else []
        whole.functions += [replace(member, family=whole) for member in (function, *further)]
    return whole
