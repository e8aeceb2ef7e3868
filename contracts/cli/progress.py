"""Progress of a judge on stderr: a spinner in a terminal, plain lines elsewhere.

A judge may run for minutes, and CI systems stop a job that prints nothing for long. stdout is left
to verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from rich.status import Status

    from contracts.verdicts import Verdict

PartOf = Callable[["Verdict"], str]
"""The part of the run that a verdict belongs to; a line is printed when a part is judged."""
SECONDS_BETWEEN_LINES: Final = 10.0


def part_by_family(verdict: Verdict) -> str:
    """``soft`` of ``soft.edit/rename``; of journeys and scenarios the kind of reseller."""
    from contracts.record.levels import family_of

    head, _, rest = verdict.name.partition("/")
    return f"{head}/{rest.partition('/')[0]}" if head in ("flow", "scenario") else family_of(head)


def part_by_lesson(verdict: Verdict) -> str:
    """One lesson in one trade."""
    return f"{verdict.name}, {verdict.out}"


def part_by_trade(verdict: Verdict) -> str:
    """All lessons of one kind of reseller in one trade."""
    return verdict.out


class Progress:
    """Shows how far a judge is."""

    def __init__(self, part_of: PartOf = part_by_family) -> None:
        self._part_of = part_of
        self._part = ""
        self._verdicts: list[Verdict] = []
        self._status: Status | None = None
        self._last_line = 0.0

    def watch(self, target: str, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
        """Yield the verdicts as they come, each with the seconds it took."""
        from dataclasses import replace

        from rich.console import Console
        from rich.text import Text

        from contracts import clock
        from contracts.reports.plaintext import one_line
        from contracts.reports.size import limit_size

        console = Console(stderr=True)
        start = clock.elapsed()
        self._last_line = start - SECONDS_BETWEEN_LINES
        with console.status(Text(one_line(target))) as status:
            self._status = status if console.is_terminal else None
            for number, verdict in enumerate(verdicts, start=1):
                seconds = verdict.seconds or round(clock.elapsed() - start, 6)
                timed = replace(limit_size(verdict), seconds=seconds)
                if self._status is None:
                    self._add(timed)
                else:
                    self._status.update(Text(one_line(f"{number} {timed.name}")))
                yield timed
                start = clock.elapsed()
        self._status = None
        self._end_part()

    def show(self, line: str) -> None:
        """Show what a judge is doing whose verdicts all come at the end.

        Outside a terminal a line is printed at most every ten seconds.
        """
        from rich.text import Text

        from contracts import clock
        from contracts.reports.plaintext import one_line

        if self._status is not None:
            self._status.update(Text(one_line(line)))
        elif clock.elapsed() - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = clock.elapsed()
            click.echo(one_line(line), err=True)

    def _add(self, verdict: Verdict) -> None:
        part = self._part_of(verdict)
        if part != self._part:
            self._end_part()
        self._part = part
        self._verdicts.append(verdict)

    def _end_part(self) -> None:
        """Print what the verdicts of the part come to."""
        from contracts.reports.counts import count_outcomes, in_words
        from contracts.reports.plaintext import one_line

        if self._verdicts:
            seconds = sum(verdict.seconds for verdict in self._verdicts)
            line = f"{self._part}: {in_words(count_outcomes(self._verdicts))} ({seconds:.1f} s)"
            click.echo(one_line(line), err=True)
        self._verdicts = []
