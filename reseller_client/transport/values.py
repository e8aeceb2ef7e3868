"""Reads the texts of the wire as money, dates, numbers and states, and writes parameters.

Everything on the wire is text. Sums may have a currency, a comma or hard spaces; a date may be a
phrase ("Daily charges"); a state may have its reason behind it. What cannot be read becomes None,
so that one odd field does not lose a whole row.

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

DAILY: Final = -50
"""The period of what is billed by the day."""

Field = str | int | bool | Decimal | date | IPv4Address | IPv6Address | None

# \s matches hard and narrow spaces too; the last group is a currency after the number.
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
    """A sum and its ISO currency, which is empty where the seller does not show it."""

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
    """Return the first sum of a text, or None; `currency` is used where the text has none.

    Of two kinds of separators the last one is the decimal one; a single comma or dot is decimal, a
    repeated one separates thousands.
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
    """Return the last sum that has a currency: a total comes after single prices and quantities.

    If no sum has one, it is the first sum; None for a text without a sum. Source: `orderinfo`
    (observed).
    """
    named = [
        money
        for match in _MONEY.finditer(text)
        if (match["after"] or match["before"]) and (money := read_money(match[0])) is not None
    ]
    return named[-1] if named else read_money(text)


def _plain_number(number: str) -> str | None:
    """Return a number with a decimal dot and no grouping; None where its separators are wrong."""
    last = max(number.rfind("."), number.rfind(","))
    mark = number[last] if last >= 0 and number.count(number[last]) == 1 else ""
    whole, _, fraction = number.partition(mark) if mark else (number, "", "")
    if _GROUPED.fullmatch(whole) is None:
        return None
    return ".".join(part for part in (re.sub("[.,]", "", whole), fraction) if part)


def read_date(text: str) -> date | None:
    """Return the date of `YYYY-MM-DD`, with or without a time after it; None for a phrase."""
    match = _DATE.match(text.strip())
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:  # some tables write "never" as 0000-00-00
        return None


def read_int(text: str) -> int | None:
    """Return a whole number, or None."""
    match = _WHOLE.fullmatch(text)
    return None if match is None else int(match[1])


def read_status(text: str) -> Status | None:
    """Return the state of `2`, `3_autosuspend` or `status_2`; None for a translated label."""
    match = re.match(r"\s*(?:item_|status_)*([0-5])(?![0-9])", text)
    return None if match is None else Status(int(match[1]))


def read_flag(text: str) -> bool:
    """Return a switch: True for `on`, `yes`, `1` and `true`."""
    return text.strip().lower() in {"on", "yes", "1", "true"}


def read_autoprolong(text: str) -> int | None:
    """Return the period of automatic renewal, -50 by the day; None for `null`, `0` and empty."""
    return read_int(text) or None


def write_autoprolong(months: int | None) -> str:
    """Return the months of automatic renewal as a parameter: `null` for None."""
    return "null" if months is None else str(months)


def write_ids(ids: Sequence[int] | int) -> str:
    """Return one id, or several, as a parameter: separated by comma and blank."""
    return str(ids) if isinstance(ids, int) else ", ".join(map(str, ids))


def write_fields(fields: Mapping[str, Field]) -> dict[str, str]:
    """Return parameters as texts; None is left out, an empty text is not."""
    return {name: _write(value) for name, value in fields.items() if value is not None}


def _write(value: Field) -> str:
    """Return one parameter as text."""
    if value is True:
        return "on"
    if value is False:
        return "off"
    return value.isoformat() if isinstance(value, date) else str(value)
