"""Lists: pages of rows with sorting and filters in SQL, pages of rows in memory, ``X.filter``.

Source: docs/wire.md section 4.1. A page past the end is the last page; a column that cannot be
sorted by is ignored. A filter comes with the call (``filter=on&status=2``) or from the session,
where ``X.filter`` left it; a caller with ``authinfo`` has no session and filters in the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Select, String, bindparam, func

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows, Value
from emulator.api.fields import NUMBER, Rest, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import sessions
from emulator.domain.money import FINE, rounded
from emulator.store.engine import Row, Statement

ColumnKind = Literal["text", "exact", "number", "day", "instant", "money"]
MOST_ROWS = 10_000
ESCAPE = "\\"


class Paging(WireSchema):
    """What every listing takes."""

    p_num = Whole("Number of the page, from 1.", least=-(2**31), most=2**31)
    p_cnt = Whole(
        "Rows on a page, 10,000 at most; if left out, what the rule `list_rows` says.",
        least=-(2**31),
        most=2**31,
    )
    p_col = Text("Column to sort by; `-` before it sorts descending. Newest first if left out.")
    p_sort = Text("Column to sort by, where `p_col` is not sent.")
    p_order = Text("`desc` sorts descending, anything else ascending.")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be sorted by and filtered on, by its wire name.

    ``text`` matches a part, ``exact`` and ``number`` the whole; ``day``, ``instant`` and ``money``
    take ranges: ``createdatestart``/``createdateend``, ``amount_from``/``amount_to``.
    """

    name: str
    of: ColumnElement[Any]
    kind: ColumnKind


Condition = tuple[str, str]
"""A column's name and how it is compared: ``part``, ``is``, ``from``, ``to``."""


class Listing:
    """One table of one account as pages. Statements are compiled once per shape."""

    def __init__(
        self, base: Select[Any], key: ColumnElement[Any], columns: tuple[Column, ...]
    ) -> None:
        self._base = base
        self._key = key
        self.columns = {column.name: column for column in columns}
        self._statement = lru_cache(maxsize=256)(self._compile)

    def page(
        self,
        call: Call,
        paging: Mapping[str, Any],
        row: Callable[[Row], Mapping[str, Any]],
        *,
        fixed: Mapping[str, object],
        head: Mapping[str, Any] | None = None,
    ) -> Rows:
        """One page. ``fixed``: parameters of the base (the owner); ``paging``: as `Paging` read it.

        ``row`` turns a row of the database into one of the answer; ``head`` stands before them.
        """
        conditions, values = self.conditions(_filter_of(call))
        sort, descending, shown_sort = self._sorting(paging)
        db = call.shop.db
        parameters = {**fixed, **values}
        total = int(
            db.value(self._statement("count", conditions, "", descending=False), **parameters)
        )
        number, per_page = _page_bounds(call, paging, total)
        statement = self._statement("rows", conditions, sort, descending=descending)
        rows = db.rows(statement, **parameters, most=per_page, skip=(number - 1) * per_page)
        return Rows(
            rows=[row(values) for values in rows],
            total=total,
            page=number,
            per_page=per_page,
            sort=shown_sort,
            order="desc" if descending else "asc",
            head=head or {},
        )

    def _sorting(self, paging: Mapping[str, Any]) -> tuple[str, bool, str]:
        """Column, direction, and the column the answer names (docs/evidence.md 18)."""
        column = paging.get("p_col") or ""
        name = column.lstrip("+- ") or paging.get("p_sort") or ""
        descending = column.startswith("-") or (paging.get("p_order") or "").lower() == "desc"
        if name in self.columns:
            return name, descending, name
        return "", True, "id"

    def conditions(
        self, sent: Mapping[str, str]
    ) -> tuple[tuple[Condition, ...], dict[str, object]]:
        """The conditions a filter means, and their values. What cannot be read matches nothing."""
        conditions: list[Condition] = []
        values: dict[str, object] = {}
        for column in self.columns.values():
            for how, parameter, text in _bounds(column, sent):
                if not text.strip():
                    continue
                conditions.append((column.name, how))
                values[parameter] = _value(column, how, text.strip())
        return tuple(conditions), values

    def _compile(
        self, purpose: str, conditions: tuple[Condition, ...], sort: str, *, descending: bool
    ) -> Statement:
        query = self._base
        for name, how in conditions:
            query = query.where(_compared(self.columns[name], how))
        if purpose == "count":
            return Statement(query.with_only_columns(func.count(), maintain_column_froms=True))
        column = self.columns[sort].of if sort else self._key
        ordered = query.order_by(column.desc() if descending else column.asc())
        if sort:
            ordered = ordered.order_by(self._key.desc())
        limited = ordered.limit(bindparam("most", type_=BigInteger))
        return Statement(limited.offset(bindparam("skip", type_=BigInteger)))

    @cached_property
    def filter_names(self) -> tuple[str, ...]:
        """Every parameter a filter of this listing may have."""
        names: list[str] = []
        for column in self.columns.values():
            names.append(column.name)
            if column.kind in ("day", "instant"):
                names += [f"{column.name}start", f"{column.name}end"]
            elif column.kind == "money":
                names += [f"{column.name}_from", f"{column.name}_to"]
        return tuple(names)


def page_of(call: Call, rows: Sequence[Mapping[str, Value]], paging: Mapping[str, Any]) -> Rows:
    """One page of rows that are already in memory: they are neither sorted nor filtered."""
    number, per_page = _page_bounds(call, paging, len(rows))
    start = (number - 1) * per_page
    return Rows(rows[start : start + per_page], len(rows), number, per_page)


def _page_bounds(call: Call, paging: Mapping[str, Any], total: int) -> tuple[int, int]:
    """The page that is shown and how many rows it has at most."""
    per_page = paging.get("p_cnt") or call.shop.world.rules.list_rows
    per_page = min(max(1, per_page), MOST_ROWS)
    last = max(1, -(-total // per_page))
    return min(max(1, paging.get("p_num") or 1), last), per_page


def _filter_of(call: Call) -> Mapping[str, str]:
    if call.params.get("filter") == "on":
        return call.params
    if call.session is not None:
        return call.session.filters.get(call.func, {})
    return {}


def _bounds(column: Column, sent: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(how, name of the bound value, text) for each condition that a column may have."""
    name = column.name
    if column.kind == "text":
        return [("part", f"f_{name}", sent.get(name, ""))]
    if column.kind in ("exact", "number"):
        return [("is", f"f_{name}", sent.get(name, ""))]
    ends = ("_from", "_to") if column.kind == "money" else ("start", "end")
    return [
        ("from", f"f_{name}_from", sent.get(name + ends[0], "")),
        ("to", f"f_{name}_to", sent.get(name + ends[1], "")),
    ]


def _compared(column: Column, how: str) -> ColumnElement[bool]:
    name = f"f_{column.name}"
    if how == "part":
        return column.of.like(bindparam(name, type_=String), escape=ESCAPE)
    if how == "is":
        return column.of == bindparam(name, type_=column.of.type)
    bound = bindparam(f"{name}_{how}", type_=column.of.type)
    return column.of >= bound if how == "from" else column.of <= bound


def _value(column: Column, how: str, text: str) -> object:
    """The text as the column's value; None (which equals nothing) where it is not one."""
    if column.kind == "text":
        escaped = (
            text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
        )
        return f"%{escaped}%"
    if column.kind == "exact":
        return text
    if column.kind == "number":
        return int(text) if NUMBER.match(text) else None
    if column.kind == "money":
        return _amount(text)
    return _day(column.kind, how, text)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return rounded(amount, FINE) if amount.is_finite() and abs(amount) < 10**12 else None


def _day(kind: ColumnKind, how: str, text: str) -> object:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    if kind == "day":
        return day
    start = datetime.combine(day, time(), UTC)
    return start if how == "from" else start + timedelta(days=1, seconds=-1)


class FilterForm(WireSchema):
    """The fields of a filter are the columns of its listing, so they are not named here."""

    fields_ = Rest(
        "Any column of the listing, to show only rows with this value; of days `…start` and"
        " `…end`, of money `…_from` and `…_to`.",
        data_key="*",
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """The handlers of one ``X.filter``: what ``listed`` shows for the rest of the session."""

    listed: str
    listing: Listing
    selects: Callable[[Call], Mapping[str, Sequence[Choice]]]

    def show(self, call: Call) -> FormAnswer:
        """The filter in force, and the values to choose from."""
        values = call.session.filters.get(self.listed, {}) if call.session else {}
        shown = {name: values.get(name, "") for name in self.listing.filter_names}
        return FormAnswer(shown, slists=self.selects(call))

    def save(self, call: Call) -> ActionResult:
        """Keeps what was sent in the session; without one nothing is kept (assumed)."""
        sent = {name: call.params.get(name, "") for name in self.listing.filter_names}
        return self._replace(call, {name: text for name, text in sent.items() if text.strip()})

    def reset(self, call: Call) -> ActionResult:
        """Shows every row again."""
        return self._replace(call, {})

    def _replace(self, call: Call, values: Mapping[str, str]) -> ActionResult:
        if call.session is not None:
            sessions.save_filter(call.shop.db, call.session, self.listed, values)
        return ActionResult(ok=f"func={self.listed}", ok_type="list")


def declare_filter(
    family: Family,
    name: str,
    handlers: Filter,
    source: str,
    evidence: Evidence = Evidence.OBSERVED,
) -> None:
    """Adds ``X.filter`` under its full ``name`` to the family."""
    function = family.form(
        name,
        takes=FilterForm,
        returns=FilterForm,
        evidence=evidence,
        source=source,
        summary=f"Shows or sets what the listing `{handlers.listed}` shows for the rest of the"
        " session.",
    )(handlers.show)
    function.on_submit(handlers.save)
    function.on_button("reset", "clear")(handlers.reset)
