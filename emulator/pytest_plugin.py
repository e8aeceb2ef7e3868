"""Fixtures for pytest, there as soon as mockseller is installed.

``seller``         a `emulator.testing.Seller` in this process, new for every test;
``seller_server``  a fresh `emulator.testing.World` for every test, by path, of one server process
                   for the whole run: for clients that need a real address.

Nothing is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from emulator.testing import Seller, SellerServer, World


@pytest.fixture
def seller() -> Iterator[Seller]:
    """A seller in this process with the world ``small``: fast, and gone after the test."""
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
    """A world of its own in the running server; ``seller_server.url`` is its address."""
    return seller_process.fresh()
