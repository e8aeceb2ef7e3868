"""What was spent of a budget, counted by the seller's own balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from contracts.target.sums import Sum


@dataclass(slots=True)
class Budget:
    """What was spent, by the seller's balance where the seller shows one.

    ``pending``: prices of calls that were carried out, as far as the balance does not show the
    charge yet; the money stays reserved. ``remarks``: lines for the report.
    """

    spent: Decimal = Decimal(0)
    pending: Decimal = Decimal(0)
    currency: str = ""
    remarks: list[str] = field(default_factory=list)

    def check(self, price: Sum, limit: Sum) -> str:
        """Why a price may not be paid, or an empty text."""
        if limit.currency and price.currency and limit.currency != price.currency:
            return f"it costs {price}, and the budget is in {limit.currency}"
        left = limit.amount - self.spent - self.pending
        if price.amount > left:
            return f"it costs {price}, and of {limit} only {max(left, Decimal(0)):.2f} is left"
        return ""

    def charge(
        self, func: str, price: Sum, before: Sum | None, after: Sum | None, *, refused: bool
    ) -> None:
        """Counts a call that was sent, by the balance before and after it.

        Without both balances the price counts, unless the call was refused.
        """
        has_balance = before is not None and after is not None
        cost = before.amount - after.amount if before and after else price.amount
        if refused and not has_balance:
            cost = Decimal(0)
        self.currency = self.currency or price.currency or (before.currency if before else "")
        self.spent += max(cost, Decimal(0))
        if not refused:
            self.pending += max(price.amount - max(cost, Decimal(0)), Decimal(0))
        if has_balance and cost > price.amount:
            self.remarks.append(f"{func} cost {cost:.2f}, and its price was {price}")
