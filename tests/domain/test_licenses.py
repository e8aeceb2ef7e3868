"""Rules of licenses, on the rules alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from emulator.domain.accounts import accounts
from emulator.domain.billing import checkout, discounts
from emulator.domain.services import editing, keys, opening, order_rules, services, states
from emulator.domain.services.order_rules import POOL_ADDRESS
from emulator.domain.services.services import ACTIVE, DELETED, PROCESSING, SUSPENDED
from emulator.errors import BadValue, Exists, Missed, NotEnoughMoney, RunningOperation, WrongState
from emulator.store import tables
from emulator.store.engine import Statement
from tests.domain.conftest import ShopBench, open_bench


def test_a_key_begins_with_the_license_and_a_dash(bench: ShopBench) -> None:
    opened = bench.order()
    assert opened.lickey.startswith(f"{opened.id}-")
    assert opened.id >= 100_001


def test_an_order_takes_the_price_from_the_balance(bench: ShopBench) -> None:
    before = bench.money()
    opened = bench.order(55227)
    price = bench.shop.catalogue[55227].prices["EUR"][1]
    assert bench.money() == before - price
    assert opened.expires_on == date(2026, 2, 28)


def test_one_license_per_address_and_tariff(bench: ShopBench) -> None:
    bench.order(55227, ip="10.0.0.1")
    with pytest.raises(Exists) as refused:
        bench.order(55227, ip="10.0.0.1")
    assert (refused.value.object, refused.value.value) == ("ip", "10.0.0.1")
    assert bench.order(55228, ip="10.0.0.1").status == ACTIVE


def test_the_address_of_a_deleted_license_is_free_again(bench: ShopBench) -> None:
    first = bench.order(ip="10.0.0.1")
    states.delete(bench.shop, bench.account, first)
    assert bench.order(ip="10.0.0.1").id != first.id


def test_the_pool_holds_any_number_of_licenses(bench: ShopBench) -> None:
    assert bench.order(ip=POOL_ADDRESS).id != bench.order(ip=POOL_ADDRESS).id


def test_a_trial_is_given_once_per_address_even_after_its_deletion(bench: ShopBench) -> None:
    trial = bench.order(55239, ip="10.0.0.1", period=-100)
    assert trial.expires_on == date(2026, 2, 14)
    states.delete(bench.shop, bench.account, trial)
    with pytest.raises(Exists) as refused:
        bench.order(55239, ip="10.0.0.1", period=-100)
    assert refused.value.desc == "trial_once"
    with pytest.raises(Exists):
        bench.order(55240, ip="10.0.0.1", period=-100)
    bench.rules(trial_once=False)
    assert bench.order(55239, ip="10.0.0.1", period=-100).status == ACTIVE


def test_too_little_money_changes_nothing(bench: ShopBench) -> None:
    poor = bench.login("poor")
    before = bench.shop.db.counts()
    tariff = order_rules.find_orderable(bench.shop, poor, "soft", 55229)
    draft = order_rules.draft(
        bench.shop, poor, tariff, order_rules.OrderRequest(55229, 12, ip="10.0.0.1")
    )
    price = discounts.compute_order_price(bench.shop, poor, tariff, draft)
    with pytest.raises(NotEnoughMoney) as refused, bench.shop.db.savepoint():
        checkout.order_now(bench.shop, poor, tariff, draft, price)
    assert refused.value.params == {"amount": f"{price.cost:.2f}"}
    assert bench.shop.db.counts() == before
    assert bench.login("poor").balance == Decimal("1.00")


@pytest.mark.parametrize("pricelist", [0, 99999, -1])
def test_an_unknown_tariff_is_a_bad_value(bench: ShopBench, pricelist: int) -> None:
    with pytest.raises(BadValue) as refused:
        bench.order(pricelist)
    assert refused.value.object == "pricelist"


def test_retired_products_are_sold_unless_the_world_is_strict(
    bench: ShopBench, strict: ShopBench
) -> None:
    assert bench.order(3541).status == ACTIVE
    with pytest.raises(BadValue) as refused:
        strict.order(3541)
    assert refused.value.desc == "retired"


def test_tariffs_of_the_other_country_are_sold_unless_the_rule_is_on(bench: ShopBench) -> None:
    assert bench.order(55231, ip="10.0.0.1").status == ACTIVE
    bench.rules(country_tariffs=True)
    assert bench.order(55231, ip="10.0.0.2").status == ACTIVE  # no country, no restriction
    accounts.save(bench.shop.db, replace(bench.account, country="DE"))
    with pytest.raises(BadValue) as refused:
        bench.order(55231, ip="10.0.0.3")
    assert refused.value.desc == "country"


@pytest.mark.parametrize("amount", [0, 261, -1])
def test_an_addon_outside_its_limits_is_refused_by_name(bench: ShopBench, amount: int) -> None:
    with pytest.raises(BadValue) as refused:
        bench.order(55230, addon={55236: amount})
    assert (refused.value.object, refused.value.value) == ("addon_55236", str(amount))


def test_an_addon_the_tariff_lacks_is_ignored(bench: ShopBench) -> None:
    assert bench.order(55227, addon={0: 1, 77: 5}).addons == {}


def test_nodes_are_paid_for(bench: ShopBench) -> None:
    tariff = bench.shop.catalogue[55230]
    node = tariff.addons[55236]
    before = bench.money()
    bench.order(55230, addon={55236: 4})
    base, each = tariff.prices["EUR"][1], node.prices["EUR"][1]
    assert before - bench.money() == base + each * (4 - node.included)


def test_changing_what_is_already_so_is_no_change(bench: ShopBench) -> None:
    opened = bench.order(ip="10.0.0.1", licname="a")
    bench.rules(change_limit=True)
    same = editing.change(bench.shop, bench.account, opened, {"ip": "10.0.0.1", "licname": "a"})
    assert same is opened
    assert same.ip_changed_on is None


def test_the_address_changes_once_a_month_where_the_rule_is_on(bench: ShopBench) -> None:
    opened = bench.order(ip="10.0.0.1")
    bench.rules(change_limit=True)
    moved = editing.change(bench.shop, bench.account, opened, {"ip": "10.0.0.2"})
    assert moved.ip_changed_on == date(2026, 1, 31)
    with pytest.raises(WrongState) as refused:
        editing.change(bench.shop, bench.account, moved, {"ip": "10.0.0.3"})
    assert (refused.value.desc, refused.value.params["date"]) == ("ip_change_limit", "2026-02-28")
    bench.move_to(datetime(2026, 2, 28, tzinfo=UTC))
    stored = bench.again(moved)
    assert editing.change(bench.shop, bench.account, stored, {"ip": "10.0.0.3"}).ip == "10.0.0.3"


def test_without_the_rule_the_address_changes_at_will(bench: ShopBench) -> None:
    moved = bench.order(ip="10.0.0.1")
    for last in (2, 3, 4):
        moved = editing.change(bench.shop, bench.account, moved, {"ip": f"10.0.0.{last}"})
    assert bench.again(moved).ip == "10.0.0.4"


def test_an_address_with_such_a_license_cannot_be_moved_to(bench: ShopBench) -> None:
    bench.order(ip="10.0.0.1")
    second = bench.order(ip="10.0.0.2")
    with pytest.raises(Exists):
        editing.change(bench.shop, bench.account, second, {"ip": "10.0.0.1"})


def test_a_new_key_differs_and_still_begins_with_the_license(bench: ShopBench) -> None:
    opened = bench.order()
    renewed = keys.replace_key(bench.shop, bench.account, opened)
    assert renewed.lickey != opened.lickey
    assert renewed.lickey.startswith(f"{opened.id}-")
    assert renewed.key_changed_on == date(2026, 1, 31)
    bench.rules(change_limit=True)
    with pytest.raises(WrongState):
        keys.replace_key(bench.shop, bench.account, renewed)


def test_off_twice_is_off_and_on_twice_is_on(bench: ShopBench) -> None:
    opened = bench.order()
    off = states.suspend(bench.shop, bench.account, opened)
    assert off.status == SUSPENDED
    assert states.suspend(bench.shop, bench.account, off) is off
    back = states.resume(bench.shop, bench.account, off)
    assert back.status == ACTIVE
    assert states.resume(bench.shop, bench.account, back) is back
    assert back.expires_on == opened.expires_on


def test_an_expired_license_cannot_be_resumed(bench: ShopBench) -> None:
    opened = bench.order()
    bench.move_to(datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(WrongState) as refused:
        states.resume(bench.shop, bench.account, bench.again(opened))
    assert refused.value.desc == "expired"


def test_a_deleted_license_is_missed_and_its_row_says_4(bench: ShopBench) -> None:
    opened = bench.order()
    states.delete(bench.shop, bench.account, opened)
    assert bench.again(opened).status == DELETED
    with pytest.raises(Missed):
        services.require_owned(bench.shop, bench.account, opened.id)


def test_a_foreign_license_is_as_good_as_missed(bench: ShopBench) -> None:
    opened = bench.order()
    with pytest.raises(Missed) as foreign:
        services.require_owned(bench.shop, bench.login("other"), opened.id)
    with pytest.raises(Missed) as never:
        services.require_owned(bench.shop, bench.login("other"), 999_999)
    assert foreign.value.object == never.value.object


def test_a_key_that_takes_seconds_comes_under_a_frozen_clock(bench: ShopBench) -> None:
    bench.provisioning("seconds", 5)
    opened = bench.order()
    assert (opened.status, opened.lickey) == (PROCESSING, "")
    bench.elapsed += 4.9
    assert bench.move_to(bench.shop.now) == []
    bench.elapsed += 0.2
    assert [h.what for h in bench.move_to(bench.shop.now)] == ["key"]
    arrived = bench.again(opened)
    assert (arrived.status, arrived.lickey[:7]) == (ACTIVE, f"{opened.id}-")


def test_a_key_that_takes_reads_comes_after_them(bench: ShopBench) -> None:
    bench.provisioning("reads", 2)
    seen = bench.order()
    keys = []
    for _ in range(3):
        seen = opening.count_read(bench.shop, bench.again(seen))
        keys.append(seen.lickey)
    assert keys[:2] == ["", ""]
    assert keys[2].startswith(f"{seen.id}-")


def test_while_an_operation_runs_only_name_and_address_change(bench: ShopBench) -> None:
    bench.provisioning("by_hand")
    opened = bench.order()
    for what in (states.suspend, states.resume, keys.replace_key):
        with pytest.raises(RunningOperation):
            what(bench.shop, bench.account, opened)
    with pytest.raises(RunningOperation):
        states.delete(bench.shop, bench.account, opened)
    assert editing.change(bench.shop, bench.account, opened, {"licname": "b"}).licname == "b"
    assert opening.finish_opening(bench.shop, bench.again(opened)).status == ACTIVE


def test_keys_of_equal_seeds_are_equal_and_of_others_are_not(bench: ShopBench) -> None:
    here = keys.make_key(bench.shop, 100_500, 1)
    assert here == keys.make_key(bench.shop, 100_500, 1)
    other = replace(bench.shop, world=replace(bench.shop.world, seed=2))
    assert keys.make_key(other, 100_500, 1) != here


def test_a_lifetime_license_has_updates_for_a_year(bench: ShopBench) -> None:
    lifetime = bench.order(7, period=0)
    assert (lifetime.expires_on, lifetime.update_expires_on) == (None, date(2027, 1, 31))
    assert bench.order(55227).update_expires_on is None


def test_no_two_invented_licenses_share_an_address() -> None:
    rows = open_bench("busy").shop.db.rows(Statement(select(tables.service.c.ip)))
    invented = [row[0] for row in rows]
    assert len(invented) == len(set(invented)) > 1000
