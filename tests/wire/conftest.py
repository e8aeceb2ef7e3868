from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from emulator.clock import SystemClock
from emulator.testing import Seller


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    at = datetime(2026, 3, 15, 12, tzinfo=UTC)
    system_clock = SystemClock(now=lambda: at, elapsed=at.timestamp)
    with Seller(seeds=tmp_path_factory.mktemp("seeds"), system_clock=system_clock) as seller:
        yield seller.wsgi.test_client(use_cookies=False)
