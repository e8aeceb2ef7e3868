"""Money in and money out: top-ups, lists with filters, and the same lists as csv.

Source: docs/wire.md section 6, docs/trade.md section 11, docs/resale.md section 2.4.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urljoin

from reseller_client.account.models import Expense, Payment, PayMethod, StartedPayment
from reseller_client.transport.listing import PAGE, every_row
from reseller_client.transport.values import read_date, read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field, PaymentStatus

Ordinal = TypeVar("Ordinal", date, Decimal)

# A mere screen of the client area, such as the orders: where nothing is left to pay.
_SCREEN: Final = re.compile(r"(?:func=[A-Za-z0-9_.]+)?")


class Payments:
    """What was paid in and what was charged. Reached as `client.payments`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller

    def payments(
        self,
        *,
        status: PaymentStatus | None = None,
        since: date | None = None,
        until: date | None = None,
        least: Decimal | None = None,
        most: Decimal | None = None,
    ) -> Iterator[Payment]:
        """Iterate over the payments, page by page, by status, day and sum (both ends included).

        What a seller did not filter is left out here. Source: `payment` (documented, observed).
        """
        wish = _payment_filter(status, since, until, least, most)
        for row in every_row(self._caller, "payment", wish):
            payment = _payment(row)
            if payment is None or (status is not None and payment.status != status):
                continue
            amount = None if payment.amount is None else payment.amount.amount
            if _within(payment.created_on, since, until) and _within(amount, least, most):
                yield payment

    def expenses(
        self, *, since: date | None = None, until: date | None = None
    ) -> Iterator[Expense]:
        """Iterate over the charges, newest first, of these days (both ends included).

        Source: `expense` (documented, observed).
        """
        wish: dict[str, Field] = {"realdatestart": since, "realdateend": until}
        for row in every_row(self._caller, "expense", _inline(wish)):
            expense = _expense(row)
            if expense is not None and _within(expense.happened_on, since, until):
                yield expense

    def payments_by_csv(self) -> tuple[Payment, ...]:
        """Return all payments, read as csv. Source: `payment` with `out=csv` (observed)."""
        read = (_payment(row) for row in self._sheet("payment"))
        return tuple(payment for payment in read if payment is not None)

    def expenses_by_csv(self) -> tuple[Expense, ...]:
        """Return all charges, read as csv. Source: `expense` with `out=csv` (assumed)."""
        read = (_expense(row) for row in self._sheet("expense"))
        return tuple(expense for expense in read if expense is not None)

    def methods(
        self, *, order_id: int | None = None, payment_id: int | None = None
    ) -> tuple[PayMethod, ...]:
        """List the ways to pay an order, an unpaid payment, or into the balance.

        Source: `payment.add`, table `methodlist` (observed; its columns assumed).
        """
        fields: dict[str, Field] = {"billorder": order_id, "payment_id": payment_id}
        read = (
            _method(row) for row in self._caller.call("payment.add", fields).table("methodlist")
        )
        return tuple(method for method in read if method is not None)

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
        """Start a payment: of an `amount` into the balance (a top-up), or for an order.

        Returns its number and the page on which it is paid. Nothing is charged by this call, so it
        is not looked for after a lost answer: the list shows what was started. Raises BadValue for
        a sum the method does not take, Missed. Source: `payment.add.method` (observed).
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
        """Return what paying takes: the fields of its form. Source: `payment.add.pay`."""
        return self._caller.call("payment.add.pay", {"payment_id": payment_id}).form().fields()

    def page(self, payment_id: int) -> str:
        """Return the page on which a payment is paid; empty once it is. Raises Missed.

        Source: `payment.add.redirect` (observed).
        """
        fields: dict[str, Field] = {"payment_id": payment_id, "sok": "ok"}
        return self._page(self._caller.call("payment.add.redirect", fields))

    def delete(self, payment_id: int) -> None:
        """Take back a payment that was not paid.

        Raises DeletionForbidden for one that was, or is not ours, and Missed. Source:
        `payment.delete` (observed).
        """
        self._caller.call("payment.delete", {"elid": payment_id, "sok": "ok"})

    def _page(self, answer: Answer) -> str:
        """Read the address in `ok`: whole, a path, or a query of the seller's own address."""
        told = answer.value("ok").strip()
        if _SCREEN.fullmatch(told):
            return ""
        return urljoin(self._caller.url, told if told[:1] in "/?" or "://" in told else f"?{told}")

    def _sheet(self, func: str) -> Iterator[Node]:
        """Iterate over all rows as csv, which does not tell how many there are."""
        seen: set[str] = set()
        number = 1
        while True:
            page: Mapping[str, Field] = {"p_num": number, "p_cnt": PAGE}
            rows = self._caller.call_csv(func, page)
            fresh = [row for row in rows if row.value("id") not in seen]
            seen.update(row.value("id") for row in fresh)
            yield from fresh
            if not fresh or len(rows) < PAGE:
                return
            number += 1


def _payment_filter(
    status: PaymentStatus | None,
    since: date | None,
    until: date | None,
    least: Decimal | None,
    most: Decimal | None,
) -> dict[str, Field]:
    return _inline({
        "status": None if status is None else int(status),
        "createdatestart": since,
        "createdateend": until,
        "saamount_from": least,
        "saamount_to": most,
    })  # fmt: skip


def _inline(wish: dict[str, Field]) -> dict[str, Field]:
    """Send a filter with the call itself, or nothing at all."""
    given = {name: value for name, value in wish.items() if value is not None}
    return {"filter": "on", **given} if given else {}


def _within(value: Ordinal | None, least: Ordinal | None, most: Ordinal | None) -> bool:
    """Tell whether a value lies between two ends, either of which may be open."""
    if least is None and most is None:
        return True
    if value is None:
        return False
    return (least is None or least <= value) and (most is None or value <= most)


def _method(row: Node) -> PayMethod | None:
    """Read a way to pay; without a number it is none."""
    number = read_int(row.value("paymethod", "paymethod_id", "id"))
    if number is None:
        return None
    least = read_money(row.value("payment_minamount", "minamount", "minimum"))
    most = read_money(row.value("payment_maxamount", "maxamount", "maximum"))
    return PayMethod(
        id=number,
        name=row.value("name", "paymethod_name"),
        currency=row.value("currency_iso", "currency", "payment_currency"),
        minimum=None if least is None else least.amount,
        maximum=None if most is None else most.amount,
    )


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
