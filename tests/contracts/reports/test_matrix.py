"""What fills a cell of the matrix, and what never does."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from contracts.checks.matrix import EXPECTED, CellState, count_holding, fill_matrix
from contracts.reports.console import print_matrix
from contracts.verdicts import (
    ASSUMED,
    DOCUMENTED,
    EVIDENCE,
    NO_EVIDENCE,
    OBSERVED,
    Cell,
    Outcome,
    Verdict,
)
from reseller_client.resellers import MATRIX
from tests.contracts.reports.made import verdict

CELL = Cell("custom", "services")
REFUSED = Cell("whmcs", "services")


def _verdict_on(*spoken: tuple[Outcome, str], cell: Cell = CELL) -> list[Verdict]:
    return [verdict(f"v{n}", *each, frozenset({cell})) for n, each in enumerate(spoken)]


def _state(*spoken: tuple[Outcome, str]) -> CellState:
    return next(each.state for each in fill_matrix(_verdict_on(*spoken)) if each.cell == CELL)


def test_rows_and_columns_are_those_of_the_vendors_table() -> None:
    assert [(each.cell, each.expected) for each in fill_matrix([])] == list(EXPECTED.items())
    assert sum(EXPECTED.values()) == sum(map(len, MATRIX.values()))
    assert [cell.system for cell in EXPECTED][::3] == ["billmanager", "custom", "whmcs"]
    assert not EXPECTED[REFUSED]
    assert EXPECTED[Cell("whmcs", "licences")]


@pytest.mark.parametrize(
    ("spoken", "state"),
    [
        ((), CellState.NOT_RUN),
        (((Outcome.SKIP, OBSERVED), (Outcome.NOT_EXERCISED, OBSERVED)), CellState.NOT_RUN),
        (((Outcome.PASS, OBSERVED),), CellState.HOLDS),
        (((Outcome.STALE, DOCUMENTED),), CellState.HOLDS),
        (((Outcome.PASS, ASSUMED),), CellState.ONLY_ASSUMED),
        (((Outcome.PASS, ASSUMED), (Outcome.PASS, ASSUMED)), CellState.ONLY_ASSUMED),
        (((Outcome.PASS, NO_EVIDENCE),), CellState.ONLY_ASSUMED),
        (((Outcome.WARN, ASSUMED),), CellState.ONLY_ASSUMED),
        (((Outcome.PASS, ASSUMED), (Outcome.PASS, OBSERVED)), CellState.HOLDS),
        (((Outcome.PASS, OBSERVED), (Outcome.WARN, ASSUMED)), CellState.HOLDS),
        (((Outcome.PASS, OBSERVED), (Outcome.UNSUPPORTED, OBSERVED)), CellState.HOLDS),
        (((Outcome.PASS, OBSERVED), (Outcome.KNOWN, OBSERVED)), CellState.HOLDS),
        (((Outcome.PASS, ASSUMED), (Outcome.KNOWN, OBSERVED)), CellState.BROKEN),
        (((Outcome.KNOWN, OBSERVED),), CellState.BROKEN),
        (((Outcome.PASS, OBSERVED), (Outcome.FAIL, ASSUMED)), CellState.BROKEN),
        (((Outcome.PASS, OBSERVED), (Outcome.ERROR, OBSERVED)), CellState.NOT_RUN),
        (((Outcome.FAIL, OBSERVED), (Outcome.ERROR, OBSERVED)), CellState.BROKEN),
        (((Outcome.UNSUPPORTED, OBSERVED), (Outcome.SKIP, OBSERVED)), CellState.UNSUPPORTED),
    ],
)
def test_a_cell_is_what_was_shown(
    spoken: tuple[tuple[Outcome, str], ...], state: CellState
) -> None:
    assert _state(*spoken) is state


SPOKEN = st.lists(st.tuples(st.sampled_from(Outcome), st.sampled_from(EVIDENCE)))


@given(SPOKEN)
def test_no_cell_holds_by_assumptions_nor_beside_a_failure(
    spoken: list[tuple[Outcome, str]],
) -> None:
    existing = _state(*spoken) is CellState.HOLDS
    passed = any(o in (Outcome.PASS, Outcome.STALE) and e != ASSUMED for o, e in spoken)
    broken = any(o in (Outcome.FAIL, Outcome.ERROR) for o, _ in spoken)
    assert existing == (passed and not broken)


def test_a_verdict_speaks_for_its_own_cells_only() -> None:
    cells = fill_matrix(_verdict_on((Outcome.PASS, OBSERVED)))
    assert [each.cell for each in cells if each.state is not CellState.NOT_RUN] == [CELL]
    assert count_holding(cells) == (1, 9)


def test_where_the_table_says_no_a_refusal_fills_the_cell() -> None:
    shown_text = _verdict_on((Outcome.PASS, OBSERVED), cell=REFUSED)
    matches = next(each for each in fill_matrix(shown_text) if each.cell == REFUSED)
    assert (matches.state, matches.word) == (CellState.HOLDS, "refused, as it should be")


def test_what_proves_a_cell_is_named_once() -> None:
    shown_text = [verdict("soft/list", cells=frozenset({CELL}))] * 2
    shown_text += _verdict_on((Outcome.PASS, ASSUMED))
    matches = next(each for each in fill_matrix(shown_text) if each.cell == CELL)
    assert matches.names == ("soft/list",)
    assert matches.counts == {Outcome.PASS: 3}


def test_a_cell_that_is_in_no_table_is_a_mistake_of_the_judge() -> None:
    with pytest.raises(KeyError):
        fill_matrix(_verdict_on((Outcome.PASS, OBSERVED), cell=Cell("plesk", "services")))


def test_the_terminal_shows_every_cell() -> None:
    remaining = io.StringIO()
    shown_text = _verdict_on((Outcome.PASS, OBSERVED), (Outcome.UNSUPPORTED, OBSERVED))
    shown_text += _verdict_on((Outcome.PASS, OBSERVED), cell=REFUSED)
    print_matrix(Console(file=remaining, width=120), fill_matrix(shown_text))
    text = remaining.getvalue()
    assert "refused, as it should be" in text
    assert "1 unsupported" in text
    assert text.count("not run") == 7
    assert text.count("(should be refused)") == 1
    assert "matrix: 2 of 9 cells hold" in text
