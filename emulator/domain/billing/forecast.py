"""How long the money lasts for the automatic prolongations to come.

Source: docs/wire.md section 6. How the seller counts is unknown; assumed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import bindparam, or_, select

from emulator.clock import add_months
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import paid_changes
from emulator.domain.money import ZERO
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

    Charges are deducted day by day as ``lifecycle`` will make them, those of services that are
    still being opened included.
    """
    until = add_months(shop.today, MONTHS_AHEAD)
    by_day: defaultdict[date, Decimal] = defaultdict(Decimal)
    for row in shop.db.rows(_PROLONGED, owner=account.id, until=until):
        service = replace(Service(*row), status=ACTIVE)
        for day, cost in _charges(shop, account, service, until):
            by_day[day] += cost
    left = account.available
    for day in sorted(by_day):
        left -= by_day[day]
        if left < ZERO:
            return day
    return None


def _charges(
    shop: Shop, account: Account, service: Service, until: date
) -> Iterator[tuple[date, Decimal]]:
    """The charges of a service until that day; none where it will be suspended instead."""
    cost: Decimal | None = None
    while service.expires_on is not None and service.expires_on <= until:
        day = service.expires_on
        if cost is None or not service.daily:
            try:
                charge = paid_changes.quote_prolongation(
                    shop, account, service, service.autoprolong
                )
            except ApiError:
                return
            cost, service = charge.cost, replace(service, expires_on=charge.new_expires_on)
        else:  # the same each day: there are 365 of them
            service = replace(service, expires_on=day + timedelta(days=1))
        yield day, cost
