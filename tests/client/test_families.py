"""Third-party licenses and platforms, bought and changed at the emulator in this process."""

from __future__ import annotations

from collections import deque
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import (
    BadValue,
    DeletionForbidden,
    DeletionRefused,
    LicenseOrder,
    MinimumTerm,
    Missed,
    NotEnoughMoney,
    Refused,
    Status,
    UnknownOutcome,
)
from reseller_client.errors import Refusal, SellerFault, refused
from tests.client.conftest import Waits
from tests.client.emulated import client_of

if TYPE_CHECKING:
    from emulator.testing import Seller
    from reseller_client import Client
    from tests.client.emulated import LossyLine

GUARD = LicenseOrder(tariff=55369, licname="guard-9", period=3, autoprolong=3)
LINUX = LicenseOrder(tariff=9203, licname="linux-9", ip="192.0.2.209")
CLOUD = LicenseOrder(tariff=55163, comment="cloud-9", addons={55165: 2, 55164: 4}, autoprolong=1)


def test_a_third_party_license_lives_its_whole_life(reseller: Client, shop: Seller) -> None:
    ordered = reseller.third_party.order(GUARD)
    assert ordered.license_id is not None
    license = reseller.third_party.get(ordered.license_id)
    assert (license.licname, license.ip, license.tariff) == ("guard-9", "", 55369)
    assert (license.period, license.autoprolong, license.remoteid) == (3, 3, ordered.remoteid)
    assert reseller.third_party.rename(license.id, "guard-10").licname == "guard-10"
    assert reseller.third_party.set_autoprolong(license.id, None).autoprolong is None
    before = license.expires_on
    assert before is not None
    assert reseller.third_party.prolong(license.id, 1) > before
    reseller.third_party.suspend(license.id)
    assert reseller.third_party.get(license.id).status is Status.SUSPENDED
    reseller.third_party.resume(license.id)
    assert reseller.third_party.get(license.id).status is Status.ACTIVE
    assert reseller.third_party.close(license.id).gone
    assert shop.service(license.id)["status"] == Status.DELETED


def test_each_family_lists_its_own_licenses(reseller: Client) -> None:
    own = {row.licname for row in reseller.licenses.list()}
    foreign = {row.licname for row in reseller.third_party.list()}
    assert foreign == {"linux-1", "guard-1"}
    assert own.isdisjoint(foreign)
    assert {row.comment for row in reseller.platforms.list()} == {"cloud-2", "rack-1"}
    with pytest.raises(Missed):
        reseller.platforms.get(reseller.third_party.list()[0].id)


def test_a_third_party_license_on_an_address_gets_one(reseller: Client) -> None:
    ordered = reseller.third_party.order(LINUX)
    assert ordered.license_id is not None
    assert reseller.third_party.get(ordered.license_id).ip == "192.0.2.209"
    moved = reseller.third_party.readdress(ordered.license_id, "192.0.2.210")
    assert moved.ip == "192.0.2.210"


def test_a_tariff_that_wants_an_address_refuses_an_order_without(reseller: Client) -> None:
    with pytest.raises(Refused):
        reseller.third_party.order(LicenseOrder(tariff=9203, licname="nowhere"))


def test_a_platform_lives_its_whole_life(reseller: Client, shop: Seller) -> None:
    ordered = reseller.platforms.order(CLOUD)
    assert ordered.license_id is not None
    platform = reseller.platforms.get(ordered.license_id)
    assert (platform.comment, platform.licname, platform.ip) == ("cloud-9", "", "")
    assert (platform.addons[55165], platform.addons[55164]) == (2, 4)
    assert reseller.platforms.rename(platform.id, "cloud-10").comment == "cloud-10"
    assert reseller.platforms.prolong(platform.id) > (platform.expires_on or date.max)
    reseller.platforms.suspend(platform.id)
    reseller.platforms.resume(platform.id)
    assert reseller.platforms.close(platform.id).gone
    assert shop.service(platform.id)["status"] == Status.DELETED


def test_a_trial_of_a_platform_is_free(reseller: Client) -> None:
    before = reseller.account.balance().amount
    ordered = reseller.platforms.order(LicenseOrder(tariff=55163, comment="try-9", period=-100))
    assert ordered.license_id is not None
    assert reseller.platforms.get(ordered.license_id).period == -100
    assert reseller.account.balance().amount == before


def test_more_nodes_in_the_middle_of_a_term_are_charged(reseller: Client) -> None:
    ordered = reseller.platforms.order(CLOUD)
    assert ordered.license_id is not None
    before = reseller.account.balance().amount
    changed = reseller.platforms.set_addons(ordered.license_id, {55165: 5})
    assert changed.addons[55165] == 5
    assert reseller.account.balance().amount < before


def test_a_quantity_no_tariff_sells_is_told_with_the_value(
    lossy: LossyLine, reseller: Client
) -> None:
    with pytest.raises(Refused) as caught:
        reseller.platforms.order(LicenseOrder(tariff=55163, comment="c", addons={55165: 10**6}))
    if lossy.calls[-1]["out"] == "xml":
        assert isinstance(caught.value, BadValue)
        assert (caught.value.object, caught.value.params["value"]) == ("addon_55165", "1000000")


@pytest.mark.parametrize(
    ("family", "license_order", "refused_parameter"),
    [
        ("third_party", LicenseOrder(55369, licname="g", period=3, autoprolong=1), "autoprolong"),
        ("third_party", LicenseOrder(9203, licname="g", comment="c"), "comment"),
        ("third_party", LicenseOrder(9203, licname="g", addons={1: 1}), "addons"),
        ("third_party", LicenseOrder(9203, licname="g", remoteip="192.0.2.1"), "remoteip"),
        ("platforms", LicenseOrder(55163, ip="192.0.2.1"), "no ip"),
        ("platforms", LicenseOrder(55163, licname="n"), "licname"),
        ("licenses", LicenseOrder(55227, ip="192.0.2.1", licname="n", comment="c"), "comment"),
    ],
)
def test_what_a_family_does_not_take_is_not_sent(
    reseller: Client,
    lossy: LossyLine,
    family: str,
    license_order: LicenseOrder,
    refused_parameter: str,
) -> None:
    licenses = {
        "third_party": reseller.third_party,
        "platforms": reseller.platforms,
        "licenses": reseller.licenses,
    }[family]
    for order in (licenses.order, licenses.order_v2):
        with pytest.raises(ValueError, match=refused_parameter):
            order(license_order)
    assert lossy.calls == []


def test_autoprolong_of_a_third_party_license_is_its_period_or_nothing(reseller: Client) -> None:
    ordered = reseller.third_party.order(GUARD)
    assert ordered.license_id is not None
    with pytest.raises(ValueError, match="must equal the period"):
        reseller.third_party.set_autoprolong(ordered.license_id, 1)
    assert reseller.third_party.get(ordered.license_id).autoprolong == 3


def test_the_newer_form_orders_every_family(reseller: Client, lossy: LossyLine) -> None:
    assert reseller.third_party.order_v2(GUARD).license_id is not None
    assert reseller.platforms.order_v2(CLOUD).license_id is not None
    assert lossy.sendings("v2.softexternal.order.param") == 1
    assert lossy.sendings("v2.platform.order.param") == 1


@pytest.mark.parametrize("hidden", [(), ("remoteid",)])
@pytest.mark.parametrize(
    ("family", "license_order"), [("softexternal", GUARD), ("platform", CLOUD)]
)
def test_an_order_whose_answer_was_lost_is_found_and_not_repeated(
    reseller: Client,
    lossy: LossyLine,
    family: str,
    license_order: LicenseOrder,
    hidden: tuple[str, ...],
) -> None:
    lossy.plan[f"{family}.order.param"] = deque(["after"])
    lossy.hide = hidden
    licenses = reseller.third_party if family == "softexternal" else reseller.platforms
    count = len(licenses.list())
    ordered = licenses.order(license_order)
    assert ordered.found_again
    assert len(licenses.list()) == count + 1
    assert lossy.sendings(f"{family}.order.param") == 1


def test_without_id_and_name_a_lost_order_stays_unknown(reseller: Client, lossy: LossyLine) -> None:
    lossy.plan["platform.order.param"] = deque(["after"])
    lossy.hide = ("remoteid", "comment")
    with pytest.raises(UnknownOutcome):
        reseller.platforms.order(LicenseOrder(tariff=55163))
    assert lossy.sendings("platform.order.param") == 1


def test_a_lost_prolongation_of_a_platform_is_not_bought_twice(
    reseller: Client, lossy: LossyLine
) -> None:
    (row,) = (row for row in reseller.platforms.list() if row.comment == "cloud-2")
    before = reseller.account.balance().amount
    lossy.plan["service.prolong"] = deque(["after"])
    assert reseller.platforms.prolong(row.id, 1) > (row.expires_on or date.max)
    once = before - reseller.account.balance().amount
    assert once > 0
    assert lossy.sendings("service.prolong") == 1
    reseller.platforms.prolong(row.id, 1)
    assert reseller.account.balance().amount == before - 2 * once


def test_a_license_may_be_filtered_by_what_names_it(lossy: LossyLine) -> None:
    client = client_of(lossy, Waits(), session=True)
    client.platforms.filter({"comment": "cloud"})
    assert [row.comment for row in client.platforms.list()] == ["cloud-2"]
    client.platforms.clear_filter()
    assert len(client.platforms.list()) == 2


def test_a_deletion_may_wait_for_the_paid_end(reseller: Client, shop: Seller) -> None:
    shop.rules(deletion="period_end")
    (row,) = (row for row in reseller.third_party.list() if row.licname == "guard-1")
    closing = reseller.third_party.close(row.id)
    assert (closing.gone, closing.ends_on) == (False, row.expires_on)
    (after,) = (row_after for row_after in reseller.third_party.list() if row_after.id == row.id)
    assert after.scheduled_close
    assert after.status is Status.ACTIVE
    assert row.expires_on is not None
    left = row.expires_on - date.fromisoformat(shop.clock.now[:10]) + timedelta(days=1)
    shop.clock.advance(f"{left.days} days")
    with pytest.raises(Missed):
        reseller.third_party.get(row.id)


def test_a_forbidden_deletion_is_told_from_a_dead_session(shop: Seller, lossy: LossyLine) -> None:
    shop.rules(deletion="forbidden")
    client = client_of(lossy, Waits())
    row = client.platforms.list()[0]
    with pytest.raises(DeletionForbidden) as caught:
        client.platforms.delete(row.id)
    assert isinstance(caught.value, DeletionRefused)
    assert client.platforms.get(row.id).status is not Status.DELETED


def test_a_deletion_that_comes_too_early_is_told(shop: Seller, lossy: LossyLine) -> None:
    shop.rules(least_months=12)
    client = client_of(lossy, Waits())
    with pytest.raises(MinimumTerm):
        client.third_party.delete(client.third_party.list()[0].id)


def test_too_little_money_for_more_nodes_changes_nothing(shop: Seller, lossy: LossyLine) -> None:
    client = client_of(lossy, Waits())
    (row,) = (row for row in client.platforms.list() if row.comment == "cloud-2")
    shop.account("reseller", balance="0.00")
    with pytest.raises(NotEnoughMoney) as caught:
        client.platforms.set_addons(row.id, {55165: 3})
    assert caught.value.amount is not None
    assert caught.value.amount > Decimal(0)
    assert client.platforms.get(row.id).addons[55165] == 2


def test_an_unknown_type_is_still_a_refusal() -> None:
    strange = refused(Refusal(type="brand_new", object="thing"), "soft.edit")
    assert type(strange) is Refused
    assert isinstance(refused(Refusal(type="internal")), SellerFault)
