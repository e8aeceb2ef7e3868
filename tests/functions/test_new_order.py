"""The newer order of a server, step by step. Source: docs/resale.md sections 2.2 to 2.4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emulator.api.registry import Kind
from emulator.control.api.accounts import change as change_account
from tests.functions.seller import Seller, child
from tests.handlers import REGISTRY

SERVER = {"pricelist": "6", "order_period": "1"}
CLOUD = dict(REGISTRY["v2.instances.order.param"].example)
DEBIAN, WINDOWS = "ISPsystem__Debian-12-amd64", "ISPsystem__Windows-2022-amd64"
ISPMANAGER = "ISPsystem__ispmanager"


@pytest.mark.parametrize(
    ("sent", "shown"), [({}, "null"), ({"autoprolong": "on"}, "1"), ({"autoprolong": "12"}, "12")]
)
def test_114_the_form_has_a_field_autoprolong(
    shop: Seller, sent: dict[str, str], shown: str
) -> None:
    form = shop.doc("v2.vds.order.param", **SERVER, **sent)
    assert form.findtext("autoprolong") == shown
    assert form.find(f"slist[@name='autoprolong']/val[@key='{shown}']") is not None


def test_115_the_sums_follow_every_field(shop: Seller) -> None:
    paths = ("list[@name='total_summary']/elem/cost/price/cost", "orderinfo")
    seen: list[str] = []
    for further in (
        {},
        {"order_count": "3"},
        {"order_period": "12"},
        {"addon_10": "2"},
        {"addon_15": "on"},
        {"addon_16": "162"},
        {"pricelist": "1400"},
    ):
        name = next(iter(further), "pricelist")
        form = shop.doc("v2.vds.order.param", **SERVER | further, sv_field=name, sok="ok")
        total, info = (form.findtext(path) or "" for path in paths)
        assert info.endswith(f"{total} EUR </b>")
        assert child(form, f"doc/{paths[0]}").text == total
        seen.append(total)
    assert seen == ["3.00", "9.00", "33.00", "4.50", "7.00", "7.50", "9.00"]


def test_118_recipes_name_their_template_and_templates_their_group(shop: Seller) -> None:
    for func in ("vds.order.param", "v2.vds.order.param", "vds.edit"):
        form = shop.doc(func, pricelist="6", elid="100014")
        systems = form.findall("slist[@name='ostempl']/val")
        assert {v.get("key"): v.get("valuegroup") for v in systems}[WINDOWS] == "Windows"
        recipes = form.findall("slist[@name='recipe']/val")
        fitting = {(v.get("depend"), v.get("key")) for v in recipes}
        assert {v.get("key") for v in systems} == {depend for depend, _ in fitting}
        assert (DEBIAN, ISPMANAGER) in fitting
        assert (WINDOWS, "null") in fitting
        assert (WINDOWS, ISPMANAGER) not in fitting
    wrong = {**SERVER, "period": "1", "ostempl": WINDOWS, "recipe": ISPMANAGER, "sok": "ok"}
    for func in ("vds.order.param", "v2.vds.order.param", "vds.edit"):
        assert shop.refusal(func, elid="100014", **wrong) == "value/recipe"


def test_119_a_cloud_server_has_the_name_the_system_and_the_password_it_was_ordered_with(
    shop: Seller,
) -> None:
    sent = {"servername": "front", "password": "chosen-by-me", "instances_os": WINDOWS}
    answer = shop.answer("v2.instances.order.param", **CLOUD, **sent, out="xml")
    assert "chosen-by-me" not in answer.text
    number = answer.xml.findtext("id") or ""
    form = shop.doc("instances.edit", elid=number)
    names = ("servername", "password", "ostempl", "use_ssh_key")
    shown = tuple(form.findtext(name) for name in names)
    assert shown == ("front", "chosen-by-me", WINDOWS, "off")
    (row,) = (row for row in shop.rows("instances") if row["id"] == number)
    assert (row["servername"], row["instance_status"]) == ("front", "active")
    shop.doc("instances.edit", elid=number, servername="back", sok="ok")
    shop.doc("instances.stop", elid=number)
    (row,) = (row for row in shop.rows("instances") if row["id"] == number)
    assert (row["servername"], row["instance_status"]) == ("back", "stopped")


def test_119_a_cloud_server_with_a_key_gets_no_password_of_its_own(shop: Seller) -> None:
    number = shop.doc("v2.instances.order.param", **CLOUD, use_ssh_key="on").findtext("id") or ""
    form = shop.doc("instances.edit", elid=number)
    assert (form.findtext("use_ssh_key"), form.findtext("password")) == ("on", "")
    assert form.findtext("username") == "root"


def test_119_two_names_of_one_thing_may_not_differ(shop: Seller) -> None:
    for name, usual in (("servername", "server_name"), ("instances_os", "ostempl")):
        params = {**CLOUD, name: DEBIAN, usual: WINDOWS}
        assert shop.refusal("v2.instances.order.param", **params) == f"value/{name}"


def test_119_a_password_is_shown_when_there_is_a_login(shop: Seller) -> None:
    answer = shop.doc("vhost.order.param", pricelist="2", period="1", password="early", sok="ok")
    number, order = answer.findtext("id") or "", answer.findtext("billorder") or ""
    assert shop.doc("vhost.edit", elid=number).findtext("password") == ""
    shop.doc("basket", id=order, clicked_button="free", sok="ok")
    assert shop.doc("vhost.edit", elid=number).findtext("password") == "early"


@pytest.mark.parametrize("func", ["vds.order.param", "vhost.order.param", "storage.order.param"])
def test_119_a_datacenter_that_a_tariff_does_not_have_is_refused(shop: Seller, func: str) -> None:
    params = {**REGISTRY[func].example, "datacenter": "77"}
    assert shop.refusal(func, **params) == "value/datacenter"


def test_the_whole_newer_order_from_the_price_list_to_the_delivered_servers(shop: Seller) -> None:
    rows = shop.doc("v2.vds.order.pricelist").findall("list[@name='pricelist']/elem")
    row = next(row for row in rows if row.findtext("id") == "6")
    place = row.findall("datacenter")[-1].findtext("id") or ""
    assert child(row, "prices/price[period='3']/cost").text == "8.70"
    chosen = {"keyvalue": f"6_{place}", "period_6": "3", "order_count": "3", "addon_10": "2"}
    form = shop.doc("v2.vds.order.param", **chosen, sv_field="order_count", sok="ok")
    total = form.findtext("list[@name='total_summary']/elem/cost/price/cost")
    assert total == "39.15"  # three times 8.70 and 4.35
    order = {"clicked_button": "order", "force_use_new_cart": "on", "sok": "ok"}
    answer = shop.doc("v2.vds.order.param", **chosen, **order)
    assert answer.findtext("ok") == "func=cart"
    lines = (answer.findtext("lineitem.id") or "").split(", ")
    cart = shop.doc("cart")
    assert [e.findtext("elid") for e in cart.findall("list[@name='lineitems']/elem")] == lines
    assert cart.findtext("total/cost") == total
    shop.doc("basket", promocode="SPRING", sok="ok")
    cart = shop.doc("cart")
    costs = [e.text or "" for e in cart.findall("list/elem/price/price/cost")]
    assert f"{sum(map(float, costs)):.2f}" == cart.findtext("total/cost") == "35.25"
    paid = {"elid": ", ".join(lines), "paymethod_id": "0", "sok": "ok"}
    assert shop.doc("cartorder.create.confirm", **paid).find("error") is None
    assert shop.doc("cart").findtext("total/count") == "0"
    assert shop.rows("subaccount")[0]["balance"].split()[0] == "964.75"
    opened = shop.rows("vds")[:3]
    assert {(r["status"], r["datacenter"], r["period"]) for r in opened} == {("2", place, "3")}


def test_the_older_order_beside_it_is_as_it_was(shop: Seller) -> None:
    form = shop.doc("vds.order.param", pricelist="6", period="3", addon_10="2")
    assert form.find("list[@name='tariflist']/elem") is not None
    assert form.find("list[@name='total_summary']") is None
    assert form.find("order_period") is None
    old = {"pricelist": "6", "period": "3", "addon_10": "2", "skipbasket": "on", "sok": "ok"}
    number = shop.doc("vds.order.param", **old).findtext("id") or ""
    assert shop.doc("vds.edit", elid=number).findtext("addon_10") == "2"


def test_120_a_position_of_the_cart_has_the_shape_a_client_reads(shop: Seller) -> None:
    line = {"order_period": "1", "force_use_new_cart": "on", "clicked_button": "order", "sok": "ok"}
    shop.doc("v2.vds.order.param", pricelist="6", domain="one.test", addon_10="2", **line)
    shop.doc("v2.soft.order.param", pricelist="55227", ip="192.0.2.77", **line)
    doc = shop.json("cart")
    texts = {name: value["$"] for name, value in doc["total"].items()}
    assert texts == {"cost": "9.50", "currency": "EUR", "count": "2"}
    (table,) = (table for table in doc["list"] if table["$name"] == "lineitems")
    server, license = table["elem"]
    assert server["id"] == server["elid"]
    assert server["main"] == {"name": {"$": "VDS Start one.test"}, "period": {"$": "Month"}}
    assert server["price"]["price"] == {"cost": {"$": "4.50"}, "currency": {"$": "EUR"}}
    assert [button["$name"] for button in server["action"]["button"]] == ["delete", "pay"]
    names = {part["configuration_name"]["$"]: part for part in server["configuration"]}
    assert names["Processors"]["configuration_value"]["$"] == "2 pcs."
    assert names["Processors"]["configuration_price"]["$"] == "1.50 EUR"
    assert names["Operating system"]["configuration_value"]["$"] == "Debian 12"
    # A position without addons has an array too.
    assert [part["configuration_name"]["$"] for part in license["configuration"]] == ["Tariff"]


def test_138_a_form_for_several_names_them_as_they_were_sent(shop: Seller) -> None:
    elements = "100014,  100024"
    shop.order_at("", pricelist="6")
    tried = 0
    for function in REGISTRY:
        if function.kind is not Kind.FORM or "elid" not in function.takes.wire_fields:
            continue
        if function.name == "groupedit":
            continue
        params = {**function.example, "faction": function.name, "elid": elements}
        params.pop("sok", None)
        form = shop.doc("groupedit", **params)
        if form.find("error") is None:
            tried += 1
            assert form.findtext("elid") == elements, function.name
            assert form.findtext("faction") == function.name
    assert tried > 5


def test_138_what_the_form_for_several_shows_is_done_to_all_of_them(shop: Seller) -> None:
    second = shop.order_at("", pricelist="6")["id"]
    form = shop.doc("groupedit", faction="service.prolong", elid=f"100014, {second}", period="1")
    before = {row["id"]: row["expiredate"] for row in shop.rows("vds")}
    sent = {name: form.findtext(name) or "" for name in ("faction", "elid", "period")}
    shop.doc("groupedit", **sent, sok="ok")
    after = {row["id"]: row["expiredate"] for row in shop.rows("vds")}
    assert {number for number in after if after[number] > before[number]} == {"100014", second}
    refused = {"faction": "service.prolong", "elid": "100014, 99999999"}
    assert shop.refusal("groupedit", **refused) == "missed/item"


def test_138_the_form_for_several_has_the_price_of_all(shop: Seller) -> None:
    second = shop.order_at("", pricelist="6")["id"]
    group = {"faction": "service.prolong", "elid": f"100014, {second}", "period": "1"}
    form = shop.doc("groupedit", **group)
    prices = [form.findtext(name) for name in ("amount", "cost", "orderinfo")]
    assert prices == ["6.00", "6.00 EUR", "6.00 EUR"]
    assert form.find("title_name") is None  # they have no name in common
    change_account(shop.worlds, "default", "reseller", {"balance": Decimal("4.00")})
    refusal = shop.doc("groupedit", **group, sok="ok").find("error")
    assert refusal is not None
    assert refusal.findtext("param[@name='amount']") == "6.00"
    assert "balance: 4.00 EUR" in (refusal.findtext("msg") or "")
    twice = {**group, "elid": "100014, 100014"}
    assert shop.doc("groupedit", **twice, sok="ok").find("ok") is not None
    assert shop.doc("usrparam").findtext("balance") == "1.00"


def test_119_a_certificate_is_ordered_for_its_first_name_alone(shop: Seller) -> None:
    for func in ("certificate.order.param", "v2.certificate.order.param"):
        example = dict(REGISTRY[func].example)
        assert shop.refusal(func, **example, domain="other.com") == "value/domain"
        assert shop.refusal(func, **example, key="a key alone") == "value/csr"
        assert shop.doc(func, **example, domain="Example.com").find("ok") is not None


def test_119_a_refusal_names_the_parameter_that_was_sent(shop: Seller) -> None:
    params = {**CLOUD, "instances_os": "no-such-system"}
    assert shop.refusal("v2.instances.order.param", **params) == "value/instances_os"
    params.pop("sok")
    assert shop.refusal("v2.instances.order.param", **params) == "value/instances_os"


@pytest.mark.parametrize("func", ["vds.order.param", "v2.vds.order.param"])
def test_a_recalculation_drops_what_does_not_go_with_the_change(shop: Seller, func: str) -> None:
    """A form comes back with its former values: the recipe of the former system is among them."""
    order = {"pricelist": "6", "recipe": "ISPsystem__LAMP", "datacenter": "99"}
    system = "ISPsystem__Windows-2022-amd64"
    form = shop.doc(func, **order, ostempl=system, sv_field="ostempl")
    assert form.find("error") is None
    assert (form.findtext("ostempl"), form.findtext("recipe")) == (system, "null")
    assert shop.refusal(func, pricelist="6", ostempl="x", sv_field="ostempl") == "value/ostempl"


def test_the_field_that_was_changed_counts_before_those_beside_it(shop: Seller) -> None:
    terms = {"pricelist": "6", "order_period": "1", "period": "12"}
    for changed, months in (("period", "12"), ("order_period", "1")):
        form = shop.doc("v2.vds.order.param", **terms, sv_field=changed)
        assert (form.findtext("period"), form.findtext("order_period")) == (months, months)


def test_metadata_are_shown_in_xml_where_they_are_requested(shop: Seller) -> None:
    assert shop.doc("vds.order.param", pricelist="6").find("metadata") is None
    shown = shop.doc("vds.order.param", pricelist="6", show_metadata="on")
    assert shown.find("metadata/form/buttons/button") is not None


def test_138_a_choice_that_services_differ_in_is_one_that_all_of_them_have(shop: Seller) -> None:
    """A month and a year: the form offers both for both, and the sum is that of what it shows."""
    several = {"faction": "service.prolong", "elid": "100001, 100002"}
    form = shop.doc("groupedit", **several)
    sums = [
        shop.doc("service.prolong", elid=number, period=form.findtext("period") or "")
        for number in ("100001", "100002")
    ]
    assert [val.get("key") for val in form.findall("slist[@name='period']/val")] == ["1", "12"]
    assert form.findtext("period") == "1"
    assert Decimal(form.findtext("amount") or "") == sum(
        Decimal(single.findtext("amount") or "") for single in sums
    )


def test_162_rows_of_several_datacenters_name_one_each(shop: Seller) -> None:
    def rows(**params: str) -> Any:
        doc = shop.json("v2.instances.order.pricelist", page="1", page_size="999", **params)
        assert doc["datacenter"]["$"] == params["datacenter"]
        return doc["list"][0]["elem"]

    pairs = [(row["id"]["$"], row["datacenter"]["id"]["$"]) for row in rows(datacenter="1,4")]
    assert pairs == [("1500", "1"), ("1500", "4")]
    (row,) = rows(datacenter="4")
    assert row["datacenter"] == {"id": {"$": "4"}, "value": {"$": "Moscow"}}
    old = shop.doc("vds.order.pricelist", datacenter="1,4")
    assert len(old.findall("list/elem")) == len(shop.doc("vds.order").findall("list/elem"))
    assert shop.refusal("vds.order.pricelist", datacenter="1,x") == "value/datacenter"
