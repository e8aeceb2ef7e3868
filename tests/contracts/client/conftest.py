"""The environment of clients in this process; every case in it has a world of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.checks.client import judge
from contracts.checks.client.environment import CaseEnvironment, in_process


@pytest.fixture(scope="session")
def environment() -> Iterator[CaseEnvironment]:
    with in_process(judge.OUR_DAY) as environment:
        yield environment
