"""Files of exercises that a trainer writes: read, listed, and refused with all that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator.exercises import files
from emulator.exercises.files import ExerciseError
from emulator.testing import Seller
from emulator.testing.client import ControlError

OWN = """\
id: own
title: {en: Own, ru: Своё}
about: {en: One call, ru: Один вызов}
picture:
  nodes: [{id: a, name: {en: A, ru: А}}, {id: b, name: {en: B, ru: Б}}]
  arrows: [{from: a, to: b, text: {en: call, ru: вызов}}]
world: {fixture: small}
steps:
  - id: look
    title: {en: Look, ru: Посмотреть}
    task: {en: Call whoami, ru: Вызовите whoami}
    call: {func: [whoami]}
    seen: {en: Seen, ru: Видно}
    hint: {en: whoami, ru: whoami}
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_exercise_of_ones_own_is_listed_and_started(tmp_path: Path) -> None:
    write(tmp_path, "own", OWN)
    with Seller(exercises=tmp_path) as seller:
        listed = seller.control("GET", "/exercises")
        assert [each["id"] for each in listed["exercises"]] == [*files.ORDER, "own"]
        seller.control("POST", "/worlds/trainee/exercise", {"exercise": "own"})
        assert seller.control("GET", "/worlds/trainee/exercise")["steps"][0]["state"] == "next"


def test_everything_wrong_in_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    broken = (
        OWN.replace("{fixture: small}", "{fixture: smal, faults: [{what: nonsense}]}")
        .replace("to: b", "to: c")
        .replace("title: {en: Look, ru: Посмотреть}", "title: {en: Look}")
        .replace("[whoami]}", "[whoami], outcome: [sold], answer: '('}")
    )
    with pytest.raises(ExerciseError) as raised:
        files.read_exercise(write(tmp_path, "own", broken))
    lines = raised.value.lines
    for place, line in (
        ("world.fixture: there is no world", 7),
        ("world.faults[0]: what: there is no fault", 7),
        ("steps[0].title.ru: missing", 10),
        ('picture.arrows[0].to: there is no node "c"', 6),
        ("steps[0].call.outcome[0]: there is no outcome", 12),
        ("steps[0].call.answer: is not a regular expression", 12),
    ):
        assert any(place in each and f"(line {line})" in each for each in lines), place
    assert all(each.startswith("own.yaml: ") for each in lines)


def test_a_step_refers_to_steps_above_it_only(tmp_path: Path) -> None:
    text = OWN.replace("[whoami]}", "[whoami], same_as: {elid: later}}") + "    after: [look]\n"
    with pytest.raises(ExerciseError) as raised:
        files.read_exercise(write(tmp_path, "own", text))
    assert [each.count("above this one") for each in raised.value.lines] == [1, 1]


def test_broken_files_are_listed_all_at_once_beside_the_others(tmp_path: Path) -> None:
    write(tmp_path, "first", "id: [")
    write(tmp_path, "second", OWN)
    write(tmp_path, "Third", OWN)
    exercises, problems = files.list_exercises(tmp_path)
    assert [each.id for each in exercises] == list(files.ORDER)
    assert [line.partition(":")[0] for line in problems] == [
        "Third.yaml", "first.yaml", "second.yaml",
    ]  # fmt: skip


def test_an_unknown_exercise_is_refused_with_the_nearest_name(seller: Seller) -> None:
    with pytest.raises(ControlError, match=r'400: .*the nearest is "lost-reply"'):
        seller.control("POST", "/worlds/default/exercise", {"exercise": "lost-replay"})
    with pytest.raises(ControlError, match="404: no exercise was started"):
        seller.control("GET", "/worlds/default/exercise")


def test_the_example_of_the_documents_is_an_exercise(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/training.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    exercise = files.read_exercise(write(tmp_path, "look-first", example))
    assert [step.id for step in exercise.steps] == ["lost", "searched"]


@pytest.mark.parametrize(
    ("world", "line"),
    [
        ('accounts: [{login: nobody, balance: "1.00"}]', '400: .*there is no account "nobody"'),
        (
            'new_prices: [{tariff: 999999, prices: {EUR: {1: "1.00"}}}]',
            "400: exercise: .* has no tariff 999999",
        ),
        ("faults: [{what: drop, func: nonsense}]", "400: func: there is no function"),
    ],
)
def test_what_the_world_does_not_have_is_refused_at_the_start(
    tmp_path: Path, world: str, line: str
) -> None:
    write(tmp_path, "own", OWN.replace("{fixture: small}", f"{{fixture: small, {world}}}"))
    with Seller(exercises=tmp_path) as seller, pytest.raises(ControlError, match=line):
        seller.control("POST", "/worlds/default/exercise", {"exercise": "own"})
