"""A badge says in a few signs what runs come to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.checks.matrix import EXPECTED
from contracts.reports.badge import BAD, GOOD, NONE, POOR, describe, to_badge
from contracts.verdicts import Outcome, Run
from tests.contracts.reports.made import RUN, verdict


def _run(*outcomes: Outcome) -> Run:
    return replace(RUN, verdicts=tuple(verdict(f"v{n}", each) for n, each in enumerate(outcomes)))


def _of_cells(number: int, outcome: Outcome = Outcome.PASS) -> Run:
    cells = frozenset(list(EXPECTED)[:number])
    return replace(RUN, verdicts=(verdict(outcome=outcome, cells=cells),))


@pytest.mark.parametrize(
    ("run", "strict", "expected"),
    [
        (_run(Outcome.PASS, Outcome.PASS, Outcome.SKIP), False, ("seller", "2 held", GOOD)),
        (_run(Outcome.PASS, Outcome.WARN), False, ("seller", "1 held", POOR)),
        (_run(Outcome.PASS, Outcome.WARN), True, ("seller", "1 of 2 do not hold", BAD)),
        (_run(Outcome.FAIL, Outcome.WARN), False, ("seller", "1 of 2 do not hold", BAD)),
        (_run(Outcome.FAIL, Outcome.ERROR), False, ("seller", "1 of 2 do not hold", BAD)),
        (_run(Outcome.PASS, Outcome.ERROR), False, ("seller", "not judged", NONE)),
        (_run(), False, ("seller", "not judged", NONE)),
        (_of_cells(9), False, ("reselling", "9 of 9 cells", GOOD)),
        (_of_cells(7), False, ("reselling", "7 of 9 cells", POOR)),
        (_of_cells(7, Outcome.FAIL), False, ("reselling", "0 of 9 cells", BAD)),
    ],
)  # fmt: skip
def test_a_badge_shows_the_result(
    run: Run, expected: tuple[str, str, str], *, strict: bool
) -> None:
    assert describe([run], strict=strict) == expected
    label, text, colour = expected
    picture = to_badge([run], strict=strict)
    assert f'<title id="title">{label}: {text}</title>' in picture
    assert f'fill="{colour}"' in picture


def test_several_judges_are_all_named() -> None:
    assert describe([RUN, replace(RUN, judge="client"), RUN])[0] == "seller, client"


def test_no_run_is_not_judged() -> None:
    assert describe([]) == ("verify", "not judged", NONE)
