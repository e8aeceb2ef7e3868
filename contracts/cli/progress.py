"""How far a judgement is, on stderr: a spinner for people, plain lines for a log.

A judge may take minutes, and a CI job that says nothing for that long is ended by whoever watches
it. Nothing of this is on stdout, where verdicts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from contracts.verdicts import Verdict

Part = Callable[["Verdict"], str]
"""What of the whole a verdict belongs to; a line tells when all of that is judged."""
OFTEN: Final = 10.0
"""Seconds between two lines of what goes on without coming to an end."""


def family(verdict: Verdict) -> str:
    """``soft`` of ``soft.edit/rename``; of courses and scenarios the kind of reseller."""
    from contracts.record.levels import family_of

    head, _, rest = verdict.name.partition("/")
    return f"{head}/{rest.partition('/')[0]}" if head in ("flow", "scenario") else family_of(head)


def lesson(verdict: Verdict) -> str:
    """A lesson in one line of trade."""
    return f"{verdict.name}, {verdict.out}"


def trade(verdict: Verdict) -> str:
    """All lessons of a kind of reseller in one line of trade."""
    return verdict.out


class Progress:
    """Tells how far a judgement is; `tell` is for judges whose verdicts all fall at the end."""

    def __init__(self, part: Part = family) -> None:
        self._part = part
        self._show: Callable[[str], None] = _line
        self._last = 0.0

    def tell(self, line: str) -> None:
        """Tells what is done."""
        self._show(line)

    def tell_often(self, line: str) -> None:
        """The same of what may be told again in a moment: on no terminal every ten seconds."""
        from contracts import clock

        if self._show is not _line or clock.elapsed() - self._last >= OFTEN:
            self._last = clock.elapsed()
            self._show(line)

    def watched(self, target: str, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        """The verdicts as they fall, each with the time it took."""
        from dataclasses import replace

        from contracts import clock
        from contracts.reports.size import bounded

        start = clock.elapsed()
        self._last = start - OFTEN
        with self._shown(target) as told:
            for verdict in verdicts:
                took = verdict.seconds or round(clock.elapsed() - start, 6)
                timed = replace(bounded(verdict), seconds=took)
                told.add(timed)
                yield timed
                start = clock.elapsed()
            told.close()

    @contextmanager
    def _shown(self, target: str) -> Iterator[_Names | _Parts]:
        """On a terminal one line that moves, elsewhere a line for each part."""
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        from contracts.reports.plaintext import one_line

        screen = Console(stderr=True)
        if not screen.is_terminal:
            yield _Parts(self._part)
            return
        columns = (
            SpinnerColumn(), TextColumn("{task.fields[now]}", markup=False), TimeElapsedColumn()
        )  # fmt: skip
        with Bar(*columns, console=screen, transient=True) as bar:
            task = bar.add_task("judging", total=None, now=one_line(target))
            self._show = lambda line: bar.update(task, now=one_line(line))
            try:
                yield _Names(self._show)
            finally:
                self._show = _line


class _Names:
    """Shows the name of each verdict as it falls."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._number = 0

    def add(self, verdict: Verdict) -> None:
        self._number += 1
        self._show(f"{self._number} {verdict.name}")

    def close(self) -> None:
        """Nothing is left to be shown."""


class _Parts:
    """Counts the verdicts of one part, and tells them in a line when another part begins."""

    def __init__(self, part_of: Part) -> None:
        self._part_of = part_of
        self._part = ""
        self._verdicts: list[Verdict] = []

    def add(self, verdict: Verdict) -> None:
        part = self._part_of(verdict)
        if part != self._part:
            self.close()
        self._part = part
        self._verdicts.append(verdict)

    def close(self) -> None:
        from contracts.reports.counts import counts_of, in_words

        if self._verdicts:
            seconds = sum(verdict.seconds for verdict in self._verdicts)
            _line(f"{self._part}: {in_words(counts_of(self._verdicts))} ({seconds:.1f} s)")
        self._verdicts = []


def _line(line: str) -> None:
    from contracts.reports.plaintext import one_line

    click.echo(one_line(line), err=True)
