"""Filters of lists: what a parameter compares, in SQL or in the rows as they are shown.

Source: docs/wire.md section 4.1; docs/evidence.md 124, 125, 139 and 140. Every column that a list
shows can be filtered by. A name that a list does not know is refused, never ignored: a client
that believes in a filter takes every row for its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, bindparam, func, or_

from emulator.api.context import Call, Choice
from emulator.api.fields import NUMBER, Amount, Day, Sum, Whole, written
from emulator.api.registry import COMMON_PARAMETERS
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain.accounts import filters
from emulator.domain.money import FINE, currency_code, rounded
from emulator.domain.world import Generation
from emulator.errors import BadValue
from emulator.functions.form_parts import PROJECT, PROJECT_ID
from emulator.store.values import elements
from emulator.texts import Words, in_language, label

ColumnKind = Literal["text", "exact", "number", "day", "instant", "money"]
Selects = Mapping[str, Sequence[Choice]]
Row = Mapping[str, Any]
AMOUNT = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,12})?")
NO_DAY = "nodate"
"""The value of a day's select for no day at all: the filter's own, until one is chosen."""
OTHER = frozenset({"other", NO_DAY})
"""The value of a day's select where ``…start`` and ``…end`` say which days (documented)."""
LIMITS: tuple[Words, Words] = ({"en": "from", "ru": "от"}, {"en": "to", "ru": "до"})
"""What the two ends of a range are called."""
NULL = "null"
"""The value of a select in which nothing is chosen, unless the select itself offers it."""
MODES = ("on", "off", "yes")
"""What `filter` may be in the call of a list (docs/evidence.md 125)."""
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")
"""A day as lists show it, with or without a time."""
PEOPLE = frozenset({"account", "account_name", "client", "recipient_name"})
"""Columns with a name for people: a part of it is enough, wherever they stand."""
CURRENCIES = frozenset({"currency", "currency_iso", "currency_str"})
"""Columns with the code of a currency; its number is understood as well (docs/evidence.md 109)."""
COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "equal": lambda shown, sent: shown == sent,
    "more": lambda shown, sent: shown > sent,
    "less": lambda shown, sent: shown < sent,
}
"""How `compare_type` compares an amount; the words are assumed (docs/evidence.md 139)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be sorted by and filtered on, by its wire name.

    ``text`` matches a part; ``exact`` and ``number`` the whole, or any of a list with commas;
    ``day``, ``instant`` and ``money`` also take ranges: ``createdatestart``/``createdateend``,
    ``amount_from``/``amount_to``.

    ``of``       what SQL compares; None: the row as it is shown is compared.
    ``shown``    the field of a row that shows it, where it has another name; empty: none does.
    ``ends``     the names of its range, where they are others.
    ``choices``  the select of the filter whose labels it takes beside their keys.
    ``as_shown`` whether it is sorted in SQL, but compared as the row shows it.
    ``operator`` the parameter that says how an amount is compared, one of COMPARISONS.
    ``closed``   whether the select has every value that a row can have: any other is refused.
    ``labelled`` whether rows show a word that is no label of a select: words are taken.
    ``words``    what rows show in place of a day.
    ``synonyms`` other words for values of the column.
    """

    name: str
    of: ColumnElement[Any] | None
    kind: ColumnKind
    shown: str | None = None
    ends: tuple[str, str] | None = None
    choices: str = ""
    as_shown: bool = False
    operator: str = ""
    closed: bool = False
    labelled: bool = False
    words: frozenset[str] = frozenset()
    synonyms: Callable[[Call], Mapping[str, str]] | None = None

    @property
    def row_field(self) -> str:
        """The field of a row that shows it; empty where none does."""
        return self.name if self.shown is None else self.shown

    @property
    def range_names(self) -> tuple[str, ...]:
        """The parameters of its range, the beginning first; none where it has no range."""
        if self.ends is not None:
            return self.ends
        if self.kind == "money":
            return f"{self.name}_from", f"{self.name}_to"
        return (f"{self.name}start", f"{self.name}end") if self.kind in ("day", "instant") else ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every parameter that filters by it."""
        own = () if self.ends is not None else (self.name,)
        return (*own, *self.range_names, *((self.operator,) if self.operator else ()))


@dataclass(frozen=True, slots=True)
class RowFields:
    """The fields that the rows of a list show in a generation."""

    schema: WireSchema | None
    generation: Generation

    @property
    def names(self) -> list[str]:
        """Their names."""
        if self.schema is None:
            return []
        absent = self.schema.absent[self.generation]
        return [name for name in self.schema.wire_fields if name not in absent]

    def kind(self, name: str) -> ColumnKind:
        """How a field is compared that is no column of its own."""
        shown = self.schema.wire_fields[name] if self.schema else None
        if isinstance(shown, Whole):
            return "number"
        if isinstance(shown, Day):
            return "day"
        if isinstance(shown, Amount | Sum):
            return "money"
        return "text" if name in PEOPLE else "exact"

    def written(self, name: str, value: object) -> object:
        """A value as the row shows it."""
        if self.schema is None:
            return value
        return self.schema.written({name: value}, self.generation).get(name, value)


Condition = tuple[str, str]
"""A column's name and how SQL compares it: ``part``, ``any``, ``none``, ``from``, ``to``."""
Test = Callable[[Row], bool]


@dataclass(slots=True)
class Conditions:
    """What a filter means: conditions of SQL with their values, and tests of the rows shown."""

    sql: list[Condition] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    tests: list[Test] = field(default_factory=list)

    def matches(self, row: Row) -> bool:
        """Whether a row passes what SQL could not compare."""
        return all(test(row) for test in self.tests)


def saved(call: Call, listed: str) -> Mapping[str, str]:
    """The filter that was saved for a list: of the login, by a rule of the session alone."""
    if call.account is None:
        return {}
    if call.shop.world.rules.sticky_filters:
        return filters.find(call.shop.db, call.own_login.name, listed)
    return call.session.filters.get(listed, {}) if call.session else {}


def chosen(call: Call, saved_filter: Mapping[str, str]) -> Mapping[str, str]:
    """What filters this call: the columns it was sent, else what was saved.

    ``filter=on`` and ``yes`` with columns filter this call; without them, as without ``filter``,
    the saved filter does. ``off`` shows every row. Nothing of this changes what is saved.
    """
    mode = call.params.get("filter", "").strip()
    if mode == "off":
        return {}
    if mode in MODES:
        own = call.takes.wire_fields if call.takes else ()
        return sent_columns(call.params, own) or saved_filter
    return saved_filter


def sent_columns(params: Mapping[str, str], own: Iterable[str] = ()) -> dict[str, str]:
    """The parameters that are neither the protocol's nor the function's own, without empty ones."""
    not_columns = COMMON_PARAMETERS | set(own)
    return {
        name: text
        for name, text in params.items()
        if text.strip() and name not in not_columns and not name.startswith(("_", "sv_"))
    }


class FilterReader:
    """Reads filters of one list by its columns; ``selects`` name their choices."""

    def __init__(self, columns: Iterable[Column], selects: Callable[[Call], Selects]) -> None:
        self._selects = selects
        self._by_parameter = {name: column for column in columns for name in column.names}

    def names(self, shown: RowFields) -> tuple[str, ...]:
        """Every parameter a filter of this list may have."""
        return tuple(dict.fromkeys([*self._by_parameter, *shown.names]))

    def labels(self, names: Iterable[str], lang: str) -> dict[str, str]:
        """What its fields are called: a limit by the column it is of."""
        return {name: self._label(name, lang) for name in names}

    def _label(self, name: str, lang: str) -> str:
        column = self._by_parameter.get(name)
        if column is None or name not in column.range_names:
            return label(name, lang)
        limit = LIMITS[column.range_names.index(name)]
        return f"{label(column.row_field or column.name, lang)}: {in_language(limit, lang)}"

    def read(
        self, call: Call, sent: Mapping[str, str], shown: RowFields, *, is_saved: bool = False
    ) -> Conditions:
        """What a filter means.

        ``shown`` are the rows' fields. Raises BadValue for a name that the list cannot be filtered
        by, for what is no day, amount, number or comparison where one is expected, and for a value
        that a select does not have which names every state. Any other value that no row can have
        matches none, and so does what was saved when there was such a value.
        """
        conditions = Conditions()
        for name, text in sent.items():
            column = self._column(name, text, shown)
            if self._is_unset(call, column, name, text):
                continue
            if name in column.range_names:
                how = "from" if name == column.range_names[0] else "to"
                if column.of is None:
                    _add_shown_limit(conditions, column, how, name, text.strip(), shown)
                else:
                    _add_limit(conditions, column, how, name, text.strip())
            elif name == column.operator:
                self._operator(call, column, text)
            elif column.kind in ("day", "instant"):
                _add_day(conditions, column, name, text.strip(), shown)
            elif column.kind == "money":
                operator = self._operator(call, column, sent.get(column.operator, ""))
                _add_amount(conditions, column, operator, text.strip(), shown)
            elif column.kind == "text":
                _add_part(conditions, column, text.strip(), shown)
            else:
                words = self._words(call, column, text.strip())
                if not is_saved:
                    self._check_words(call, column, name, text, words)
                _add_words(conditions, column, words, shown)
        return conditions

    def chosen(self, call: Call, sent: Mapping[str, str], shown: RowFields) -> dict[str, str]:
        """What was sent without the selects in which nothing is chosen.

        Raises BadValue for a name that the list cannot be filtered by.
        """
        return {
            name: text
            for name, text in sent.items()
            if not self._is_unset(call, self._column(name, text, shown), name, text)
        }

    def _is_unset(self, call: Call, column: Column, name: str, text: str) -> bool:
        """Whether nothing is chosen, as the filter's form itself says it (docs/evidence.md 165)."""
        word = text.strip().lower()
        if column.kind in ("day", "instant") and name not in column.range_names:
            return word in (NULL, NO_DAY)
        if word != NULL or column.kind == "text":
            return False
        select = name if name == column.operator else column.choices
        return all(choice.key != NULL for choice in self._selects(call).get(select, ()))

    def _operator(self, call: Call, column: Column, text: str) -> str:
        """How an amount is compared: a word of COMPARISONS, or its label in the select.

        Raises BadValue for any other word.
        """
        word = text.strip()
        if word.lower() in ("", NULL):
            return "equal"
        choices = self._selects(call).get(column.operator, ())
        keys = {choice.label.casefold(): choice.key for choice in choices}
        operator = keys.get(word.casefold(), word)
        if operator not in COMPARISONS:
            raise BadValue(column.operator, text)
        return operator

    def _column(self, name: str, text: str, shown: RowFields) -> Column:
        column = self._by_parameter.get(name)
        fields = shown.names
        if name in fields and (column is None or not column.row_field):
            return Column(name, None, shown.kind(name))
        if column is None or not (column.row_field in fields or not column.row_field):
            raise BadValue(name, text)
        return column

    def _words(self, call: Call, column: Column, text: str) -> list[str]:
        """The values of a list with commas; labels of the select and currencies as their keys.

        A text with a comma in it is a value of its own, too.
        """
        keys: dict[str, list[str]] = {}
        if column.name in CURRENCIES:
            return [currency_code(word) or word for word in text.split(",")]
        if column.synonyms is not None:
            keys = {word: [key] for word, key in column.synonyms(call).items()}
        elif column.name == "project":
            keys = {PROJECT_ID: [PROJECT]}
        elif column.choices and not NUMBER.match(text):
            for choice in self._selects(call).get(column.choices, ()):
                keys.setdefault(choice.label.casefold(), []).append(choice.key)
        whole = [key for key in keys.get(text.casefold(), [text]) if "," not in key or key == text]
        parts = [word.strip() for word in text.split(",") if word.strip()]
        return list(
            dict.fromkeys([*whole, *(k for p in parts for k in keys.get(p.casefold(), [p]))])
        )

    def _check_words(
        self, call: Call, column: Column, name: str, text: str, words: Sequence[str]
    ) -> None:
        """Raises BadValue for a word in place of a number, and for a state that there is not."""
        choices = self._selects(call).get(column.choices, ())
        keys = {NULL, *(choice.key for choice in choices)}
        for word in words:
            if word == text.strip() and "," in word:
                continue
            is_number = NUMBER.match(word) is not None
            if column.closed and choices and word not in keys:
                raise BadValue(name, text)
            if column.kind == "number" and not (is_number or column.labelled or word in keys):
                raise BadValue(name, text)


def _add_words(
    conditions: Conditions, column: Column, words: Sequence[str], shown: RowFields
) -> None:
    """Any of these values. A number is compared in SQL, a word that is none as the row shows it."""
    of = None if column.as_shown else column.of
    if of is not None and column.kind == "number":
        numbers = [int(word) for word in words if NUMBER.match(word)]
        no_number = [word for word in words if not NUMBER.match(word) and word != NULL]
        if not [word for word in no_number if "," not in word] or not column.row_field:
            _add_sql(conditions, column, "any", numbers)
            if NULL in words:
                conditions.sql[-1] = (column.name, "any_none")
            return
    elif of is not None:
        _add_sql(conditions, column, "any", list(words))
        return
    expected = {word.casefold() for word in words}
    name = column.row_field
    conditions.tests.append(
        lambda row: any(text.casefold() in expected for text in _texts(row, name, shown))
    )


def _add_part(conditions: Conditions, column: Column, text: str, shown: RowFields) -> None:
    """A part of the text, whatever the case of its letters."""
    part, name = text.casefold(), column.row_field
    if column.of is not None and not column.as_shown:
        conditions.sql.append((column.name, "part"))
        conditions.values[f"f_{column.name}_part"] = part
        return
    conditions.tests.append(
        lambda row: any(part in shown_text.casefold() for shown_text in _texts(row, name, shown))
    )


def _add_day(
    conditions: Conditions, column: Column, name: str, text: str, shown: RowFields
) -> None:
    """One day; ``other`` leaves it to the limits. Raises BadValue for what is no day."""
    if text in OTHER:
        return
    if text not in column.words and _day(column.kind, "from", text) is None:
        raise BadValue(name, text)
    if column.of is None or column.row_field:
        row_field, day = column.row_field, text[:10]
        conditions.tests.append(
            lambda row: any(day == shown_text[:10] for shown_text in _texts(row, row_field, shown))
        )
        return
    for how in ("from", "to"):
        _add_limit(conditions, column, how, name, text)


def _add_limit(conditions: Conditions, column: Column, how: str, name: str, text: str) -> None:
    """One end of a range in SQL. Raises BadValue for what is no day or amount."""
    limit = _amount(text) if column.kind == "money" else _day(column.kind, how, text)
    if limit is None:
        raise BadValue(name, text)
    conditions.sql.append((column.name, how))
    conditions.values[f"f_{column.name}_{how}"] = limit


def _add_shown_limit(
    conditions: Conditions, column: Column, how: str, name: str, text: str, shown: RowFields
) -> None:
    """One end of a range of amounts as rows show them. Raises BadValue for what is no amount."""
    limit = _amount(text)
    if limit is None:
        raise BadValue(name, text)
    row_field, sign = column.row_field, 1 if how == "from" else -1
    conditions.tests.append(
        lambda row: any(
            amount.compare(limit) * sign >= 0 for amount in _amounts(row, row_field, shown)
        )
    )


def _add_amount(
    conditions: Conditions, column: Column, operator: str, text: str, shown: RowFields
) -> None:
    """An amount as the row shows it. Raises BadValue for what is none."""
    sent = _amount(text)
    if sent is None:
        raise BadValue(column.name, text)
    compare, name = COMPARISONS[operator], column.row_field
    conditions.tests.append(
        lambda row: any(compare(amount, sent) for amount in _amounts(row, name, shown))
    )


def _add_sql(conditions: Conditions, column: Column, how: str, values: Sequence[object]) -> None:
    conditions.sql.append((column.name, how))
    conditions.values[f"f_{column.name}_any"] = json.dumps(values)


def compared(column: Column, how: str) -> ColumnElement[bool]:
    """A condition of SQL, with its bound parameter. Raises ValueError for a column without one."""
    if column.of is None:
        raise ValueError(column.name)
    name = f"f_{column.name}"
    if how == "part":
        # SQL's LIKE knows the case of ASCII letters alone.
        return func.instr(func.casefold(column.of), bindparam(f"{name}_part", type_=String)) > 0
    if how in ("any", "any_none"):
        any_of = column.of.in_(elements(f"{name}_any", column.of.type))
        return or_(any_of, column.of.is_(None)) if how == "any_none" else any_of
    bound = bindparam(f"{name}_{how}", type_=column.of.type)
    return column.of >= bound if how == "from" else column.of <= bound


def _texts(row: Row, name: str, shown: RowFields) -> Iterator[str]:
    """What a row shows in a field: its text, and the number that stands beside a label."""
    if name not in row:
        return
    value = shown.written(name, row[name])
    value = value if isinstance(value, Leaf) else written(value)
    if isinstance(value, Leaf):
        yield value.attrs.get("orig", value.text)
        yield value.text
    else:
        yield value


def _amounts(row: Row, name: str, shown: RowFields) -> Iterator[Decimal]:
    """The amounts a row shows in a field."""
    for text in _texts(row, name, shown):
        amount = _amount(text)
        if amount is not None:
            yield amount


def _amount(text: str) -> Decimal | None:
    """The number with which a text begins: ``0.08`` of ``0.08 EUR``; None where there is none."""
    match = AMOUNT.match(text.strip())
    if match is None:
        return None
    return rounded(Decimal(match[0].replace(",", ".")), FINE)


def _day(kind: ColumnKind, how: str, text: str) -> date | datetime | None:
    """The limit that a day means; None where the text is no day."""
    match = DAY.fullmatch(text)
    try:
        day = date.fromisoformat(match[1] if match else "")
    except ValueError:
        return None
    if kind == "day":
        return day
    start = datetime.combine(day, time(), UTC)
    return start if how == "from" else start + timedelta(days=1, seconds=-1)
