"""Fixtures for pytest, available as soon as mockseller is installed.

``seller``          an `emulator.testing.Seller` in this process, new for every test;
``seller_server``   an `emulator.testing.World`, new for every test, in one server process for the
                    whole run: for clients that need a real address;
``seller_process``  that `emulator.testing.SellerServer`.

Nothing is imported before a test uses a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from emulator.testing import Seller, SellerServer, World


@pytest.fixture
def seller() -> Iterator[Seller]:
    """A seller in this process with the world ``small``, removed after the test."""
    from emulator.testing import Seller

    with Seller() as made:
        yield made


@pytest.fixture(scope="session")
def seller_process() -> Iterator[SellerServer]:
    """One ``mockseller serve`` on a free port for the whole run."""
    from emulator.testing import SellerServer

    with SellerServer() as made:
        yield made


@pytest.fixture
def seller_server(seller_process: SellerServer) -> World:
    """A new world in the running server; ``seller_server.url`` is its address."""
    return seller_process.fresh()
