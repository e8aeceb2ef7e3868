"""The shipped exercises: each can be done, and is not done by doing it wrongly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from emulator.exercises import files
from emulator.exercises.definition import Exercise
from emulator.testing import Seller
from tests.exercises.ways import RIGHT, WRONG


def start(seller: Seller, exercise: str) -> None:
    seller.control("POST", "/worlds/default/exercise", {"exercise": exercise})


def states(seller: Seller) -> dict[str, str]:
    shown = seller.control("GET", "/worlds/default/exercise")
    return {step["id"]: step["state"] for step in shown["steps"]}


def test_every_shipped_file_is_listed_and_has_both_ways() -> None:
    names = {path.stem for path in files.SHIPPED.glob("*.yaml")}
    assert names == set(files.ORDER) == set(RIGHT) == set(WRONG)


@pytest.mark.parametrize("exercise", RIGHT)
def test_an_exercise_is_done_by_its_calls(seller: Seller, exercise: str) -> None:
    do, charged = RIGHT[exercise]
    start(seller, exercise)
    assert set(states(seller).values()) <= {"next", "waiting"}
    do(seller)
    shown = seller.control("GET", "/worlds/default/exercise")
    assert {step["id"]: step["state"] for step in shown["steps"]} == dict.fromkeys(
        (step["id"] for step in shown["steps"]), "done"
    )
    assert (shown["finished"], shown["charged"], shown["cut"]) == (True, charged, False)
    assert all(step["seen"] for step in shown["steps"])
    by_steps = sum((Decimal(step["charge"] or 0) for step in shown["steps"]), Decimal(0))
    assert by_steps <= Decimal(charged)


@pytest.mark.parametrize("exercise", WRONG)
def test_a_step_is_not_ticked_for_doing_it_wrongly(seller: Seller, exercise: str) -> None:
    do, step, state = WRONG[exercise]
    start(seller, exercise)
    do(seller)
    assert states(seller)[step] == state
    shown = seller.control("GET", "/worlds/default/exercise")
    (wrong,) = (each for each in shown["steps"] if each["id"] == step)
    assert (wrong["missed"] is not None) == (state == "missed")
    assert wrong["seen"] is None
    start(seller, exercise)
    assert "missed" not in states(seller).values()


def all_texts(exercise: Exercise) -> list[str]:
    texts = [exercise.title, exercise.about]
    for step in exercise.steps:
        texts += [step.title, step.task, step.seen, step.hint]
        texts += [each for each in (step.missed, step.real_seller) if each]
    return [text["ru"] for text in texts]


@pytest.mark.parametrize("exercise", RIGHT)
def test_russian_texts_are_russian(exercise: str) -> None:
    for text in all_texts(files.find_exercise(exercise, None)):
        is_code = text.startswith("func=") or "EUR" in text or text == "WHMCS"
        assert is_code or any("а" <= sign.lower() <= "я" for sign in text), text
