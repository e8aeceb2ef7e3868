"""What a client read, as texts that can be compared with what is on record."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal

from contracts.record.placeholders import Bindings
from reseller_client import Money


def to_comparable(value: object) -> object:
    """A value as a text, a list or a mapping of such; None is nothing, an enum is its name."""
    if isinstance(value, Mapping):
        return {str(key): to_comparable(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_comparable(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type | Money):
        return {field.name: to_comparable(_field(value, field.name)) for field in fields(value)}
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


def reading_differences(wanted: object, found: object, known: Bindings, path: str) -> list[str]:
    """Differences between what is on record and what was read; more than is listed may be there."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return [f"{path}: expected fields, read {found!r}"]
        told: list[str] = []
        for name, item in wanted.items():
            if name not in found:
                told.append(f"{path}.{name}: the client has no such field")
            else:
                told += reading_differences(item, found[name], known, f"{path}.{name}")
        return told
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return [f"{path}: expected {len(wanted)} of them, read {found!r}"]
        pairs = enumerate(zip(wanted, found, strict=True), start=1)
        return [
            line
            for number, (one, other) in pairs
            for line in reading_differences(one, other, known, f"{path}[{number}]")
        ]
    if not isinstance(found, str):
        return [f"{path}: expected {wanted!r}, read {found!r}"]
    fault = known.mismatch(str(wanted), found)
    return [f"{path}: {fault}"] if fault else []
