"""Where a machine stands, and in which zone an instant is written, makes no difference."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from emulator.clock import read_instant
from tests.domain.conftest import open_bench

LIFE = """
from datetime import datetime
from emulator.clock import current_time, read_instant
from tests.domain.conftest import open_bench

bench = open_bench()
bench.order(autoprolong=1)
bench.order(55239, ip="10.10.10.11", period=-100)
for instant in ("2026-03-29T01:30:00+01:00", "2026-10-25T02:30:00+02:00", "2027-01-31"):
    bench.move_to(read_instant(instant))
for one in bench.happened:
    print(one.as_dict())
print(bench.money(), current_time().utcoffset())
"""
ZONES = ("UTC", "Pacific/Kiritimati", "America/Los_Angeles")


def life_in(zone: str) -> str:
    environ = {**os.environ, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", LIFE]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout


def test_a_year_is_the_same_in_every_time_zone() -> None:
    here, *elsewhere = (life_in(zone) for zone in ZONES)
    assert here.count("prolong") > 10
    assert elsewhere == [here] * len(elsewhere)


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("2026-02-28T13:59:59+14:00", "2026-02-28T14:00:00+14:00"),
        ("2026-02-27T15:59:59-08:00", "2026-02-27T16:00:00-08:00"),
        ("2026-02-27T23:59:59", "2026-02-28"),
    ],
)
def test_a_day_begins_at_midnight_utc_however_it_is_written(before: str, then: str) -> None:
    bench = open_bench()
    opened = bench.order()
    bench.move_to(read_instant(before))
    assert opened.id not in {h.service_id for h in bench.happened}
    bench.move_to(read_instant(then))
    (fell,) = (h for h in bench.happened if h.service_id == opened.id)
    assert (fell.what, fell.at) == ("suspend", datetime(2026, 2, 28, tzinfo=UTC))
