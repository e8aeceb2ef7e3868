"""Runs as one HTML file that opens from disk and asks nobody for anything.

It can be read without a script: outcomes are folded, grades are chosen by style sheets. The small
script only finds by name and opens what a link points to; no other may run, and nothing is loaded,
by a policy in the page itself, so that an answer that carries markup stays text even by accident.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from contracts.checks.matrix import SYSTEMS, TRADES, Filled, filled, matrix
from contracts.reports.counts import MEANINGS, WORST_FIRST, counts_of, exit_code_of
from contracts.reports.plaintext import cut, shown
from contracts.reports.pretty import pretty
from contracts.reports.size import level
from contracts.verdicts import EVIDENCE, HELD, CallRecord, Outcome, Run, Verdict, exit_code

ROOM: Final = 5_000_000
"""Bytes for all requests and answers; what did not hold is served first."""
FIRST: Final = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.STALE, Outcome.WARN})
FOLDED: Final = frozenset({Outcome.PASS, Outcome.SKIP})
"""Outcomes whose verdicts are folded at first; their number is always told."""


@dataclass(frozen=True, slots=True)
class Part:
    """One request with its answer, as the page shows it."""

    seen: CallRecord
    request: str
    answer: str


@dataclass(frozen=True, slots=True)
class Row:
    """One verdict, and the place a link finds it at."""

    anchor: str
    verdict: Verdict
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One run: ``groups`` by outcome, the worst first; no outcome that occurs is left out."""

    number: int
    run: Run
    code: int
    counts: dict[Outcome, int]
    groups: tuple[tuple[Outcome, tuple[Row, ...]], ...]


def to_html(runs: Sequence[Run], *, strict: bool = False) -> str:
    """The page. ``strict`` is what exit codes are computed with."""
    limits = _Limits.of(verdict for run in runs for verdict in run.verdicts)
    sections = [
        _section(number, run, limits, strict=strict) for number, run in enumerate(runs, start=1)
    ]
    cells = matrix(verdict for run in runs for verdict in run.verdicts)
    pages = _pages()
    script = pages.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return pages.get_template("report.html").render(
        sections=sections,
        code=exit_code_of(runs, strict=strict),
        strict=strict,
        meanings=MEANINGS,
        held=HELD,
        matrix=_by_row(cells),
        trades=[trade.value for trade in TRADES],
        filled=filled(cells),
        anchors=_anchors(sections),
        grades=EVIDENCE,
        folded=FOLDED,
        Outcome=Outcome,
        script=script,
        digest=digest,
    )


def _pages() -> Environment:
    def fit(found: object) -> object:
        # Markup is a str too; what is escaped already was fit before.
        return shown(found) if type(found) is str else found

    pages = Environment(
        loader=PackageLoader("contracts.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=fit,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["identity"] = id
    return pages


def _section(number: int, run: Run, limits: _Limits, *, strict: bool) -> Section:
    rows: dict[Outcome, list[Row]] = {outcome: [] for outcome in WORST_FIRST}
    for place, verdict in enumerate(run.verdicts, start=1):
        limit = limits.of_verdict(verdict)
        parts = tuple(_part(seen, limit) for seen in verdict.proof)
        rows[verdict.outcome].append(Row(f"r{number}v{place}", verdict, parts))
    groups = tuple((outcome, tuple(found)) for outcome, found in rows.items() if found)
    code = exit_code(run.verdicts, strict=strict)
    return Section(number, run, code, counts_of(run.verdicts), groups)


def _by_row(cells: Iterable[Filled]) -> list[tuple[str, list[Filled]]]:
    found = list(cells)
    return [
        (kind.value, [one for one in found if one.cell.system == kind.name.lower()])
        for kind in SYSTEMS
    ]


def _anchors(sections: Iterable[Section]) -> dict[int, str]:
    """Where each verdict stands; verdicts of one name differ, so it is found by identity."""
    return {
        id(row.verdict): row.anchor
        for section in sections
        for _, rows in section.groups
        for row in rows
    }


def _request(seen: CallRecord) -> str:
    head = f"{seen.method} {seen.address}"
    return "\n".join([head, *(f"{name}={text}" for name, text in seen.request.items())])


def _part(seen: CallRecord, limit: int) -> Part:
    return Part(seen, _fitted(_request(seen), limit), _fitted(pretty(seen.answer), limit))


def _weight(text: str) -> int:
    """Bytes it takes in the page."""
    return len(escape(shown(text)).encode())


def _fitted(text: str, limit: int) -> str:
    kept = len(text)
    while (weight := _weight(text[:kept])) > limit:
        kept = min(kept - 1, kept * limit // weight)
    return cut(text, kept)


@dataclass(frozen=True, slots=True)
class _Limits:
    """How many bytes each text may take: of what did not hold, and of the rest."""

    first: int
    rest: int

    @staticmethod
    def of(verdicts: Iterable[Verdict]) -> _Limits:
        sizes: tuple[list[int], list[int]] = ([], [])
        for verdict in verdicts:
            for seen in verdict.proof:
                mine = sizes[verdict.outcome not in FIRST]
                mine += [_weight(_request(seen)), _weight(pretty(seen.answer))]
        first = level(sizes[0], ROOM * 4 // 5)
        taken = sum(min(size, first) for size in sizes[0])
        return _Limits(first, level(sizes[1], ROOM - taken))

    def of_verdict(self, verdict: Verdict) -> int:
        return self.first if verdict.outcome in FIRST else self.rest
