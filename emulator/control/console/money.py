"""Money by month: what the seller was paid, and what resellers were charged."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from werkzeug.wrappers import Response

from emulator.control.api import accounts as api
from emulator.control.api.accounts import NoAccountError
from emulator.control.api.guard import Refusal
from emulator.control.console.chart import Chart, draw_bars
from emulator.control.console.frame import SAFE, ConsolePage, Route, Visit, load_environment
from emulator.domain.accounts import accounts
from emulator.domain.billing.payments import MONEY_IS_IN
from emulator.domain.money import ZERO, plain, rounded
from emulator.store import tables
from emulator.store.engine import Database, Statement

MONTHS_SHOWN = 24
MOST_ACCOUNTS = 200
E = tables.expense.c
P = tables.payment.c


def _by_month(rows: Select[Any]) -> Statement:
    return Statement(rows.group_by("month", "currency", "operation"))


def _month(moment: ColumnElement[Any]) -> ColumnElement[str]:
    return func.strftime("%Y-%m", moment, "unixepoch").label("month")


_CHARGED = select(
    _month(E.at), E.currency, E.operation, func.sum(E.amount, type_=E.amount.type)
).select_from(tables.expense)
_PAID = (
    select(
        _month(P.paid_at),
        P.currency,
        P.method.label("operation"),
        func.sum(P.amount, type_=P.amount.type),
    )
    .select_from(tables.payment)
    .where(or_(*(P.status == status for status in sorted(MONEY_IS_IN))))
)
_ALL_CHARGED = _by_month(_CHARGED)
_ALL_PAID = _by_month(_PAID)
_OWN_CHARGED = _by_month(_CHARGED.where(E.account_id == bindparam("owner")))
_OWN_PAID = _by_month(_PAID.where(P.account_id == bindparam("owner")))


@dataclass(slots=True)
class Month:
    """One month in one currency. ``charged`` is ``orders``, ``renewals`` and everything else."""

    month: str
    currency: str
    paid: Decimal = ZERO
    charged: Decimal = ZERO
    orders: Decimal = ZERO
    renewals: Decimal = ZERO


class ConsoleMoney(ConsolePage):
    """A table and a chart for one account or all, as a page, as csv and as svg."""

    title = "money.title"
    path = "/<world>/money"

    def routes(self) -> Sequence[Route]:
        """The page, and its content as files."""
        return (
            Route("/<world>/money", self._show),
            Route("/<world>/money/months.csv", self._csv),
            Route("/<world>/money/months.svg", self._svg),
        )

    def _show(self, visit: Visit) -> Response:
        months = self._months(visit)
        currencies = sorted({month.currency for month in months})
        shown = {
            currency: [month for month in months if month.currency == currency][-MONTHS_SHOWN:]
            for currency in currencies
        }
        with self._worlds.connect(visit.world).reading():
            listed = accounts.list_accounts(self._worlds.connect(visit.world))[:MOST_ACCOUNTS]
        return self._frame.render(
            visit,
            "money.html",
            currencies=shown,
            charts={currency: self._chart(visit, rows) for currency, rows in shown.items()},
            logins=[account.login for account in listed],
            login=visit.http.args.get("login", ""),
            names=self._names(visit),
            plain=plain,
            months_shown=MONTHS_SHOWN,
        )

    def _csv(self, visit: Visit) -> Response:
        """Every month, with a head of names."""
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(["month", "currency", "paid", "charged", "orders", "renewals"])
        for month in self._months(visit):
            amounts = (month.paid, month.charged, month.orders, month.renewals)
            writer.writerow([month.month, month.currency, *map(plain, amounts)])
        headers = {**SAFE, "Content-Disposition": 'attachment; filename="months.csv"'}
        return Response(written.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")

    def _svg(self, visit: Visit) -> Response:
        """The chart of one currency: ``?currency=EUR``."""
        currency = visit.http.args.get("currency", "")
        rows = [month for month in self._months(visit) if month.currency == currency]
        if not rows:
            raise Refusal(HTTPStatus.NOT_FOUND, f'there is no money in "{currency[:10]}"')
        picture = (
            load_environment()
            .get_template("chart.svg")
            .render(
                chart=self._chart(visit, rows[-MONTHS_SHOWN:]),
                names=self._names(visit),
                title=f"{visit.text('money.by_month')}, {currency}",
                key=currency,
            )
        )
        return Response(picture, headers=SAFE, content_type="image/svg+xml; charset=utf-8")

    def _months(self, visit: Visit) -> list[Month]:
        """The months of the account of the query, or of all. Raises Refusal."""
        login = visit.http.args.get("login", "")
        db = self._worlds.connect(visit.world)
        with db.reading():
            try:
                owner = api.find(db, login).id if login else None
            except NoAccountError as problem:
                raise Refusal(HTTPStatus.NOT_FOUND, str(problem)) from None
            return read_months(db, owner)

    def _names(self, visit: Visit) -> tuple[str, str]:
        return visit.text("money.paid"), visit.text("money.charged")

    def _chart(self, visit: Visit, rows: Sequence[Month]) -> Chart:
        groups = [(row.month, (rounded(row.paid), rounded(row.charged))) for row in rows]
        return draw_bars(groups, self._names(visit))


def read_months(db: Database, owner: int | None) -> list[Month]:
    """The months with any money of one account, or of all; oldest first, then by currency."""
    months: dict[tuple[str, str], Month] = {}
    values = {} if owner is None else {"owner": owner}
    for month, currency, _, amount in db.rows(_OWN_PAID if values else _ALL_PAID, **values):
        months.setdefault((month, currency), Month(month, currency)).paid += amount
    for month, currency, operation, amount in db.rows(
        _OWN_CHARGED if values else _ALL_CHARGED, **values
    ):
        row = months.setdefault((month, currency), Month(month, currency))
        row.charged += amount
        if operation == "open":
            row.orders += amount
        elif operation == "prolong":
            row.renewals += amount
    return [months[key] for key in sorted(months)]
