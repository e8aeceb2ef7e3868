"""Licenses that follow a machine: its address, its state, and never two for one machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client.resellers.bundles.bundles import PANELS, After, Bundles, Panel
from reseller_client.resellers.bundles.store import Bundle, BundleStore, MachineState
from tests.client.example_orders import EXAMPLE_ORDER

if TYPE_CHECKING:
    from reseller_client import Client
    from tests.client.conftest import SmallSeller


@pytest.fixture
def store() -> Iterator[BundleStore]:
    with closing(sqlite3.connect(":memory:")) as connection:
        store = BundleStore(connection)
        store.prepare()
        yield store


@pytest.fixture
def bundles(either: Client, seller: SmallSeller, store: BundleStore) -> Bundles:
    return Bundles(either, store, today=lambda: seller.today)


@pytest.fixture
def recycling(either: Client, seller: SmallSeller, store: BundleStore) -> Bundles:
    return Bundles(either, store, today=lambda: seller.today, after=After.RECYCLE)


@pytest.fixture
def sold(bundles: Bundles) -> Bundles:
    bundles.sell_machine(7, name="vm7.example", ip="192.0.2.7", panel="55227")
    return bundles


def _orders(seller: SmallSeller) -> int:
    return seller.funcs().count("soft.order.param")


def test_a_machine_with_a_panel_gets_a_license_of_its_address(
    bundles: Bundles, seller: SmallSeller
) -> None:
    bundle = bundles.sell_machine(7, name="vm7.example", ip="192.0.2.7", panel="4601")
    assert bundle == Bundle(
        7, "vm7.example", "192.0.2.7", 4601,
        license_id=100001, license_ip="192.0.2.7", license_runs=True,
    )  # fmt: skip
    params = {"pricelist": "4601", "ip": "192.0.2.7", "licname": "vm7.example", "remoteid": "m7"}
    assert seller.licenses[100001].fields.items() >= params.items()


def test_the_choices_of_the_addon_are_the_sellers_tariffs() -> None:
    assert [panel.tariff for panel in PANELS] == [None, 3541, 4601, 55227, 55228, 55229, 55230]


def test_a_machine_without_panel_orders_nothing(bundles: Bundles, seller: SmallSeller) -> None:
    assert bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="") is None
    assert bundles.change_address(7, "192.0.2.8") is None
    assert bundles.renew(7) is None
    assert seller.calls == []


def test_a_panel_that_is_not_offered_is_refused_before_anything_is_asked(
    either: Client, seller: SmallSeller, store: BundleStore
) -> None:
    only = (Panel("55227", "Lite"),)
    bundles = Bundles(either, store, today=lambda: seller.today, panels=only)
    with pytest.raises(ValueError, match="no choice '55228'"):
        bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55228")
    assert (seller.calls, store.bundles()) == ([], ())


def test_a_machine_is_sold_once(sold: Bundles, seller: SmallSeller) -> None:
    with pytest.raises(ValueError, match="sold already"):
        sold.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    assert _orders(seller) == 1


def test_a_license_can_be_sold_without_a_machine(
    bundles: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    license = bundles.sell_alone(replace(EXAMPLE_ORDER, remoteid="c1"))
    assert (license.id, license.ip) == (100001, EXAMPLE_ORDER.ip)
    assert (store.bundles(), _orders(seller)) == ((), 1)


def test_the_license_follows_the_machines_address(sold: Bundles, seller: SmallSeller) -> None:
    bundle = sold.change_address(7, "192.0.2.70")
    assert seller.licenses[100001].fields["ip"] == "192.0.2.70"
    assert bundle is not None
    assert (bundle.license_ip, bundle.settled) == ("192.0.2.70", True)


def test_the_license_is_suspended_and_resumed_with_the_machine(
    sold: Bundles, seller: SmallSeller
) -> None:
    sold.suspend(7)
    assert seller.licenses[100001].status == 3
    assert sold.renew(7) is None
    sold.resume(7)
    assert seller.licenses[100001].status == 2
    assert seller.balance == Decimal("95.00")


def test_a_license_whose_term_ended_meanwhile_is_renewed_on_resuming(
    sold: Bundles, seller: SmallSeller
) -> None:
    sold.suspend(7)
    seller.today = date(2026, 3, 1)
    sold.resume(7)
    assert seller.licenses[100001].expires_on == date(2026, 4, 1)


def test_renewing_the_machine_renews_the_license(sold: Bundles) -> None:
    renewal = sold.renew(7)
    assert renewal is not None
    assert (renewal.before_on, renewal.ends_on) == (date(2026, 2, 10), date(2026, 3, 13))


def test_terminating_deletes_the_license(
    sold: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    assert sold.terminate(7) is None
    assert (seller.licenses, store.bundles()) == ({}, ())


def test_terminating_recycles_where_that_is_set(
    recycling: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    recycling.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    recycling.terminate(7)
    pool = {"licname": "free.lic", "ip": "0.0.0.0", "remoteid": ""}  # noqa: S104
    assert seller.licenses[100001].fields.items() >= pool.items()
    assert store.free(55227) == (100001,)
    recycling.sell_machine(8, name="vm8", ip="192.0.2.8", panel="55228")
    bundle = recycling.sell_machine(9, name="vm9", ip="192.0.2.9", panel="55227")
    assert bundle is not None
    assert (bundle.license_id, bundle.settled, _orders(seller)) == (100001, True, 2)
    assert (seller.licenses[100001].status, store.free(55227)) == (2, ())


def test_a_free_license_named_by_a_try_that_was_not_heard_of_is_not_taken_twice(
    recycling: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    for machine in (7, 8):
        recycling.sell_machine(machine, name="vm", ip=f"192.0.2.{machine}", panel="55227")
        recycling.terminate(machine)
        store.take(100001) if machine == 7 else None
    store.drop(7, freed=100001, tariff=55227)
    seller.loses("soft.edit", "after")
    bundle = recycling.sell_machine(9, name="vm9", ip="192.0.2.9", panel="55227")
    assert bundle is not None
    assert bundle.license_id is None
    assert recycling.retry() == ()
    assert [license.fields["remoteid"] for license in seller.licenses.values()] == ["m9", ""]
    assert store.free(55227) == (100002,)


def test_a_free_license_the_seller_has_deleted_is_passed_over(
    recycling: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    recycling.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    recycling.terminate(7)
    seller.licenses[100009] = seller.licenses.pop(100001)
    seller.licenses[100009].id = 100009
    bundle = recycling.sell_machine(8, name="vm8", ip="192.0.2.8", panel="55227")
    assert bundle is not None
    assert (bundle.license_id, store.free(55227)) == (100002, ())


def test_a_machine_is_sold_though_its_license_is_refused(
    bundles: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    seller.balance = Decimal(0)
    bundle = bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    assert bundle is not None
    assert (bundle.license_id, "not_enough_money" in bundle.problem) == (None, True)
    assert [bundle.machine_id for bundle in bundles.retry()] == [7]
    seller.balance = Decimal(5)
    assert bundles.retry() == ()
    bundle = store.bundle(7)
    assert bundle is not None
    assert (bundle.license_id, bundle.problem, bundle.settled) == (100001, "", True)
    assert bundles.retry() == ()
    assert seller.balance == 0


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("silences", [1, 3, 4])
def test_a_lost_order_is_never_ordered_twice(
    bundles: Bundles, seller: SmallSeller, lost: str, silences: int
) -> None:
    seller.loses("soft.order.param", *[lost] * silences)
    bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    bundles.retry()
    assert list(seller.licenses) == [100001]
    assert seller.balance == Decimal("95.00")


def test_an_order_is_looked_for_where_the_list_was_silent_too(
    bundles: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    seller.loses("soft.order.param", "after")
    # Asked twice before the order, by the billing and by the client; then not answered at all.
    seller.loses("soft", "", "", *["before"] * 6)
    bundle = bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    assert bundle is not None
    assert (bundle.license_id, len(seller.licenses)) == (None, 1)
    seller.loses("soft")
    assert bundles.retry() == ()
    bundle = store.bundle(7)
    assert bundle is not None
    assert (bundle.license_id, list(seller.licenses), _orders(seller)) == (100001, [100001], 1)


def test_a_key_that_is_late_does_not_lead_to_another_order(
    bundles: Bundles, seller: SmallSeller
) -> None:
    seller.key_after_reads = 40
    bundle = bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    assert bundle is not None
    assert "no key" in bundle.problem
    assert bundles.retry() == ()
    assert _orders(seller) == 1


@pytest.mark.parametrize(
    ("func", "act"),
    [
        ("soft.edit", lambda bundles: bundles.change_address(7, "192.0.2.70")),
        ("soft.suspend", lambda bundles: bundles.suspend(7)),
    ],
)
def test_what_the_seller_did_not_hear_is_said_again(
    sold: Bundles, seller: SmallSeller, func: str, act: Callable[[Bundles], Bundle | None]
) -> None:
    seller.loses(func, "before")
    bundle = act(sold)
    assert bundle is not None
    assert (bundle.settled, bundle.problem != "") == (False, True)
    assert sold.retry() == ()
    assert seller.balance == Decimal("95.00")


def test_a_termination_whose_answer_was_lost_is_finished_later(
    sold: Bundles, seller: SmallSeller, store: BundleStore
) -> None:
    seller.loses("soft.delete", "after")
    bundle = sold.terminate(7)
    assert bundle is not None
    assert bundle.machine_state is MachineState.TERMINATED
    with pytest.raises(ValueError, match="was terminated"):
        sold.resume(7)
    assert sold.retry() == ()
    assert store.bundles() == ()


def test_a_machine_given_up_before_its_order_was_heard_of_leaves_no_license(
    bundles: Bundles, seller: SmallSeller
) -> None:
    seller.loses("soft.order.param", "after")
    seller.loses("soft", "", "", *["before"] * 6)
    bundles.sell_machine(7, name="vm7", ip="192.0.2.7", panel="55227")
    seller.loses("soft")
    assert len(seller.licenses) == 1
    assert bundles.terminate(7) is None
    assert seller.licenses == {}
