"""The functions of the API, family by family. ``families`` names them all."""

from __future__ import annotations

from emulator.api.registry import Family
from emulator.domain.accounts.accounts import PasswordCache
from emulator.functions.account import (
    account,
    country,
    dashboard,
    menu,
    portal,
    profile,
    session,
    ticket,
    user,
)
from emulator.functions.billing import basket, expense, payment, pricelist
from emulator.functions.products import (
    addition,
    certificate,
    platform,
    service_types,
    soft,
    softexternal,
)
from emulator.functions.services import groupedit, service


def families(verified: PasswordCache) -> tuple[Family, ...]:
    """Every family, newly declared. ``verified``: passwords known to be right, per process."""
    licenses = (soft.family(), softexternal.family(), platform.family(), addition.family())
    products = (*licenses, *service_types.families(), certificate.family())
    money = (payment.family(), expense.family())
    own = (account.family(), profile.family(), user.family(), ticket.family())
    declared = [
        session.family(verified),
        *products,
        service.family(),
        basket.family(),
        *own,
        dashboard.family(),
        *money,
        pricelist.family(),
        country.family(),
        portal.family(),
        menu.family(products, money, own),
    ]
    by_name = {function.name: function for family in declared for function in family.functions}
    return (*declared, groupedit.family(by_name.get))
