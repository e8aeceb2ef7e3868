"""The newer order of a server, step by step. Source: docs/resale.md sections 2.2 to 2.4."""

from __future__ import annotations

import pytest

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
