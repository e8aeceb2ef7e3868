"""Tariffs as JSON for a column, and back: the reseller's own, and the seller's as last read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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
    readers = _field_readers(OwnTariff)
    return OwnTariff(
        id=number,
        itemtype=itemtype,
        name=name,
        enabled=enabled,
        rule=PriceRule(price, Decimal(markup), Rounding.read(rounding)),
        **{field: readers[field](written[field]) for field in _OWN},
    )


def write_seller(tariff: Tariff) -> str:
    """Return the JSON of a tariff of the seller."""
    return _write(asdict(replace(tariff, options=dict(tariff.options))))


def read_seller(text: str) -> Tariff:
    """Return the tariff of the seller that was written as JSON."""
    tariff: Tariff = _reader(Tariff)(json.loads(text))
    return tariff


def _write(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, default=str, ensure_ascii=False, sort_keys=True)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type as annotated
    """Return what reads a value of JSON as an annotated type: a dataclass, or a field of one."""
    if isinstance(kind, UnionType):  # `Decimal | None`, the only unions here
        inside = _reader(get_args(kind)[0])
        return lambda value: None if value is None else inside(value)
    if is_dataclass(kind):
        readers = _field_readers(kind)  # type: ignore[arg-type] # a class, and hashable
        return lambda value: kind(**{name: readers[name](inner) for name, inner in value.items()})  # type: ignore[operator] # a class
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        member = _reader(arguments[0])
        return lambda value: tuple(map(member, value))
    if get_origin(kind) is Mapping:
        key, item = map(_reader, arguments)
        return lambda value: {key(name): item(inner) for name, inner in value.items()}
    return kind if issubclass(kind, (Decimal, Enum, int)) else lambda value: value


@cache
def _field_readers(kind: Any) -> Mapping[str, Callable[[Any], Any]]:  # noqa: ANN401 - a class
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
