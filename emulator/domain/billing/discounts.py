"""Discounts of an account: per cent off everything, off a product type, or off one tariff.

Source: docs/wire.md section 6 (``account.discountinfo``); docs/evidence.md 36. The largest one
that applies counts; a promo code is deducted from what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam, delete, insert, select

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue.catalogue import Tariff, Words
from emulator.domain.money import reduced, rounded
from emulator.domain.services import services
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.results import DiscountInfo
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

D = tables.discount.c
_OF = Statement(
    select(D.percent, D.type, D.tariff_id, D.name)
    .where(D.account_id == bindparam("owner"))
    .order_by(D.id)
)
_ADD = Statement(insert(tables.discount).values(every_column(tables.discount, "id")))
_CLEAR = Statement(delete(tables.discount).where(D.account_id == bindparam("owner")))


@dataclass(frozen=True, slots=True)
class Discount:
    """Per cent, and what they are off: ``type`` and ``tariff_id`` both None is everything."""

    percent: int
    type: str | None
    tariff_id: int | None
    name: Words

    def fits(self, tariff: Tariff) -> bool:
        """Whether it applies to this tariff."""
        return self.tariff_id in (None, tariff.id) and self.type in (None, tariff.type)

    def as_dict(self) -> DiscountInfo:
        """The discount as the control API shows it."""
        return {"percent": self.percent, "type": self.type, "tariff": self.tariff_id}


NAME: Words = {"en": "Partner discount", "ru": "Партнёрская скидка"}
"""The name of a discount that has none of its own."""


@dataclass(frozen=True, slots=True)
class Price:
    """``cost`` is what is paid, ``discount`` what was deducted."""

    cost: Decimal
    discount: Decimal


def list_discounts(shop: Shop, account: Account) -> tuple[Discount, ...]:
    """All discounts of an account; read once per call, however many prices it computes."""
    discounts = shop.remembered.get(account.id)
    if discounts is None:
        discounts = shop.remembered[account.id] = read_discounts(shop.db, account.id)
    return discounts


def read_discounts(db: Database, account_id: int) -> tuple[Discount, ...]:
    """All discounts of an account, read from its rows."""
    return tuple(Discount(*row) for row in db.rows(_OF, owner=account_id))


def find_percent(shop: Shop, account: Account, tariff: Tariff) -> int:
    """The largest discount that applies to this tariff, in per cent."""
    fitting = (
        discount.percent for discount in list_discounts(shop, account) if discount.fits(tariff)
    )
    return max(fitting, default=0)


def compute_price(shop: Shop, account: Account, tariff: Tariff, full: Decimal) -> Price:
    """What this account pays of a full price, rounded to the cent (docs/evidence.md 150)."""
    cost = reduced(full, find_percent(shop, account, tariff))
    return Price(cost, rounded(full) - cost)


def compute_order_price(shop: Shop, account: Account, tariff: Tariff, service: Service) -> Price:
    """What the first period of a service costs this account, rounded to the cent."""
    full = services.compute_cost(service, tariff, account.currency, service.period)
    return compute_price(shop, account, tariff, full)


def replace_all(db: Database, account_id: int, discounts: tuple[Discount, ...]) -> None:
    """Replaces all discounts of an account."""
    db.run(_CLEAR, owner=account_id)
    for discount in discounts:
        db.run(
            _ADD,
            account_id=account_id,
            type=discount.type,
            tariff_id=discount.tariff_id,
            percent=discount.percent,
            name=dict(discount.name),
        )
