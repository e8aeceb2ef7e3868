"""Sums as a seller writes them, and what a call would cost, asked before it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from contracts.record.document import Node

Ask = Callable[[Mapping[str, str]], tuple[Node | None, str]]
"""Asks the seller for a document in passing; None with a reason where there is none."""
_SUM: Final = re.compile(r"(?<![0-9.,'])(-?[0-9][0-9 \u00a0\u202f'\u2019.,]*)([A-Z]{3})\b")
_MARK: Final = re.compile(r"[.,]")
_PLAIN: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_TELLING: Final = ("orderinfo", "cost", "amount", "money_info", "total_sum")
"""Fields of a form that tell a price, in the order in which they are believed."""
_NOT_ASKED: Final = ("sok", "clicked_button", "skipbasket")
_CHANGE: Final = ("service.changepricelist", "service.changepricelist.getmoney")


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount; ``currency`` is an ISO code, or nothing where none is told."""

    amount: Decimal
    currency: str = ""

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.amount:.2f} {self.currency}".strip()


def read_sum(text: str) -> Sum | None:
    """``30``, ``30.5 EUR``; None for what is neither."""
    words = text.replace(",", ".").split()
    if not words or len(words) > 2:  # noqa: PLR2004 - a number and its currency
        return None
    currency = words[1].upper() if words[1:] else ""
    try:
        amount = Decimal(words[0])
    except InvalidOperation:
        return None
    if not amount.is_finite() or (currency and not re.fullmatch("[A-Z]{3}", currency)):
        return None
    return Sum(amount, currency)


def find_sums(text: str) -> list[Sum]:
    """Every sum with a currency in a text of the seller's."""
    return [Sum(_amount(number), currency) for number, currency in _SUM.findall(text)]


def _amount(written: str) -> Decimal:
    """``1,234.56``, ``1.234,56``, ``1 234,5``. Where it could be two sums, the larger one.

    A budget that takes 1,000 for one would be spent a thousand times.
    """
    number = re.sub(r"[\s'\u2019]", "", written).rstrip(".,")
    marks = _MARK.findall(number)
    whole, _, part = number.rpartition(marks[-1]) if marks else (number, "", "")
    grouped = len(part) == len("000") and _MARK.sub("", whole).lstrip("-0") != ""
    if not marks or len(set(marks)) < len(marks) == marks.count(marks[-1]) or grouped:
        return Decimal(_MARK.sub("", number))
    return Decimal(f"{_MARK.sub('', whole)}.{part}")


def ask_price(ask: Ask, fields: Mapping[str, str]) -> Sum | None:
    """What a call would cost, by the form it belongs to; None where the seller does not tell.

    The form is shown without ``sok``, which never costs anything. Of several sums the largest
    counts: a budget rather keeps money than spends it. Source: docs/wire.md section 4.3 (observed).
    """
    asked = {name: text for name, text in fields.items() if name not in _NOT_ASKED}
    if fields.get("func") in _CHANGE:
        asked |= {"func": f"{_CHANGE[0]}.pricelist", "snext": "ok"}
    doc, _ = ask(asked)
    if doc is None:
        return None
    for place in (doc, *doc.all("doc")):
        for name in _TELLING:
            node = place.first(name)
            found = _told(node.text or "" if node is not None else "")
            if found is not None:
                return _times(found, fields.get("order_count", ""))
    return None


def _told(text: str) -> Sum | None:
    found = find_sums(text)
    if found:
        return max(found, key=lambda one: one.amount)
    plain = _PLAIN.fullmatch(text.strip())
    return Sum(Decimal(plain[0].replace(",", "."))) if plain else None


def _times(price: Sum, count: str) -> Sum:
    """Several ordered at once cost so many times what one does."""
    return Sum(price.amount * max(1, int(count)), price.currency) if count.isdigit() else price


def ask_balance(ask: Ask, who: Mapping[str, str]) -> Sum | None:
    """The money of an account with its first provider; None where the seller does not tell."""
    doc, _ = ask({**who, "func": "subaccount"})
    row = doc.first("elem") if doc is not None else None
    if row is None:
        return None
    texts = {node.name: node.text or "" for node in row.children}
    told = texts.get("balance", "")
    found = find_sums(told)
    if found:
        return found[0]
    plain = _PLAIN.search(told)
    currency = texts.get("currency") or texts.get("currency_str") or ""
    return Sum(Decimal(plain[0].replace(",", ".")), currency) if plain else None
