"""A list as whoever keeps books by it needs it: whole, over pages, and in the order asked for."""

from __future__ import annotations

from typing import Final

from contracts.journeys.journey import Step
from contracts.verdicts import OBSERVED
from reseller_client import Client

LISTING: Final = (OBSERVED, "docs/wire.md section 4.1")
PAGES: Final = 4
"""So many are turned: one more than a list in halves, or thirds, has."""


def read_pages(step: Step, client: Client, family: str) -> None:
    """Every row is on some page, and each page tells how many there are altogether.

    A seller may send more than was asked for; what is on no page nobody ever sees.
    """
    whole = _page(client, family, 1, 1000)[0]
    size = max(1, (len(whole) + 1) // 2)
    found: set[str] = set()
    for number in range(1, PAGES):
        rows, total = _page(client, family, number, size)
        found |= set(rows)
        step.must(f"p_elems of page {number}", total, str(len(whole)))
    step.must(f"rows on no page of {size}", sorted(set(whole) - found), [])
    step.says.append(f"{len(whole)} rows, {size} to a page")


def read_sorted(step: Step, client: Client, family: str) -> None:
    """Sorted by number it is in that order, or as it always is: some columns sort nothing."""
    plain = _sorted(client, family, "")
    for sign in ("+", "-"):
        found = _sorted(client, family, f"{sign}id")
        wanted = sorted(plain, reverse=sign == "-")
        if found != plain:
            step.must(f"the numbers by p_col={sign}id", found, wanted)


def _page(client: Client, family: str, number: int, size: int) -> tuple[list[str], str]:
    answer = client.call(family, {"p_num": number, "p_cnt": size})
    return [row.value("id") for row in answer.rows()], answer.value("p_elems")


def _sorted(client: Client, family: str, column: str) -> list[int]:
    asked: dict[str, str | int] = {"p_num": 1, "p_cnt": 1000}
    answer = client.call(family, {**asked, "p_col": column} if column else asked)
    return [int(row.value("id")) for row in answer.rows()]
