"""A pytest plugin for your own suite: how much of the API it exercised, with a gate.

``pytest --mockseller-coverage=60`` counts the calls to the sellers of the fixtures ``seller`` and
``seller_server``, prints the result at the end, and fails the run below 60 percent; with 0 it fails
only where nothing was called. ``--mockseller-coverage-family=soft`` counts one family, and may be
repeated. The counts of pytest-xdist's workers are added up. Without the option nothing is imported.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pytest

from mockseller.packages import HiddenPackage, load

if TYPE_CHECKING:
    from contracts.coverage.counting import CoverageCount
    from contracts.coverage.showing import CoverageSelection

SELLERS: Final = {"seller": "*", "seller_server": ""}
"""Fixtures whose sellers are counted: the name of the world, ``*`` for all, empty: its own."""
OPTION: Final = "--mockseller-coverage"
KEY: pytest.StashKey[CoverageCount] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("mockseller")
    group.addoption(
        OPTION, type=float, metavar="MIN", help="Percent of the API that must be exercised."
    )
    group.addoption(
        f"{OPTION}-family",
        action="append",
        default=[],
        metavar="NAME",
        help="Count functions of this family only.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Starts to count where the option is given. Raises UsageError where a package is hidden."""
    if config.getoption(OPTION) is not None:
        try:
            for package in ("emulator", "contracts"):
                load(package)
        except HiddenPackage as error:
            raise pytest.UsageError(f"{OPTION}: {error}") from None
        from contracts.coverage.counting import CoverageCount

        counted = CoverageCount()
        _require_families(config.getoption(f"{OPTION}-family"), counted)
        config.stash[KEY] = counted


def _require_families(families: Sequence[str], counted: CoverageCount) -> None:
    """Raises UsageError for a family that does not exist: nothing of it would be counted."""
    from emulator.names import UnknownName, require

    known_names = counted.coverage.as_dict()["families"]
    for family in families:
        try:
            require("family", family, known_names)
        except UnknownName as error:
            raise pytest.UsageError(f"{OPTION}-family: {error}") from None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Counts a seller's calls when its test is over, before the fixture is torn down."""
    made = yield
    counted = request.config.stash.get(KEY, None)
    worlds = SELLERS.get(fixturedef.argname)
    if counted is not None and worlds is not None:

        def count() -> None:
            # The first of two worlds in a query counts; the fixture appends its own.
            query = f"?world={worlds}" if worlds else ""
            counted.add(made.control("GET", f"/coverage{query}"))

        fixturedef.addfinalizer(count)
    return made


def _short(config: pytest.Config) -> list[str]:
    counted = config.stash.get(KEY, None)
    if counted is None:
        return []
    from contracts.coverage.showing import check_gate

    return check_gate(counted, _chosen(config), config.getoption(OPTION), ())


def _chosen(config: pytest.Config) -> CoverageSelection:
    from contracts.coverage.showing import CoverageSelection

    return CoverageSelection(tuple(config.getoption(f"{OPTION}-family")))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ANN401 - of pytest-xdist
    """Adds what a worker of pytest-xdist counted."""
    counted = node.config.stash.get(KEY, None)
    counts = getattr(node, "workeroutput", {}).get(OPTION)
    if counted is None:
        return
    if counts is not None:
        counted.merge(counts)
    else:
        counted.is_whole = False
        counted.notes.append(f"a worker ended without its counts: {error or node}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a suite that exercised too little; a worker of pytest-xdist passes on its counts."""
    output = getattr(session.config, "workeroutput", None)
    counted = session.config.stash.get(KEY, None)
    if output is not None:
        if counted is not None:
            output[OPTION] = counted.as_dict()
        return
    if session.exitstatus == pytest.ExitCode.OK and _short(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Prints the shares, what could not be counted, and which parts are below the gate."""
    counted = config.stash.get(KEY, None)
    if counted is None:
        return
    from contracts.coverage.showing import compute_shares

    terminalreporter.section("how much of the API your tests used")
    for part, share in compute_shares(counted, _chosen(config)).items():
        line = f"{part}: {share.percent:g}% ({share.exercised} of {share.declared})"
        terminalreporter.write_line(line)
    for note in dict.fromkeys(counted.notes):
        terminalreporter.write_line(f"note: {note}")
    for line in _short(config):
        terminalreporter.write_line(f"too little: {line}", red=True)
