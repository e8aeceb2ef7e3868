"""For a test suite of your own: how much of the API it exercised, and a gate on it.

In the ``conftest.py`` at the top of your tests::

    pytest_plugins = ["contracts.coverage.plugin"]

Then ``pytest --mockseller-coverage=60`` counts what goes to the sellers of the fixtures ``seller``
and ``seller_server``, tells it at the end, and fails the run under 60 percent; with 0 it only
tells. ``--mockseller-coverage-family=soft`` looks at one family, and may be repeated.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from contracts.coverage.counting import CoverageCount
    from contracts.coverage.showing import CoverageSelection

SELLERS: Final = {"seller": "*", "seller_server": ""}
"""Fixtures whose sellers are counted, and of which worlds: all of one, or its own."""
OPTION: Final = "--mockseller-coverage"
KEY: pytest.StashKey[CoverageCount] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("mockseller")
    group.addoption(OPTION, type=float, metavar="MIN", help="Percent of the API to be exercised.")
    group.addoption(
        f"{OPTION}-family", action="append", default=[], metavar="NAME", help="Of this family."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is loaded and counted unless it was asked for."""
    if config.getoption(OPTION) is not None:
        from contracts.coverage.counting import CoverageCount  # noqa: PLC0415 - see above

        config.stash[KEY] = CoverageCount()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """A seller is counted when its test is over, before it is taken away."""
    made = yield
    counted = request.config.stash.get(KEY, None)
    worlds = SELLERS.get(fixturedef.argname)
    if counted is not None and worlds is not None:

        def count() -> None:
            # The first of two worlds in a query holds; the handle puts its own behind.
            query = f"?world={worlds}" if worlds else ""
            counted.add(made.control("GET", f"/coverage{query}"))

        fixturedef.addfinalizer(count)
    return made


def _short(config: pytest.Config) -> list[str]:
    counted = config.stash.get(KEY, None)
    if counted is None:
        return []
    from contracts.coverage.showing import gate  # noqa: PLC0415 - see above

    return gate(counted, _chosen(config), config.getoption(OPTION), ())


def _chosen(config: pytest.Config) -> CoverageSelection:
    from contracts.coverage.showing import CoverageSelection  # noqa: PLC0415 - see above

    return CoverageSelection(tuple(config.getoption(f"{OPTION}-family")))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A suite that exercised too little has failed."""
    if session.exitstatus == pytest.ExitCode.OK and _short(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """The shares, what is known to be missing from the count, and what is too little."""
    counted = config.stash.get(KEY, None)
    if counted is None:
        return
    from contracts.coverage.showing import shares  # noqa: PLC0415 - see above

    terminalreporter.section("what of the API was exercised")
    for part, share in shares(counted, _chosen(config)).items():
        line = f"{part}: {share.percent:g}% ({share.exercised} of {share.declared})"
        terminalreporter.write_line(line)
    for note in dict.fromkeys(counted.notes):
        terminalreporter.write_line(f"note: {note}")
    for line in _short(config):
        terminalreporter.write_line(f"too little: {line}", red=True)
