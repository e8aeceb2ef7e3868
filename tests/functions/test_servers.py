"""Servers on the wire: ordered, opened, started and stopped, resized, installed again."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from emulator.store import tables
from emulator.store.engine import Statement
from tests.functions.deciding import rule
from tests.functions.seller import DAY, Seller

VDS = "100014"
PRINTED = {
    "addon_10": "6",
    "addon_11": "256",
    "addon_12": "500",
    "addon_13": "1",
    "addon_14": "28",
    "addon_15": "0",
    "addon_28": "1",
    "addon_7": "5000",
    "addon_9": "5",
    "autoprolong": "1",
    "ostempl": "ISPsystem__CentOS-7-amd64",
    "period": "1",
    "pricelist": "6",
    "skipbasket": "on",
    "domain": "vds.test",
    "sok": "ok",
}
"""The order that is printed in the guide of the API."""


def order(shop: Seller, func: str = "vds.order.param", **params: str) -> Element:
    usual = {"pricelist": "6", "period": "1", "skipbasket": "on", "sok": "ok"}
    return shop.doc(func, **{**usual, **params})


def balance(shop: Seller) -> str:
    return shop.rows("subaccount")[0]["balance"].split()[0]


def text(doc: Element, name: str) -> str:
    return doc.findtext(name) or ""


def test_the_printed_order_pays_every_addon_and_brings_up_the_server(shop: Seller) -> None:
    number = text(shop.doc("vds.order.param", **PRINTED), "id")
    # 3.00, 5 processors more at 1.50, 490 GB more at 0.05, 18 Mbit/s more at 0.02, 5 copies at
    # 0.30, 4000 GB of traffic at 0.0005, administration for 5.00.
    assert balance(shop) == "956.14"
    form = shop.doc("vds.edit", elid=number)
    assert (text(form, "status"), text(form, "domain")) == ("2", "vds.test")
    assert text(form, "username") == "root"
    assert len(text(form, "password")) == 12
    assert (text(form, "addon_10"), text(form, "addon_15"), text(form, "addon_28")) == (
        "6",
        "off",
        "on",
    )
    (row,) = shop.rows("vds", filter="on", domain="vds.test")
    assert (row["id"], row["ip"], row["ostempl"]) == (number, text(form, "ip"), "CentOS 7")


def test_an_enumeration_costs_what_its_item_costs_and_takes_no_other(shop: Seller) -> None:
    order(shop, addon_16="163")
    assert balance(shop) == "989.50"
    assert shop.refusal(
        "vds.order.param", pricelist="6", period="1", addon_16="5", skipbasket="on", sok="ok"
    ) == "value/addon_16"  # fmt: skip


def test_the_order_form_offers_what_the_tariff_has_and_recalculates(shop: Seller) -> None:
    params = {"pricelist": "6", "period": "3", "addon_10": "2"}
    doc = shop.json("vds.order.param", **params, sv_field="addon_10", sok="ok")
    names = {field["$name"] for field in doc["slist"]}
    assert names == {"period", "autoprolong", "datacenter", "ostempl", "recipe", "addon_16"}
    assert doc["orderinfo"]["$"] == doc["doc"]["orderinfo"]["$"]
    assert "13.05 EUR" in doc["orderinfo"]["$"]  # 8.70 and a further processor for 4.35
    assert doc["messages"]["msg"]["addon_10"] == "Processors"
    form = doc["metadata"]["form"]
    assert "addon" not in {field["$name"] for field in form["page"][0]["field"]}
    (slider,) = next(field for field in form["field"] if field["$name"] == "addon_11")["slider"]
    assert (slider["$min"], slider["$max"], slider["$step"]) == ("128", "65536", "128")
    assert balance(shop) == "1000.00"


def test_what_the_tariff_does_not_have_cannot_be_chosen(shop: Seller) -> None:
    for name, value in (("ostempl", "OS2"), ("recipe", "wordpress"), ("datacenter", "9")):
        order = {"pricelist": "6", "period": "1", "skipbasket": "on", "sok": "ok", name: value}
        assert shop.refusal("vds.order.param", **order) == f"value/{name}"
    assert balance(shop) == "1000.00"


def test_a_server_without_a_name_gets_one_and_its_ordered_datacenter(shop: Seller) -> None:
    number = text(order(shop, datacenter="4"), "id")
    form = shop.doc("vds.edit", elid=number)
    assert text(form, "domain") == f"vds{number}.example.net"
    assert text(form, "datacentername") == "Moscow"
    assert text(form, "ostempl") == "ISPsystem__Debian-12-amd64"


def test_several_servers_in_one_order_are_paid_together_or_not_at_all(shop: Seller) -> None:
    order(shop, order_count="3", domain="many.test")
    assert len(shop.rows("vds", filter="on", domain="many.test")) == 3
    assert balance(shop) == "991.00"
    assert shop.refusal(
        "vds.order.param", "poor", pricelist="6", period="1", order_count="2", skipbasket="on",
        sok="ok",
    ) == "not_enough_money/"  # fmt: skip
    assert shop.rows("vds", "poor") == []
    assert shop.refusal(
        "vds.order.param", pricelist="1400", period="1", order_count="6", skipbasket="on", sok="ok"
    ) == "value/order_count"  # fmt: skip


def test_a_server_takes_some_time_and_then_has_address_and_password(shop: Seller) -> None:
    shop.worlds.create("hoster", "hoster")
    seconds = shop.order_at("hoster", domain="slow.test")
    assert seconds == {}
    (row,) = shop.rows("vds", world="hoster", filter="on", domain="slow.test")
    assert (row["status"], row["item_real_status"], row["ip"]) == ("5", "5_open", "")
    form = shop.doc("vds.edit", world="hoster", elid=row["id"])
    assert (text(form, "password"), text(form, "ip")) == ("", "")
    shop.wait(5)
    form = shop.doc("vds.edit", world="hoster", elid=row["id"])
    assert text(form, "status") == "2"
    assert text(form, "ip").startswith("100.")
    assert text(form, "password")


def test_a_server_that_is_ready_after_reads_counts_reads_of_its_list(shop: Seller) -> None:
    shop.worlds.create("strict", "strict")
    order = shop.order_at("strict", domain="looked-at.test")
    assert order == {}
    seen = [
        shop.rows("vds", world="strict", filter="on", domain="looked-at.test")[0]["status"]
        for _ in range(3)
    ]
    assert seen == ["5", "5", "2"]


@pytest.mark.parametrize("family", ["vds", "service"])
def test_a_server_is_switched_off_and_on_and_rebooted(shop: Seller, family: str) -> None:
    for verb, state in (("stop", "2_stop"), ("reboot", "2"), ("stop", "2_stop"), ("start", "2")):
        shop.doc(f"{family}.{verb}", elid=VDS, sok="ok")
        (row,) = shop.rows("vds")
        assert (row["status"], row["item_real_status"]) == ("2", state)


def test_only_active_servers_can_be_restarted(shop: Seller) -> None:
    assert shop.refusal("service.reboot", elid="100016", sok="ok") == "missed/item"
    shop.doc("vds.suspend", elid=VDS)
    assert shop.refusal("vds.reboot", elid=VDS, sok="ok") == "status/item"


def test_a_prolonged_server_that_is_switched_off_stays_off(shop: Seller) -> None:
    shop.doc("vds.stop", elid=VDS)
    shop.doc("service.prolong", elid=VDS, period="1", sok="ok")
    assert shop.rows("vds")[0]["item_real_status"] == "2_stop"


def test_another_template_installs_again_and_keeps_the_address(shop: Seller) -> None:
    before = shop.doc("vds.edit", elid=VDS)
    after = shop.doc("vds.edit", elid=VDS, ostempl="ISPsystem__Debian-7-amd64", sok="ok")
    assert text(after, "ostempl") == "ISPsystem__Debian-7-amd64"
    assert text(after, "ip") == text(before, "ip")
    assert text(after, "password") != text(before, "password")
    assert shop.refusal("vds.edit", elid=VDS, ostempl="OS2", sok="ok") == "value/ostempl"


def test_48_the_same_template_installs_again_alone_and_not_with_the_form(shop: Seller) -> None:
    system = "ISPsystem__Debian-12-amd64"
    first = text(shop.doc("vds.edit", elid=VDS), "password")
    form = {"elid": VDS, "ostempl": system, "recipe": "null", "autoprolong": "1"}
    assert text(shop.doc("vds.edit", **form, sok="ok"), "password") == first
    alone = {"elid": VDS, "ostempl": system, "sok": "ok"}
    second = text(shop.doc("vds.edit", **alone), "password")
    assert second != first
    rule(shop, form_reinstalls=True)
    assert text(shop.doc("vds.edit", **form, sok="ok"), "password") != second


def test_an_installation_takes_as_long_as_an_opening(shop: Seller) -> None:
    shop.worlds.create("hoster", "hoster")
    number = shop.rows("vds", world="hoster")[0]["id"]
    system = "ISPsystem__Debian-12-amd64"
    shop.doc("vds.edit", world="hoster", elid=number, ostempl=system, sok="ok")
    assert shop.rows("vds", world="hoster")[0]["item_real_status"] == "5_reopen"
    assert shop.refusal("vds.reboot", world="hoster", elid=number) == "exists/runningoperation"
    shop.wait(5)
    assert shop.rows("vds", world="hoster")[0]["status"] == "2"


def test_a_resize_is_paid_for_the_days_that_are_left(shop: Seller) -> None:
    shown = shop.doc("vds.edit", elid=VDS, addon_10="3")
    # Ten of thirty-one days are over, or of twenty-eight: the term began on the fifth of March.
    assert "Total amount" in text(shown, "orderinfo")
    assert balance(shop) == "1000.00"
    form = shop.doc("vds.edit", elid=VDS, addon_10="3", sok="ok")
    assert text(form, "addon_10") == "3"
    total = text(shown, "orderinfo").partition(": ")[2].partition(" ")[0]
    assert f"{1000 - float(total):.2f}" == balance(shop)


def test_a_resize_can_wait_in_the_basket(shop: Seller) -> None:
    doc = shop.doc("vds.edit", elid=VDS, addon_10="2", clicked_button="basket", sok="ok")
    number = text(doc, "billorder")
    assert text(shop.doc("vds.edit", elid=VDS), "addon_10") == "1"
    shop.doc("basket", id=number, clicked_button="free", sok="ok")
    assert text(shop.doc("vds.edit", elid=VDS), "addon_10") == "2"


def test_a_disk_that_only_grows_does_not_shrink(shop: Seller) -> None:
    number = text(order(shop, pricelist="1400", addon_2192="60"), "id")
    shop.doc("vds.edit", elid=number, addon_2192="80", sok="ok")
    assert shop.refusal("vds.edit", elid=number, addon_2192="70", sok="ok") == "value/addon_2192"


def test_the_password_can_be_changed_and_is_shown_in_the_form(shop: Seller) -> None:
    shop.doc("service.changepassword", elid=VDS, passwd="n3w-one", confirm="n3w-one", sok="ok")
    assert text(shop.doc("vds.edit", elid=VDS), "password") == "n3w-one"


def test_a_password_is_not_written_down_in_the_journal(shop: Seller) -> None:
    password = text(shop.doc("vds.edit", elid=VDS), "password")
    body = text(shop.doc("service.instruction.html", elid=VDS), "body")
    assert password in body
    db = shop.worlds.connect("default")
    answers = db.rows(Statement(select(tables.journal.c.answer)))
    assert len(answers) > 1
    assert all(password not in answer for (answer,) in answers)


def test_a_deleted_server_is_gone_with_its_addresses(shop: Seller) -> None:
    shop.doc("instances.delete", elid="100017", sok="ok")
    assert shop.rows("instances") == []
    assert shop.refusal("service.ip", elid="100017") == "missed/item"


def test_all_services_are_in_one_list_or_it_is_missed(shop: Seller) -> None:
    rows = shop.rows("item")
    assert {"soft", "vds", "domain"} <= {row["itemtype"] for row in rows}
    assert shop.rows("service", filter="on", itemtype="vds")[0]["domain"] == "vds-1.example.com"
    shop.worlds.create("hoster", "hoster")
    assert shop.refusal("item", world="hoster") == "missed/func"


def test_a_name_is_sold_once_and_carries_its_name_servers(shop: Seller) -> None:
    params = {"pricelist": "180", "period": "12", "skipbasket": "on", "sok": "ok"}
    assert shop.refusal("domain.order.param", **params) == "value/domain"
    refusal = shop.refusal("domain.order.param", **params, domain="example-shop.com")
    assert refusal == "exists/domain"
    doc = shop.doc("domain.order.param", **params, domain="new-shop.com", ns0="ns1.example.com")
    form = shop.doc("domain.edit", elid=text(doc, "id"))
    assert (text(form, "ns0"), text(form, "service_status")) == ("ns1.example.com", "2")
    shop.doc("domain.edit", elid=text(doc, "id"), ns1="ns2.example.com", sok="ok")
    assert text(shop.doc("domain.edit", elid=text(doc, "id")), "ns1") == "ns2.example.com"


def test_a_hosting_account_has_a_user_of_its_own(shop: Seller) -> None:
    form = shop.doc("vhost.edit", elid="100016")
    assert text(form, "username") == "user100016"
    assert text(form, "password")
    assert text(form, "expiredate") > DAY.isoformat()


def test_a_type_of_the_worlds_own_is_listed_ordered_and_in_the_menu(shop: Seller) -> None:
    shop.worlds.create("hoster", "hoster")
    assert shop.refusal("forexbox") == "missed/func"
    assert shop.rows("forexbox", world="hoster")[0]["domain"] == "box-1.example.com"
    menu = shop.doc("menu", world="hoster")
    assert menu.find("mainmenu/node[@name='mainmenuservice']/node[@action='forexbox']") is not None
    params = {"pricelist": "9001", "addon_9002": "8", "domain": "box-2.test"}
    shop.doc(
        "forexbox.order.param", world="hoster", **params, period="1", skipbasket="on", sok="ok"
    )
    shop.wait(5)
    assert shop.rows("forexbox", world="hoster")[0]["cost"].startswith("19.00 EUR")
    steps = shop.doc("v2.forexbox.order.pricelist", world="hoster", snext="ok", pricelist="9001")
    assert text(steps, "addon_9002") == "4"
    exported = shop.doc("pricelist.export", world="hoster", itemtype="forexbox")
    assert [field.findtext("id") for field in exported.findall("pricelist")] == ["9001"]


def test_119_a_cloud_server_is_installed_again_by_either_name_of_its_system(shop: Seller) -> None:
    (number,) = [row["id"] for row in shop.rows("instances")][:1]
    form = shop.doc("instances.edit", elid=number)
    systems = [val.get("key") for val in form.findall("slist[@name='ostempl']/val")]
    system = next(key for key in systems if key and key != form.findtext("ostempl"))
    assert shop.refusal("instances.edit", elid=number, instances_os="x", sok="ok") == (
        "value/instances_os"
    )
    shop.doc("instances.edit", elid=number, instances_os=system, sok="ok")
    assert shop.doc("instances.edit", elid=number).findtext("ostempl") == system


def test_119_the_way_to_log_in_is_no_field_that_an_edit_changes(shop: Seller) -> None:
    order = {"pricelist": "1500", "period": "1", "use_ssh_key": "on", "skipbasket": "on"}
    number = shop.doc("instances.order.param", **order, sok="ok").findtext("id") or ""
    edit = {"elid": number, "sok": "ok"}
    assert shop.doc("instances.edit", **edit, use_ssh_key="on").find("ok") is not None
    assert shop.refusal("instances.edit", **edit, use_ssh_key="off") == "value/use_ssh_key"
    assert shop.refusal("instances.edit", **edit, password="New-1") == "value/password"
    passwords = {"passwd": "New-1", "confirm": "New-1"}
    shop.doc("service.changepassword", **edit, **passwords)
    assert shop.doc("instances.edit", elid=number).findtext("password") == "New-1"
