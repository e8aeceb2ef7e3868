"""Tariffs as JSON for a column, and back: the reseller's own, and the seller's as last read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from reseller_client.resellers.billmanager.models import OwnTariff
from reseller_client.services.catalogue_models import Tariff
from reseller_client.shop.prices import PriceRule, Rounding

_OWN: Final = ("prices", "addons", "templates")


def write_own(tariff: OwnTariff) -> str:
    """Return the JSON of the fields of an own tariff that have no column."""
    rule, fields = tariff.rule, asdict(tariff)
    written = {name: fields[name] for name in _OWN}
    return _write({**written, "rule": [rule.fixed, rule.markup, rule.rounding.written()]})


def read_own(number: int, itemtype: str, name: str, enabled: bool, inside: str) -> OwnTariff:  # noqa: FBT001 - a column
    """Return the own tariff of a row."""
    written = json.loads(inside)
    fixed, markup, rounding = written["rule"]
    price = None if fixed is None else Decimal(fixed)
    hints = _hints(OwnTariff)
    return OwnTariff(
        id=number,
        itemtype=itemtype,
        name=name,
        enabled=enabled,
        rule=PriceRule(price, Decimal(markup), Rounding.read(rounding)),
        **{field: _read(hints[field], written[field]) for field in _OWN},
    )


def write_seller(tariff: Tariff) -> str:
    """Return the JSON of a tariff of the seller."""
    return _write(asdict(replace(tariff, options=dict(tariff.options))))


def read_seller(text: str) -> Tariff:
    """Return the tariff of the seller that was written as JSON."""
    tariff: Tariff = _read(Tariff, json.loads(text))
    return tariff


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _write(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, default=str, ensure_ascii=False, sort_keys=True)


def _read(kind: Any, value: Any) -> Any:  # noqa: ANN401 - a type as annotated, a value of JSON
    """Return the value of an annotated type: a dataclass, or what the fields of one hold."""
    if isinstance(kind, UnionType):  # `Decimal | None`, the only unions here
        return None if value is None else _read(get_args(kind)[0], value)
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type] # a class, and hashable
        return kind(**{name: _read(hints[name], inner) for name, inner in value.items()})  # type: ignore[operator] # a class
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return tuple(_read(arguments[0], inner) for inner in value)
    if get_origin(kind) is Mapping:
        key, inside = arguments
        return {_read(key, name): _read(inside, inner) for name, inner in value.items()}
    return kind(value) if issubclass(kind, (Decimal, Enum, int)) else value
