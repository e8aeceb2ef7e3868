"""A pytest plugin for your own suite: how much of the API it exercised, with a gate.

``pytest --mockseller-coverage=60`` counts the calls to the sellers of all fixtures, prints the
result at the end, and fails the run below 60 percent; with 0 it fails only where nothing was
called. ``--seller-report FILE`` writes the same into a file, as its suffix says: html, json, or
xml, which is JUnit with properties. ``--mockseller-coverage-family=soft`` counts one family, and
may be repeated. The counts of pytest-xdist's workers are added up. Without an option nothing is
imported.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mockseller.packages import HiddenPackage, load
from mockseller.pytest_plugin import as_seller

if TYPE_CHECKING:
    from contracts.coverage.counting import CoverageCount
    from contracts.coverage.showing import CoverageSelection
    from mockseller import World

OPTION: Final = "--mockseller-coverage"
REPORT: Final = "--seller-report"
SUFFIXES: Final = (".html", ".json", ".xml")
KEY: pytest.StashKey[CoverageCount] = pytest.StashKey()
SELLERS: pytest.StashKey[list[World]] = pytest.StashKey()
"""Those that are to be counted when their fixtures are torn down."""


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
    group.addoption(
        REPORT,
        type=Path,
        metavar="FILE",
        help="Write what of the API was exercised: .html, .json, or .xml (JUnit properties).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Starts to count where an option is given.

    Raises UsageError where a package is hidden, or where no report could be written.
    """
    report: Path | None = config.getoption(REPORT)
    if config.getoption(OPTION) is None and report is None:
        return
    try:
        for package in ("emulator", "contracts"):
            load(package)
    except HiddenPackage as error:
        option = OPTION if report is None else REPORT
        raise pytest.UsageError(f"{option}: {error}") from None
    if report is not None:
        _require_writable(report)
    from contracts.coverage.counting import CoverageCount

    counted = CoverageCount()
    _require_families(config.getoption(f"{OPTION}-family"), counted)
    config.stash[KEY] = counted
    config.stash[SELLERS] = []


def _require_writable(report: Path) -> None:
    """Raises UsageError where the report could not be written after all tests."""
    if report.suffix not in SUFFIXES:
        raise pytest.UsageError(f"{REPORT}: {report} ends with none of {', '.join(SUFFIXES)}")
    if report.is_dir() or not os.access(report if report.exists() else report.parent, os.W_OK):
        raise pytest.UsageError(f"{REPORT}: {report} cannot be written")


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
    world, sellers = as_seller(made), request.config.stash.get(SELLERS, None)
    if sellers is not None and world is not None and all(world is not each for each in sellers):
        sellers.append(world)
        fixturedef.addfinalizer(lambda: _count(request.config, world))
    return made


def _count(config: pytest.Config, world: World) -> None:
    """Counts all worlds of a `Seller`, of a server only the one, as its others have fixtures."""
    from emulator.testing import Seller

    config.stash[SELLERS].remove(world)
    # The first of two worlds in a query counts; the client appends its own.
    query = "?world=*" if isinstance(world, Seller) else ""
    config.stash[KEY].add(world.control("GET", f"/coverage{query}"))


def _short(config: pytest.Config) -> list[str]:
    counted = config.stash.get(KEY, None)
    least = config.getoption(OPTION)
    if counted is None or least is None:
        return []
    from contracts.coverage.showing import check_gate

    return check_gate(counted, _chosen(config), least, ())


def _write_report(config: pytest.Config, counted: CoverageCount) -> None:
    report: Path | None = config.getoption(REPORT)
    if report is None:
        return
    from contracts.coverage.files import write

    try:
        write(report, counted, _chosen(config))
    except OSError as error:
        counted.notes.append(f"{report} cannot be written: {error.strerror or error}")


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
    if counted is not None:
        _write_report(session.config, counted)
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
    if config.getoption(REPORT) is not None:
        terminalreporter.write_line(f"report: {config.getoption(REPORT)}")
    for line in _short(config):
        terminalreporter.write_line(f"too little: {line}", red=True)
