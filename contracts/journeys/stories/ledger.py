"""Two ledgers: what a reseller believes it paid, and what the seller's lists say over the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.journeys.stories.license_life import Check
from reseller_client import Client, NotUnderstood

NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True, order=True)
class Charge:
    """Money for a service on a day."""

    on: date
    service_id: int
    amount: Decimal


def by_month(charges: Iterable[Charge]) -> dict[date, Decimal]:
    """The sum of each month that has any, by its first day."""
    sums: defaultdict[date, Decimal] = defaultdict(lambda: NOTHING)
    for charge in charges:
        sums[charge.on.replace(day=1)] += charge.amount
    return dict(sorted(sums.items()))


def charged(client: Client) -> list[Charge]:
    """What the seller says it charged; operations that cost nothing are left out.

    Raises NotUnderstood for a charge without day, sum or service.
    """
    found = []
    for expense in client.payments.expenses():
        if expense.amount is None or expense.happened_on is None or expense.service_id is None:
            raise NotUnderstood(f"expense {expense.id} has no day, no sum or no service")
        if expense.amount.amount:
            found.append(Charge(expense.happened_on, expense.service_id, expense.amount.amount))
    return sorted(found)


def paid_in(client: Client) -> Decimal:
    """What the seller says was paid in. Raises NotUnderstood for a payment without a sum."""
    total = NOTHING
    for payment in client.payments.payments():
        if payment.amount is None:
            raise NotUnderstood(f"payment {payment.id} has no sum")
        total += payment.amount.amount
    return total


def compare(client: Client, believed: Iterable[Charge], put_in: Decimal) -> list[Check]:
    """Whether both ledgers agree: every charge, every month, all payments, and the balance."""
    ours, theirs = sorted(believed), charged(client)
    months, their_months = by_month(ours), by_month(theirs)
    checks = [
        _same(f"charges of {month:%Y-%m}", their_months.get(month), months.get(month))
        for month in sorted({*months, *their_months})
    ]
    spent = sum((charge.amount for charge in theirs), NOTHING)
    return [
        *checks,
        _same("charges one by one", _differing(theirs, ours), []),
        _same("payments", paid_in(client), put_in),
        _same("balance", client.account.balance().amount, put_in - spent),
    ]


def _differing(theirs: list[Charge], ours: list[Charge]) -> list[Charge]:
    """What is in one ledger and not in the other; the same charge twice counts twice."""
    left, extra = list(ours), []
    for charge in theirs:
        if charge in left:
            left.remove(charge)
        else:
            extra.append(charge)
    return extra + left


def _same(what: str, found: object, wanted: object) -> Check:
    return Check(what, found == wanted, f"expected {wanted}, found {found}")
