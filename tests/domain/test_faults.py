"""Which calls a planned fault hits, and what cannot be planned."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from emulator import faults
from emulator.domain import world
from emulator.faults import BadFault, NoFault, held_answers
from emulator.faults.held_answers import HeldAnswer
from emulator.store import tables
from emulator.store.engine import Statement
from tests.domain.conftest import START, ShopBench


def plan(bench: ShopBench, what: str = "drop", **rule: object) -> int:
    return faults.add(bench.shop.db, faults.read({"what": what, **rule}), START).id


def calls(bench: ShopBench, count: int, func: str = "soft", login: str = "reseller") -> list[int]:
    """The numbers, from 1, of the calls that were hit."""
    hits = [faults.count_call(bench.shop.db, func, login, float(n)) for n in range(count)]
    return [n for n, hit in enumerate(hits, start=1) if hit]


def test_without_a_word_more_every_call_is_hit(bench: ShopBench) -> None:
    plan(bench)
    assert calls(bench, 3) == [1, 2, 3]


def test_the_third_call_alone(bench: ShopBench) -> None:
    plan(bench, nth=3, times=1)
    assert calls(bench, 6) == [3]


def test_only_calls_of_the_pattern_and_the_login_are_counted(bench: ShopBench) -> None:
    plan(bench, func="soft.*", account="other", nth=2)
    assert calls(bench, 3, "soft.edit") == []
    assert calls(bench, 3, "platform.edit", "other") == []
    assert calls(bench, 3, "soft.edit", "other") == [2, 3]
    (fault,) = faults.planned(bench.shop.db)
    assert (fault.matched, fault.hit_count) == (3, 2)


def test_chance_is_thrown_from_the_seed(bench: ShopBench) -> None:
    plan(bench, chance=30, seed=7)
    first = calls(bench, 200)
    assert 30 < len(first) < 90
    faults.clear(bench.shop)
    plan(bench, chance=30, seed=7)
    assert calls(bench, 200) == first
    faults.clear(bench.shop)
    plan(bench, chance=30, seed=8)
    assert calls(bench, 200) != first


def test_too_many_calls_in_the_window_of_one_login(bench: ShopBench) -> None:
    plan(bench, "rate_limit", calls=2, seconds=10)
    db = bench.shop.db
    at = (0, 1, 2, 9, 10, 11, 12)
    hit = [bool(faults.count_call(db, "soft", "reseller", float(moment))) for moment in at]
    assert hit == [False, False, True, True, False, False, True]
    assert not faults.count_call(db, "soft", "other", 2.0)


def test_windows_that_are_over_are_forgotten(bench: ShopBench) -> None:
    plan(bench, "rate_limit", calls=2, seconds=10)
    for number in range(50):
        faults.count_call(bench.shop.db, "auth", f"guess{number}", float(number))
    state = bench.shop.db.value(Statement(select(tables.fault.c.state)))
    assert len(state) == 10


def test_a_world_without_faults_has_the_version_nought(bench: ShopBench) -> None:
    db = bench.shop.db
    assert world.read(db).faults_version == 0
    first, second = plan(bench), plan(bench)
    assert world.read(db).faults_version == 2
    faults.remove(bench.shop, first)
    assert world.read(db).faults_version == 2
    faults.remove(bench.shop, second)
    assert world.read(db).faults_version == 0
    with pytest.raises(NoFault):
        faults.remove(bench.shop, second)


def test_held_answers_are_bounded(bench: ShopBench) -> None:
    db = bench.shop.db
    for number in range(250):
        held_answers.hold(db, f"t{number}", float(number), "text/xml", b"x")
    assert held_answers.find(db, "t0") is None
    assert held_answers.find(db, "t249") == HeldAnswer(249.0, "text/xml", b"x")


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({}, "what: there is no fault None; choose one of delay"),
        ({"what": "nonsense"}, "what: there is no fault 'nonsense'"),
        ({"what": "drop", "when": "now"}, "when: drop applies before or after, not 'now'"),
        ({"what": "long", "when": "before"}, "when: long applies after"),
        ({"what": "drop", "func": "soft edit"}, "func: 'soft edit' is not a pattern"),
        ({"what": "drop", "account": 7}, "account: 7 is not a login"),
        ({"what": "drop", "nth": 0}, "nth: 0 is not a whole number from 1"),
        ({"what": "drop", "times": True}, "times: True is not"),
        ({"what": "drop", "chance": 101}, "chance: 101 is not"),
        ({"what": "delay", "seconds": -1}, "seconds is not between 0 and 600"),
        ({"what": "delay", "seconds": "5"}, "seconds: '5' is not a number"),
        ({"what": "delay", "second": 1}, "second: delay has no such setting; it has seconds"),
        ({"what": "status", "code": 502.5}, "code: 502.5 is not a whole number"),
        ({"what": "rate_limit", "chance": 50}, "chance: rate_limit always applies: leave it out"),
        ({"what": "error", "type": 7}, "type: 7 is not a text"),
    ],
)
def test_a_bad_rule_is_one_line_that_names_it(rule: dict[str, Any], line: str) -> None:
    with pytest.raises(BadFault) as refused:
        faults.read(rule)
    assert str(refused.value).startswith(line)


@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text() | st.floats()))
def test_no_rule_at_all_makes_anything_but_a_refusal(rule: dict[str, Any]) -> None:
    with pytest.raises(BadFault):
        faults.read(rule)


@pytest.mark.parametrize("what", list(faults.KINDS))
def test_what_was_planned_is_read_back_as_it_was(bench: ShopBench, what: str) -> None:
    number = plan(bench, what)
    (fault,) = faults.planned(bench.shop.db)
    assert fault.rule() == faults.read(fault.rule(), number).rule()
    assert fault.as_dict()["what"] == what


def test_several_hits_nest_around_a_call_like_middleware(bench: ShopBench) -> None:
    for what in ("stale", "error", "drop"):
        plan(bench, what)
    hits = faults.count_call(bench.shop.db, "soft", "reseller", 0.0)
    before = [hit.kind.name for hit in faults.outermost_first(hits)]
    after = [hit.kind.name for hit in faults.innermost_first(hits)]
    assert before == ["drop", "error", "stale"]
    assert after == ["stale", "error", "drop"]
