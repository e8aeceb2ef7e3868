"""A stage for clients in this process; every play on it has a world of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.checks.client import runs
from contracts.checks.client.environment import Stage, in_process


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with in_process(runs.OUR_DAY) as made:
        yield made
