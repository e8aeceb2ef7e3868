"""Lists: pages of rows with sorting and filters, in SQL or in memory; ``X.filter``.

Source: docs/wire.md section 4.1; docs/evidence.md 140. A page past the end is the last page; a
column that cannot be sorted by is ignored. What a filter compares is in ``filtering``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func

from emulator.api.context import ActionResult, Call, FormAnswer, Rows, SavedFilter, Value
from emulator.api.fields import OneOf, Rest, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import filters, sessions
from emulator.errors import BadValue, UnknownFunction
from emulator.functions import filtering
from emulator.functions.filtering import Column, Condition, FilterReader, RowFields, Selects
from emulator.store.engine import Row, Statement

__all__ = ["Column", "Filter", "FilterForm", "Listing", "Paging", "declare_filter", "page_of"]
MOST_ROWS = 10_000
ALL_ROWS = 2**63 - 1
"""As a limit of SQL: there is none, as every engine says it."""


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
    filter = OneOf(
        "`on` with names of columns: only rows with these values, in this call. `off`: every row,"
        " whatever filter is saved. `yes`: the saved filter, as if left out.",
        *filtering.MODES,
    )


def always(_call: Call) -> None:
    """A function that every world has."""


def no_selects(_call: Call) -> Selects:
    """A list whose columns have no labels to choose from."""
    return {}


class Listing:
    """One table of one account as pages. Statements are compiled once per shape."""

    def __init__(
        self,
        base: Select[Any],
        key: ColumnElement[Any],
        columns: tuple[Column, ...],
        selects: Callable[[Call], Selects] = no_selects,
    ) -> None:
        self._base = base
        self._key = key
        self.selects = selects
        self.columns = {column.name: column for column in columns}
        self.filters = FilterReader(columns, selects)
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
        Raises BadValue for a filter that the list does not have.
        """
        saved = filtering.saved(call, call.func)
        sent = filtering.chosen(call, saved)
        conditions = self.filters.read(call, sent, _row_fields(call), is_saved=sent is saved)
        shape = tuple(conditions.sql)
        sort, descending, shown_sort = self._sorting(paging)
        db = call.shop.db
        parameters = {**fixed, **conditions.values}
        statement = self._statement("rows", shape, sort, descending=descending)
        if conditions.tests:
            all_rows = db.rows(statement, **parameters, most=ALL_ROWS, skip=0)
            answer = _slice(call, list(filter(conditions.matches, map(row, all_rows))), paging)
        else:
            total = int(
                db.value(self._statement("count", shape, "", descending=False), **parameters)
            )
            number, per_page = _page_bounds(call, paging, total)
            skip = (number - 1) * per_page
            rows = db.rows(statement, **parameters, most=per_page, skip=skip)
            answer = Rows([row(values) for values in rows], total, number, per_page)
        answer.sort, answer.order = shown_sort, "desc" if descending else "asc"
        answer.head = head or {}
        answer.saved = SavedFilter(call.func, saved) if sent is saved else None
        return answer

    def _sorting(self, paging: Mapping[str, Any]) -> tuple[str, bool, str]:
        """Column, direction, and the column the answer names (docs/evidence.md 18)."""
        sent = paging.get("p_col") or ""
        name = sent.lstrip("+- ") or paging.get("p_sort") or ""
        descending = sent.startswith("-") or (paging.get("p_order") or "").lower() == "desc"
        column = self.columns.get(name)
        if column is not None and column.of is not None and column.row_field == name:
            return name, descending, name
        return "", True, "id"

    def _compile(
        self, purpose: str, conditions: tuple[Condition, ...], sort: str, *, descending: bool
    ) -> Statement:
        query = self._base
        for name, how in conditions:
            query = query.where(filtering.compared(self.columns[name], how))
        if purpose == "count":
            return Statement(query.with_only_columns(func.count(), maintain_column_froms=True))
        key = self._key
        column = self.columns[sort].of if sort else key
        assert column is not None  # noqa: S101 - see _sorting
        ordered = query.order_by(column.desc() if descending else column.asc())
        if sort:
            ordered = ordered.order_by(key.desc())
        limited = ordered.limit(bindparam("most", type_=BigInteger))
        return Statement(limited.offset(bindparam("skip", type_=BigInteger)))


def page_of(call: Call, rows: Sequence[Mapping[str, Value]], paging: Mapping[str, Any]) -> Rows:
    """One page of rows that are already in memory: they are filtered, but not sorted."""
    saved = filtering.saved(call, call.func)
    sent = filtering.chosen(call, saved)
    reader = FilterReader((), no_selects)
    conditions = reader.read(call, sent, _row_fields(call), is_saved=sent is saved)
    answer = _slice(call, list(filter(conditions.matches, rows)), paging)
    answer.saved = SavedFilter(call.func, saved) if sent is saved else None
    return answer


def _row_fields(call: Call) -> RowFields:
    """What the rows of the called list show."""
    return RowFields(call.returns, call.shop.world.rules.generation)


def _slice(call: Call, rows: Sequence[Mapping[str, Value]], paging: Mapping[str, Any]) -> Rows:
    number, per_page = _page_bounds(call, paging, len(rows))
    start = (number - 1) * per_page
    return Rows(rows[start : start + per_page], len(rows), number, per_page)


def _page_bounds(call: Call, paging: Mapping[str, Any], total: int) -> tuple[int, int]:
    """The page that is shown and how many rows it has at most."""
    per_page = paging.get("p_cnt") or call.shop.world.rules.list_rows
    per_page = min(max(1, per_page), MOST_ROWS)
    last = max(1, -(-total // per_page))
    return min(max(1, paging.get("p_num") or 1), last), per_page


class FilterForm(WireSchema):
    """The fields of a filter are the columns of its listing, so they are not named here."""

    fields_ = Rest(
        "Any column of the listing, to show only rows with this value, or one of a list with"
        " commas; of days `…start` and `…end`, of money `…_from` and `…_to`. Empty ones are no"
        " condition; without any every row is shown again.",
        data_key="*",
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """The handlers of one ``X.filter``: what the list ``listed`` shows until it is reset.

    ``shown``: the schema of its rows, each of whose fields can be filtered by. ``require`` raises
    UnknownFunction where a rule of the world leaves the list out.
    """

    listed: str
    listing: Listing
    shown: WireSchema
    require: Callable[[Call], None] = always

    def show(self, call: Call) -> FormAnswer:
        """The filter in force with what was sent in its place, and the values to choose from."""
        self.require(call)
        values = filtering.saved(call, self.listed)
        filled = {**values, **filtering.sent_columns(call.params)}
        names = self.listing.filters.names(self._fields(call))
        shown = {name: filled.get(name, "") for name in names}
        saved = SavedFilter(self.listed, values)
        labels = self.listing.filters.labels(shown, call.lang)
        return FormAnswer(shown, slists=self.listing.selects(call), labels=labels, saved=saved)

    def save(self, call: Call) -> ActionResult:
        """Keeps what was sent, in place of what was kept before.

        Raises BadValue for what the list cannot be filtered by.
        """
        self.require(call)
        fields = self._fields(call)
        sent = self.listing.filters.chosen(call, filtering.sent_columns(call.params), fields)
        self.listing.filters.read(call, sent, fields)
        return self._replace(call, sent)

    def reset(self, call: Call) -> ActionResult:
        """Shows every row again."""
        self.require(call)
        return self._replace(call, {})

    def _fields(self, call: Call) -> RowFields:
        return RowFields(self.shown, call.shop.world.rules.generation)

    def _replace(self, call: Call, values: Mapping[str, str]) -> ActionResult:
        if call.shop.world.rules.sticky_filters:
            filters.save(call.shop.db, call.own_login.name, self.listed, values)
        elif call.session is not None:
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
        fails=(BadValue, UnknownFunction) if handlers.require is not always else (BadValue,),
        summary=f"Shows or sets what the listing `{handlers.listed}` shows until it is reset.",
    )(handlers.show)
    function.on_submit(handlers.save)
    function.on_button("reset", "clear")(handlers.reset)
