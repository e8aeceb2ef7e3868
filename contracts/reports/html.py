"""Runs as one HTML file that opens from disk and loads nothing.

It works without JavaScript: outcomes fold, and grades are filtered by style sheets. A small script
searches by name and opens what a link points to. A policy in the page forbids any other script and
every request, so that markup in an answer can do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from contracts.checks.matrix import SYSTEMS, TRADES, MatrixCell, fill_from_runs, matrix_in_words
from contracts.reports.citations import Citations
from contracts.reports.counts import WORST_FIRST, count_outcomes, describe_result, exit_code_of
from contracts.reports.plaintext import cut, shown
from contracts.reports.pretty import pretty
from contracts.reports.size import common_limit
from contracts.verdicts import EVIDENCE, PASSED, CallRecord, Outcome, Run, Verdict, exit_code

ROOM: Final = 5_000_000
"""Bytes for all requests and answers; those of failures get most of it."""
FIRST: Final = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.STALE, Outcome.WARN})
FOLDED: Final = frozenset({Outcome.PASS, Outcome.SKIP})
"""Outcomes whose verdicts are folded at first; their number is always shown."""


Texts = Mapping[int, tuple[str, str]]
"""Request and answer of each call, whole and formatted, by the call's identity."""


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One request with its answer, as the page shows it."""

    call: CallRecord
    request: str
    answer: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict, with the anchor that links to it."""

    anchor: str
    verdict: Verdict
    calls: tuple[ShownCall, ...]


@dataclass(frozen=True, slots=True)
class RunSection:
    """One run: ``groups`` by outcome, the worst first; every outcome that occurs has one."""

    number: int
    run: Run
    code: int
    result: str
    counts: dict[Outcome, int]
    groups: tuple[tuple[Outcome, tuple[VerdictRow, ...]], ...]


def to_html(runs: Sequence[Run], *, strict: bool = False) -> str:
    """The page. ``strict``: warnings and outdated deviations count as failures."""
    texts = {
        id(call): (_request(call), pretty(call.answer))
        for run in runs
        for verdict in run.verdicts
        for call in verdict.proof
    }
    limits = _Limits.of((verdict for run in runs for verdict in run.verdicts), texts)
    sections = [
        _section(number, run, limits, texts, strict=strict)
        for number, run in enumerate(runs, start=1)
    ]
    cells = fill_from_runs(runs)
    citations = Citations.of(verdict.source for run in runs for verdict in run.verdicts)
    pages = _pages()
    pages.filters["cite"] = citations.link
    script = pages.get_template("report.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return pages.get_template("report.html").render(
        sections=sections,
        code=exit_code_of(runs, strict=strict),
        strict=strict,
        result=describe_result(runs, strict=strict),
        passed=PASSED,
        matrix=_by_row(cells),
        trades=[trade.value for trade in TRADES],
        filled=matrix_in_words(cells),
        anchors=_anchors(sections),
        cited=citations.shown(),
        grades=EVIDENCE,
        folded=FOLDED,
        Outcome=Outcome,
        script=script,
        digest=digest,
    )


def _pages() -> Environment:
    def make_safe(value: object) -> object:
        # Markup is a str too, but it was made safe before it was escaped.
        return shown(value) if type(value) is str else value

    pages = Environment(
        loader=PackageLoader("contracts.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=make_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["identity"] = id
    return pages


def _section(number: int, run: Run, limits: _Limits, texts: Texts, *, strict: bool) -> RunSection:
    rows: dict[Outcome, list[VerdictRow]] = {outcome: [] for outcome in WORST_FIRST}
    for place, verdict in enumerate(run.verdicts, start=1):
        limit = limits.of_verdict(verdict)
        calls = tuple(
            ShownCall(call, *(_fitted(text, limit) for text in texts[id(call)]))
            for call in verdict.proof
        )
        rows[verdict.outcome].append(VerdictRow(f"r{number}v{place}", verdict, calls))
    groups = tuple((outcome, tuple(group)) for outcome, group in rows.items() if group)
    code = exit_code(run.verdicts, strict=strict)
    result = describe_result([run], strict=strict)
    return RunSection(number, run, code, result, count_outcomes(run.verdicts), groups)


def _by_row(cells: Iterable[MatrixCell]) -> list[tuple[str, list[MatrixCell]]]:
    all_cells = list(cells)
    return [
        (kind.value, [each for each in all_cells if each.cell.system == kind.name.lower()])
        for kind in SYSTEMS
    ]


def _anchors(sections: Iterable[RunSection]) -> dict[int, str]:
    """The anchor of each verdict by its identity: several verdicts may have one name."""
    return {
        id(row.verdict): row.anchor
        for section in sections
        for _, rows in section.groups
        for row in rows
    }


def _request(call: CallRecord) -> str:
    head = f"{call.method} {call.address}"
    return "\n".join([head, *(f"{name}={text}" for name, text in call.request.items())])


def _weight(text: str) -> int:
    """Bytes that a text takes in the page."""
    return len(escape(shown(text)).encode())


def _fitted(text: str, limit: int) -> str:
    length = len(text)
    while (weight := _weight(text[:length])) > limit:
        length = min(length - 1, length * limit // weight)
    return cut(text, length)


@dataclass(frozen=True, slots=True)
class _Limits:
    """How many bytes each text may take: those of failures, and the rest."""

    first: int
    rest: int

    @staticmethod
    def of(verdicts: Iterable[Verdict], texts: Texts) -> _Limits:
        sizes: tuple[list[int], list[int]] = ([], [])
        for verdict in verdicts:
            for call in verdict.proof:
                group = sizes[verdict.outcome not in FIRST]
                group += map(_weight, texts[id(call)])
        first = common_limit(sizes[0], ROOM * 4 // 5)
        used = sum(min(size, first) for size in sizes[0])
        return _Limits(first, common_limit(sizes[1], ROOM - used))

    def of_verdict(self, verdict: Verdict) -> int:
        return self.first if verdict.outcome in FIRST else self.rest
