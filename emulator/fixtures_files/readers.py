"""How single values of fixture files are read, and what their mappings have in common.

Unknown keys are refused and nothing is converted silently: a number where text belongs is a
fault, because YAML has already changed it by then (``010``, ``1.10``, ``no``). A fault is a
marshmallow ``ValidationError`` whose messages are nested as the file is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network
from typing import Any, ClassVar, cast

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from emulator.fixtures_files import shapes

AMOUNT = re.compile(r"\d{1,12}(\.\d{1,4})?\Z", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
URL = re.compile(r"https?://[^\s/]+\S*\Z", re.ASCII)
SECRET = re.compile(r"(?:[A-Z2-7]{8}){3,16}\Z", re.ASCII)
"""Shorter ones are refused by the library that makes the codes."""
OFFSET = re.compile(r"([+-]?\d{1,3}(?:\d(?! year))?) (day|month|year)s?\Z", re.ASCII)
"""At most 9999 days, 9999 months, 999 years: what the calendar bears in both directions."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)

Reader = Callable[[object], object]
"""Takes what YAML made of a value, gives what the seller uses, or raises ValueError in words."""


class Unreadable(ValueError):
    """A value is not what its key asks for; the text follows the place of the value."""


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def text(value: object) -> str:
    """Text, possibly empty."""
    if not isinstance(value, str):
        raise Unreadable(f"{_shown(value)} is not text; write it in quotes")
    return value


def word(value: object) -> str:
    """Text with something in it."""
    if not text(value).strip():
        raise Unreadable("is empty")
    return text(value)


def flag(value: object) -> bool:
    """A YAML boolean."""
    if not isinstance(value, bool):
        raise Unreadable(f"{_shown(value)} is neither true nor false")
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    """A whole number between ``low`` and ``high``, both allowed."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreadable(f"{_shown(value)} is not a whole number")
        if not low <= value <= high:
            raise Unreadable(f"{value} is not between {low} and {high}")
        return value

    return read


def one_of(*allowed: str) -> Reader:
    """One of a few words."""

    def read(value: object) -> object:
        if value not in allowed:
            raise Unreadable(f"{_shown(value)} is not one of {', '.join(filter(None, allowed))}")
        return value

    return read


def matching(pattern: re.Pattern[str], kind: str) -> Reader:
    """Text of a certain form."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.match(value):
            raise Unreadable(f"{_shown(value)} is not {kind}")
        return value

    return read


def amount(value: object) -> Decimal:
    """Money: quoted text, at most four places, never negative."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Unreadable(f"{value} is a bare number; write an amount in quotes")
    if not isinstance(value, str) or not AMOUNT.match(value):
        raise Unreadable(f"{_shown(value)} is not an amount")
    return Decimal(value)


def day(value: object) -> date:
    """A calendar day, quoted."""
    if not isinstance(value, str) or not DAY.match(value):
        raise Unreadable(f'{_shown(value)} is not a day; write it in quotes, as "2021-06-15"')
    return date.fromisoformat(value)


def offset(value: object) -> shapes.Offset:
    """A span from the moment of creation, such as ``-20 days``."""
    found = OFFSET.match(value) if isinstance(value, str) else None
    if found is None:
        raise Unreadable(f"{_shown(value)} is not a span such as -20 days or +1 month")
    return shapes.Offset(int(found[1]), cast("Any", found[2]))


def address(value: object) -> IPv4Address:
    """One IPv4 address."""
    return IPv4Address(text(value))


def network(value: object) -> IPv4Network | IPv6Network:
    """One address or a network in CIDR form."""
    return ip_network(text(value))


def period(value: object) -> int:
    """Months, 0 for a lifetime, -100 for a trial."""
    if isinstance(value, int) and value == shapes.TRIAL:
        return value
    return MONTHS(value)


def mapping(key: Reader, item: Reader) -> Reader:
    """A mapping that is not empty, keys and values read by functions of their own."""

    def read(value: object) -> dict[object, object]:
        if not isinstance(value, dict) or not value:
            raise Unreadable("is not a mapping with something in it")
        made, faults = {}, {}
        for name, inside in value.items():
            try:
                made[key(name)] = item(inside)
            except ValidationError as fault:
                faults[name] = fault.messages
            except ValueError as fault:
                faults[name] = [str(fault)]
        if faults:
            raise ValidationError(faults)
        return made

    return read


MONTHS = whole(0, 36)
currency = matching(CURRENCY, "a currency such as EUR")


def prices(value: object) -> shapes.Prices:
    """Amounts by currency and period."""
    return cast("shapes.Prices", mapping(currency, mapping(period, amount))(value))


class Read(fields.Field[Any]):
    """A field read by a plain function that raises ValueError in words."""

    def __init__(self, reader: Reader, *, required: bool) -> None:
        super().__init__(
            required=required,
            allow_none=not required,
            error_messages={"required": "missing", "null": "may not be null"},
        )
        self.reader = reader

    def _deserialize(self, value: object, *_: object, **__: object) -> object:
        try:
            return self.reader(value)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None


def need(reader: Reader) -> Read:
    """A key that must be there."""
    return Read(reader, required=True)


def may(reader: Reader) -> Read:
    """A key that may be absent or null."""
    return Read(reader, required=False)


def many(inner: fields.Field[Any]) -> fields.List[Any]:
    """A list."""
    return fields.List(
        inner, error_messages={"invalid": "is not a list", "null": "may not be null"}
    )


class Shape(Schema):
    """A mapping that becomes a frozen dataclass; absent keys and nulls take its defaults."""

    class Meta:
        unknown = RAISE

    error_messages: dict[str, str] = {  # noqa: RUF012 - declared so by marshmallow
        "unknown": "unknown key",
        "type": "is not a mapping",
    }
    makes: ClassVar[Callable[..., object]]

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """The dataclass, lists as tuples."""
        given = {name: value for name, value in data.items() if value is not None}
        return self.makes(
            **{name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
        )


def inside(shape: type[Shape], *, required: bool = False) -> fields.Nested:
    """A mapping within the mapping."""
    said = {"required": "missing", "null": "may not be null"}
    return fields.Nested(shape, required=required, error_messages={**said})
