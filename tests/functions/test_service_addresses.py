"""Addresses of servers: the list, one more, one less, the host name of one."""

from __future__ import annotations

from tests.functions.seller import Seller

CLOUD, VDS = "100017", "100014"


def addresses(shop: Seller, service: str) -> dict[str, str]:
    return {row["id"]: row["name"] for row in shop.rows("service.ip", elid=service)}


def test_a_server_has_a_main_address_that_cannot_be_given_back(shop: Seller) -> None:
    main, spare = shop.rows("service.ip", elid=CLOUD)
    assert (main["is_main"], main["no_delete"]) == ("on", "on")
    assert (spare["is_main"], spare["no_delete"]) == ("off", "off")
    assert shop.refusal("service.ip.delete", elid=main["id"], plid=CLOUD) == "status/item"


def test_one_more_address_is_an_addon_and_is_paid(shop: Seller) -> None:
    before = addresses(shop, VDS)
    doc = shop.doc("service.ip.edit", plid=VDS, domain="mail.example.com", sok="ok")
    after = addresses(shop, VDS)
    (new,) = after.keys() - before.keys()
    assert doc.findtext("id") == new
    assert shop.rows("service.ip", elid=VDS)[-1]["domain"] == "mail.example.com"
    assert shop.doc("vds.edit", elid=VDS).findtext("addon_13") == "2"
    assert not shop.rows("subaccount")[0]["balance"].startswith("1000.00")


def test_an_address_given_back_is_one_addon_less_and_no_money(shop: Seller) -> None:
    spare = shop.rows("service.ip", elid=CLOUD)[-1]["id"]
    shop.doc("service.ip.delete", elid=spare, sok="ok")
    assert len(addresses(shop, CLOUD)) == 1
    assert shop.doc("instances.edit", elid=CLOUD).findtext("addon_1504") == "1"
    assert shop.rows("subaccount")[0]["balance"].startswith("1000.00")


def test_more_and_fewer_by_the_addon_are_more_and_fewer_rows(shop: Seller) -> None:
    shop.doc("vds.edit", elid=VDS, addon_13="4", sok="ok")
    four = addresses(shop, VDS)
    assert len(set(four.values())) == 4
    shop.doc("vds.edit", elid=VDS, addon_13="2", sok="ok")
    assert list(addresses(shop, VDS)) == list(four)[:2]


def test_an_address_has_a_name_that_can_be_changed(shop: Seller) -> None:
    number = next(iter(addresses(shop, VDS)))
    shop.doc("service.ip.edit", elid=number, plid=VDS, domain="new.example.com", sok="ok")
    assert shop.rows("service.ip", elid=VDS)[0]["domain"] == "new.example.com"
    assert shop.refusal("service.ip.edit", elid=number, plid=VDS, domain="a b", sok="ok") == (
        "value/domain"
    )


def test_addresses_of_others_are_missed(shop: Seller) -> None:
    number = next(iter(addresses(shop, VDS)))
    assert shop.refusal("service.ip.edit", "other", elid=number) == "missed/ip"
    assert shop.refusal("service.ip.delete", "other", elid=number) == "missed/ip"
    assert shop.refusal("service.ip.edit", elid=number, plid=CLOUD) == "missed/ip"


def test_a_service_without_rows_of_addresses_gets_no_more(shop: Seller) -> None:
    assert shop.refusal("service.ip.edit", plid="100016", sok="ok") == "value/plid"
    assert shop.refusal("service.ip.edit", sok="ok") == "value/elid"
