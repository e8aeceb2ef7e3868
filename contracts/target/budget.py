"""What was spent of a budget, counted by the seller's own balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from contracts.target.sums import Sum


@dataclass(slots=True)
class Purse:
    """What was spent of the limit, by the seller's own balance where it tells one.

    ``open``: what was told to be charged and has not left the balance yet. It may still come.
    """

    spent: Decimal = Decimal(0)
    open: Decimal = Decimal(0)
    currency: str = ""
    remarks: list[str] = field(default_factory=list)

    def fits(self, price: Sum, limit: Sum) -> str:
        """Why a price may not be paid, or nothing."""
        if limit.currency and price.currency and limit.currency != price.currency:
            return f"it costs {price}, and the budget is in {limit.currency}"
        left = limit.amount - self.spent - self.open
        if price.amount > left:
            return f"it costs {price}, and of {limit} only {max(left, Decimal(0)):.2f} is left"
        return ""

    def pay(
        self, what: str, told: Sum, before: Sum | None, after: Sum | None, *, refused: bool
    ) -> None:
        """Counts a call that was sent. Without a balance to compare, its price counts."""
        known = before is not None and after is not None
        cost = before.amount - after.amount if before and after else told.amount
        if refused and not known:
            cost = Decimal(0)
        self.currency = self.currency or told.currency or (before.currency if before else "")
        self.spent += max(cost, Decimal(0))
        if not refused:
            self.open += max(told.amount - max(cost, Decimal(0)), Decimal(0))
        if known and cost > told.amount:
            self.remarks.append(f"{what} cost {cost:.2f}, and was told to cost {told}")
