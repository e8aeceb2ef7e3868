"""People as players: at a page of their own, or in the terminal.

They do what is asked for in their own billing system, and say what has become of it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final, Self, TextIO

from contracts.checks.client.drivers import Folder
from contracts.checks.client.environment import on_port
from contracts.checks.client.manual_ui import Desk
from contracts.checks.client.steps import BadReport, Report, Result, Step, read_report
from contracts.target.seller import CannotRun

LAST_LOOK: Final = 3.0
"""Seconds: a waiting page looks every second."""
WORDS: Final = {"done": Result.OK, **{result.value: result for result in Result}}


class AtDesk(Folder):
    """A person at a page on this machine (`Desk`). A context: the page is there while it lasts.

    ``last_look`` are the seconds that it stays after the last step, until somebody has seen that.
    """

    def __init__(self, out: TextIO, *, last_look: float = LAST_LOOK) -> None:
        super().__init__()
        self._out = out
        self._last_look = last_look
        self._desk = Desk()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        address = self._open.enter_context(on_port(self._desk))
        print(f"what to do next: {address}/", file=self._out, flush=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._desk.finish(self._last_look)
        self._open.close()

    def do(self, step: Step) -> Report:
        """Shows a step and waits for the answer."""
        return self._desk.ask(step)


class AtTerminal(Folder):
    """Steps are written as lines of JSON, with the sentence for people before each.

    Answers are lines as well: one of the protocol, or a word: done, failed, unknown, cannot.
    """

    def __init__(self, out: TextIO, lines: TextIO) -> None:
        super().__init__()
        self._out = out
        self._lines = lines

    def do(self, step: Step) -> Report:
        """Writes a step and waits for a line. Raises CannotRun when no more lines come."""
        print(f"# {step.say}", file=self._out)
        print(step.line(), file=self._out, flush=True)
        for line in self._lines:
            word = line.strip()
            if not word:
                continue
            if word in WORDS:
                return Report(WORDS[word])
            try:
                return read_report(word)
            except BadReport as problem:
                print(f"# {problem}", file=self._out, flush=True)
        raise CannotRun(f"no answer to step {step.number} of {step.lesson}: the input has ended")
