from __future__ import annotations

from collections.abc import Iterator

import pytest

from emulator.testing import SellerServer


@pytest.fixture
def own_server() -> Iterator[SellerServer]:
    """A server that this test alone calls, and may end."""
    with SellerServer() as made:
        yield made
