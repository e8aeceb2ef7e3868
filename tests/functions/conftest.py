from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functions.seller import Seller


@pytest.fixture(scope="session")
def seller_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seller]:
    """One seller for all tests: worlds are reset between them, which is faster than new ones."""
    seller = Seller(tmp_path_factory.mktemp("functions"))
    yield seller
    seller.close()


@pytest.fixture
def shop(seller_of_all: Seller) -> Seller:
    """The seller as it was on its first day, with the world ``small`` alone."""
    seller_of_all.begin()
    return seller_of_all
