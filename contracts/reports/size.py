"""Limits on how much of a request and an answer is stored and shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from contracts.reports.plaintext import cut
from contracts.verdicts import CallRecord, Verdict

MAX_ANSWER: Final = 256 * 1024
"""Characters stored of one answer: real ones are far shorter, a hostile one may be endless."""
MAX_FIELDS: Final = 200
"""Parameters stored of one request."""
MAX_VALUE: Final = 16 * 1024
"""Characters stored of one parameter."""


def limit_size(verdict: Verdict) -> Verdict:
    """The verdict with long answers and requests cut; each cut says how much is missing."""
    if all(_fits(call) for call in verdict.proof):
        return verdict
    return replace(verdict, proof=tuple(_cut(call) for call in verdict.proof))


def common_limit(sizes: Iterable[int], room: int) -> int:
    """The length to which texts are cut to fit into ``room``; shorter ones are not cut."""
    ordered = sorted(sizes)
    for position, size in enumerate(ordered):
        share = room // (len(ordered) - position)
        if size > share:
            return share
        room -= size
    return max(ordered, default=0)


def _fits(call: CallRecord) -> bool:
    return (
        len(call.answer) <= MAX_ANSWER
        and len(call.request) <= MAX_FIELDS
        and all(len(value) <= MAX_VALUE for value in call.request.values())
    )


def _cut(call: CallRecord) -> CallRecord:
    fields = {name: cut(text, MAX_VALUE) for name, text in list(call.request.items())[:MAX_FIELDS]}
    more = len(call.request) - len(fields)
    note = f"{more} more parameters, not shown" if more else ""
    notes = "; ".join(filter(None, (call.note, note)))
    return replace(call, request=fields, answer=cut(call.answer, MAX_ANSWER), note=notes)
