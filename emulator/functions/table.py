"""Listings of a handful of rows that are known at once: no query, only paging.

Source: docs/wire.md section 4.1. Such rows have no filter of their own, and nothing to sort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.api.context import Call, Rows, Value
from emulator.functions.listing import MOST_ROWS


def page_of(call: Call, rows: Sequence[Mapping[str, Value]], paging: Mapping[str, Any]) -> Rows:
    """One page of them. ``paging``: as validated by ``Paging``; past-the-end pages are clamped."""
    asked = paging.get("p_cnt") or call.shop.world.rules.list_rows
    per_page = min(max(1, asked), MOST_ROWS)
    last = max(1, -(-len(rows) // per_page))
    number = min(max(1, paging.get("p_num") or 1), last)
    start = (number - 1) * per_page
    return Rows(rows[start : start + per_page], len(rows), number, per_page)
