"""Runs and verdicts for the tests of reports: a plain one, and whatever Hypothesis thinks of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from hypothesis import Phase, settings
from hypothesis import strategies as st

from contracts.checks.matrix import EXPECTED
from contracts.verdicts import (
    EVIDENCE,
    JUDGES,
    OBSERVED,
    CallRecord,
    Cell,
    Deviation,
    Extent,
    Outcome,
    Run,
    Verdict,
)

MOMENT: Final = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
DEVIATION: Final = Deviation("it is not looked for", "no table", date(2026, 11, 26))


def verdict(
    name: str = "soft/list",
    outcome: Outcome = Outcome.PASS,
    evidence: str = OBSERVED,
    cells: frozenset[Cell] = frozenset(),
) -> Verdict:
    """One verdict like any other."""
    return Verdict(name, "xml", outcome, evidence, ("/doc/elem: missing",), cells=cells)


RUN: Final = Run("seller", "http://seller.example/billmgr", MOMENT, 1.5, (verdict(),))

FEW: Final = settings(max_examples=40, phases=(Phase.explicit, Phase.generate))
"""A report of a whole run is slow to make, and a failure is plain enough without being shrunk."""
HOSTILE: Final = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></failure><testcase/>",
    "\x1b[2J\x1b]0;title\x07",
    "\x00\x0b\ufffe",
    "\ud800",
    "\u202etxt.exe",
    "[red]markup[/red]",
    "{{ 7 * 7 }}{% raw %}",
    "a\r\nb\tc",
)
TEXTS: Final = st.sampled_from(HOSTILE) | st.text(max_size=20)
DAYS: Final = st.dates(date(2020, 1, 1), date(2040, 1, 1))
SEEN: Final = st.builds(
    CallRecord,
    method=st.sampled_from(["GET", "POST"]),
    address=TEXTS,
    request=st.dictionaries(TEXTS, TEXTS, max_size=2),
    status=st.sampled_from([0, 200, 500]),
    answer=TEXTS,
    note=TEXTS,
)
DEVIATIONS: Final = st.builds(
    Deviation, what=TEXTS, reason=TEXTS, noted_on=DAYS, until=st.none() | DAYS
)
VERDICTS: Final = st.builds(
    Verdict,
    name=TEXTS,
    out=TEXTS,
    outcome=st.sampled_from(Outcome),
    evidence=st.sampled_from(EVIDENCE),
    messages=st.lists(TEXTS, max_size=2).map(tuple),
    proof=st.lists(SEEN, max_size=2).map(tuple),
    source=TEXTS,
    about=TEXTS,
    cost=TEXTS,
    cells=st.frozensets(st.sampled_from(list(EXPECTED)), max_size=3),
    deviation=st.none() | DEVIATIONS,
    seconds=st.floats(0, 100),
    repeat=st.lists(TEXTS, max_size=2).map(tuple),
)


EXTENTS: Final = st.builds(
    Extent,
    unit=TEXTS,
    count=st.integers(0, 9),
    total=st.integers(0, 9),
    cells=st.dictionaries(
        st.sampled_from(list(EXPECTED)), st.tuples(st.integers(0, 9), st.integers(0, 9))
    ),
)


def runs() -> st.SearchStrategy[tuple[Run, ...]]:
    """Up to three runs, with hostile texts wherever there is a text."""
    moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(tzinfo=timezone(timedelta(hours=3)))
    )
    each = st.builds(
        Run,
        judge=st.sampled_from(JUDGES),
        target=TEXTS,
        began=moments,
        seconds=st.floats(0, 100),
        verdicts=st.lists(VERDICTS, max_size=6).map(tuple),
        remarks=st.lists(TEXTS, max_size=2).map(tuple),
        details=st.dictionaries(TEXTS, TEXTS | st.integers() | st.none(), max_size=2),
        extent=st.none() | EXTENTS,
    )
    return st.lists(each, max_size=3).map(tuple)
