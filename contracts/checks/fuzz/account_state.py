"""Reads an account's money and services from the lists of a seller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from contracts.checks.fuzz.sending import RequestSender
from contracts.checks.fuzz.state_coverage import DELETED
from contracts.record.document import Node

CREDITED: Final = frozenset({"4", "5"})
"""States of payments whose money is on the balance (docs/evidence.md 37)."""
PAGE: Final = "500"
"""Rows of a page; one walk makes fewer."""


class AccountStateError(ValueError):
    """A list cannot be read; the text is one line."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """The balance, what was paid in, and of each service by its number: charges, and state.

    Charges that name no service are under the empty number.
    """

    balance: Decimal
    paid_in: Decimal
    charges: Mapping[str, Decimal]
    states: Mapping[str, int]

    @property
    def charged(self) -> Decimal:
        """What was charged altogether."""
        return sum(self.charges.values(), Decimal())

    @property
    def discrepancy(self) -> Decimal:
        """The balance less payments plus expenses; 0 where they agree."""
        return self.balance - (self.paid_in - self.charged)


def read_account_state(sender: RequestSender, products: Iterable[str]) -> AccountState:
    """Reads balance, payments, expenses and the lists of these product types.

    Raises AccountStateError where one of them cannot be read, and NoAnswer.
    """
    account = next(iter(_rows(sender, "subaccount")), None)
    if account is None:
        raise AccountStateError("subaccount: it has no row with the balance")
    paid = [
        _amount(row, "payment", "subaccountamount_iso")
        for row in _rows(sender, "payment")
        if row.text_of("status_orig") in CREDITED
    ]
    charges: dict[str, Decimal] = {}
    for row in _rows(sender, "expense"):
        number = row.text_of("main_item")
        charges[number] = charges.get(number, Decimal()) + _amount(row, "expense", "amount")
    states: dict[str, int] = {}
    for product in products:
        for row in _rows(sender, product):
            states[row.text_of("id")] = int(row.text_of("status") or DELETED)
    balance = _amount(account, "subaccount", "balance")
    return AccountState(balance, sum(paid, Decimal()), charges, states)


def _rows(sender: RequestSender, func: str) -> tuple[Node, ...]:
    answer = sender.call(func, {"p_cnt": PAGE, "filter": "off"})
    if answer.doc is None or answer.error is not None:
        raise AccountStateError(f"{func}: no list, but {answer.error or answer.unread}")
    total = answer.doc.text_of("p_elems")
    rows = answer.doc.all("elem")
    if total and int(total) > len(rows):
        raise AccountStateError(f"{func}: {total} rows, only {len(rows)} were answered")
    return rows


def _amount(row: Node, func: str, name: str) -> Decimal:
    text = row.text_of(name)
    try:
        return Decimal(text.partition(" ")[0])
    except InvalidOperation:
        raise AccountStateError(f"{func}: {name} is {text[:40]!r}, no amount") from None
