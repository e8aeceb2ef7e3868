"""How the fields of rows and forms are read: one declaration for each field of a dataclass.

A field of a row or form is declared by a function of this module, which says under which names and
in which shapes sellers send it. `read_row` and `read_form` read whole dataclasses by that. What
cannot be read is None or empty, so that one odd field does not lose a whole row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reseller_client.errors import NotUnderstood
from reseller_client.transport.values import (
    Status,
    read_autoprolong,
    read_date,
    read_flag,
    read_int,
    read_money,
    read_status,
)

if TYPE_CHECKING:
    from datetime import date

    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Money

Read = TypeVar("Read")
_ADDON: Final = re.compile(r"addon_([0-9]+)")
_READER: Final = "read"


def _reader(read: Callable[[Node], object]) -> Mapping[str, Any]:
    return {_READER: read}


def text(*names: str, strip: bool = False, secret: bool = False) -> str:
    """Declare a text under the first of these names that has one; `secret` keeps it out of repr."""
    read = _reader(lambda node: node.value(*names).strip() if strip else node.value(*names))
    return field(default="", repr=not secret, metadata=read)


def listed_text(name: str) -> str | None:
    """Declare a text that is None where the seller's list does not have the column at all."""
    read = _reader(lambda node: node.value(name) if node.has(name) else None)
    return field(default=None, metadata=read)


def number(*names: str) -> int | None:
    """Declare a whole number."""
    return field(default=None, metadata=_reader(lambda node: read_int(node.value(*names))))


def day(*names: str) -> date | None:
    """Declare a date."""
    return field(default=None, metadata=_reader(lambda node: read_date(node.value(*names))))


def flag(name: str) -> bool:
    """Declare a switch."""
    return field(default=False, metadata=_reader(lambda node: read_flag(node.value(name))))


def labelled_number(name: str) -> int | None:
    """Declare a number that lists have beside a label: as its attribute, or in a further field."""

    def read(node: Node) -> int | None:
        label = node.first(name)
        return read_int((label and label.value("orig")) or node.value(f"{name}_orig", name))

    return field(default=None, metadata=_reader(read))


def money(*names: str) -> Money | None:
    """Declare a sum, whose currency may be a part of it or beside it."""
    currency = ("currency", "currency_str")
    read = _reader(lambda node: read_money(node.value(*names), node.value(*currency)))
    return field(default=None, metadata=read)


def autoprolong() -> int | None:
    """Declare the months of automatic renewal, None for no renewal."""
    read = _reader(lambda node: read_autoprolong(node.value("autoprolong")))
    return field(default=None, metadata=read)


def row_autoprolong() -> int | None:
    """Declare the months of automatic renewal in a list: a word with the number beside it.

    A word alone, such as `Month`, cannot be relied on and is None; the form has the number.
    """
    return field(default=None, metadata=_reader(_read_row_autoprolong))


def end_date() -> date | None:
    """Declare the end of the term; daily charged services have a phrase, and the date elsewhere."""
    return field(default=None, metadata=_reader(_read_end))


def form_status() -> Status:
    """Declare the state of a service in its form."""
    read = _reader(lambda node: read_status(node.value("status")) or Status.UNKNOWN)
    return field(default=Status.UNKNOWN, metadata=read)


def row_status() -> Status:
    """Declare the state of a service in a list."""
    read = _reader(lambda node: read_status(read_state(node)) or Status.UNKNOWN)
    return field(default=Status.UNKNOWN, metadata=read)


def row_state(*names: str) -> str:
    """Declare the raw state of a row with its reason, first from these names."""
    return field(default="", metadata=_reader(lambda node: node.value(*names) or read_state(node)))


def row_tariff() -> int | None:
    """Declare the code of a row's tariff; on some sellers `pricelist` is its name."""
    read = _reader(
        lambda node: read_int(node.value("pricelist_id")) or read_int(node.value("pricelist"))
    )
    return field(default=None, metadata=read)


def row_cost() -> Money | None:
    """Declare what a period costs, as a sum or as an amount with its currency beside it."""
    return field(default=None, metadata=_reader(_read_cost))


def form_cost() -> Money | None:
    """Declare what a period costs, in a form."""
    read = _reader(lambda node: read_money(node.value("item_cost"), node.value("currency_str")))
    return field(default=None, metadata=read)


def addon_texts() -> Mapping[int, str]:
    """Declare the values of the `addon_N` fields as texts, by addon id."""
    return field(
        default_factory=lambda: MappingProxyType({}),
        metadata=_reader(lambda node: MappingProxyType(_read_addons(node))),
    )


def addon_quantities() -> Mapping[int, int]:
    """Declare the values of the `addon_N` fields that are numbers, by addon id."""
    return field(default_factory=lambda: MappingProxyType({}), metadata=_reader(_read_quantities))


def all_fields() -> Mapping[str, str]:
    """Declare the texts of all fields by name."""
    return field(
        default_factory=lambda: MappingProxyType({}),
        repr=False,
        metadata=_reader(lambda node: MappingProxyType(node.fields())),
    )


def words(name: str) -> tuple[str, ...]:
    """Declare a list of words separated by blanks."""
    return field(default=(), metadata=_reader(lambda node: tuple(node.value(name).split())))


def read_row(kind: type[Read], row: Node, *names: str) -> Read | None:
    """Return a row of a list as a dataclass, None for a row without an id (under `names`)."""
    identity = read_int(row.value(*(names or ("id",))))
    return None if identity is None else read_fields(kind, row, identity)


def read_rows(kind: type[Read], rows: Iterable[Node]) -> tuple[Read, ...]:
    """Return the rows of a list that have an id."""
    read = (read_row(kind, row) for row in rows)
    return tuple(row for row in read if row is not None)


def read_form(kind: type[Read], answer: Answer) -> Read:
    """Return a form as a dataclass, its fields in the document or in its inner document.

    Raises NotUnderstood for a form without an id.
    """
    form = answer.form()
    identity = read_int(form.value("elid", "id"))
    if identity is None:
        raise NotUnderstood(f"the form of the {kind.__name__.lower()} has no id")
    return read_fields(kind, form, identity)


def read_state(row: Node) -> str:
    """Return the raw state of a row, "" where it shows none that can be relied on.

    Lists show a translated label and have the number in an attribute or a field beside it; some
    sellers write the number itself.
    """
    label = row.first("item_status")
    candidates = (
        "" if label is None else label.value("orig"),
        row.value("item_status_orig"),
        row.value("status"),
        "" if label is None else label.text,
    )
    return next((state.strip() for state in candidates if read_status(state) is not None), "")


def read_fields(kind: type[Read], node: Node, *identity: int) -> Read:
    """Return a node as a dataclass whose other fields, if it has any, come first."""
    declared = fields(kind)  # type: ignore[arg-type] # every row and form is a dataclass
    readers = {item.name: item.metadata[_READER] for item in declared if _READER in item.metadata}
    return kind(*identity, **{name: read(node) for name, read in readers.items()})


def _read_end(node: Node) -> date | None:
    return read_date(node.value("expiredate")) or read_date(node.value("real_expiredate"))


def _read_row_autoprolong(row: Node) -> int | None:
    label = row.first("autoprolong")
    number = "" if label is None else label.value("orig")
    return read_autoprolong(number or row.value("autoprolong_orig", "autoprolong"))


def _read_cost(row: Node) -> Money | None:
    """Read the whole period; `cost` alone is the price of a month."""
    whole = read_money(row.value("item_cost"), row.value("currency_str"))
    if whole is not None:
        return whole
    monthly, months = read_money(row.value("cost")), read_int(row.value("period"))
    if monthly is None or months is None or months <= 1:
        return monthly
    return replace(monthly, amount=monthly.amount * months)


def _read_addons(form: Node) -> dict[int, str]:
    matches = ((_ADDON.fullmatch(name), value) for name, value in form.fields().items())
    return {int(match[1]): value for match, value in matches if match}


def _read_quantities(form: Node) -> Mapping[int, int]:
    quantities = {addon: read_int(value) for addon, value in _read_addons(form).items()}
    return MappingProxyType({addon: n for addon, n in quantities.items() if n is not None})
