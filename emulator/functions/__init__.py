"""The functions of the API, family by family. ``families`` names them all."""

from __future__ import annotations

from emulator.domain.accounts import Verified
from emulator.functions import (
    account,
    addition,
    basket,
    certificate,
    country,
    dashboard,
    expense,
    groupedit,
    menu,
    payment,
    platform,
    portal,
    pricelist,
    profile,
    service,
    servicetypes,
    session,
    soft,
    softexternal,
    ticket,
    user,
)
from emulator.registry import Family


def families(verified: Verified) -> tuple[Family, ...]:
    """Every family, newly declared. ``verified``: passwords known to be right, per process."""
    licences = (soft.family(), softexternal.family(), platform.family(), addition.family())
    products = (*licences, *servicetypes.families(), certificate.family())
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
