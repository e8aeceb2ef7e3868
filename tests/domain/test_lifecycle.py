"""What falls due, in order, each at its own time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from emulator.domain import lifecycle
from emulator.domain.billing import payments
from emulator.domain.services import services, states
from emulator.domain.services.services import ACTIVE, DELETED, SUSPENDED
from tests.domain.conftest import START, ShopBench, open_bench


def test_a_license_is_prolonged_on_its_day_from_the_balance(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    before = bench.money()
    happened = bench.move_to(datetime(2026, 2, 28, tzinfo=UTC))
    mine = [h for h in happened if h.service_id == opened.id]
    assert [(h.what, h.detail) for h in mine] == [("prolong", "2026-03-28")]
    assert mine[0].at == datetime(2026, 2, 28, tzinfo=UTC)
    assert before - bench.money() >= Decimal("5.00")


def test_without_prolongation_it_is_suspended_then_deleted(bench: ShopBench) -> None:
    opened = bench.order()
    bench.move_to(datetime(2026, 2, 28, tzinfo=UTC))
    assert bench.again(opened).state == "3_autosuspend"
    bench.move_to(datetime(2026, 3, 29, 23, 59, tzinfo=UTC))
    assert bench.again(opened).status == SUSPENDED
    bench.move_to(datetime(2026, 3, 30, tzinfo=UTC))
    assert bench.again(opened).status == DELETED


def test_too_little_money_suspends_instead_of_prolonging(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal("0.01"))
    happened = bench.move_to(datetime(2026, 2, 28, tzinfo=UTC))
    event = next(h for h in happened if h.service_id == opened.id)
    assert (event.what, event.detail) == ("suspend", "not enough money: 5.00 EUR")
    assert bench.money() == Decimal("0.01")


def test_a_trial_ends_suspended(bench: ShopBench) -> None:
    trial = bench.order(55239, period=-100, autoprolong=1)
    assert trial.autoprolong is None
    bench.move_to(datetime(2026, 2, 14, tzinfo=UTC))
    assert bench.again(trial).status == SUSPENDED


def test_a_lifetime_license_never_falls_due(bench: ShopBench) -> None:
    lifetime = bench.order(7, period=0)
    bench.move_to(datetime(2040, 1, 1, tzinfo=UTC))
    assert bench.again(lifetime).status == ACTIVE


def test_one_suspended_by_hand_is_kept_thirty_days_after_its_end(bench: ShopBench) -> None:
    opened = bench.order()
    states.suspend(bench.shop, bench.account, opened)
    bench.move_to(datetime(2026, 3, 29, tzinfo=UTC))
    assert bench.again(opened).status == SUSPENDED
    bench.move_to(datetime(2026, 3, 30, tzinfo=UTC))
    assert bench.again(opened).status == DELETED


def test_nothing_is_due_in_a_world_that_has_caught_up(bench: ShopBench) -> None:
    bench.order(autoprolong=1)
    bench.move_to(datetime(2026, 6, 1, tzinfo=UTC))
    assert not lifecycle.is_due(bench.shop)
    assert bench.shop.world.next_due_at is None or bench.shop.world.next_due_at > bench.shop.now


def test_more_than_a_batch_falls_due_in_order() -> None:
    bench = open_bench("busy")
    happened = bench.move_to(START + timedelta(days=45))
    assert len(happened) > lifecycle.BATCH
    assert [h.at for h in happened] == sorted(h.at for h in happened)


def state_of(bench: ShopBench, ids: list[int]) -> list[tuple[object, ...]]:
    all_services = (services.find(bench.shop, number) for number in ids)
    return [
        (s.id, s.status, s.substate, s.expires_on, s.due_at) for s in all_services if s is not None
    ]


@given(
    jumps=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    balance=st.integers(0, 60),
    periods=st.lists(st.sampled_from([None, 1, 12]), min_size=1, max_size=4),
)
@hypothesis_settings(max_examples=40)
def test_one_jump_equals_many(jumps: list[int], balance: int, periods: list[int | None]) -> None:
    end = START + timedelta(days=sum(jumps))
    results = []
    for steps in ([sum(jumps)], jumps):
        bench = open_bench()
        orders = [
            bench.order(ip=f"10.0.0.{n}", autoprolong=p) for n, p in enumerate(periods, start=1)
        ]
        payments.set_balance(bench.shop, bench.account, Decimal(balance))
        moment = START
        for days in steps:
            moment += timedelta(days=days)
            bench.move_to(moment)
        ids = [s.id for s in orders] + list(range(100_001, 100_010))
        events = [(h.at, h.service_id, h.what) for h in bench.happened]
        results.append((state_of(bench, ids), bench.money(), events))
        assert bench.shop.now == end
        assert payments.compute_ledger(bench.shop.db, bench.account.id) == bench.money()
    assert results[0] == results[1]


def test_an_end_on_a_leap_day_is_kept_by_the_calendar() -> None:
    bench = open_bench()
    bench.move_to(datetime(2028, 1, 29, tzinfo=UTC))
    opened = bench.order(autoprolong=1)
    assert opened.expires_on == date(2028, 2, 29)
    bench.move_to(datetime(2028, 3, 1, tzinfo=UTC))
    assert bench.again(opened).expires_on == date(2028, 3, 29)
