"""A custom billing leads licenses through their life, and survives lost answers and restarts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import Client, KeyNotIssued, LicenseOrder, Missed, Status, UnknownOutcome
from reseller_client.resellers import CustomReseller

if TYPE_CHECKING:
    from tests.client.conftest import Line, SmallSeller

EXAMPLE_ORDER = LicenseOrder(
    tariff=55227, ip="192.0.2.1", licname="web-1", remoteid="svc-1", autoprolong=1
)


@pytest.fixture
def billing(either: Client, seller: SmallSeller) -> CustomReseller:
    return CustomReseller(either, today=lambda: seller.today)


def test_a_license_lives_from_order_to_cancel(billing: CustomReseller, seller: SmallSeller) -> None:
    seller.key_after_reads = 1
    license = billing.order(EXAMPLE_ORDER)
    assert (license.key, license.remoteid) == ("100001-KEY", "svc-1")
    renewal = billing.renew(license.id)
    assert (renewal.before_on, renewal.ends_on) == (date(2026, 2, 10), date(2026, 3, 13))
    assert billing.readdress(license.id, "192.0.2.7").ip == "192.0.2.7"
    assert billing.change_tariff(license.id, 55228).tariff == 55228
    billing.suspend(license.id)
    assert seller.licenses[license.id].status == 3
    assert billing.resume(license.id).status is Status.ACTIVE
    billing.cancel(license.id)
    assert seller.licenses == {}
    assert seller.balance == Decimal("90.00")
    with pytest.raises(Missed):
        billing.deliver_key(license.id)


def test_the_seller_is_never_left_to_renew_by_itself(
    billing: CustomReseller, seller: SmallSeller
) -> None:
    billing.order(EXAMPLE_ORDER)
    sent = next(form for form in seller.calls if form["func"] == "soft.order.param")
    assert (sent["autoprolong"], sent["skipbasket"]) == ("null", "on")


def test_the_same_order_again_gives_the_same_license(
    billing: CustomReseller, seller: SmallSeller
) -> None:
    first = billing.order(EXAMPLE_ORDER)
    assert billing.order(EXAMPLE_ORDER).id == first.id
    assert seller.balance == Decimal("95.00")


def test_after_an_unknown_outcome_the_order_can_be_given_again(
    billing: CustomReseller, seller: SmallSeller
) -> None:
    seller.loses("soft.order.param", "after")
    seller.loses("soft", "", "", "before")
    with pytest.raises(UnknownOutcome):
        billing.order(EXAMPLE_ORDER)
    assert billing.order(EXAMPLE_ORDER).id == 100001
    assert seller.balance == Decimal("95.00")


def test_a_key_that_comes_late_is_delivered_later(
    billing: CustomReseller, seller: SmallSeller
) -> None:
    seller.key_after_reads = 31
    with pytest.raises(KeyNotIssued) as caught:
        billing.order(EXAMPLE_ORDER)
    assert billing.deliver_key(caught.value.license_id).key == "100001-KEY"


def test_an_expired_license_is_renewed_instead_of_resumed(
    billing: CustomReseller, seller: SmallSeller
) -> None:
    license = billing.order(EXAMPLE_ORDER)
    billing.suspend(license.id)
    seller.today = date(2026, 3, 1)
    resumed = billing.resume(license.id)
    assert resumed.expires_on == date(2026, 4, 1)
    assert "soft.resume" not in seller.funcs()


def test_a_custom_billing_orders_under_its_own_id(billing: CustomReseller) -> None:
    with pytest.raises(ValueError, match="remoteid"):
        billing.order(LicenseOrder(tariff=55227, ip="192.0.2.1", licname="web-1"))


def test_two_licenses_under_one_id_are_left_to_a_person(
    billing: CustomReseller, seller: SmallSeller
) -> None:
    billing.order(EXAMPLE_ORDER)
    seller.licenses[2] = seller.licenses[100001]
    seller.licenses[2].id = 2
    seller.licenses[100001] = type(seller.licenses[2])(
        100001, dict(seller.licenses[2].fields), 2, seller.today, 0
    )
    with pytest.raises(UnknownOutcome, match="several"):
        billing.reconcile("svc-1")


def test_reconciling_reads_the_forms_where_the_list_names_no_id(client: Client, line: Line) -> None:
    line.answers(
        "<doc><elem><id>6</id><status>4</status></elem><elem><id>7</id></elem></doc>",
        "<doc><elid>7</elid><remoteid>svc-1</remoteid></doc>",
        "<doc><elid>7</elid><remoteid>svc-1</remoteid></doc>",
    )
    service = CustomReseller(client, today=lambda: date(2026, 1, 1)).reconcile("svc-1")
    assert service is not None
    assert service.id == 7
