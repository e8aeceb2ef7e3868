"""Sums of money as sellers write them; the price of a call and the balance of an account."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from contracts.record.document import Node

Ask = Callable[[Mapping[str, str]], tuple[Node | None, str]]
"""Asks the seller for a document; None with the reason if there is none."""
_SUM: Final = re.compile(r"(?<![0-9.,'])(-?[0-9][0-9 \u00a0\u202f'\u2019.,]*)([A-Z]{3})\b")
_SEPARATOR: Final = re.compile(r"[.,]")
_PLAIN: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_PRICE_FIELDS: Final = ("orderinfo", "cost", "amount", "money_info", "total_sum")
"""Fields of a form that may name its price; the first one that does counts."""
_NOT_IN_FORM: Final = ("sok", "clicked_button", "skipbasket")
_CHANGE_TARIFF: Final = ("service.changepricelist", "service.changepricelist.getmoney")


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount; ``currency`` is an ISO code, or empty if none is known."""

    amount: Decimal
    currency: str = ""

    def __str__(self) -> str:
        """As people read it: ``12.50 EUR``."""
        return f"{self.amount:.2f} {self.currency}".strip()


def read_sum(text: str) -> Sum | None:
    """Reads ``30`` or ``30.5 EUR``; None for anything else."""
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
    """All sums with a currency in a text of the seller."""
    return [Sum(_read_amount(number), currency) for number, currency in _SUM.findall(text)]


def _read_amount(text: str) -> Decimal:
    """``1,234.56``, ``1.234,56`` or ``1 234,5``. An ambiguous text is read as the larger amount.

    A budget that took 1,000 for one would be spent a thousand times over.
    """
    number = re.sub(r"[\s'\u2019]", "", text).rstrip(".,")
    separators = _SEPARATOR.findall(number)
    whole, _, part = number.rpartition(separators[-1]) if separators else (number, "", "")
    is_grouped = len(part) == len("000") and _SEPARATOR.sub("", whole).lstrip("-0") != ""
    only_groups = (
        len(set(separators)) < len(separators) == separators.count(separators[-1])
        if separators
        else True
    )
    if only_groups or is_grouped:
        return Decimal(_SEPARATOR.sub("", number))
    return Decimal(f"{_SEPARATOR.sub('', whole)}.{part}")


def ask_price(ask: Ask, fields: Mapping[str, str]) -> Sum | None:
    """The price of a call, from the form it belongs to; None if the form names none.

    The form is asked for without ``sok``, which never costs anything. Of several sums the largest
    counts, to be safe. Source: docs/wire.md section 4.3 (observed).
    """
    form = {name: text for name, text in fields.items() if name not in _NOT_IN_FORM}
    if fields.get("func") in _CHANGE_TARIFF:
        form |= {"func": f"{_CHANGE_TARIFF[0]}.pricelist", "snext": "ok"}
    doc, _ = ask(form)
    if doc is None:
        return None
    for place in (doc, *doc.all("doc")):
        for name in _PRICE_FIELDS:
            node = place.first(name)
            price = _largest(node.text or "" if node is not None else "")
            if price is not None:
                return _multiply(price, fields.get("order_count", ""))
    return None


def _largest(text: str) -> Sum | None:
    sums = find_sums(text)
    if sums:
        return max(sums, key=lambda price: price.amount)
    plain = _PLAIN.fullmatch(text.strip())
    return Sum(Decimal(plain[0].replace(",", "."))) if plain else None


def _multiply(price: Sum, count: str) -> Sum:
    """The price of several services that are ordered at once."""
    return Sum(price.amount * max(1, int(count)), price.currency) if count.isdigit() else price


def ask_balance(ask: Ask, credentials: Mapping[str, str]) -> Sum | None:
    """The balance of an account with its first provider; None if the seller shows none."""
    doc, _ = ask({**credentials, "func": "subaccount"})
    row = doc.first("elem") if doc is not None else None
    if row is None:
        return None
    texts = {node.name: node.text or "" for node in row.children}
    balance = texts.get("balance", "")
    sums = find_sums(balance)
    if sums:
        return sums[0]
    plain = _PLAIN.search(balance)
    currency = texts.get("currency") or texts.get("currency_str") or ""
    return Sum(Decimal(plain[0].replace(",", ".")), currency) if plain else None
