"""What an account sees of its money and its services, read from the lists of a seller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from contracts.checks.fuzz.sending import RequestSender
from contracts.checks.fuzz.state_coverage import DELETED
from contracts.record.document import Node

CREDITED: Final = frozenset({"4", "5"})
"""Payments whose money is on the balance (docs/evidence.md 37)."""
MANY: Final = "500"
"""Rows asked for at once; a life fits into one page."""


class AccountStateError(ValueError):
    """A list cannot be read as it should: one line for people."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """One look: the balance, what was paid in, what was charged, and the state of each service."""

    balance: Decimal
    paid_in: Decimal
    charged: Decimal
    states: Mapping[str, int]

    @property
    def difference(self) -> Decimal:
        """What the balance has beside payments less expenses; nothing, if the books are right."""
        return self.balance - (self.paid_in - self.charged)


def look(sender: RequestSender, products: Iterable[str]) -> AccountState:
    """Reads balance, payments, expenses and the lists of these product types."""
    account = next(iter(_rows(sender, "subaccount")), None)
    if account is None:
        raise AccountStateError("subaccount: no row tells the balance")
    paid = [
        _money(row, "payment", "subaccountamount_iso")
        for row in _rows(sender, "payment")
        if _text(row, "status_orig") in CREDITED
    ]
    charged = [_money(row, "expense", "amount") for row in _rows(sender, "expense")]
    states: dict[str, int] = {}
    for product in products:
        for row in _rows(sender, product):
            states[_text(row, "id")] = int(_text(row, "status") or DELETED)
    balance = _money(account, "subaccount", "balance")
    return AccountState(balance, sum(paid, Decimal()), sum(charged, Decimal()), states)


def _rows(sender: RequestSender, func: str) -> tuple[Node, ...]:
    answer = sender.ask(func, {"p_cnt": MANY})
    if answer.doc is None or answer.error is not None:
        raise AccountStateError(f"{func}: no list, but {answer.error or answer.fault}")
    total = answer.doc.first("p_elems")
    rows = answer.doc.all("elem")
    if total is not None and total.text and int(total.text) > len(rows):
        raise AccountStateError(f"{func}: {total.text} rows, only {len(rows)} were told")
    return rows


def _text(row: Node, name: str) -> str:
    node = row.first(name)
    return (node.text or "") if node is not None else ""


def _money(row: Node, func: str, name: str) -> Decimal:
    said = _text(row, name)
    try:
        return Decimal(said.partition(" ")[0])
    except InvalidOperation:
        raise AccountStateError(f"{func}: {name} is {said[:40]!r}, no amount") from None
