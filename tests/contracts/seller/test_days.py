"""Courses hold on every day of the year: months have ends, and years have a February."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.journeys.runs import JourneyOptions, run_journeys
from contracts.record.levels import Choice
from contracts.target.seller import connect_wsgi
from contracts.verdicts import Outcome
from emulator.clock import SystemClock
from emulator.testing import Seller


@pytest.mark.every(2)
@pytest.mark.parametrize("day", ["2028-01-30", "2027-08-31"])
def test_courses_hold_at_the_ends_of_months(day: str) -> None:
    at = datetime.fromisoformat(f"{day}T23:30:00").replace(tzinfo=UTC)
    system_clock = replace(SystemClock(), now=lambda: at)
    with Seller(system_clock=system_clock) as own, connect_wsgi(own.wsgi) as seller:
        with seller.open_session("small") as place:
            assert place.bindings.today.isoformat() == day
        verdicts = list(run_journeys(seller, Choice(only="flow/"), JourneyOptions()))
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASS}, [
        str(verdict) for verdict in verdicts if verdict.outcome is not Outcome.PASS
    ]
