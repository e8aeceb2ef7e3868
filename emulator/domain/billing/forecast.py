"""How long the money lasts for the automatic prolongations to come.

Source: docs/wire.md section 6. How the seller counts is unknown; assumed.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam, or_, select

from emulator.clock import add_months
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import paid_changes
from emulator.domain.billing.paid_changes import Prolongation
from emulator.domain.services.services import ACTIVE, PROCESSING, Service
from emulator.domain.world import Shop
from emulator.errors import ApiError
from emulator.store import tables
from emulator.store.engine import Statement

MONTHS_AHEAD = 12

V = tables.service.c
_PROLONGED = Statement(
    select(*V).where(
        V.account_id == bindparam("owner"),
        or_(V.status == ACTIVE, V.status == PROCESSING),
        V.autoprolong.is_not(None),
        V.scheduled_close.is_(False),
        V.expires_on.is_not(None),
        V.expires_on <= bindparam("until"),
    )
)


def estimate_end(shop: Shop, account: Account) -> date | None:
    """The day of the first automatic prolongation that cannot be paid; None: not within a year.

    Charges are deducted in the order in which ``lifecycle`` will make them, those of services that
    are still being opened included.
    """
    until = add_months(shop.today, MONTHS_AHEAD)
    left = account.available
    coming: list[tuple[date, int, Prolongation]] = []
    for row in shop.db.rows(_PROLONGED, owner=account.id, until=until):
        _plan(coming, shop, account, replace(Service(*row), status=ACTIVE))
    while coming:
        day, _, charge = heapq.heappop(coming)
        if day > until:
            return None
        if charge.cost > left:
            return day
        left -= charge.cost
        prolonged = replace(charge.service, expires_on=charge.new_expires_on)
        _plan(coming, shop, account, prolonged)
    return None


def _plan(
    coming: list[tuple[date, int, Prolongation]], shop: Shop, account: Account, service: Service
) -> None:
    if service.expires_on is None:
        return
    try:
        charge = paid_changes.quote_prolongation(shop, account, service, service.autoprolong)
    except ApiError:
        return  # it will be suspended, which costs nothing
    heapq.heappush(coming, (service.expires_on, service.id, charge))
