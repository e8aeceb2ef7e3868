"""How values lie in a column.

Money is an integer of 1/10000: SQLAlchemy's Numeric passes through float on SQLite.
Instants are whole seconds since 1970, UTC: what is due is found by comparing integers.
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


class Money(TypeDecorator[Decimal]):
    """A Decimal amount with at most four decimals. More is a fault of ours, not rounded away."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        units = value.scaleb(SCALE)
        if units != units.to_integral_value():
            msg = f"{value} has more than {SCALE} decimals"
            raise ValueError(msg)
        return int(units)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-SCALE)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime of whole seconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Json(TypeDecorator[Any]):
    """Small structures that are only read and written whole."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401
        return None if value is None else json.loads(value)
