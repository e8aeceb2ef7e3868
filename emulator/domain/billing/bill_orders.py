"""Orders of an account for its list: the one that waits for payment, and those paid.

Source: docs/resale.md section 2.4 (``order``, its list ``openlist``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, func, or_, select

from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import orders
from emulator.domain.billing.orders import DROPPED, OPEN_STATE
from emulator.domain.services.services import DELETED
from emulator.domain.world import Shop
from emulator.store import tables
from emulator.store.engine import Statement

MOST = 200

O = tables.order.c  # noqa: E741 - one letter per table, as everywhere
I = tables.order_item.c  # noqa: E741 - the same
V = tables.service.c
_LATEST = Statement(
    select(
        O.id,
        O.state,
        O.created_at,
        func.count(I.id),
        func.coalesce(func.sum(I.cost), 0, type_=I.cost.type),
    )
    .select_from(
        tables.order.outerjoin(tables.order_item, I.order_id == O.id).outerjoin(
            tables.service, V.id == I.service_id
        )
    )
    .where(
        O.account_id == bindparam("owner"),
        O.state != DROPPED,
        # Nothing is left to be paid of a service that was deleted meanwhile.
        or_(O.state != OPEN_STATE, V.status != DELETED),
    )
    .group_by(O.id)
    .order_by(O.id.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class BillOrder:
    """One order: how many positions it has, and what they cost after all discounts."""

    id: int
    state: str
    created_at: datetime
    count: int
    total: Decimal

    @property
    def open(self) -> bool:
        """Whether it waits for payment."""
        return self.state == OPEN_STATE


def list_latest(shop: Shop, account: Account) -> list[BillOrder]:
    """The newest orders of an account, at most 200, without abandoned ones."""
    latest = [BillOrder(*row) for row in shop.db.rows(_LATEST, owner=account.id)]
    # Rows of what waits have the price of the day it was put there, before a promo code.
    basket = orders.find_basket(shop, account) if any(order.open for order in latest) else None
    return [
        replace(order, total=basket.total) if basket is not None and order.open else order
        for order in latest
    ]
