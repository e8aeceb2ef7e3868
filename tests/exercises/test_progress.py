"""How far a trainee has come: read from the journal by the exercise, and by nothing else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from emulator import journal
from emulator.app import collect_names, create_registry
from emulator.control.api import exercises
from emulator.exercises import files
from emulator.exercises.definition import CallPattern
from emulator.exercises.progress import matches, measure
from emulator.journal import Entry
from emulator.testing import Seller
from emulator.worlds.worlds import Worlds
from tests.exercises.ways import lose_order, order

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


def entry(number: int, func: str, outcome: str = "read", /, **params: str) -> Entry:
    return Entry(
        NOON, 1.0, "reseller", "127.0.0.1", "POST", "/billmgr", func, "xml", None,
        json.dumps(params), "<id>100024</id>", outcome=outcome, id=number,
    )  # fmt: skip


def states(*entries: Entry) -> list[str]:
    exercise = files.find_exercise("late-key", None)
    return [each.state for each in measure(exercise, entries)]


def test_a_step_waits_for_the_step_before_it() -> None:
    read = entry(1, "soft.edit", "form only", elid="100024")
    bought = entry(2, "soft.order.param", "bought 5.00")
    assert states(read) == ["next", "waiting", "waiting"]
    assert states(read, bought) == ["done", "next", "waiting"]
    assert states(bought, entry(3, "soft.edit", "form only", elid="100024"))[:2] == ["done"] * 2


def test_a_value_has_to_stand_in_the_answer_as_a_whole() -> None:
    bought = entry(1, "soft.order.param", "bought 5.00")
    assert states(bought, entry(2, "soft.edit", "form only", elid="00024"))[1] == "next"
    assert states(bought, entry(2, "soft.edit", "form only"))[1] == "next"


def test_a_pattern_of_values_matches_their_whole_text() -> None:
    call = entry(1, "soft.order.param", "bought 5.00", period="12", note="a.c")
    assert matches(CallPattern(func=("soft.*",), params={"period": "1*"}), call, {})
    assert not matches(CallPattern(func=("soft.*",), params={"period": "1"}), call, {})
    assert not matches(CallPattern(func=("soft.*",), params={"note": "abc"}), call, {})
    assert not matches(CallPattern(func=("soft",)), call, {})
    assert not matches(CallPattern(func=("*",), login="other"), call, {})


def test_a_step_may_need_several_calls() -> None:
    exercise = files.find_exercise("late-key", None)
    step = replace(exercise.steps[0], call=CallPattern(func=("soft",), count=2))
    twice = replace(exercise, steps=(step,))
    first, second = entry(1, "soft"), entry(2, "soft")
    assert measure(twice, [first])[0].state == "next"
    done = measure(twice, [first, second])[0]
    assert (done.state, done.entry) == ("done", second)


def test_another_worker_says_the_same(seller: Seller) -> None:
    seller.control("POST", "/worlds/default/exercise", {"exercise": "lost-reply"})
    lose_order(seller)
    other = Worlds(seller.settings, seller.time.system_clock())
    try:
        shown = exercises.show(other, "default")
    finally:
        other.close()
    assert shown == seller.control("GET", "/worlds/default/exercise")
    assert (shown["done"], shown["charged"]) == (1, "5.00")


def test_a_hint_comes_after_calls_or_after_minutes_without_progress(seller: Seller) -> None:
    def hints() -> list[str]:
        shown = seller.control("GET", "/worlds/default/exercise")
        return [step["id"] for step in shown["steps"] if step["hint"]]

    seller.control("POST", "/worlds/default/exercise", {"exercise": "late-key"})
    for _ in range(5):
        seller.call("whoami")
    assert hints() == []
    seller.call("whoami")
    assert hints() == ["order"]
    order(seller)
    assert hints() == []
    seller.time.pass_time(180)
    assert hints() == ["empty"]


def test_a_journal_that_lost_calls_of_the_exercise_is_said_to_be_cut() -> None:
    with Seller(journal_rows=16) as seller:
        seller.control("POST", "/worlds/default/exercise", {"exercise": "late-key"})
        order(seller)
        for _ in range(40):
            seller.call("whoami")
        assert seller.control("GET", "/worlds/default/exercise")["cut"] is True


def test_the_first_calls_count_however_many_follow() -> None:
    with Seller(journal_rows=20_000) as seller:
        seller.control("POST", "/worlds/default/exercise", {"exercise": "late-key"})
        order(seller)
        for _ in range(20):
            seller.call("whoami")
        db = seller.worlds.connect("default")
        (last,) = journal.find(db, limit=1)
        with db.locked(), db.writing():
            for _ in range(6_000):
                journal.write(db, replace(last, func="soft.edit"), seller.worlds.bounds)
        shown = seller.control("GET", "/worlds/default/exercise")
    assert (shown["done"], shown["calls"], shown["cut"]) == (1, 6_021, False)


def test_entries_have_the_real_time_whatever_the_worlds_clock_shows(seller: Seller) -> None:
    seller.clock.freeze("2027-01-15")
    seller.call("whoami")
    seller.time.pass_time(30)
    seller.call("whoami")
    second, first = journal.find(seller.worlds.connect("default"), limit=2)
    assert second.elapsed - first.elapsed == 30
    assert second.at == first.at


def test_an_exercise_started_twice_at_once_has_its_faults_once(seller: Seller) -> None:
    known_names = collect_names(create_registry())

    def start(_: int) -> None:
        exercises.start(seller.worlds, "default", "lost-reply", known_names)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, range(8)))
    assert len(seller.faults.all()) == 1
