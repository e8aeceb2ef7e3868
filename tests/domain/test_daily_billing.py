from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from emulator.domain.billing import forecast, payments
from emulator.domain.catalogue.catalogue import DAY
from tests.domain.conftest import START, ShopBench, open_bench

NOON = START.replace(hour=12)


@pytest.mark.parametrize("balance", ["1.00", "5.00", "7.50", "30.00", "60.00"])
def test_113_the_forecast_is_the_day_on_which_the_money_ends(balance: str) -> None:
    bench = open_bench("empty")
    payments.set_balance(bench.shop, bench.account, Decimal(100))
    bench.order(1400, period=DAY, autoprolong=DAY)
    bench.order(1500, period=DAY, autoprolong=DAY)
    bench.order(autoprolong=1)
    payments.set_balance(bench.shop, bench.account, Decimal(balance))
    expected = forecast.estimate_end(bench.shop, bench.account)
    bench.move_to(NOON + timedelta(days=300))
    assert expected == next(h.at.date() for h in bench.happened if h.what == "suspend")
    assert bench.money() == payments.compute_ledger(bench.shop.db, bench.account.id)


def test_113_what_is_still_being_opened_is_charged_each_day(bench: ShopBench) -> None:
    bench.provisioning("by_hand")
    opened = bench.order(1400, period=DAY, autoprolong=DAY)
    before = bench.money()
    bench.move_to(datetime(2026, 2, 3, 12, tzinfo=UTC))
    waiting = bench.again(opened)
    assert waiting.state == "5_open"
    others = [h for h in bench.happened if h.service_id != opened.id and h.what == "prolong"]
    assert others == []
    assert before - bench.money() == 3 * Decimal("0.34")


def test_113_twenty_servers_are_charged_for_a_month_in_order(bench: ShopBench) -> None:
    payments.set_balance(bench.shop, bench.account, Decimal(10_000))
    numbers = {bench.order(1400, period=DAY, autoprolong=DAY).id for _ in range(20)}
    happened = bench.move_to(NOON + timedelta(days=30))
    mine = [h for h in happened if h.service_id in numbers]
    assert len(mine) == 30 * len(numbers)
    assert [(h.at, h.service_id) for h in mine] == sorted((h.at, h.service_id) for h in mine)
