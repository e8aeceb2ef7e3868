"""Spans, instants, and the three ways a world reads its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emulator.clock import SystemClock, WorldClock, add_span, read_instant

NOW = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "end"),
    [
        ("31 days", datetime(2026, 3, 3, 10, 0, tzinfo=UTC)),
        ("1 month", datetime(2026, 2, 28, 10, 0, tzinfo=UTC)),
        ("90 seconds", datetime(2026, 1, 31, 10, 1, 30, tzinfo=UTC)),
        ("2 Hours", datetime(2026, 1, 31, 12, 0, tzinfo=UTC)),
        ("1 year", datetime(2027, 1, 31, 10, 0, tzinfo=UTC)),
        (" 2 weeks ", datetime(2026, 2, 14, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_span_moves_an_instant(span: str, end: datetime) -> None:
    assert add_span(NOW, span) == end


@pytest.mark.parametrize(
    "span", ["", "days", "1", "-1 day", "1 fortnight", "9999999 days", "١ day"]
)
def test_what_is_no_span_is_told_in_one_line(span: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time"):
        add_span(NOW, span)


def test_a_span_that_leaves_the_calendar_is_told() -> None:
    with pytest.raises(ValueError, match="leaves the calendar"):
        add_span(NOW, "9000 years")
    with pytest.raises(ValueError, match="leaves the calendar"):
        add_span(NOW, "6974 years")


def test_an_instant_is_read_as_utc() -> None:
    assert read_instant("2027-01-31") == datetime(2027, 1, 31, tzinfo=UTC)
    assert read_instant("2027-01-31T02:00:00+02:00") == datetime(2027, 1, 31, tzinfo=UTC)
    assert read_instant("2027-01-31T00:00:00Z") == datetime(2027, 1, 31, tzinfo=UTC)
    with pytest.raises(ValueError, match="is not an instant"):
        read_instant("tomorrow")


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9000-01-01"])
def test_an_instant_whose_terms_would_leave_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends with the year 8999"):
        read_instant(text)
    with pytest.raises(ValueError, match="is not an instant"):
        read_instant("0001-01-01T00:00:00+14:00")


def test_a_frozen_clock_stands_and_a_shifted_one_runs() -> None:
    times = [NOW]
    machine = SystemClock(now=lambda: times[0], elapsed=lambda: 0.0)
    shifted = WorldClock("real").moved_to(NOW + timedelta(days=10), machine)
    frozen = WorldClock("frozen", frozen_at=NOW)
    times[0] = NOW + timedelta(hours=1)
    assert shifted.now(machine) == NOW + timedelta(days=10, hours=1)
    assert frozen.now(machine) == NOW
    assert frozen.moved_to(NOW + timedelta(days=1), machine).now(machine) == NOW + timedelta(days=1)
