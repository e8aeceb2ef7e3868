"""Ways of paying that an account has stored, each by a payment that was made with it.

Source: docs/evidence.md 134. Nothing here collects money by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, delete, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import payments
from emulator.domain.billing.topups import Method, Payment
from emulator.domain.world import Shop
from emulator.errors import Missed
from emulator.store import tables
from emulator.store.engine import Statement, every_column

S = tables.stored_method.c
P = tables.payment.c
_ADD = Statement(insert(tables.stored_method).values(every_column(tables.stored_method, "id")))
_OWN = Statement(
    select(S.id, S.name, P.method, S.created_at, P.status, S.chosen)
    .select_from(tables.stored_method.join(tables.payment, P.id == S.payment_id))
    .where(S.account_id == bindparam("owner"))
    .order_by(S.id.desc())
)
_RENAME = Statement(
    update(tables.stored_method).where(S.id == bindparam("which")).values(name=bindparam("called"))
)
_CHOOSE = Statement(
    update(tables.stored_method)
    .where(S.account_id == bindparam("owner"))
    .values(chosen=case((S.id == bindparam("which"), True), else_=False))
)
_DELETE = Statement(delete(tables.stored_method).where(S.id == bindparam("which")))


@dataclass(frozen=True, slots=True)
class StoredMethod:
    """One stored way of paying; ``chosen`` for automatic payments."""

    id: int
    name: str
    method: str
    created_at: datetime
    payment_status: int
    chosen: bool

    @property
    def active(self) -> bool:
        """Whether the payment by which it is stored is credited."""
        return self.payment_status in payments.MONEY_IS_IN


def store(shop: Shop, account: Account, method: Method, payment: Payment) -> None:
    """Stores a way of paying, which is active once this payment is credited."""
    shop.db.run(
        _ADD,
        account_id=account.id,
        payment_id=payment.id,
        name=method.name["en"],
        created_at=shop.now,
        chosen=False,
    )


def all_of(shop: Shop, account: Account) -> list[StoredMethod]:
    """An account's stored ways of paying, newest first."""
    return [StoredMethod(*row) for row in shop.db.rows(_OWN, owner=account.id)]


def own(shop: Shop, account: Account, number: int) -> StoredMethod:
    """A stored way of paying of this account. Raises Missed."""
    for stored in all_of(shop, account):
        if stored.id == number:
            return stored
    raise Missed("stored_method", str(number))


def rename(shop: Shop, stored: StoredMethod, name: str) -> None:
    """Changes its name."""
    shop.db.run(_RENAME, which=stored.id, called=name)


def choose(shop: Shop, account: Account, number: int) -> None:
    """Chooses a way for automatic payments, or none with 0. Raises Missed, also if not active."""
    if number and not own(shop, account, number).active:
        raise Missed("stored_method", str(number))
    shop.db.run(_CHOOSE, owner=account.id, which=number)


def remove(shop: Shop, stored: StoredMethod) -> None:
    """Removes it; the payment stays."""
    shop.db.run(_DELETE, which=stored.id)
