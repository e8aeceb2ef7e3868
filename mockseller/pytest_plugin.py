"""Fixtures for pytest, available as soon as mockseller is installed.

``seller``          a `mockseller.Seller` in this process, new for every test;
``seller_server``   a `mockseller.World`, new for every test, in one server process for the whole
                    run: for clients that need a real address;
``seller_process``  that `mockseller.SellerServer`.

The marker ``seller`` says what world a test begins with. The report of a failing test shows what
was called at the sellers of its fixtures, whoever made them.

Nothing is imported before a test uses a fixture. Where a folder of the project hides a package of
mockseller, one line says so, and only tests that use a fixture have an error.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mockseller.packages import HOME, HiddenPackage, find_hiding, find_outranked

if TYPE_CHECKING:
    from mockseller import Seller, SellerServer, World
    from mockseller.exchanges import WatchedSeller

MARKERS: Final = (
    "seller(world='small', provisioning='after 3 reads', clock='2027-01-31', rules={...}):"  # noqa: ISC004 - two lines of one text
    " the world that `seller` or `seller_server` begins with; each option may be left out",
    "mockseller(fixture='small', as_of=None): the same, with former names for world and clock",
)
HIDING: pytest.StashKey[list[str]] = pytest.StashKey()
"""What was said at the start: tests that are collected may bring further folders."""
WATCHED: pytest.StashKey[list[WatchedSeller]] = pytest.StashKey()
"""The sellers of fixtures that are set up at the moment."""


def pytest_configure(config: pytest.Config) -> None:
    """Declares the markers."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.stash[WATCHED] = []


@pytest.fixture
def seller(request: pytest.FixtureRequest) -> Iterator[Seller]:
    """A seller in this process, removed after the test; its world is ``small`` or the marker's."""
    with ExitStack() as ended:
        with fail_in_one_line(request.node.nodeid):
            from mockseller import Seller
            from mockseller.world_options import read_options

            options = read_options(request.node)
            with options.errors_in_one_line():
                made = ended.enter_context(Seller(options.world, as_of=options.clock))
                options.apply(made)
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
    with fail_in_one_line(request.node.nodeid):
        from mockseller.world_options import read_options

        options = read_options(request.node)
        with options.errors_in_one_line():
            made = seller_process.fresh(options.world, options.clock)
            options.apply(made)
    return made


@contextmanager
def fail_in_one_line(test: str = "") -> Iterator[None]:
    """Ends a test where a package is hidden or its marker is wrong, with a line that says so."""
    from mockseller.world_options import MarkerError

    try:
        yield
    except HiddenPackage as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    except MarkerError as error:
        raise pytest.fail.Exception(f"{test}: {error}", pytrace=False) from None


def as_seller(value: object) -> World | None:
    """The value of a fixture, if it is a seller of mockseller's; imports nothing."""
    module = sys.modules.get("emulator.testing.client")
    if module is None or not Path(module.__file__ or "").is_relative_to(HOME):
        return None
    return value if isinstance(value, module.World) else None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Watches the sellers that fixtures make; a fixture may hand on the seller of another."""
    made = yield
    world, watched = as_seller(made), request.config.stash[WATCHED]
    # The process of `seller_server`: each of its worlds is watched for itself.
    is_process = fixturedef.argname == "seller_process"
    if world is not None and not is_process and all(world is not each.world for each in watched):
        from mockseller.exchanges import WatchedSeller

        watched.append(each := WatchedSeller(fixturedef.argname, world))
        fixturedef.addfinalizer(lambda: watched.remove(each))
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What earlier tests did with a seller that outlives them is not of this one."""
    for watched in item.config.stash[WATCHED]:
        watched.begin_test()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failure what its sellers were asked and answered."""
    report = yield
    for watched in item.config.stash[WATCHED] if report.failed else ():
        try:
            text = watched.describe()
        except Exception as problem:  # noqa: BLE001 - a test may have stopped its seller
            text = f"cannot be read: {problem}"
        if text:
            report.sections.append((f"exchanges of {watched.name}", text))
    return report


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
