"""A year in the life of licenses of every family: one jump or many, in order, to the cent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from emulator import events, journal
from emulator.domain import lifecycle
from emulator.domain.accounts import accounts, notifications
from emulator.domain.billing import discounts, payments
from emulator.domain.billing.discounts import Discount
from emulator.domain.services import services, states
from emulator.domain.services.services import ACTIVE, DELETED, SUSPENDED
from emulator.errors import AccessDenied, MinimumTerm
from emulator.store import tables
from emulator.store.engine import Statement
from emulator.store.sqlite import SqliteDatabase
from tests.domain.conftest import START, ShopBench, open_bench

E = tables.expense.c
CHARGES = Statement(select(E.at, E.service_id, E.amount, E.discount, E.operation).order_by(E.id))
BOUNDS = journal.Bounds(1000, 1_000_000, 10_000)


def on(*day: int) -> datetime:
    return datetime(*day, tzinfo=UTC)  # type: ignore[arg-type,misc]


def mine(bench: ShopBench, number: int) -> list[tuple[str, str]]:
    return [(f"{h.at:%m-%d}", h.what) for h in bench.happened if h.service_id == number]


def test_money_that_comes_late_prolongs_on_the_next_day(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal("0.01"))
    bench.move_to(on(2026, 3, 3, 12))
    assert bench.again(opened).state == "3_autosuspend"
    payments.set_balance(bench.shop, bench.account, Decimal("100.00"))
    bench.move_to(on(2026, 3, 3, 23))
    assert bench.again(opened).status == SUSPENDED
    bench.move_to(on(2026, 3, 4))
    stored = bench.again(opened)
    assert (stored.status, stored.expires_on) == (ACTIVE, date(2026, 4, 4))
    tries = [("03-01", "unpaid"), ("03-02", "unpaid"), ("03-03", "unpaid")]
    assert mine(bench, opened.id) == [("02-28", "suspend"), *tries, ("03-04", "prolong")]


def test_nobody_tries_for_ever(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal("0.01"))
    bench.move_to(on(2026, 12, 1))
    events = mine(bench, opened.id)
    assert events[0] == ("02-28", "suspend")
    assert events[-1] == ("03-30", "delete")
    assert [what for _, what in events[1:-1]] == ["unpaid"] * 29


def test_what_is_suspended_for_another_reason_is_not_tried_again(bench: ShopBench) -> None:
    opened = bench.order()
    bench.move_to(on(2026, 3, 20))
    assert mine(bench, opened.id) == [("02-28", "suspend")]


def test_a_scheduled_deletion_waits_for_the_end_and_is_not_prolonged(bench: ShopBench) -> None:
    bench.rules(deletion="period_end")
    opened = bench.order(autoprolong=1)
    scheduled = states.delete(bench.shop, bench.account, opened)
    assert (scheduled.status, scheduled.scheduled_close) == (ACTIVE, True)
    before = bench.money()
    bench.move_to(on(2026, 2, 28))
    assert bench.again(opened).status == DELETED
    assert mine(bench, opened.id) == [("02-28", "close")]
    others = [h for h in bench.happened if h.what == "prolong"]
    assert before - bench.money() == Decimal("5.00") * len(others)


def test_a_license_that_is_no_longer_paid_is_deleted_at_once(bench: ShopBench) -> None:
    bench.rules(deletion="period_end")
    opened = bench.order()
    bench.move_to(on(2026, 3, 2))
    gone = states.delete(bench.shop, bench.account, bench.again(opened))
    assert gone.status == DELETED


def test_too_early_a_deletion_tells_what_is_left(bench: ShopBench) -> None:
    bench.rules(least_months=3)
    opened = bench.order()
    with pytest.raises(MinimumTerm) as refused:
        states.delete(bench.shop, bench.account, opened)
    assert refused.value.text_params == {"months": "3", "days": "89"}
    bench.move_to(on(2026, 2, 27))
    bench.rules(least_months=0, deletion="forbidden")
    with pytest.raises(AccessDenied):
        states.delete(bench.shop, bench.account, bench.again(opened))


def test_a_trial_beside_paid_periods_goes_on_as_it_was_wished(bench: ShopBench) -> None:
    platform = bench.order(55163, ip="", period=-100, autoprolong=1, addon={55165: 2})
    assert platform.expires_on == date(2026, 2, 14)
    before = bench.money()
    bench.move_to(on(2026, 2, 14))
    stored = bench.again(platform)
    assert (stored.status, stored.period, stored.expires_on) == (ACTIVE, 1, date(2026, 3, 14))
    others = sum(h.what == "prolong" and h.service_id != platform.id for h in bench.happened)
    assert before - bench.money() == Decimal("20.00") + others * Decimal("5.00")


def test_a_third_partys_trial_cannot_be_wished_on(bench: ShopBench) -> None:
    trial = bench.order(55369, ip="", period=-100, autoprolong=1)
    assert trial.autoprolong is None
    bench.move_to(on(2026, 2, 14))
    assert bench.again(trial).state == "3_autosuspend"


def test_every_happening_is_told_to_its_owner_and_in_the_journal(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    bench.shop = bench.shop.at(on(2026, 3, 1))
    happened = events.catch_up(bench.shop, BOUNDS)
    entries = journal.find(bench.shop.db, kind=journal.EVENT)
    assert [(e.at, e.func, e.login) for e in reversed(entries)] == [
        (h.at, h.what, h.login) for h in happened
    ]
    assert f'"service":"{opened.id}"' in entries[0].params
    assert journal.find(bench.shop.db) == []
    noticed = notifications.list_unseen(bench.shop, bench.account)
    assert ("prolong", opened.id) in [(n.what, n.service_id) for n in noticed]


def test_what_is_due_is_found_without_looking_at_the_rest(bench: ShopBench) -> None:
    dues = (lifecycle._DUE, lifecycle._NEXT_DUE)  # noqa: SLF001
    keys = (lifecycle._READY, lifecycle._NEXT_READY)  # noqa: SLF001
    for statements, index in ((dues, "service_by_due"), (keys, "service_by_ready")):
        for statement in statements:
            (step,) = plan_of(bench, statement)
            assert step.startswith("SEARCH service USING")
            assert f"INDEX {index}" in step


def plan_of(bench: ShopBench, statement: Statement) -> list[str]:
    assert isinstance(bench.shop.db, SqliteDatabase)
    return bench.shop.db.plan(statement, now=bench.shop.now, elapsed=0.0)


FAMILIES: tuple[tuple[int, dict[str, Any]], ...] = (
    (55227, {}),
    (55230, {"addon": {55236: 2}}),
    (9203, {}),
    (55369, {"ip": ""}),
    (55163, {"ip": "", "addon": {55165: 2, 55164: 3}}),
)


@dataclass(frozen=True)
class ServiceLife:
    """What a client wished for: a tariff, prolonged by itself or not, maybe deleted at its end.

    ``opening``: its key never comes; ``off``: switched off by hand.
    """

    family: int
    prolonged: bool
    deleted: bool
    trial: bool
    opening: bool
    off: bool


EITHER = st.booleans()
FAMILY = st.integers(0, len(FAMILIES) - 1)
LIVES = st.lists(
    st.builds(ServiceLife, FAMILY, EITHER, EITHER, EITHER, EITHER, EITHER), min_size=1, max_size=4
)


def live(
    lives: list[ServiceLife], steps: list[int], money: list[tuple[int, int]], percent: int
) -> tuple[object, ...]:
    """Everything that is left after these steps (days), money coming in on given days."""
    bench = open_bench()
    bench.rules(deletion="period_end")
    off_everything = Discount(percent, None, None, discounts.NAME)
    discounts.replace_all(bench.shop.db, bench.account.id, (off_everything,))
    ids = [begin(bench, life, place) for place, life in enumerate(lives, start=1)]
    accounts.save(bench.shop.db, with_credit(bench, Decimal("7.50")))
    payments.set_balance(bench.shop, bench.account, Decimal("12.00"))
    stops = {sum(steps[: n + 1]) for n in range(len(steps))} | {day for day, _ in money}
    coming = dict(money)
    for day in sorted(stop for stop in stops if stop <= sum(steps)):
        bench.move_to(START + timedelta(days=day))
        if day in coming:
            payments.credit(bench.shop, bench.account, Decimal(coming[day]), "transfer")
    all_services = [services.find(bench.shop, number) for number in ids]
    events = [(h.at, h.service_id, h.what, h.detail) for h in bench.happened]
    assert payments.compute_ledger(bench.shop.db, bench.account.id) == bench.money()
    assert bench.money() >= Decimal("-7.50")
    return all_services, events, bench.money(), bench.shop.db.rows(CHARGES)


def begin(bench: ShopBench, life: ServiceLife, place: int) -> int:
    """Orders a license with these options; returns its number."""
    bench.provisioning("by_hand" if life.opening else "at_once")
    tariff, options = FAMILIES[life.family]
    sold = bench.shop.catalogue[tariff].periods("EUR")
    period = -100 if life.trial and -100 in sold else 1
    fields = {"ip": f"10.0.0.{place}", **options}
    opened = bench.order(tariff, period=period, autoprolong=life.prolonged or None, **fields)
    if life.deleted and not life.opening:
        opened = states.delete(bench.shop, bench.account, opened)
    if life.off and not life.opening:
        states.suspend(bench.shop, bench.account, opened)
    return opened.id


def with_credit(bench: ShopBench, credit: Decimal) -> accounts.Account:
    return replace(bench.account, credit=credit)


@given(
    lives=LIVES,
    days=st.integers(20, 400),
    money=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 60)), max_size=3),
    percent=st.sampled_from([0, 7, 50]),
)
@hypothesis_settings(max_examples=25, deadline=None)
def test_one_jump_of_all_families_equals_a_step_a_day(
    lives: list[ServiceLife], days: int, money: list[tuple[int, int]], percent: int
) -> None:
    assert live(lives, [days], money, percent) == live(lives, [1] * days, money, percent)
