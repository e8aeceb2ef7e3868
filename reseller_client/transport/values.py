"""Reads the texts of the wire as money, dates, numbers and states, and writes parameters.

Everything on the wire is text. Sums may carry a currency, a comma or hard spaces; a date may be a
phrase ("Daily charges"); a state may carry its reason. What cannot be read becomes None, so that
one odd field does not lose a whole license.

Source: docs/wire.md sections 7 and 8, docs/trade.md section 10 (observed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Field = str | int | bool | Decimal | date | IPv4Address | IPv6Address | None

# \s covers the hard and the narrow space; the last group is a unit or a sign beside the number.
_MONEY: Final = re.compile(
    r"(?P<before>[€$£₽]|[A-Z]{3}\b)?\s?(?P<sign>[-+−]?)\s?"
    r"(?P<number>[0-9](?:[0-9.,'\s]*[0-9])?)\s*(?P<after>[€$£₽]|[A-Z]{3}\b|руб)?"
)
_GROUPED: Final = re.compile(r"[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3})+")
_ISO: Final[Mapping[str, str]] = MappingProxyType(
    {"€": "EUR", "$": "USD", "£": "GBP", "₽": "RUB", "руб": "RUB"}
)
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WHOLE: Final = re.compile(r"\s*(-?[0-9]{1,18})(?:[.,]0*)?\s*")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum and its ISO currency; the currency is empty where the seller does not name it."""

    amount: Decimal
    currency: str = ""


class Status(IntEnum):
    """The state of a service. Source: docs/trade.md section 10 (documented, observed)."""

    UNKNOWN = 0
    ORDERED = 1
    ACTIVE = 2
    SUSPENDED = 3
    DELETED = 4
    PROCESSING = 5


class PaymentStatus(IntEnum):
    """The state of a payment. Source: docs/wire.md section 6 (documented)."""

    NEW = 1
    IN_PROGRESS = 2
    PROMISED = 3
    CREDITED = 4
    REFUND_PENDING = 5
    REFUNDED = 6
    FRAUD = 7
    INITIATED = 8
    CANCELLED = 9


def read_money(text: str, currency: str = "") -> Money | None:
    """Read the first sum in a text; `currency` is used where the text names none.

    Of two kinds of separator the last one is the decimal one; a lone comma or dot is decimal, a
    repeated one groups thousands.
    """
    match = _MONEY.search(text)
    if match is None:
        return None
    number = _plain_number(re.sub(r"[\s']", "", match["number"]))
    if number is None:
        return None
    sign = "-" if match["sign"] in {"-", "−"} else ""
    unit = match["after"] or match["before"] or currency
    return Money(Decimal(sign + number), _ISO.get(unit, unit))


def read_total(text: str) -> Money | None:
    """Read the last sum that names its currency: single prices and amounts stand before a total.

    Where none does, it is the first sum. Source: `orderinfo` (observed).
    """
    named = [
        found
        for match in _MONEY.finditer(text)
        if (match["after"] or match["before"]) and (found := read_money(match[0])) is not None
    ]
    return named[-1] if named else read_money(text)


def _plain_number(number: str) -> str | None:
    """Write a number with a dot and no grouping; None where its marks make no sense."""
    last = max(number.rfind("."), number.rfind(","))
    mark = number[last] if last >= 0 and number.count(number[last]) == 1 else ""
    whole, _, fraction = number.partition(mark) if mark else (number, "", "")
    if _GROUPED.fullmatch(whole) is None:
        return None
    return ".".join(part for part in (re.sub("[.,]", "", whole), fraction) if part)


def read_date(text: str) -> date | None:
    """Read `YYYY-MM-DD`, with or without a time after it; a phrase is None."""
    match = _DATE.match(text.strip())
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:  # 0000-00-00 is how some tables write "never"
        return None


def read_int(text: str) -> int | None:
    """Read a whole number; empty and anything else is None."""
    match = _WHOLE.fullmatch(text)
    return None if match is None else int(match[1])


def read_status(text: str) -> Status | None:
    """Read `2`, `3_autosuspend` or `status_2`; a translated label is None."""
    match = re.match(r"\s*(?:item_|status_)*([0-5])(?![0-9])", text)
    return None if match is None else Status(int(match[1]))


def read_flag(text: str) -> bool:
    """Read a switch: `on` (or `yes`, `1`) against `off` and empty."""
    return text.strip().lower() in {"on", "yes", "1", "true"}


def read_autoprolong(text: str) -> int | None:
    """Read months of automatic renewal; `null`, `0`, `off` and empty mean none."""
    return read_int(text) or None


def write_autoprolong(months: int | None) -> str:
    """Write months of automatic renewal; none is the literal word `null`."""
    return "null" if months is None else str(months)


def write_ids(ids: Sequence[int] | int) -> str:
    """Write one id, or several as the wire separates them: comma and blank."""
    return str(ids) if isinstance(ids, int) else ", ".join(str(one) for one in ids)


def write_fields(fields: Mapping[str, Field]) -> dict[str, str]:
    """Write parameters as text; None is left out, an empty text is sent."""
    return {name: _write(value) for name, value in fields.items() if value is not None}


def _write(value: Field) -> str:
    """Write one parameter as the wire expects it."""
    if value is True:
        return "on"
    if value is False:
        return "off"
    return value.isoformat() if isinstance(value, date) else str(value)
