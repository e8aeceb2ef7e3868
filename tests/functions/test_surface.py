"""What clients in use read, function by function: the fields are there, and lists are lists.

The names are those that public clients of this API read; a client area that opens and sells calls
all of these.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.seller import Seller

SERVICE = (
    "id domain ip pricelist pricelist_id period cost item_cost currency_str createdate expiredate "
    "real_expiredate autoprolong status item_status item_real_status datacentername remoteid "
    "billdaily"
)
LICENSE = SERVICE.replace("domain", "licname")
LISTS = {
    "soft": f"{LICENSE} update_expiredate",
    "vds": f"{SERVICE} ostempl ipv6_subnet intname allow_changepassword show_reboot",
    "vds.vps": SERVICE,
    "vps": SERVICE,
    "dedic": f"{SERVICE} ostempl",
    "instances": f"{SERVICE} ostempl",
    "vhost": f"{SERVICE} username",
    "dnshost": f"{SERVICE} username",
    "domain": SERVICE.replace(" ip ", " "),
    "certificate": SERVICE.replace(" ip ", " "),
    "storage": SERVICE,
    "colocation": SERVICE,
    "service": "id name ip status expiredate itemtype",
    "item": "id name ip status expiredate itemtype",
    "payment": "id number create_date subaccountamount_iso paymethodamount_iso status",
    "expense": "id amount intname main_item realdate",
    "subaccount": "id project balance currency",
    "account": "id name balance",
    "project": "id name currency_str",
    "dashboard.info": "balance realbalance enoughmoneyto phone",
    "dashboard.subaccount_credit": "credit available_credit",
    "profile": "id name",
    "user": "id name realname email",
    "tld": "id name",
    "service.ip": "id name is_main no_delete type gateway mask domain",
    "service.history": "id date",
    "currency": "id",
}
FORMS = {
    "vds.edit": "id domain ip status username password ostempl autoprolong stored_method orderinfo",
    "instances.edit": "id domain ip status username password ostempl",
    "dedic.edit": "id domain ip status username password",
    "vhost.edit": "id domain username password",
    "dnshost.edit": "id username password",
    "domain.edit": "id domain expiredate",
    "soft.edit": "id elid licname ip remoteip lickey pricelist pricelist_id pricelist_name period "
    "status createdate expiredate update_expiredate ip_change_date lickey_change_date webdomains "
    "autoprolong remoteid",
    "service.prolong": "title_name expiredate newexpiredate status period",
    "usrparam": "balance currency",
    "basket": "billorder total_sum tax full_discount",
    "billing.balance": "balance currency",
}
WITH_SELECTS = ("vds.edit", "instances.edit", "service.prolong", "service.changepricelist")
ELEMENT = {
    "vds.edit": "100014",
    "dedic.edit": "100015",
    "vhost.edit": "100016",
    "instances.edit": "100017",
    "domain.edit": "100018",
    "dnshost.edit": "100019",
    "service.ip": "100017",
}


def element(func: str) -> dict[str, str]:
    wants = func.endswith(".edit") or func.startswith("service.")
    return {"elid": ELEMENT.get(func, "100001")} if wants else {}


@pytest.mark.parametrize("func", sorted(LISTS))
def test_rows_carry_what_clients_read(shop: Seller, func: str) -> None:
    if func == "expense":
        shop.order("192.0.2.201")
    doc = shop.json(func, **element(func))
    rows = doc["elem"]
    assert isinstance(rows, list)
    assert "p_elems" in doc
    assert set(LISTS[func].split()) <= set(rows[0])


@pytest.mark.parametrize("func", sorted(FORMS))
def test_forms_carry_what_clients_read(shop: Seller, func: str) -> None:
    doc = shop.json(func, **element(func))
    assert "error" not in doc
    assert set(FORMS[func].split()) <= set(doc)


@pytest.mark.parametrize("func", WITH_SELECTS)
def test_selects_are_lists_of_keys_and_labels(shop: Seller, func: str) -> None:
    for select in shop.json(func, **element(func))["slist"]:
        assert select["$name"]
        assert all({"$", "$key"} <= set(option) for option in select["val"])


@pytest.mark.parametrize(
    ("func", "params"),
    [
        ("vds.order", {}),
        ("dedic.order", {}),
        ("vhost.order.pricelist", {}),
        ("v2.vds.order.pricelist", {}),
        ("v2.instances.order.pricelist", {}),
    ],
)
def test_the_first_step_of_an_order_has_tariffs_and_places(
    shop: Seller, func: str, params: dict[str, str]
) -> None:
    doc = shop.json(func, **params)
    tariffs = named(doc["list"], "pricelist" if func.startswith("v2.") else "tariflist")
    assert {"pricelist", "desc", "price"} <= set(tariffs["elem"][0])
    assert {"datacenter", "period"} <= {node["$name"] for node in doc["slist"]}


def named(nodes: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(node for node in nodes if node["$name"] == name)


def test_the_menu_leads_to_every_list_of_services(shop: Seller) -> None:
    doc = shop.json("menu")
    section = named(doc["mainmenu"]["node"], "mainmenuservice")
    actions = {node["$action"] for node in section["node"]}
    assert {"soft", "vds", "dedic", "vhost", "domain", "certificate"} <= actions
    assert {node["$type"] for node in section["node"]} == {"list"}


def test_whoami_names_the_caller_in_attributes(shop: Seller) -> None:
    user = shop.json("whoami")["user"]
    read = {"$id", "$realname", "$email", "$phone", "$balance", "$email_verified"}
    assert read <= set(user)


def test_a_changed_password_is_a_banner_with_params(shop: Seller) -> None:
    params = {"elid": "100014", "passwd": "n3w-one", "confirm": "n3w-one", "sok": "ok"}
    doc = shop.json("service.changepassword", **params)
    assert doc["banner"][0]["param"]


def test_addresses_name_their_service(shop: Seller) -> None:
    assert shop.json("service.ip", elid="100014")["plname"]["$"]


def test_discounts_orders_and_methods_are_tables_by_name(shop: Seller) -> None:
    assert named(shop.json("account.discountinfo")["list"], "promotion")
    shop.doc("vds.order.param", pricelist="6", period="1", sok="ok")
    waiting = named(shop.json("order")["list"], "openlist")["elem"][0]
    basket = shop.json("basket")
    assert waiting["id"]["$"] == basket["billorder"]["$"]
    row = named(basket["list"], "itemlist")["elem"][0]
    assert {"id", "item.id", "item.type", "item.period", "item.autoprolong", "cost"} <= set(row)
    methods = named(shop.json("payment.add", billorder=waiting["id"]["$"])["list"], "methodlist")
    assert methods["elem"]


def test_notices_are_grouped_by_kind(shop: Seller) -> None:
    names = {item["$name"] for item in shop.json("notify")["notify"]["item"]}
    assert names == {"bannerlist", "ticket"}
    assert shop.doc("keepalive").find("error") is None
