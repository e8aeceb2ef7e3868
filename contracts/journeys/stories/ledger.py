"""Compares two ledgers: what a reseller believes it paid, and what the seller's lists say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.journeys.journey import Expectation
from reseller_client import Client, NotUnderstood

NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True, order=True)
class Charge:
    """Money that was charged for a service on a day."""

    on: date
    service_id: int
    amount: Decimal


def sum_by_month(charges: Iterable[Charge]) -> dict[date, Decimal]:
    """The sum of each month that has charges, by its first day."""
    sums: defaultdict[date, Decimal] = defaultdict(lambda: NOTHING)
    for charge in charges:
        sums[charge.on.replace(day=1)] += charge.amount
    return dict(sorted(sums.items()))


def read_charges(client: Client) -> list[Charge]:
    """The seller's expenses that cost anything.

    Raises NotUnderstood for an expense without day, sum or service.
    """
    charges = []
    for expense in client.payments.expenses():
        if expense.amount is None or expense.happened_on is None or expense.service_id is None:
            raise NotUnderstood(f"expense {expense.id} has no day, no sum or no service")
        if expense.amount.amount:
            charges.append(Charge(expense.happened_on, expense.service_id, expense.amount.amount))
    return sorted(charges)


def sum_payments(client: Client) -> Decimal:
    """What was paid in, by the seller's list. Raises NotUnderstood for a payment without a sum."""
    total = NOTHING
    for payment in client.payments.payments():
        if payment.amount is None:
            raise NotUnderstood(f"payment {payment.id} has no sum")
        total += payment.amount.amount
    return total


def compare(client: Client, believed: Iterable[Charge], paid_in: Decimal) -> list[Expectation]:
    """Compares every charge, every month, all payments and the balance.

    Raises NotUnderstood as `read_charges` and `sum_payments` do.
    """
    ours, theirs = sorted(believed), read_charges(client)
    our_months, their_months = sum_by_month(ours), sum_by_month(theirs)
    spent = sum((charge.amount for charge in theirs), NOTHING)
    return [
        *(
            Expectation.compare(
                f"charges of {month:%Y-%m}", their_months.get(month), our_months.get(month)
            )
            for month in sorted({*our_months, *their_months})
        ),
        Expectation.compare("charges one by one", _differences(theirs, ours), []),
        Expectation.compare("payments", sum_payments(client), paid_in),
        Expectation.compare("balance", client.account.balance().amount, paid_in - spent),
    ]


def _differences(theirs: list[Charge], ours: list[Charge]) -> list[Charge]:
    """Charges in one ledger and not in the other; the same charge twice counts twice."""
    left, extra = list(ours), []
    for charge in theirs:
        if charge in left:
            left.remove(charge)
        else:
            extra.append(charge)
    return extra + left
