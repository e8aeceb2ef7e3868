"""Starts exercises in worlds, shows how far trainees have come, makes worlds for a class."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from emulator.control.api import accounts, faults, world_state
from emulator.control.api.names import KnownNames
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.world import read
from emulator.exercises import files, progress, rows
from emulator.exercises.definition import Exercise, Start, Step
from emulator.exercises.files import NoExerciseError
from emulator.exercises.progress import StepProgress
from emulator.exercises.rows import Begun
from emulator.journal import Entry
from emulator.results import ExerciseInfo, ExerciseList, ExerciseProgress, StepInfo
from emulator.store.engine import Database
from emulator.worlds.fixtures import load_world
from emulator.worlds.worlds import NAME, NoWorld, WorldError, WorldExists, Worlds

MOST_TRAINEES = 60
MINUTE = 60
LETTERS, PASSWORD_LENGTH = "abcdefghjkmnpqrstuvwxyz23456789", 10
"""Of a password that is read off a sheet: nothing looks like anything else; 49 bits."""


def describe_all(worlds: Worlds) -> ExerciseList:
    """Every exercise, and what is wrong in files that cannot be used."""
    exercises, problems = files.list_exercises(worlds.settings.exercises)
    return {"exercises": [_describe(each) for each in exercises], "problems": problems}


def find(worlds: Worlds, name: str) -> Exercise:
    """An exercise by its id. Raises NoExerciseError, ExerciseError."""
    return files.find_exercise(name, worlds.settings.exercises)


def _describe(exercise: Exercise) -> ExerciseInfo:
    return {
        "id": exercise.id,
        "title": dict(exercise.title),
        "about": dict(exercise.about),
        "login": exercise.login,
        "fixture": exercise.world.fixture,
        "steps": len(exercise.steps),
    }


def start(worlds: Worlds, name: str, exercise: str, known_names: KnownNames) -> ExerciseProgress:
    """Makes a world anew for an exercise, or creates it, and begins.

    Raises NoExerciseError, ExerciseError, WorldError; ValueError or LookupError for a file that
    names a fault, an account or a tariff that its world does not have.
    """
    definition = find(worlds, exercise)
    return _begin(worlds, name, definition, _new_catalogue(definition.world), known_names)


def _begin(
    worlds: Worlds,
    name: str,
    exercise: Exercise,
    tariffs: tuple[Tariff, ...],
    known_names: KnownNames,
    new_password: str = "",
) -> ExerciseProgress:
    """``new_password``: of the login, where it has none of its own from an exercise before."""
    begin = exercise.world
    with _starting(worlds):
        password = find_password(worlds, name) or new_password
        worlds.remake(name, begin.fixture, as_of=begin.as_of)
        if tariffs:
            worlds.sell(name, tariffs)
        rules = {"row_changes": True, **begin.rules}
        world_state.change(worlds, name, rules, begin.provisioning)
        for account in begin.accounts:
            accounts.change(worlds, name, account.login, {"balance": account.balance})
        if password:
            accounts.change(worlds, name, exercise.login, {"password": password})
        for fault in begin.faults:
            faults.add(worlds, name, fault, known_names)
        with worlds.locked(name) as db, db.writing():
            rows.begin(db, exercise.id, worlds.system_clock.elapsed(), password)
        return show(worlds, name)


@contextmanager
def _starting(worlds: Worlds) -> Iterator[None]:
    """Only one exercise is prepared at a time: a start has several commits.

    A second click on the button would otherwise add its faults to those of the first.
    """
    with worlds.alone("exercises"):
        yield


def _new_catalogue(begin: Start) -> tuple[Tariff, ...]:
    """The tariffs of the fixture after a change of its price list; empty where nothing changes.

    Raises NoExerciseError for a tariff that it does not have.
    """
    if not begin.new_prices:
        return ()
    tariffs = {tariff.id: tariff for tariff in load_world(begin.fixture).tariffs}
    for change in begin.new_prices:
        tariff = tariffs.get(change.tariff)
        if tariff is None:
            raise NoExerciseError(f"the world {begin.fixture} has no tariff {change.tariff}")
        tariffs[tariff.id] = replace(tariff, prices={**tariff.prices, **change.prices})
    return tuple(tariffs.values())


def show(worlds: Worlds, name: str) -> ExerciseProgress:
    """How far the trainee of a world has come. Raises NoWorld, NoExerciseError, ExerciseError."""
    db = worlds.connect(name)
    with db.reading():
        begun = rows.read(db)
        if begun is None:
            raise NoExerciseError(f'no exercise was started in the world "{name}"')
        exercise = find(worlds, begun.name)
        return _Report(worlds, name, db, begun, exercise).as_dict()


@dataclass(frozen=True, slots=True)
class PresentStep:
    """A step that can be done now. ``done``: the calls of those that are done; ``login``: whose."""

    step: Step
    done: Mapping[str, Entry]
    login: str


def find_step(worlds: Worlds, name: str, step: str) -> PresentStep | None:
    """A step of the exercise of a world; None where there is none that could be done now."""
    db = worlds.connect(name)
    with db.reading():
        begun = rows.read(db)
        if begun is None:
            return None
        try:
            exercise = find(worlds, begun.name)
        except (NoExerciseError, files.ExerciseError):
            return None
        steps = progress.measure(exercise, rows.entries(db, begun, exercise.functions()))
    done = {each.step.id: each.entry for each in steps if each.state == "done" and each.entry}
    present = [each.step for each in steps if each.step.id == step and each.state == "next"]
    return PresentStep(present[0], done, exercise.login) if present else None


class _Report:
    """Makes an `ExerciseProgress` of the rows of a world, in the caller's transaction."""

    def __init__(
        self, worlds: Worlds, name: str, db: Database, begun: Begun, exercise: Exercise
    ) -> None:
        self._name, self._db, self._begun, self._exercise = name, db, begun, exercise
        self._currency = read(db).currency
        entries = rows.entries(db, begun, exercise.functions())
        self._steps = progress.measure(exercise, entries)
        done = [each.entry for each in self._steps if each.state == "done" and each.entry]
        self._last = max((entry.id for entry in done), default=begun.since)
        latest = max((entry.elapsed for entry in done), default=begun.elapsed)
        self._idle = max(worlds.system_clock.elapsed() - latest, 0.0)

    def as_dict(self) -> ExerciseProgress:
        """For JSON."""
        steps = self._steps
        done = sum(each.state == "done" for each in steps)
        return {
            "world": self._name,
            "id": self._exercise.id,
            "title": dict(self._exercise.title),
            "login": self._exercise.login,
            "path": f"/w/{self._name}/billmgr",
            "steps": [self._step(each) for each in steps],
            "done": done,
            "calls": rows.count_calls(self._db, self._begun.since),
            "charged": accounts.amount(rows.sum_expenses(self._db, self._begun)),
            "currency": self._currency,
            "idle_seconds": int(self._idle),
            "finished": done == len(steps),
            "cut": rows.is_cut(self._db, self._begun),
        }

    def _step(self, of: StepProgress) -> StepInfo:
        step, entry, is_done = of.step, of.entry, of.state == "done"
        charge = of.charge
        return {
            "id": step.id,
            "title": dict(step.title),
            "task": dict(step.task),
            "state": of.state,
            "entry": None if entry is None else entry.id,
            "at": None if entry is None else entry.at.isoformat(),
            "charge": None if charge is None else accounts.amount(charge),
            "seen": dict(step.seen) if is_done else None,
            "real_seller": dict(step.real_seller) if is_done and step.real_seller else None,
            "missed": dict(step.missed) if of.state == "missed" and step.missed else None,
            "hint": dict(step.hint) if self._needs_hint(of) else None,
        }

    def _needs_hint(self, of: StepProgress) -> bool:
        if of.state != "next":
            return False
        too_long = self._idle >= of.step.hint_after_minutes * MINUTE
        return too_long or rows.count_calls(self._db, self._last) >= of.step.hint_after_calls


@dataclass(frozen=True, slots=True)
class Trainee:
    """A trainee's world with its progress; ``problem``: why it cannot be shown, in one line.

    ``stuck``: no progress for as long as the trainer allows.
    """

    world: str
    progress: ExerciseProgress | None
    stuck: bool = False
    problem: str = ""


def create_class(
    worlds: Worlds, prefix: str, count: int, exercise: str, known_names: KnownNames
) -> list[str]:
    """Makes ``count`` worlds ``PREFIX-01``, ``PREFIX-02``… with an exercise; returns their names.

    Raises WorldExists, and makes none, where one of these names is taken; ValueError for a count or
    a prefix that cannot be; NoExerciseError.
    """
    if not 1 <= count <= MOST_TRAINEES:
        raise ValueError(f"trainees: {count} is not between 1 and {MOST_TRAINEES}")
    names = [f"{prefix}-{number:02}" for number in range(1, count + 1)]
    if not prefix or NAME.match(names[-1]) is None:
        raise ValueError(f'"{prefix[:40]}" is not a name of a class: use a-z, 0-9 and -')
    for name in names:
        if worlds.exists(name):
            raise WorldExists(f'the world "{name}" exists already; choose another name')
    _start_all(worlds, names, exercise, known_names, own_passwords=True)
    return names


def start_class(worlds: Worlds, prefix: str, exercise: str, known_names: KnownNames) -> None:
    """Starts an exercise in every world of a class: each is made anew.

    Raises NoWorld where there is no such class; NoExerciseError.
    """
    _start_all(worlds, _names_of_class(worlds, prefix), exercise, known_names)


def remove_class(worlds: Worlds, prefix: str) -> None:
    """Removes the worlds of a class. Raises NoWorld where there is none."""
    for name in _names_of_class(worlds, prefix):
        worlds.remove(name)


def _start_all(
    worlds: Worlds,
    names: Sequence[str],
    exercise: str,
    known_names: KnownNames,
    *,
    own_passwords: bool = False,
) -> None:
    definition = find(worlds, exercise)
    tariffs = _new_catalogue(definition.world)
    for name in names:
        password = _make_password() if own_passwords else ""
        _begin(worlds, name, definition, tariffs, known_names, password)


def _make_password() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))


def find_password(worlds: Worlds, name: str) -> str:
    """The password that the trainee of a class has in a world; empty where there is none."""
    try:
        db = worlds.connect(name)
    except WorldError:
        return ""
    with db.reading():
        begun = rows.read(db)
    return "" if begun is None else begun.password


def _names_of_class(worlds: Worlds, prefix: str) -> list[str]:
    names = _find_class(worlds, prefix)
    if not prefix or not names:
        raise NoWorld(f'there is no class "{prefix[:40]}"')
    return names


def _find_class(worlds: Worlds, prefix: str) -> list[str]:
    """The worlds that are named and numbered as `create_class` does it."""
    pattern = re.compile(re.escape(prefix) + r"-\d\d\Z", re.ASCII)
    return [name for name in worlds.names() if pattern.match(name)]


def class_of(worlds: Worlds, prefix: str, stuck_after_minutes: int) -> list[Trainee]:
    """The worlds of a class by name; where the prefix is empty, all that have an exercise."""
    if prefix:
        names = _find_class(worlds, prefix)
    else:
        names = [name for name in worlds.names() if _has_exercise(worlds, name)]
    return [_trainee(worlds, name, stuck_after_minutes) for name in names]


def _has_exercise(worlds: Worlds, name: str) -> bool:
    try:
        db = worlds.connect(name)
        with db.reading():
            return rows.read(db) is not None
    except WorldError:
        return False


def _trainee(worlds: Worlds, name: str, stuck_after_minutes: int) -> Trainee:
    try:
        shown = show(worlds, name)
    except (WorldError, files.ExerciseError, NoExerciseError) as error:
        return Trainee(name, None, problem=" ".join(str(error).split()))
    stuck = not shown["finished"] and shown["idle_seconds"] >= stuck_after_minutes * MINUTE
    return Trainee(name, shown, stuck)


def passwords(worlds: Worlds, trainees: Sequence[Trainee]) -> dict[str, str]:
    """The password of each trainee's login by world: of a class its own, else the fixture's."""
    by_exercise: dict[str, str] = {}
    by_world: dict[str, str] = {}
    for trainee in trainees:
        if trainee.progress is None:
            continue
        name, own = trainee.progress["id"], find_password(worlds, trainee.world)
        if own:
            by_world[trainee.world] = own
            continue
        if name not in by_exercise:
            exercise = find(worlds, name)
            owners = load_world(exercise.world.fixture).accounts
            by_exercise[name] = next(
                (owner.password for owner in owners if owner.login == exercise.login), ""
            )
        by_world[trainee.world] = by_exercise[name]
    return by_world
