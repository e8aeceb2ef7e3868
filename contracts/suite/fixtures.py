"""Sellers to be judged, started once for a whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts import own
from contracts.target import Seller


@pytest.fixture(scope="session")
def judged_in_process() -> Iterator[Seller]:
    """A seller in this process."""
    with own.in_process() as seller:
        yield seller


@pytest.fixture(scope="session")
def judged_over_http() -> Iterator[Seller]:
    """A seller under gunicorn."""
    with own.served() as seller:
        yield seller
