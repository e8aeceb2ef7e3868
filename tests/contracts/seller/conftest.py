"""The second seller, made once: a test gets it as it was on its first day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.seller.second_seller import Second, second_seller

FIRST_DAY = "first-day"


@pytest.fixture(scope="session")
def made_once() -> Iterator[Second]:
    with second_seller() as made:
        made.own.snapshot(FIRST_DAY)
        yield made


@pytest.fixture
def second(made_once: Second) -> Second:
    made_once.own.restore(FIRST_DAY)
    return Second(made_once.own)
