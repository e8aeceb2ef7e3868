"""A term that ends while a license is being opened, switched off, or about to be deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from emulator.clock import read_instant
from emulator.domain.accounts import accounts
from emulator.domain.billing import forecast, payments
from emulator.domain.services import editing, states
from emulator.domain.services.services import ACTIVE, DELETED, ORDERED, SUSPENDED
from tests.domain.conftest import ShopBench, open_bench

END = datetime(2026, 2, 28, tzinfo=UTC)
OVER = datetime(2026, 3, 30, tzinfo=UTC)


def events_of(bench: ShopBench, number: int) -> list[tuple[str, str]]:
    return [(h.what, h.detail) for h in bench.happened if h.service_id == number]


def test_what_is_still_being_opened_is_prolonged_and_gets_its_key(bench: ShopBench) -> None:
    bench.provisioning("seconds", 60)
    opened = bench.order(autoprolong=1)
    bench.move_to(END)
    waiting = bench.again(opened)
    assert (waiting.state, waiting.expires_on) == ("5_open", date(2026, 3, 28))
    bench.elapsed += 60
    bench.move_to(END)
    ready = bench.again(opened)
    assert (ready.status, ready.lickey.split("-")[0]) == (ACTIVE, str(opened.id))
    assert events_of(bench, opened.id) == [("prolong", "2026-03-28"), ("key", "")]


def test_the_money_has_to_last_for_what_is_being_opened_too() -> None:
    bench = open_bench("empty")
    bench.provisioning("by_hand")
    bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal("12.00"))
    expected = date(2026, 4, 28)
    assert forecast.estimate_end(bench.shop, bench.account) == expected
    bench.move_to(datetime(2026, 5, 1, tzinfo=UTC))
    failed = next(h for h in bench.happened if h.what == "suspend")
    assert failed.at.date() == expected


def test_a_key_that_comes_after_the_end_switches_nothing_on(bench: ShopBench) -> None:
    bench.provisioning("seconds", 60)
    opened = bench.order()
    bench.move_to(END)
    assert bench.again(opened).state == "3_autosuspend"
    bench.elapsed += 60
    bench.move_to(END)
    late = bench.again(opened)
    assert (late.state, bool(late.lickey)) == ("3_autosuspend", True)
    bench.move_to(OVER)
    assert bench.again(opened).status == DELETED
    assert [what for what, _ in events_of(bench, opened.id)] == ["suspend", "key", "delete"]


def test_keys_arrive_after_what_fell_due_before(bench: ShopBench) -> None:
    bench.provisioning("seconds", 60)
    opened = bench.order()
    bench.elapsed += 60
    bench.move_to(OVER)
    times = [h.at for h in bench.happened]
    assert times == sorted(times)
    assert [what for what, _ in events_of(bench, opened.id)] == ["suspend", "delete"]


def test_what_nobody_paid_for_never_falls_due(bench: ShopBench) -> None:
    waiting = bench.put()
    bench.move_to(datetime(2027, 1, 31, tzinfo=UTC))
    assert (bench.again(waiting).status, events_of(bench, waiting.id)) == (ORDERED, [])


def test_a_scheduled_deletion_happens_at_the_end_also_of_what_is_switched_off(
    bench: ShopBench,
) -> None:
    bench.rules(deletion="period_end")
    opened = bench.order(autoprolong=1)
    states.delete(bench.shop, bench.account, opened)
    states.suspend(bench.shop, bench.account, bench.again(opened))
    bench.move_to(END)
    assert bench.again(opened).status == DELETED
    assert events_of(bench, opened.id) == [("close", "")]


def test_switched_off_by_hand_it_is_not_prolonged_by_itself(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    states.suspend(bench.shop, bench.account, opened)
    bench.move_to(END)
    assert (bench.again(opened).state, events_of(bench, opened.id)) == ("3", [("expire", "")])
    bench.move_to(OVER)
    assert bench.again(opened).status == DELETED


def test_who_gives_up_automatic_prolongation_is_not_tried_again(bench: ShopBench) -> None:
    opened = bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal("0.01"))
    bench.move_to(END)
    editing.change(bench.shop, bench.account, bench.again(opened), {"autoprolong": None})
    payments.set_balance(bench.shop, bench.account, Decimal("100.00"))
    bench.move_to(datetime(2026, 3, 20, tzinfo=UTC))
    refused = ("suspend", "not enough money: 5.00 EUR")
    assert events_of(bench, opened.id) == [refused, ("unpaid", "not prolonged")]
    assert bench.again(opened).status == SUSPENDED


def test_credit_is_spent_to_the_cent_and_no_further() -> None:
    bench = open_bench("empty")
    opened = bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal("-20.00"))
    credit(bench, "24.99")
    bench.move_to(END)
    assert bench.again(opened).status == SUSPENDED
    credit(bench, "25.00")
    bench.move_to(datetime(2026, 3, 1, tzinfo=UTC))
    assert (bench.again(opened).status, bench.money()) == (ACTIVE, Decimal("-25.00"))


def credit(bench: ShopBench, amount: str) -> None:
    accounts.save(bench.shop.db, replace(bench.account, credit=Decimal(amount)))


@pytest.mark.parametrize(
    ("bought", "ends"),
    [
        (date(2026, 1, 31), ["2026-02-28", "2026-03-28", "2026-04-28"]),
        (date(2026, 3, 31), ["2026-04-30", "2026-05-30", "2026-06-30"]),
        (date(2028, 1, 31), ["2028-02-29", "2028-03-29", "2028-04-29"]),
        (date(2027, 12, 30), ["2028-01-30", "2028-02-29", "2028-03-29"]),
    ],
)
def test_each_month_begins_where_the_last_one_ended(bought: date, ends: list[str]) -> None:
    bench = open_bench("empty")
    bench.move_to(datetime(bought.year, bought.month, bought.day, 12, tzinfo=UTC))
    opened = bench.order(autoprolong=1)
    bench.move_to(read_instant(ends[-2]))
    assert opened.expires_on == date.fromisoformat(ends[0])
    assert events_of(bench, opened.id) == [("prolong", end) for end in ends[1:]]


def test_a_year_from_a_leap_day_ends_on_the_last_of_february() -> None:
    bench = open_bench("empty")
    bench.move_to(datetime(2028, 2, 29, 23, 59, tzinfo=UTC))
    opened = bench.order(period=12, autoprolong=12)
    assert opened.expires_on == date(2029, 2, 28)
    bench.move_to(datetime(2029, 2, 28, tzinfo=UTC))
    assert bench.again(opened).expires_on == date(2030, 2, 28)
