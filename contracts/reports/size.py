"""How much of an answer is kept, and how much of it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from contracts.reports.plaintext import cut
from contracts.verdicts import CallRecord, Verdict

KEPT: Final = 256 * 1024
"""Characters kept of one answer: the real ones are far shorter, and a hostile one has no end."""
FIELDS: Final = 200
"""Parameters kept of one request."""
VALUE: Final = 16 * 1024
"""Characters kept of one parameter."""


def bounded(verdict: Verdict) -> Verdict:
    """The verdict, with endless answers and requests cut and the cut told."""
    if all(_fits(one) for one in verdict.proof):
        return verdict
    return replace(verdict, proof=tuple(_cut(one) for one in verdict.proof))


def level(sizes: Iterable[int], room: int) -> int:
    """The size to which all have to be cut so that together they fit; the short ones stay whole."""
    ordered = sorted(sizes)
    for position, size in enumerate(ordered):
        share = room // (len(ordered) - position)
        if size > share:
            return share
        room -= size
    return max(ordered, default=0)


def _fits(seen: CallRecord) -> bool:
    return (
        len(seen.answer) <= KEPT
        and len(seen.request) <= FIELDS
        and all(len(value) <= VALUE for value in seen.request.values())
    )


def _cut(seen: CallRecord) -> CallRecord:
    fields = {name: cut(text, VALUE) for name, text in list(seen.request.items())[:FIELDS]}
    more = len(seen.request) - len(fields)
    note = f"{more} more parameters, not shown" if more else ""
    told = "; ".join(filter(None, (seen.note, note)))
    return replace(seen, request=fields, answer=cut(seen.answer, KEPT), note=told)
