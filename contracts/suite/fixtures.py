"""Fixtures: sellers to be judged, started once for a whole run, and the target of fuzzing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.target import FuzzTarget
from contracts.target import own
from contracts.target.seller import Seller

DECLARED = Declarations()


@pytest.fixture(scope="session")
def judged_in_process() -> Iterator[Seller]:
    """A seller in this process."""
    with own.start_in_process() as seller:
        yield seller


@pytest.fixture(scope="session")
def judged_over_http() -> Iterator[Seller]:
    """A seller under gunicorn."""
    with own.start_served() as seller:
        yield seller


@pytest.fixture(scope="module")
def target(judged_in_process: Seller) -> Iterator[FuzzTarget]:
    """Where they are sent. What one example changes the next one meets: that is quicker."""
    with FuzzTarget(judged_in_process, DECLARED, isolated=False) as made:
        yield made
