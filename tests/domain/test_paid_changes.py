"""Prolonging and changing the tariff."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from emulator.clock import add_months
from emulator.domain.billing import paid_changes, payments
from emulator.domain.money import rounded
from emulator.domain.services import editing, services, states
from emulator.domain.services.services import ACTIVE
from emulator.errors import BadValue, RunningOperation, WrongState
from tests.domain.conftest import ShopBench


def test_an_active_license_goes_on_from_its_end(bench: ShopBench) -> None:
    opened = bench.order()
    prolongation = paid_changes.quote_prolongation(bench.shop, bench.account, opened, 12)
    assert prolongation.new_expires_on == date(2027, 2, 28)
    before = bench.money()
    prolonged = paid_changes.prolong(bench.shop, bench.account, prolongation, "reseller")
    assert prolonged.expires_on == date(2027, 2, 28)
    assert before - bench.money() == bench.shop.catalogue[55227].prices["EUR"][12]


def test_a_suspended_license_starts_today_and_is_active_again(bench: ShopBench) -> None:
    opened = bench.order()
    bench.move_to(datetime(2026, 3, 10, tzinfo=UTC))
    late = bench.again(opened)
    assert late.state == "3_autosuspend"
    prolongation = paid_changes.quote_prolongation(bench.shop, bench.account, late, 1)
    renewed = paid_changes.prolong(bench.shop, bench.account, prolongation, "reseller")
    assert (renewed.status, renewed.expires_on) == (ACTIVE, date(2026, 4, 10))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 10, 31), 6, date(2027, 4, 30)),
    ],
)
def test_months_end_where_calendars_say(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_trials_and_lifetimes_are_not_prolonged(bench: ShopBench) -> None:
    trial = bench.order(55239, period=-100)
    with pytest.raises(WrongState) as refused:
        paid_changes.quote_prolongation(bench.shop, bench.account, trial, 1)
    assert refused.value.desc == "trial"
    lifetime = bench.order(7, ip="10.0.0.9", period=0)
    with pytest.raises(WrongState) as refused:
        paid_changes.quote_prolongation(bench.shop, bench.account, lifetime, 1)
    assert refused.value.desc == "lifetime"


def test_a_period_the_tariff_lacks_is_a_bad_value(bench: ShopBench) -> None:
    opened = bench.order()
    for period in (0, 2, -100, 5_000_000):
        with pytest.raises(BadValue) as refused:
            paid_changes.quote_prolongation(bench.shop, bench.account, opened, period)
        assert refused.value.object == "period"


def test_an_unpaid_or_opening_license_is_not_prolonged(bench: ShopBench) -> None:
    ordered = bench.put(ip="10.0.0.1")
    with pytest.raises(WrongState) as refused:
        paid_changes.quote_prolongation(bench.shop, bench.account, ordered, 1)
    assert refused.value.desc == "unpaid"
    bench.provisioning("by_hand")
    opening = bench.order(ip="10.0.0.2")
    with pytest.raises(RunningOperation):
        paid_changes.quote_prolongation(bench.shop, bench.account, opening, 1)


def test_prolonging_to_the_end_of_the_calendar_is_refused(bench: ShopBench) -> None:
    opened = bench.order()
    services.save(bench.shop, replace(opened, expires_on=date(9999, 12, 1), due_at=None))
    with pytest.raises(BadValue):
        paid_changes.quote_prolongation(bench.shop, bench.account, bench.again(opened), 12)


def test_a_trial_turned_into_lite_pays_for_the_unused_days_and_keeps_its_end(
    bench: ShopBench,
) -> None:
    trial = bench.order(55239, period=-100)
    bench.move_to(datetime(2026, 2, 1, tzinfo=UTC))
    trial = bench.again(trial)
    change = paid_changes.quote_tariff_change(bench.shop, bench.account, trial, 55227, 1)
    # 13 of the 28 days of a month at 5.00
    assert change.cost == Decimal("2.32")
    before = bench.money()
    changed = paid_changes.change_tariff(bench.shop, bench.account, change)
    assert (changed.tariff_id, changed.period, changed.expires_on) == (55227, 1, date(2026, 2, 14))
    assert before - bench.money() == Decimal("2.32")
    assert paid_changes.quote_prolongation(
        bench.shop, bench.account, changed, 1
    ).new_expires_on == date(2026, 3, 14)


def test_a_dearer_tariff_costs_the_difference_for_the_rest(bench: ShopBench) -> None:
    opened = bench.order(55227)
    bench.move_to(datetime(2026, 2, 14, tzinfo=UTC))
    change = paid_changes.quote_tariff_change(
        bench.shop, bench.account, bench.again(opened), 55228, None
    )
    prices = bench.shop.catalogue
    difference = prices[55228].prices["EUR"][1] - prices[55227].prices["EUR"][1]
    assert change.cost == (difference * 14 / 28).quantize(Decimal("0.01"))


def test_the_addons_of_the_old_tariff_count_in_what_a_change_costs(bench: ShopBench) -> None:
    """Prices of 55230 with three of an addon, compared with those of a tariff without it."""
    opened = bench.order(55230, addon={55236: 3})
    old = bench.shop.catalogue[55230]
    with_addons = old.cost("EUR", 1, {55236: 3})
    assert with_addons > old.cost("EUR", 1, {})
    target = next(iter(paid_changes.list_targets(bench.shop, bench.account, opened)))
    change = paid_changes.quote_tariff_change(bench.shop, bench.account, opened, target.id, None)
    assert change.old_price == with_addons
    assert change.cost == max(Decimal(0), change.new_price - with_addons)


def test_a_change_on_the_day_of_the_order_costs_the_whole_difference(bench: ShopBench) -> None:
    opened = bench.order(55227)
    change = paid_changes.quote_tariff_change(bench.shop, bench.account, opened, 55228, None)
    assert change.cost == change.new_price - change.old_price


def test_a_cheaper_tariff_gives_nothing_back(bench: ShopBench) -> None:
    opened = bench.order(55228)
    change = paid_changes.quote_tariff_change(bench.shop, bench.account, opened, 55227, None)
    assert change.cost == Decimal("0.00")
    before = bench.money()
    assert paid_changes.change_tariff(bench.shop, bench.account, change).tariff_id == 55227
    assert bench.money() == before


def test_only_the_tariffs_of_the_group_can_be_changed_to(bench: ShopBench) -> None:
    opened = bench.order(55227)
    offered = {t.id for t in paid_changes.list_targets(bench.shop, bench.account, opened)}
    assert offered == {55228, 55229, 55230}
    for pricelist in (55227, 55239, 3541, 55232, 1):
        with pytest.raises(BadValue):
            paid_changes.quote_tariff_change(bench.shop, bench.account, opened, pricelist, None)


def test_an_expired_license_does_not_change_its_tariff(bench: ShopBench) -> None:
    opened = bench.order(55227)
    bench.move_to(datetime(2026, 3, 5, tzinfo=UTC))
    with pytest.raises(WrongState) as refused:
        paid_changes.quote_tariff_change(
            bench.shop, bench.account, bench.again(opened), 55228, None
        )
    assert refused.value.desc == "expired"


def test_changing_onto_an_address_with_such_a_license_is_refused(bench: ShopBench) -> None:
    from emulator.errors import Exists

    bench.order(55228, ip="10.0.0.1")
    lite = bench.order(55227, ip="10.0.0.1")
    with pytest.raises(Exists):
        paid_changes.quote_tariff_change(bench.shop, bench.account, lite, 55228, None)


def test_suspending_by_hand_moves_no_money_and_no_date(bench: ShopBench) -> None:
    opened = bench.order()
    before = bench.money()
    off = states.suspend(bench.shop, bench.account, opened)
    assert (off.expires_on, bench.money()) == (opened.expires_on, before)


def test_more_nodes_are_paid_for_the_days_that_are_left(bench: ShopBench) -> None:
    opened = bench.order(55230, addon={55236: 1})
    bench.move_to(datetime(2026, 2, 14, tzinfo=UTC))
    each = bench.shop.catalogue[55230].addons[55236].prices["EUR"][1]
    before = bench.money()
    more = paid_changes.change_addons(
        bench.shop, bench.account, bench.again(opened), {55236: 3, 77: 9}
    )
    assert before - bench.money() == (each * 2 * 14 / 28).quantize(Decimal("0.01"))
    assert bench.again(opened).amounts() == more.amounts() == {55236: 3}
    fewer = paid_changes.change_addons(bench.shop, bench.account, more, {55236: 2})
    assert fewer.amounts() == {55236: 2}
    assert paid_changes.change_addons(bench.shop, bench.account, fewer, {55236: 2}) is fewer
    with pytest.raises(BadValue) as refused:
        paid_changes.change_addons(bench.shop, bench.account, fewer, {55236: 0})
    assert refused.value.object == "addon_55236"


def test_automatic_prolongation_is_by_a_period_the_tariff_has(bench: ShopBench) -> None:
    with pytest.raises(BadValue) as refused:
        bench.order(autoprolong=7)
    assert refused.value.object == "autoprolong"
    opened = bench.order(autoprolong=12)
    with pytest.raises(BadValue):
        editing.change(bench.shop, bench.account, opened, {"autoprolong": 5})
    assert editing.change(bench.shop, bench.account, opened, {"autoprolong": None}).id


def test_144_thirteen_equal_months_cost_thirteen_times_the_difference(bench: ShopBench) -> None:
    each = bench.shop.catalogue[55230].addons[55236].prices["EUR"]
    wrong = {}
    for number in range(36):
        day = add_months(date(2027, 1, 31), number // 3) - timedelta(days=number % 3)
        bench.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        payments.set_balance(bench.shop, bench.account, Decimal(500))
        opened = bench.order(55230, ip=f"10.0.0.{number}", addon={55236: 1})
        # Bought at once, or a month that was then prolonged by twelve.
        end = add_months(add_months(day, 1), 12) if number % 2 else add_months(day, 13)
        long = services.save(bench.shop, replace(opened, expires_on=end))
        dearer = paid_changes.quote_addons(bench.shop, bench.account, long, {55236: 2})
        lite = replace(long, tariff_id=55227, addons={}, ip="10.0.1.1")
        tariff = paid_changes.quote_tariff_change(bench.shop, bench.account, lite, 55228, 1)
        assert dearer is not None
        expected = (13 * each[1], 13 * (tariff.new_price - tariff.old_price))
        if (dearer.cost, tariff.cost) != expected:
            wrong[day] = (dearer.cost, tariff.cost)
        states.close(bench.shop, "test", long)
    assert wrong == {}


def test_144_the_broken_month_counts_by_its_own_days_and_each_day_costs_less(
    bench: ShopBench,
) -> None:
    opened = bench.order(55230, addon={55236: 1}, period=12)
    each = bench.shop.catalogue[55230].addons[55236].prices["EUR"][12]
    costs = []
    for day in range(365):
        today = date(2026, 1, 31) + timedelta(days=day)
        shop = replace(bench.shop, now=datetime(today.year, today.month, today.day, tzinfo=UTC))
        change = paid_changes.quote_addons(shop, bench.account, opened, {55236: 2})
        assert change is not None
        costs.append(change.cost)
    assert costs == sorted(costs, reverse=True)
    # Eight of twelve months are left on 31 May, of its month 20 of 30 days on 10 June.
    assert costs[0] == each
    assert costs[(date(2026, 5, 31) - date(2026, 1, 31)).days] == rounded(each * 8 / 12)
    tenth_of_june = costs[(date(2026, 6, 10) - date(2026, 1, 31)).days]
    assert tenth_of_june == rounded(each * (7 + Decimal(20) / 30) / 12)
