"""Column types: how values are stored.

Money is an integer of 1/10000: SQLAlchemy's Numeric passes through float on SQLite.
Instants are whole seconds since 1970, UTC, so that due events are found by comparing integers.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

SCALE = 4


class Stored(TypeDecorator[Any]):
    """A type with its own conversions, without SQLAlchemy's generic wrappers, which are slow."""

    impl: Any = Text
    cache_ok = True

    @staticmethod
    def store(value: Any) -> Any:  # noqa: ANN401 - what the column takes
        """A value as the driver gets it."""
        return value

    @staticmethod
    def load(value: Any) -> Any:  # noqa: ANN401 - what the column holds
        """A driver's value as ours."""
        return value

    def process_bind_param(self, value: object, dialect: Dialect) -> Any:  # noqa: ANN401 - as above
        """SQLAlchemy's way to the same."""
        return self.store(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Any:  # noqa: ANN401 - as above
        """SQLAlchemy's way to the same."""
        return self.load(value)


class Money(Stored):
    """A Decimal amount with at most four decimals. More is a bug, and is not rounded away."""

    impl = BigInteger

    @staticmethod
    def store(value: Decimal | None) -> int | None:
        """An integer of 1/10000. Raises ValueError for more than four decimals."""
        if value is None:
            return None
        units = value.scaleb(SCALE)
        if units != units.to_integral_value():
            msg = f"{value} has more than {SCALE} decimals"
            raise ValueError(msg)
        return int(units)

    @staticmethod
    def load(value: int | None) -> Decimal | None:
        """Exact."""
        return None if value is None else Decimal(value).scaleb(-SCALE)


class Instant(Stored):
    """An aware UTC datetime of whole seconds."""

    impl = BigInteger

    @staticmethod
    def store(value: datetime | None) -> int | None:
        """Seconds since 1970."""
        return None if value is None else int(value.timestamp())

    @staticmethod
    def load(value: int | None) -> datetime | None:
        """UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Json(Stored):
    """Small structures that are only read and written whole."""

    @staticmethod
    def store(value: object) -> str:
        """Compact, keys sorted."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @staticmethod
    def load(value: str | None) -> Any:  # noqa: ANN401 - any structure
        """Empty structures without parsing."""
        if value is None:
            return None
        if value == "{}":
            return {}
        return [] if value == "[]" else json.loads(value)
