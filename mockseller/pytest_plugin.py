"""Fixtures for pytest, available as soon as mockseller is installed.

``seller``          a `mockseller.Seller` in this process, new for every test;
``seller_server``   a `mockseller.World`, new for every test, in one server process for the whole
                    run: for clients that need a real address;
``seller_process``  that `mockseller.SellerServer`.

Nothing is imported before a test uses a fixture. Where a folder of the project hides a package of
mockseller, one line says so, and only tests that use a fixture have an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mockseller.packages import HiddenPackage, find_hiding, find_outranked

if TYPE_CHECKING:
    from mockseller import Seller, SellerServer, World

MARKER = (
    "mockseller(fixture='small', as_of=None): the fixture of the world of `seller` and"
    " `seller_server`, and a day or an instant at which it stands instead of the present"
)
HIDING: pytest.StashKey[list[str]] = pytest.StashKey()
"""What was said at the start: tests that are collected may bring further folders."""


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def seller(request: pytest.FixtureRequest) -> Iterator[Seller]:
    """A seller in this process with the world ``small``, removed after the test."""
    with fail_in_one_line():
        from mockseller import Seller

    with Seller(**_marked(request)) as made:  # type: ignore[arg-type] # fixture and as_of are texts
        yield made


@pytest.fixture(scope="session")
def seller_process() -> Iterator[SellerServer]:
    """One ``mockseller serve`` on a free port for the whole run."""
    with fail_in_one_line():
        from mockseller import SellerServer

    with SellerServer() as made:
        yield made


@pytest.fixture
def seller_server(seller_process: SellerServer, request: pytest.FixtureRequest) -> World:
    """A new world in the running server; ``seller_server.url`` is its address."""
    return seller_process.fresh(**_marked(request))


def _marked(request: pytest.FixtureRequest) -> dict[str, str]:
    """The options of the nearest marker ``mockseller``. Raises UsageError for an unknown one."""
    marker = request.node.get_closest_marker("mockseller")
    options: dict[str, str] = dict(marker.kwargs) if marker is not None else {}
    if unknown := sorted(options.keys() - {"fixture", "as_of"}):
        raise pytest.UsageError(f"mockseller marker: there is no option {unknown[0]!r}")
    return options


@contextmanager
def fail_in_one_line() -> Iterator[None]:
    """Ends a test where a package is hidden, with the line that says by what."""
    try:
        yield
    except HiddenPackage as error:
        pytest.fail(str(error), pytrace=False)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Says which folders of the project hide packages of mockseller."""
    config.stash[HIDING] = _hiding()
    outranked = [
        f"mockseller: {folder} has no __init__.py, so Python imports mockseller's package of the "
        "same name; add the file"
        for folder in find_outranked(config.rootpath)
    ]
    return config.stash[HIDING] + outranked


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Says it of folders that could be imported only when tests were collected."""
    lines = _hiding()
    return lines if lines != config.stash.get(HIDING, []) else []


def _hiding() -> list[str]:
    """One line, or none where nothing is hidden."""
    paths = [str(path) for path in find_hiding()]
    if not paths:
        return []
    verb = "hides a package" if len(paths) == 1 else "hide packages"
    line = f"mockseller: {' and '.join(paths)} {verb} of mockseller with the same name"
    return [f"{line}; only tests that use mockseller are affected"]
