"""Reads whole listings page by page.

Source: docs/wire.md section 4.1 (`p_num`, `p_cnt`, `p_elems`; a page past the end repeats the
last one; `filter=off`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reseller_client.transport.values import read_int

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field

PAGE: Final = 500


def every_page(
    caller: Caller, func: str, fields: Mapping[str, Field] | None = None, *, page: int = PAGE
) -> Iterator[tuple[Answer, tuple[Node, ...]]]:
    """Iterate over pages: the answer, and its rows with an `id` that earlier pages did not have.

    Unless `fields` filter it, the whole list is read: somebody may have saved a filter for this
    login, which hides rows from every session. It ends also where a seller ignores paging, or
    repeats its last page. Raises the errors of `caller.call`.
    """
    seen: set[str] = set()
    number = 1
    while True:
        paging: dict[str, Field] = {"p_num": number, "p_cnt": page}
        answer = caller.call(func, {"filter": "off", **(fields or {}), **paging})
        rows = answer.rows()
        new = tuple(row for row in rows if row.value("id") not in seen)
        seen.update(row.value("id") for row in new)
        yield answer, new
        total = read_int(answer.value("p_elems"))
        if not new or total is None or len(seen) >= total:
            return
        number += 1


def every_row(
    caller: Caller, func: str, fields: Mapping[str, Field] | None = None, *, page: int = PAGE
) -> Iterator[Node]:
    """Iterate over all rows of a listing. Raises the errors of `caller.call`."""
    for _, rows in every_page(caller, func, fields, page=page):
        yield from rows
