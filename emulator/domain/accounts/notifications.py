"""Notifications of an account: one row for each event that concerns it.

Source: docs/wire.md section 6 (``notify``). Which events, and for how
long, is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from emulator.domain.accounts.accounts import Account
from emulator.domain.world import Shop
from emulator.store import tables
from emulator.store.engine import Statement, every_column

N = tables.notification.c
_TELL = Statement(insert(tables.notification).values(every_column(tables.notification, "id")))
_NEWEST = Statement(
    select(N.id, N.service_id, N.at, N.what, N.detail)
    .where(N.account_id == bindparam("owner"), N.seen == bindparam("known", type_=N.seen.type))
    .order_by(N.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Notification:
    """One event: ``what`` as in ``lifecycle.DueEvent`` (``prolong``, ``suspend``...)."""

    id: int
    service_id: int | None
    at: datetime
    what: str
    detail: str


def add(
    shop: Shop, account_id: int, what: str, service_id: int | None = None, detail: str = ""
) -> None:
    """Stores a notification for the account."""
    shop.db.run(
        _TELL,
        account_id=account_id,
        service_id=service_id,
        at=shop.now,
        what=what,
        detail=detail,
        seen=False,
    )


def list_unseen(shop: Shop, account: Account, most: int = 50) -> list[Notification]:
    """The newest notifications that the account has not dismissed, newest first."""
    rows = shop.db.rows(_NEWEST, owner=account.id, known=False, most=most)
    return [Notification(*row) for row in rows]
