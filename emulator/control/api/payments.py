"""Payments as staff of the seller see them and change their status."""

from __future__ import annotations

from emulator.control.api.accounts import amount, find
from emulator.domain.billing import topups
from emulator.domain.billing.topups import Payment
from emulator.domain.world import read
from emulator.results import PaymentInfo
from emulator.worlds.worlds import Worlds

MOST = 1_000


class NoPaymentError(LookupError):
    """No payment of that number in this world; the text is one line for people."""


def describe(payment: Payment) -> PaymentInfo:
    """For JSON; money as text. ``next`` are the statuses that may follow."""
    paid = payment.paid_at
    return {
        "id": payment.id,
        "status": payment.status,
        "next": sorted(topups.MOVES[payment.status]),
        "amount": amount(payment.amount),
        "currency": payment.currency,
        "method": payment.method,
        "order": payment.order_id,
        "created_at": payment.created_at.isoformat(),
        "paid_at": None if paid is None else paid.isoformat(),
        "page": f"/pay/{payment.token}" if payment.token else None,
    }


def of_account(worlds: Worlds, name: str, login: str) -> list[PaymentInfo]:
    """The newest payments of a login, newest first. Raises NoAccountError."""
    db = worlds.connect(name)
    with db.reading():
        shop = worlds.shop(db, read(db))
        return [describe(payment) for payment in topups.of_account(shop, find(db, login), MOST)]


def move(worlds: Worlds, name: str, number: int, status: int) -> PaymentInfo:
    """Sets the status and moves the money accordingly. Raises NoPaymentError, WrongMove."""
    with worlds.locked(name) as db, db.writing():
        shop = worlds.shop(db, read(db))
        payment = topups.find(shop, number)
        if payment is None:
            raise NoPaymentError(f"there is no payment {number} in this world")
        return describe(topups.move(shop, payment, status))
