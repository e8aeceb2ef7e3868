"""Values that a client read, as texts that can be compared with those on record."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal

from contracts.record.placeholders import Bindings
from reseller_client import Money


def to_comparable(value: object) -> object:
    """A value as a text, or as a list or mapping of texts.

    None becomes an empty text, an enum member its lower-case name, a dataclass a mapping of its
    fields and properties.
    """
    if isinstance(value, Mapping):
        return {str(key): to_comparable(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_comparable(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type | Money):
        names = [field.name for field in fields(value)]
        # A property is a second name of a field, such as `license_id` of an order.
        names += [name for name, item in vars(type(value)).items() if isinstance(item, property)]
        return {name: to_comparable(_field(value, name)) for name in names}
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}".strip()
    if isinstance(value, enum.Enum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _field(value: object, name: str) -> object:
    return object.__getattribute__(value, name)


def compare_reading(expected: object, actual: object, bindings: Bindings, path: str) -> list[str]:
    """Differences between the values on record and those read, one line each.

    Fields that the record does not list are ignored; lists must have the same length. A value that
    matches binds the labels of its placeholders.
    """
    if isinstance(expected, Mapping):
        if not isinstance(actual, Mapping):
            return [f"{path}: expected fields, read {actual!r}"]
        lines: list[str] = []
        for name, item in expected.items():
            if name not in actual:
                lines.append(f"{path}.{name}: the client has no such field")
            else:
                lines += compare_reading(item, actual[name], bindings, f"{path}.{name}")
        return lines
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return [f"{path}: expected {len(expected)} of them, read {actual!r}"]
        pairs = enumerate(zip(expected, actual, strict=True), start=1)
        return [
            line
            for number, (item, read) in pairs
            for line in compare_reading(item, read, bindings, f"{path}[{number}]")
        ]
    if not isinstance(actual, str):
        return [f"{path}: expected {expected!r}, read {actual!r}"]
    mismatch = bindings.mismatch(str(expected), actual)
    return [f"{path}: {mismatch}"] if mismatch else []
