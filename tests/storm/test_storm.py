"""Killed workers and a killed server lose nothing that was acknowledged, and do nothing twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.postgres import needs_postgres, running_engine
from tests.storm.run import Extent, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the workers are found in /proc")
SECONDS = 240
"""More than the kills take; on a computer that is very busy it ends the storm."""


@pytest.mark.full_only("tests/worlds has races and full disks; tests/e2e ends servers")
@pytest.mark.parametrize(
    "kills",
    [
        3,
        30,
    ],
)
def test_nothing_acknowledged_is_lost_or_done_twice(tmp_path: Path, kills: int) -> None:
    outcome = run(tmp_path, Extent(SECONDS, kills), seed=kills)
    assert outcome.differences == []
    kinds = ("kills: a worker", "kills: the whole server")
    assert sum(outcome.counts.get(kind, 0) for kind in kinds) == kills
    assert outcome.counts["calls answered"] > kills


@needs_postgres()
@pytest.mark.full_only("tests/worlds/test_engines.py takes the engine away from one seller")
def test_nothing_acknowledged_is_lost_when_the_engine_is_killed_too(tmp_path: Path) -> None:
    with running_engine() as engine:
        outcome = run(tmp_path, Extent(SECONDS, 30), seed=30, engine=engine)
    assert outcome.differences == []
    assert outcome.counts["kills: the engine"] > 2
    assert outcome.counts["calls answered"] > 30
