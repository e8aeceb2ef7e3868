"""Fields of schemas: how a parameter is read, and how a value is written.

Each class does both: ``deserialize`` turns a text into a value or refuses it, ``serialize`` turns a
value into a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from ipaddress import AddressValueError, IPv4Address, ip_address
from typing import Any, ClassVar

from marshmallow import ValidationError, fields

from emulator.api.values import Leaf
from emulator.domain.catalogue.catalogue import DAY
from emulator.domain.money import currency_code, currency_id, exact, plain
from emulator.domain.world import Generation

BIGGEST = 2**63 - 1
NUMBER = re.compile(r"[+-]?[0-9]{1,18}\Z")
"""ASCII digits only; Python's int() would take other scripts' digits and 4,300 of them."""


class WireField(fields.Field[Any]):
    """Base of all fields.

    ``about`` says in one sentence what the value means; the reference shows it. ``needed``: a
    submit without it is refused, a read is not. ``generation``: the only one whose answers have the
    field (rule ``generation`` of the world), None for both.
    """

    keeps_empty = False
    """Whether an empty text is a value (a cleared name) or counts as absent."""
    type_name = ""
    """The type in OpenAPI and the list of functions; empty: the name of the class in lower case."""

    def __init__(
        self,
        about: str = "",
        *,
        needed: bool = False,
        required: bool = False,
        evidence: str = "",
        generation: Generation | None = None,
        **options: Any,
    ) -> None:
        super().__init__(required=required, allow_none=False, **options)
        self.generation = generation
        self.about = about
        self.needed = needed or required
        self.evidence = evidence

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return "" if value is None else written(value)


def written(value: object) -> str | Leaf:
    """Any value as a text of the wire."""
    if isinstance(value, str | Leaf):
        return value
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


class Text(WireField):
    """Free text of at most ``longest`` characters; empty is a value."""

    keeps_empty = True

    def __init__(self, about: str = "", *, longest: int = 255, **options: Any) -> None:
        super().__init__(about, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if len(value) > self.longest:
            raise ValidationError("long")
        return str(value)


class Email(Text):
    """An e-mail address: no ``^``, no leading dot, no two dots in a row (docs/evidence.md 133).

    No colon either, which would end a login in authinfo. ``clears``: empty is a value.
    """

    SHAPE = re.compile(r"[^@\s:]+@[^@\s:]+\.[^@\s:.]+\Z")
    REFUSED = re.compile(r"\^|\.\.|\A\.")
    type_name = "email"

    def __init__(self, about: str = "", *, clears: bool = False, **options: Any) -> None:
        super().__init__(about, **options)
        self.keeps_empty = clears

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value).strip()
        if not text and self.keeps_empty:
            return ""
        shaped = self.SHAPE.match(text) is not None and self.REFUSED.search(text) is None
        if not shaped or len(text) > self.longest:
            raise ValidationError("email")
        return text


class Phone(Text):
    """A telephone number: digits with what is written between them, and an extension (assumed).

    Empty is a value.
    """

    SHAPE = re.compile(r"\+?\(?[0-9][0-9 ().,/-]*( ?(x|ext\.?|доб\.?) ?[0-9]+)?\Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if text and self.SHAPE.match(text) is None:
            raise ValidationError("phone")
        return text


class Whole(WireField):
    """A whole number. A trailing ``;``, as in printed examples, is removed (docs/evidence.md 8)."""

    def __init__(
        self, about: str = "", *, least: int = -BIGGEST, most: int = BIGGEST, **options: Any
    ) -> None:
        super().__init__(about, **options)
        self.least = least
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = value.strip().rstrip(";").rstrip()
        if NUMBER.match(text) is None:
            raise ValidationError("number")
        number = int(text)
        if not self.least <= number <= self.most:
            raise ValidationError("range")
        return number


class Id(WireField):
    """The number of an object. A malformed one is refused like one that does not exist."""

    def __init__(self, about: str = "", *, entity: str = "item", **options: Any) -> None:
        super().__init__(about, **options)
        self.entity = entity

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = value.strip().rstrip(";").rstrip()
        if NUMBER.match(text) is None:
            raise ValidationError("missed")
        return int(text)


class Ids(Id):
    """Several numbers, joined by commas, with or without blanks: ``1, 2`` (documented).

    One that is named twice counts once.
    """

    MOST = 1000

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        parts = [part for part in value.split(",") if part.strip()]
        if not parts or len(parts) > self.MOST:
            raise ValidationError("missed")
        read_element = super()._deserialize
        numbers = [read_element(part, attr, data, **kwargs) for part in parts]
        return list(dict.fromkeys(numbers))


class Months(WireField):
    """``autoprolong``: months, -50 by the day, or ``null`` (0, off, none) for no prolongation."""

    MOST = 1200
    """A hundred years: longer terms would end outside the calendar."""
    ASSUMED: ClassVar[frozenset[str]] = frozenset({"0", "off", "none", "-"})
    """Words for none beside ``null``, refused with the rule ``autoprolong_off: null``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        text = value.strip().rstrip(";").strip().lower()
        if text == "null" or text in Months.ASSUMED:
            return None
        if NUMBER.match(text) is None or not (0 < int(text) <= self.MOST or int(text) == DAY):
            raise ValidationError("number")
        return int(text)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return "null" if value is None else str(value)


class Clearable(WireField):
    """A field of which an empty text may be a value: ``clears``; else it counts as absent."""

    def __init__(self, about: str = "", *, clears: bool = False, **options: Any) -> None:
        super().__init__(about, **options)
        self.keeps_empty = clears

    def _is_cleared(self, value: str) -> bool:
        return self.keeps_empty and not value.strip()


class Address(WireField):
    """An IPv4 address, in the usual dotted form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return str(IPv4Address(value.strip()))
        except AddressValueError:
            raise ValidationError("address") from None


class Domain(Clearable):
    """The name of a host or a domain; letters of other scripts are taken too, a last dot is not."""

    SHAPE = re.compile(r"(?!-)[^\W_](?:[\w-]{0,62})(?:\.[\w-]{1,63})*\Z")
    LONGEST = 253

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if self._is_cleared(value):
            return ""
        name = value.strip().lower().removesuffix(".")
        if len(name) > self.LONGEST or self.SHAPE.match(name) is None:
            raise ValidationError("domain")
        return str(name)


class AnyAddress(Clearable):
    """An IPv4 or IPv6 address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if self._is_cleared(value):
            return ""
        try:
            return str(ip_address(value.strip()))
        except ValueError:
            raise ValidationError("address") from None


class Flag(WireField):
    """``on`` or ``off``."""

    ON = frozenset({"on", "yes", "1", "true", "ok"})
    OFF = frozenset({"off", "no", "0", "false"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        text = value.strip().lower()
        if text in self.ON:
            return True
        if text in self.OFF:
            return False
        raise ValidationError("flag")

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return "on" if value else "off"


class OneOf(WireField):
    """One of a few words."""

    def __init__(self, about: str, *words: str, **options: Any) -> None:
        super().__init__(about, **options)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value not in self.words:
            raise ValidationError("choice")
        return str(value)


class Day(WireField):
    """A date, ``YYYY-MM-DD``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValidationError("date") from None


class Amount(WireField):
    """Money: a plain number with a dot (docs/evidence.md 23)."""

    SHAPE = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,4})?\Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if self.SHAPE.match(value.strip()) is None:
            raise ValidationError("amount")
        return Decimal(value.strip())

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return "" if value is None else plain(value)


class FineAmount(Amount):
    """Money as a bare number with the four decimals of a price list: ``10.8000``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return "" if value is None else exact(value)


class Sum(WireField):
    """Money as a text with its currency, ``12.34 EUR``; `Amount` is a bare number.

    Where a row has the bare number beside it, as attribute ``orig``, the value is what
    ``form_parts.sum_with_currency`` makes.
    """


class PeriodPrice(Sum):
    """Money with its currency and the period it is for: ``1.80 EUR / Month``."""


class Currency(WireField):
    """A currency: its number or its ISO code is taken, the number is written (evidence 109)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = currency_code(value)
        if code is None:
            raise ValidationError("choice")
        return code

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return str(currency_id(value)) if value else ""


class Numbered(WireField):
    """Open names with a number in them: ``addon_55236=2`` arrives as ``{55236: 2}``.

    The schema collects them (see emulator.api.schema); this field reads the amounts. ``on`` and
    ``off`` become 1 and 0.
    """

    SWITCHED: ClassVar[Mapping[str, str]] = {"on": "1", "off": "0"}

    def __init__(self, about: str = "", *, prefix: str, **options: Any) -> None:
        super().__init__(about, **options)
        self.prefix = prefix

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> dict[int, int]:
        read: dict[int, int] = {}
        for number, text in value.items():
            stripped = text.strip().rstrip(";").rstrip()
            stripped = self.SWITCHED.get(stripped.lower(), stripped)
            if NUMBER.match(stripped) is None:
                raise ValidationError({f"{self.prefix}{number}": ["number"]})
            read[number] = int(stripped)
        return read


class Structure(WireField):
    """An element with children, in an answer: a ``Part``."""

    type_name = "element"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class Structures(Structure):
    """An element with children that may be there several times, in a row of a table."""

    type_name = "elements"


class TariffAndDatacenter(WireField):
    """``keyvalue``: the numbers of a tariff and of a datacenter, ``6_4`` (one client)."""

    SHAPE = re.compile(r"([0-9]{1,9})_([0-9]{1,9})\Z")
    type_name = "text"

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[int, int]:
        match = self.SHAPE.match(value.strip())
        if match is None:
            raise ValidationError("keyvalue")
        return int(match[1]), int(match[2])


class Rest(WireField):
    """All parameters by name; for a filter, whose fields are the columns of its listing.

    It describes them and is never read: the handler takes what was sent.
    """
