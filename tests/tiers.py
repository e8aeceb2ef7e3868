"""Two tiers of tests: `make test` runs a declared part of the cases, `make test-all` all of them.

A test says in a mark which of its cases the short run needs. Everything else runs in both tiers.

``full_only(reason)``
    The test runs only in the full run; ``reason`` says what covers its subject in the short one.
``every(count)``
    One case of ``count`` runs.
``one_per.with_args(key)``
    ``key`` is called with the parameters of each case. Of the cases with equal keys one runs.
``one_of(group)``
    Of all cases that name the same group, in whichever file, one runs.
``counts(kind, *parameters)``
    Selects nothing: counts the distinct values of parameters (``"mutant.rule"`` is an attribute of
    one), or the cases where none is named.

Which cases a short run picks rotates with the commit, so that all of them have their turn and one
commit gives one verdict; ``--rotation N`` picks the N-th choice. ``--all`` (or the environment
variable ``MOCKSELLER_TESTS=all``) runs everything, and so does naming a case by its node id. At its
end a run states how many of each kind it ran, of how many there are.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

MARKS: Final = (
    "full_only(reason): runs only in the full run",
    "every(count): of the cases one of count runs in the short run",
    "one_per(key): of the cases with the same key(*parameters) one runs in the short run",
    "one_of(group): of all cases that name this group one runs in the short run",
    "counts(kind, *parameters): counted at the end of a run, by the values of parameters",
)
CASES: Final = "cases"

Members = dict[str, tuple[int, list[str]]]
"""Of each kind: how many there are as far as a test knows, and those that it handled."""
_MEMBERS: Final = pytest.StashKey[Members]()

Tally = Callable[[str, Collection[str], int], None]
"""``tally(kind, handled, total)`` counts what one test handled in a loop."""


def add_options(parser: pytest.Parser) -> None:
    """Add the options of the two tiers to pytest."""
    group = parser.getgroup("mockseller")
    group.addoption("--all", action="store_true", help="run every case, as make test-all does")
    group.addoption(
        "--rotation", type=int, metavar="N", help="which choice of cases a short run makes"
    )


class Tiers:
    """The plugin: selects cases when they are collected, and states at the end what ran."""

    def __init__(self, config: pytest.Config) -> None:
        by_node_id = any("::" in argument for argument in config.args)
        by_environment = os.environ.get("MOCKSELLER_TESTS") == "all"
        self.full = bool(config.getoption("--all")) or by_environment or by_node_id
        number = config.getoption("--rotation")
        self.rotation = _number_of_commit(config.rootpath) if number is None else int(number)
        self._config = config
        self._totals: dict[str, int] = {}
        self._ran: defaultdict[str, set[str]] = defaultdict(set)
        for line in MARKS:
            config.addinivalue_line("markers", line)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Deselect what a short run leaves out."""
        members: defaultdict[str, set[str]] = defaultdict(set)
        for item in items:
            counted = {CASES: item.nodeid, **dict(_counted_values(item))}
            item.stash[_MEMBERS] = {kind: (0, [value]) for kind, value in counted.items()}
            for kind, value in counted.items():
                members[kind].add(value)
        self._totals = {kind: len(values) for kind, values in members.items()}
        if not self.full:
            selected = self._select(items)
            left_out = [item for item in items if item not in selected]
            items[:] = [item for item in items if item in selected]
            self._config.hook.pytest_deselected(items=left_out)

    def _select(self, items: Iterable[pytest.Item]) -> set[pytest.Item]:
        """Return the cases of a short run."""
        selected: set[pytest.Item] = set()
        groups: defaultdict[tuple[str, int, Hashable], list[pytest.Item]] = defaultdict(list)
        for item in items:
            if item.get_closest_marker("full_only"):
                continue
            if mark := item.get_closest_marker("every"):
                groups[_function_of(item), int(mark.args[0]), None].append(item)
            elif mark := item.get_closest_marker("one_of"):
                groups["", 0, mark.args[0]].append(item)
            elif mark := item.get_closest_marker("one_per"):
                key = mark.args[0](*_parameters(item).values())
                groups[_function_of(item), 0, key].append(item)
            else:
                selected.add(item)
        for group, cases in groups.items():
            cases.sort(key=lambda item: item.nodeid)
            step = group[1] or len(cases)
            selected.update(cases[self.rotation % min(step, len(cases)) :: step])
        return selected

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach what a case counts as to its report, in which it reaches the main process."""
        report = yield
        if report.when == "call" and not report.skipped:
            vars(report)["members"] = item.stash[_MEMBERS]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what ran."""
        for kind, (total, values) in getattr(report, "members", {}).items():
            self._ran[kind].update(values)
            self._totals[kind] = max(self._totals.get(kind, 0), total)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """In a worker of xdist, hand the totals to the main process, which collects nothing."""
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["totals"] = self._totals

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 - xdist has no types
        """Take the totals of a worker."""
        for kind, total in getattr(node, "workeroutput", {}).get("totals", {}).items():
            self._totals[kind] = max(self._totals.get(kind, 0), total)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """State what ran, and that the rest did not."""
        if not self._ran:
            return
        terminalreporter.section("how many of each ran")
        if self.full:
            terminalreporter.line("full run")
        else:
            terminalreporter.line(
                f"short run (--rotation {self.rotation}); make test-all runs the rest"
            )
        for kind in sorted(self._totals):
            total = max(self._totals[kind], len(self._ran[kind]))
            terminalreporter.line(f"  {len(self._ran[kind]):6d} of {total:6d} {kind}")


def note_members(item: pytest.Item) -> Tally:
    """Return the function by which a running test counts what it handles in a loop."""

    def tally(kind: str, handled: Collection[str], total: int) -> None:
        item.stash[_MEMBERS][kind] = (total, list(handled))

    return tally


def _counted_values(item: pytest.Item) -> Iterator[tuple[str, str]]:
    """Yield what a case counts as by its marks: kinds and the values that are counted."""
    for mark in item.iter_markers("counts"):
        kind, *names = mark.args
        values = [_describe_parameter(item, name) for name in names]
        yield kind, " ".join(values) or item.nodeid


def _describe_parameter(item: pytest.Item, name: str) -> str:
    """Return the text by which a parameter, or its attribute, is told from others of its kind."""
    parameter, _, attribute = name.partition(".")
    value = _parameters(item)[parameter]
    return str(getattr(value, attribute or "name", value))


def _parameters(item: pytest.Item) -> dict[str, Any]:
    """Return the parameters of a case by name."""
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec else {}


def _function_of(item: pytest.Item) -> str:
    """Return the node id without the parameters."""
    return item.nodeid.partition("[")[0]


def _number_of_commit(folder: Path) -> int:
    """Return a number that every commit has another of; 0 where there is no git."""
    try:
        shown = subprocess.run(
            ["git", "rev-parse", "--short=6", "HEAD"],
            cwd=folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(shown.stdout.strip()[:6], 16)
