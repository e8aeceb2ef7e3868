"""Money in and money out. Source: docs/wire.md section 6, docs/trade.md section 11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.listing import every_row
from reseller_client.models import Expense, Payment
from reseller_client.values import read_date, read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reseller_client.call import Caller
    from reseller_client.document import Node


class Payments:
    """What was paid in and what was charged. Reached as `client.payments`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller

    def payments(self) -> Iterator[Payment]:
        """Iterate over the payments, page by page. Source: `payment` (documented, observed)."""
        for row in every_row(self._caller, "payment"):
            if (payment := _payment(row)) is not None:
                yield payment

    def expenses(self) -> Iterator[Expense]:
        """Iterate over the charges, newest first. Source: `expense` (documented, observed)."""
        for row in every_row(self._caller, "expense"):
            if (expense := _expense(row)) is not None:
                yield expense


def _payment(row: Node) -> Payment | None:
    """Read a payment under either of the two namings in use."""
    payment_id = read_int(row.value("id"))
    if payment_id is None:
        return None
    status = row.first("status")
    orig = "" if status is None else status.value("orig")
    sum_text = row.value("subaccountamount_iso", "paymethodamount_iso", "amount")
    return Payment(
        id=payment_id,
        number=row.value("number"),
        created_on=read_date(row.value("create_date", "createdate")),
        amount=read_money(sum_text, row.value("currency", "currency_str")),
        method=row.value("paymethod_name", "paymethodname"),
        status=read_int(orig or row.value("status_orig", "status")),
    )


def _expense(row: Node) -> Expense | None:
    """Read a charge."""
    expense_id = read_int(row.value("id"))
    if expense_id is None:
        return None
    currency = row.value("currency", "currency_str")
    return Expense(
        id=expense_id,
        happened_on=read_date(row.value("realdate", "cdate")),
        amount=read_money(row.value("amount"), currency),
        tax=read_money(row.value("taxamount"), currency),
        name=row.value("locale_name", "intname"),
        service_id=read_int(row.value("main_item", "item")),
    )
