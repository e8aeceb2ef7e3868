"""Finds and reads the files of exercises: the shipped ones, and those of a folder.

A file is named by the id of its exercise: ``lost-reply.yaml``. Whatever is wrong in it is an
`ExerciseError` with a line for each problem.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from emulator.exercises.definition import ID, Exercise
from emulator.names import find_nearest
from emulator.worlds.fixtures.reading import Unreadable, record
from mockseller.files import FileError, Problem, read_yaml

SHIPPED = Path(__file__).parent / "shipped"
ORDER = (
    "first-order", "lost-reply", "late-key", "month-passes", "no-money", "whmcs-recycles",
    "modules", "billmanager", "tickets-and-factors", "price-list",
)  # fmt: skip
"""In which the shipped exercises are listed: from the easy to the involved."""


class ExerciseError(FileError):
    """A file of an exercise cannot be used; a line for each thing that is wrong."""


class NoExerciseError(LookupError):
    """There is no exercise of that name, or none was started; one line for people."""


def read_exercise(path: Path) -> Exercise:
    """The exercise of a file. Raises ExerciseError with everything that is wrong in it."""
    source = read_yaml(path, ExerciseError, name=path.name)
    try:
        exercise: Exercise = record(Exercise)(source.document)
    except Unreadable as error:
        source.check(error.all())
        raise  # not reached: it has problems
    wrong: Problem = (("id",), f'"{exercise.id}" is not the name of the file')
    source.check(() if exercise.id == path.stem else (wrong,))
    return exercise


@cache
def _read_shipped(name: str) -> Exercise:
    return read_exercise(SHIPPED / f"{name}.yaml")


def find_exercise(name: str, folder: Path | None) -> Exercise:
    """An exercise by its id; one in the folder takes precedence over a shipped one.

    Raises NoExerciseError, and ExerciseError for a file that cannot be used.
    """
    if ID.match(name):
        if folder is not None and (folder / f"{name}.yaml").is_file():
            return read_exercise(folder / f"{name}.yaml")
        if name in ORDER:
            return _read_shipped(name)
    nearest = find_nearest(name, _ids(folder))
    hint = f'; the nearest is "{nearest}"' if nearest else ""
    raise NoExerciseError(f'there is no exercise "{name[:40]}"{hint}')


def list_exercises(folder: Path | None) -> tuple[list[Exercise], list[str]]:
    """Every exercise that can be used, the shipped ones first; and a line for each problem."""
    exercises: list[Exercise] = []
    problems: list[str] = []
    if folder is not None and not folder.is_dir():
        problems.append(f"{folder}: is not a folder")
    for name in _ids(folder):
        try:
            exercises.append(find_exercise(name, folder))
        except ExerciseError as error:
            problems += error.lines
        except NoExerciseError:
            problems.append(f"{name}.yaml: the name of a file is a-z, 0-9 and -")
    return exercises, problems


def _ids(folder: Path | None) -> list[str]:
    own = [] if folder is None else sorted(path.stem for path in folder.glob("*.yaml"))
    return [*ORDER, *(name for name in own if name not in ORDER)]
