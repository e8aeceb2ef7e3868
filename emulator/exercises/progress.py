"""How far a trainee has come: a function of the journal and of the exercise alone.

Nothing is stored but where an exercise began (`emulator.exercises.rows`), so several workers of a
server say the same, and so does a server that was started anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

from emulator import journal
from emulator.exercises.definition import CallPattern, Exercise, Step
from emulator.journal import Entry

State = Literal["done", "next", "waiting", "missed"]
KINDS = {"call": journal.CALL, "event": journal.EVENT}
_SUM = re.compile(r"(?:bought|paid) (\d+\.\d+)\Z")


@dataclass(frozen=True, slots=True)
class StepProgress:
    """A step and its state.

    ``next``: it can be done now; ``waiting``: a step before it is not done. ``entry``: the call
    that did it, or that made it impossible; None for the other states.
    """

    step: Step
    state: State
    entry: Entry | None = None

    @property
    def charge(self) -> Decimal | None:
        """What the call of a done step took from the balance; None: nothing."""
        if self.state != "done" or self.entry is None:
            return None
        match = _SUM.match(self.entry.outcome)
        return None if match is None else Decimal(match[1])


def measure(exercise: Exercise, entries: Sequence[Entry]) -> tuple[StepProgress, ...]:
    """The state of each step. ``entries``: since the exercise began, oldest first."""
    steps: list[StepProgress] = []
    done: dict[str, Entry] = {}
    for place, step in enumerate(exercise.steps):
        anchors = exercise.anchors(place)
        if not all(name in done for name in anchors):
            steps.append(StepProgress(step, "waiting"))
            continue
        begin = max((done[name].id for name in anchors), default=0)
        state, entry = _search(step, [each for each in entries if each.id > begin], done)
        if state == "done" and entry is not None:
            done[step.id] = entry
        steps.append(StepProgress(step, state, entry))
    return tuple(steps)


def _search(
    step: Step, entries: Sequence[Entry], done: Mapping[str, Entry]
) -> tuple[State, Entry | None]:
    count = 0
    for entry in entries:
        if matches(step.call, entry, done):
            count += 1
            if count == step.call.count:
                return "done", entry
        elif any(matches(pattern, entry, done) for pattern in step.without):
            return "missed", entry
    return "next", None


def matches(pattern: CallPattern, entry: Entry, done: Mapping[str, Entry]) -> bool:
    """Whether an entry is such a call. ``done``: the calls of steps that are done, by their id."""
    return (
        entry.kind == KINDS[pattern.kind]
        and any(_expression(name).match(entry.func) for name in pattern.func)
        and pattern.login in (None, entry.login)
        and (not pattern.outcome or any(entry.came_to(each) for each in pattern.outcome))
        and pattern.hit_by_fault in (None, entry.fault is not None)
        and (pattern.answer is None or re.search(pattern.answer, entry.answer) is not None)
        and _sent(pattern, entry, done)
    )


def _sent(pattern: CallPattern, entry: Entry, done: Mapping[str, Entry]) -> bool:
    params = json.loads(entry.params)
    for name, value in pattern.params.items():
        if name not in params or not _expression(value).match(params[name]):
            return False
    for name, step in pattern.same_as.items():
        before = json.loads(done[step].params) if step in done else {}
        if name not in params or params[name] != before.get(name):
            return False
    for name, step in pattern.from_answer.items():
        answer = done[step].answer if step in done else ""
        value = re.escape(params.get(name, ""))
        if not value or re.search(rf"(?<!\w){value}(?!\w)", answer) is None:
            return False
    return True


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """A pattern of a file, in which ``*`` stands for anything."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*") + r"\Z", re.DOTALL)
