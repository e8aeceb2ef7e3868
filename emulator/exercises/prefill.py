"""What a form is filled with for the step that a trainee does now.

The values are those that the task names (``period=1``), that the step wants, and that earlier calls
sent or were answered; whatever else the function needs is that of its example.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from emulator.exercises.definition import CallPattern, Step
from emulator.journal import CHANGED, REFUSED, Entry

NAMED = re.compile(r"\b([a-z][\w.]*)=([^\s,;()]+)")
IDS = re.compile(r'<id>(\d+)</id>|"id":(?:\{"(?:\$|v)":)?"(\d+)"')
SUBMIT = "sok"
CREDENTIALS = "authinfo"


def fill(step: Step, done: Mapping[str, Entry], example: Mapping[str, str]) -> dict[str, str]:
    """Values by parameter. ``done``: the calls of steps that are done, by the id of the step."""
    values = {**example, **_named(step)}
    call = step.call
    values |= {name: value for name, value in call.params.items() if "*" not in value}
    for name, earlier in call.same_as.items():
        if earlier in done:
            values[name] = json.loads(done[earlier].params).get(name, "")
    for name, earlier in call.from_answer.items():
        values[name] = _only_id(done[earlier].answer) if earlier in done else ""
    if only_shows(call):
        values.pop(SUBMIT, None)
    return values


def login_of(step: Step, standard: str) -> str:
    """Who calls: whom the step wants, or the task names, or the login of the exercise."""
    authinfo = next((v for n, v in _all_named(step) if n == CREDENTIALS), "")
    return step.call.login or authinfo.partition(":")[0] or standard


def only_shows(call: CallPattern) -> bool:
    """Whether the step wants a list or a form that is shown, not one that is sent."""
    return bool(call.outcome) and not any(
        outcome.startswith((CHANGED, REFUSED, "bought", "paid")) for outcome in call.outcome
    )


def _named(step: Step) -> dict[str, str]:
    return {name: value for name, value in _all_named(step) if name != CREDENTIALS}


def _all_named(step: Step) -> list[tuple[str, str]]:
    """Names and values in the task, and what its hint adds for parameters it leaves open."""
    pairs = [*NAMED.findall(step.hint["en"]), *NAMED.findall(step.task["en"])]
    return [(name, value.rstrip(".:")) for name, value in pairs if name != "func"]


def _only_id(answer: str) -> str:
    """The number of what was ordered; empty where the answer has several: those are to be read."""
    numbers = {first or second for first, second in IDS.findall(answer)}
    return numbers.pop() if len(numbers) == 1 else ""
