"""A BILLmanager takes over services that its account at the seller has already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from emulator.testing import Seller
from reseller_client import ServiceOrder, Status
from reseller_client.resellers.billmanager.models import NotForSale, OperationState
from tests.client.billmanager_desk import LITE, SellerAndReseller, desk_at

if TYPE_CHECKING:
    from tests.client.conftest import Waits

VPS = 9101


@pytest.fixture
def desk(shop: Seller, waits: Waits) -> Iterator[SellerAndReseller]:
    made = desk_at(shop, waits, "xml")
    with closing(made.connection):
        yield made


def test_a_service_that_is_there_becomes_an_item_and_is_renewed(desk: SellerAndReseller) -> None:
    reseller, own = desk.reseller, desk.tariff(LITE)
    module = reseller.catalogue.modules()[0].id
    bought = desk.shop.order(pricelist=LITE, ip="192.0.2.77", licname="theirs")
    before = desk.balance()
    item = reseller.imports.take_over(module, bought, "ada")
    assert desk.balance() == before
    assert (item.customer, item.tariff, item.seller_id) == ("ada", own, bought)
    assert reseller.check_event().changed == (item.id,)
    pulled = desk.item(item.id)
    assert (pulled.status, pulled.expires_on) == (Status.ACTIVE, date(2027, 2, 28))
    assert pulled.details["ip"] == "192.0.2.77"
    reseller.prolong(item.id)
    reseller.check_event()
    assert desk.item(item.id).expires_on == date(2027, 3, 28)
    assert desk.balance() == before - Decimal("5.00")


def test_what_cannot_be_taken_over_is_refused_and_nothing_is_stored(
    desk: SellerAndReseller,
) -> None:
    reseller = desk.reseller
    module = desk.module()
    other = desk.shop.order(pricelist=55228, ip="192.0.2.78", licname="another tariff")
    with pytest.raises(NotForSale, match=f"tariff 55228 of service {other} was not imported"):
        reseller.imports.take_over(module, other, "ada")
    with pytest.raises(NotForSale, match="service 1 is not of soft"):
        reseller.imports.take_over(module, 1, "ada")
    assert reseller.running.items() == ()
    reseller.tariffs.import_tariff(module, 55228)
    item = reseller.imports.take_over(module, other, "ada")
    with pytest.raises(NotForSale, match=f"service {other} is item {item.id} already"):
        reseller.imports.take_over(module, other, "bob")
    shown = {each.row.id: each.item for each in reseller.imports.services(module)}
    assert shown[other] == item.id
    assert set(shown) - {other}, "the account has others, which are nobody's"
    assert {number for number, owner in shown.items() if owner} == {other}


def test_a_machine_of_a_subtype_is_listed_and_taken_over_by_its_own_module(waits: Waits) -> None:
    with Seller("subtypes") as seller:
        desk = desk_at(seller, waits, "xml")
        with closing(desk.connection):
            _take_over_machine_of_subtype(desk)


def _take_over_machine_of_subtype(desk: SellerAndReseller) -> None:
    machine = ServiceOrder(tariff=VPS, period=1, domain="a.example.com", remoteid="x")
    number = desk.client.products("vds.vps").order(machine).service_id or 0
    imports, module = desk.reseller.imports, desk.module("vds")
    listed = {each.row.id: each.itemtype for each in imports.services(module)}
    assert listed[number] == "vds.vps"
    with pytest.raises(NotForSale, match=r"is not of vds but of vds\.vps"):
        imports.take_over(module, number, "ada")
    desk.tariff(VPS, "vds.vps")
    (own,) = (m.id for m in desk.reseller.catalogue.modules() if m.itemtype == "vds.vps")
    item = imports.take_over(own, number, "ada")
    desk.reseller.check_event()
    assert desk.item(item.id).details["ip"]


def test_who_leaves_is_not_renewed_by_the_seller(desk: SellerAndReseller) -> None:
    reseller = desk.reseller
    opened = reseller.order("ada", desk.tariff(LITE), params={"ip": "192.0.2.79", "licname": "a"})
    reseller.check_event()
    number = desk.item(opened.item).seller_id or 0
    desk.client.licenses.set_autoprolong(number, 1)
    operation = reseller.let_end(opened.item)
    assert operation.state is OperationState.MANUAL
    assert reseller.check_event().completed == (operation.id,)
    assert desk.client.licenses.get(number).autoprolong is None
    assert desk.item(opened.item).ends_with_term
