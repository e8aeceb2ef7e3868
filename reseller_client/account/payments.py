"""Payments and charges: top-ups, lists with filters, and lists as csv.

Source: docs/wire.md section 6, docs/trade.md section 11, docs/resale.md section 2.4.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urljoin

from reseller_client.account.models import Expense, Payment, PayMethod, StartedPayment
from reseller_client.transport.call import Area
from reseller_client.transport.listing import PAGE, every_row
from reseller_client.transport.reading import read_row, read_rows
from reseller_client.transport.values import read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field, PaymentStatus

Ordinal = TypeVar("Ordinal", date, Decimal)

FROM_BALANCE: Final = 0
"""The payment method that pays from the balance (documented)."""

# A page of the client area, such as the orders: nothing is left to pay.
_SCREEN: Final = re.compile(r"(?:func=[A-Za-z0-9_.]+)?")


class Payments(Area):
    """Payments and charges of the account. Reached as `client.payments`.

    Every method raises the seller's Refused, or TransportError where its answer is not known.
    """

    def payments(
        self,
        *,
        status: PaymentStatus | None = None,
        since: date | None = None,
        until: date | None = None,
        least: Decimal | None = None,
        most: Decimal | None = None,
    ) -> Iterator[Payment]:
        """Iterate over the payments, filtered by status, day and sum (both ends included).

        The filter is sent, and applied here again in case the seller ignores it. Source: `payment`
        (documented, observed).
        """
        conditions = _payment_filter(status, since, until, least, most)
        for row in every_row(self._caller, "payment", conditions):
            payment = read_row(Payment, row)
            if payment is None or (status is not None and payment.status != status):
                continue
            amount = None if payment.amount is None else payment.amount.amount
            if _within(payment.created_on, since, until) and _within(amount, least, most):
                yield payment

    def expenses(
        self, *, since: date | None = None, until: date | None = None
    ) -> Iterator[Expense]:
        """Iterate over the charges of these days (both ends included), newest first.

        Source: `expense` (documented, observed).
        """
        days: dict[str, Field] = {"realdatestart": since, "realdateend": until}
        for row in every_row(self._caller, "expense", _as_filter(days)):
            expense = read_row(Expense, row)
            if expense is not None and _within(expense.happened_on, since, until):
                yield expense

    def payments_by_csv(self) -> tuple[Payment, ...]:
        """Return all payments, read as csv. Source: `payment` with `out=csv` (observed)."""
        return read_rows(Payment, self._csv_rows("payment"))

    def expenses_by_csv(self) -> tuple[Expense, ...]:
        """Return all charges, read as csv. Source: `expense` with `out=csv` (assumed)."""
        return read_rows(Expense, self._csv_rows("expense"))

    def methods(
        self, *, order_id: int | None = None, payment_id: int | None = None
    ) -> tuple[PayMethod, ...]:
        """Return the payment methods of an order, of an unpaid payment, or of a top-up.

        The balance is one of them where it covers an order. Source: `payment.add`, table
        `methodlist` (observed).
        """
        fields: dict[str, Field] = {"billorder": order_id, "payment_id": payment_id}
        rows = (
            _method(row) for row in self._caller.call("payment.add", fields).table("methodlist")
        )
        return tuple(method for method in rows if method is not None)

    def start(
        self,
        method: int,
        *,
        amount: Decimal | None = None,
        currency: str | None = None,
        order_id: int | None = None,
        payment_id: int | None = None,
        profile_id: int | None = None,
    ) -> StartedPayment:
        """Start a payment: a top-up by `amount`, or of an order.

        Returns its number and the page on which to pay it. This call charges nothing, so there is
        no search after a lost answer; the list has what was started. Raises BadValue for a sum that
        the method does not accept, Missed. Source: `payment.add.method` (observed).
        """
        fields: dict[str, Field] = {
            "paymethod": method,
            "amount": amount,
            "payment_currency": currency,
            "billorder": order_id,
            "payment_id": payment_id,
            "profile": profile_id,
            "sok": "ok",
        }
        answer = self._caller.call("payment.add.method", fields)
        return StartedPayment(read_int(answer.value("payment_id", "id")), self._page(answer))

    def form(self, payment_id: int) -> Mapping[str, str]:
        """Return the fields of the form by which a payment is paid. Source: `payment.add.pay`."""
        return self._caller.call("payment.add.pay", {"payment_id": payment_id}).form().fields()

    def page(self, payment_id: int) -> str:
        """Return the page on which to pay a payment; empty once it is paid. Raises Missed.

        Source: `payment.add.redirect` (observed).
        """
        fields: dict[str, Field] = {"payment_id": payment_id, "sok": "ok"}
        return self._page(self._caller.call("payment.add.redirect", fields))

    def delete(self, payment_id: int) -> None:
        """Delete an unpaid payment.

        Raises DeletionForbidden for one that is paid or not ours, and Missed. Source:
        `payment.delete` (observed).
        """
        self._caller.call("payment.delete", {"elid": payment_id, "sok": "ok"})

    def _page(self, answer: Answer) -> str:
        """Return the address in `ok`: a URL, a path, or a query of the seller's address."""
        target = answer.value("ok").strip()
        if _SCREEN.fullmatch(target):
            return ""
        whole = target[:1] in "/?" or "://" in target
        return urljoin(self._caller.url, target if whole else f"?{target}")

    def _csv_rows(self, func: str) -> Iterator[Node]:
        """Iterate over all rows as csv, which does not show how many there are."""
        seen: set[str] = set()
        number = 1
        while True:
            page: Mapping[str, Field] = {"filter": "off", "p_num": number, "p_cnt": PAGE}
            rows = self._caller.call_csv(func, page)
            new = [row for row in rows if row.value("id") not in seen]
            seen.update(row.value("id") for row in new)
            yield from new
            if not new or len(rows) < PAGE:
                return
            number += 1


def _payment_filter(
    status: PaymentStatus | None,
    since: date | None,
    until: date | None,
    least: Decimal | None,
    most: Decimal | None,
) -> dict[str, Field]:
    return _as_filter({
        "status": None if status is None else int(status),
        "createdatestart": since,
        "createdateend": until,
        "saamount_from": least,
        "saamount_to": most,
    })  # fmt: skip


def _as_filter(conditions: dict[str, Field]) -> dict[str, Field]:
    """Return the fields of a filter; none without conditions."""
    fields = {name: value for name, value in conditions.items() if value is not None}
    return {"filter": "on", **fields} if fields else {}


def _within(value: Ordinal | None, least: Ordinal | None, most: Ordinal | None) -> bool:
    """Tell whether a value is between two ends, either of which may be open."""
    if least is None and most is None:
        return True
    if value is None:
        return False
    return (least is None or least <= value) and (most is None or value <= most)


def _method(row: Node) -> PayMethod | None:
    """Return a payment method, None for a row without a number."""
    number = read_int(row.value("paymethod", "paymethod_id", "id"))
    if number is None:
        return None
    least = read_money(row.value("payment_minamount", "minamount", "minimum"))
    most = read_money(row.value("payment_maxamount", "maxamount", "maximum"))
    return PayMethod(
        id=number,
        name=row.value("name", "paymethod_name"),
        currency=row.value("paymethod_currency_iso", "currency_iso", "currency"),
        minimum=None if least is None else least.amount,
        maximum=None if most is None else most.amount,
        description=row.value("desc"),
        from_balance=number == FROM_BALANCE,
    )
