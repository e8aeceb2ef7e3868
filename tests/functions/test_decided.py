"""What docs/evidence.md decides, number by number, as a client meets it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.clock import WorldClock
from emulator.domain import world as worlds
from emulator.domain.world import Provisioning
from tests.functions.seller import DAY, Seller, child

WEB, POOLED, LATE = "100001", "100006", "100005"
ORDER = {"pricelist": "55227", "period": "1", "ip": "192.0.2.230", "sok": "ok", "skipbasket": "on"}


@pytest.fixture
def strict(shop: Seller) -> Seller:
    shop.worlds.create("strict", "strict")
    return shop


def rule(shop: Seller, **rules: object) -> None:
    """Other rules for the world that is asked by default."""
    with shop.worlds.locked("default") as db, db.writing():
        before = worlds.read(db)
        worlds.set_rules(db, replace(before.rules, **rules), before.provisioning)  # type: ignore[arg-type]


def by_hand(shop: Seller) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        worlds.set_rules(db, worlds.read(db).rules, Provisioning("by_hand"))


def clock(shop: Seller, chosen: WorldClock) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        worlds.set_clock(db, chosen)


def session(shop: Seller, username: str = "reseller") -> str:
    doc = shop.doc("auth", who=None, username=username, password="secret")
    return child(doc, "auth").attrib["id"]


def licence(shop: Seller, number: str, world: str = "") -> dict[str, str]:
    doc = shop.doc("soft.edit", world=world, elid=number)
    assert doc.find("error") is None
    return {field.tag: field.text or "" for field in doc}


def done(shop: Seller, func: str, **params: str) -> bool:
    doc = shop.doc(func, **params)
    return doc.find("ok") is not None and doc.find("error") is None


def total(shop: Seller) -> str:
    return child(shop.doc("soft"), "p_elems").text or ""


# -- time --------------------------------------------------------------------------------------


def test_01_a_world_runs_on_the_real_clock_and_counts_dates_from_its_making(shop: Seller) -> None:
    assert worlds.read(shop.worlds.connect("default")).clock.mode == "real"
    assert licence(shop, WEB)["createdate"] == (DAY - timedelta(days=20)).isoformat()
    shop.move_to(DAY + timedelta(days=1))
    assert licence(shop, shop.order("192.0.2.231"))["createdate"] == "2026-03-16"


def test_02_a_session_ages_under_a_frozen_clock_and_survives_a_jump(shop: Seller) -> None:
    opened = session(shop)
    clock(shop, WorldClock("shifted", offset=timedelta(days=400)))
    assert shop.doc("whoami", who=None, auth=opened).find("user") is not None
    frozen = worlds.read(shop.worlds.connect("default")).created_at
    clock(shop, WorldClock("frozen", frozen_at=frozen))
    shop.move_to(DAY + timedelta(days=1))
    assert shop.refusal("whoami", who=None, auth=opened) == "access/"


def test_02_a_locked_login_opens_again_under_a_frozen_clock(shop: Seller) -> None:
    frozen = worlds.read(shop.worlds.connect("default")).created_at
    clock(shop, WorldClock("frozen", frozen_at=frozen))
    wrong = {"username": "reseller", "password": "wrong"}
    refusals = [shop.refusal("auth", who=None, **wrong) for _ in range(20)]
    assert refusals[0] == "auth/badpassword"
    assert refusals[-1] == "auth/blocklogon"
    shop.move_to(DAY + timedelta(days=1))
    assert session(shop)


def test_03_a_prolongation_answers_with_the_end_that_was_bought(shop: Seller) -> None:
    looked = shop.doc("service.prolong", elid=WEB, period="12")
    bought = shop.doc("service.prolong", elid=WEB, period="12", sok="ok")
    end = child(bought, "doc/newexpiredate").text
    assert end == licence(shop, WEB)["expiredate"] == looked.findtext("newexpiredate")


# -- login and worlds --------------------------------------------------------------------------


def test_04_a_session_leads_to_its_world_whatever_the_path(strict: Seller) -> None:
    opened = session(strict, "reseller@strict")
    listed = strict.rows("soft", who=None, auth=opened, world="default")
    assert {row["licname"] for row in listed} == {"web-1", "cluster-1"}


def test_04_a_name_after_the_at_sign_is_a_world_only_if_there_is_one(strict: Seller) -> None:
    assert len(strict.rows("soft", who="reseller@strict")) == 2
    assert strict.refusal("soft", who="reseller@nowhere") == "auth/badpassword"


def test_05_a_key_and_a_check_need_no_sok(shop: Seller) -> None:
    key = "k" * 16
    assert done(shop, "session.newkey", username="reseller", key=key)
    assert shop.doc("auth", who=None, username="reseller", key=key).find("auth") is not None
    check = {"pricelist": "55227", "period": "1"}
    assert done(shop, "soft.checkip", **check, ip="192.0.2.240")
    assert shop.refusal("soft.checkip", **check, ip="192.0.2.10").startswith("exists/")


def test_05_a_key_is_for_the_own_login_only(shop: Seller) -> None:
    assert shop.refusal("session.newkey", username="other", key="k" * 16) == "access/"


def test_06_tariffs_of_every_country_until_the_world_says_otherwise(strict: Seller) -> None:
    russian = {**ORDER, "pricelist": "55231"}
    assert done(strict, "soft.order.param", **russian)
    assert strict.refusal("soft.order.param", world="strict", **russian) == "value/pricelist"


# -- parameters --------------------------------------------------------------------------------


def test_07_an_empty_parameter_is_absent_and_an_unknown_one_is_echoed(shop: Seller) -> None:
    sent = {
        **ORDER,
        "autoprolong": "",
        "remoteip": "",
        "addon_55236": "",
        "pid": "7",
        "project": "1",
    }
    doc = shop.doc("soft.order.param", **sent, unheard_of="1")
    assert doc.find("error") is None
    assert child(doc, "tparams/unheard_of").text == "1"
    assert licence(shop, child(doc, "id").text or "")["autoprolong"] == "null"
    assert shop.rows("subaccount")[0]["project"] == "ISPsystem"


def test_08_an_order_needs_no_button_and_a_semicolon_falls_off(shop: Seller) -> None:
    doc = shop.doc("soft.order.param", **{**ORDER, "pricelist": "55227;", "period": "1;"})
    found = licence(shop, child(doc, "id").text or "")
    assert (found["pricelist"], found["autoprolong"]) == ("55227", "null")


def test_09_an_addon_the_tariff_lacks_is_passed_over(shop: Seller) -> None:
    doc = shop.doc("soft.order.param", **ORDER, addon_0="1", addon_99999="5")
    assert not [f for f in licence(shop, child(doc, "id").text or "") if f.startswith("addon_")]


@pytest.mark.parametrize("amount", ["1", "260"])
def test_09_the_nodes_of_a_cloud_go_from_one_to_260(shop: Seller, amount: str) -> None:
    form = shop.doc("soft.order.param", pricelist="3887", period="1", addon_3889=amount)
    assert form.findtext("addon_3889") == amount


def test_10_two_services_may_have_the_same_remoteid(shop: Seller) -> None:
    numbers = {shop.order(f"192.0.2.23{n}", remoteid="same") for n in (1, 2)}
    assert {row["id"] for row in shop.rows("soft", filter="on", remoteid="same")} == numbers


def test_11_without_a_format_it_is_xml_or_ajax(shop: Seller) -> None:
    assert shop.text("soft").startswith("<?xml")
    assert len(json.loads(shop.text("soft", sfrom="ajax"))["content"]) == 7
    assert shop.text("soft", sfrom="ajax", out="xml").startswith("<?xml")


@pytest.mark.parametrize("looking", ["sv_field", "snext"])
def test_12_a_look_does_not_commit_even_with_sok(shop: Seller, looking: str) -> None:
    before = total(shop)
    assert shop.doc("soft.order.param", **ORDER, **{looking: "period"}).find("id") is None
    assert total(shop) == before


# -- licences ----------------------------------------------------------------------------------


def test_13_suspending_twice_and_resuming_twice_is_no_fault(shop: Seller) -> None:
    for func, status in (("soft.suspend", "3"), ("soft.resume", "2")):
        for _ in range(2):
            assert done(shop, func, elid=WEB)
            assert licence(shop, WEB)["status"] == status


def test_13_a_licence_changes_while_suspended_and_while_processing(shop: Seller) -> None:
    by_hand(shop)
    processing = shop.order("192.0.2.231")
    done(shop, "soft.suspend", elid=WEB)
    for number, status in ((WEB, "3"), (processing, "5")):
        assert done(shop, "soft.edit", elid=number, licname="new", sok="ok")
        found = licence(shop, number)
        assert (found["licname"], found["status"]) == ("new", status)


def test_13_the_own_address_sent_again_is_no_change(shop: Seller) -> None:
    rule(shop, change_limit=True)
    for _ in range(2):
        assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.10", sok="ok")
    assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.99", sok="ok")


def test_14_one_licence_for_an_address_and_a_tariff(shop: Seller) -> None:
    number = shop.order("192.0.2.231")
    again = {**ORDER, "ip": "192.0.2.231"}
    assert shop.refusal("soft.order.param", **again).startswith("exists/")
    assert done(shop, "soft.order.param", **{**again, "pricelist": "55228"})
    done(shop, "soft.delete", elid=number)
    assert done(shop, "soft.order.param", **again)


def test_14_the_address_of_the_pool_is_free_to_all(shop: Seller) -> None:
    assert licence(shop, POOLED)["ip"] == "0.0.0.0"  # noqa: S104 - no address to listen on
    assert shop.order("0.0.0.0") != shop.order("0.0.0.0")  # noqa: S104 - the same


def test_15_a_saved_licence_is_flat_and_in_an_inner_doc(shop: Seller) -> None:
    doc = shop.doc("soft.edit", elid=WEB, licname="new", sok="ok")
    for field in ("licname", "pricelist", "period", "ip", "lickey", "elid"):
        assert child(doc, field).text == child(doc, f"doc/{field}").text
    before = licence(shop, WEB)["lickey"]
    renewed = shop.doc("soft.edit", elid=WEB, clicked_button="newkey", sok="ok")
    assert child(renewed, "lickey").text != before
    assert renewed.findtext("lickey") == licence(shop, WEB)["lickey"]


def test_16_bjson_tells_errors_in_plain_text_and_websites_as_a_number(shop: Seller) -> None:
    error = shop.flat("soft.edit", elid="1")["error"]
    assert isinstance(error["msg"], str)
    assert (error["type"], error["object"]) == ("missed", "item")
    for number in (WEB, POOLED, LATE):
        websites = shop.flat("soft.edit", elid=number)["model"]["webdomains"]
        assert websites == "" or isinstance(websites, int)


def test_17_retired_products_are_sold_until_the_world_refuses_them(strict: Seller) -> None:
    retired = {**ORDER, "pricelist": "3541"}
    assert done(strict, "soft.order.param", **retired)
    assert strict.refusal("soft.order.param", world="strict", **retired) == "value/pricelist"


def test_17_addresses_and_keys_change_as_often_as_wanted(shop: Seller) -> None:
    for address in ("192.0.2.231", "192.0.2.232", "192.0.2.233"):
        assert done(shop, "soft.edit", elid=WEB, ip=address, sok="ok")
        assert done(shop, "soft.edit", elid=WEB, clicked_button="newkey", sok="ok")


def test_17_where_changes_are_limited_there_is_one_a_month(shop: Seller) -> None:
    rule(shop, change_limit=True)
    newkey = {"elid": WEB, "clicked_button": "newkey", "sok": "ok"}
    assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.231", sok="ok")
    assert done(shop, "soft.edit", **newkey)
    assert not done(shop, "soft.edit", elid=WEB, ip="192.0.2.232", sok="ok")
    assert not done(shop, "soft.edit", **newkey)
    done(shop, "service.prolong", elid=WEB, period="3", sok="ok")
    shop.move_to(DAY + timedelta(days=32))
    assert done(shop, "soft.edit", elid=WEB, ip="192.0.2.232", sok="ok")
    assert done(shop, "soft.edit", **newkey)


# -- lists and forms ---------------------------------------------------------------------------


def test_18_the_newest_licence_comes_first(shop: Seller) -> None:
    newest = shop.order("192.0.2.231")
    numbers = [int(row["id"]) for row in shop.rows("soft")]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] == int(newest)


def test_18_an_action_of_a_browser_answers_its_status(shop: Seller) -> None:
    for number, status in ((WEB, "ok"), ("1", "error")):
        answer = json.loads(shop.text("soft.suspend", sfrom="ajax", elid=number))
        assert answer["message"][0]["status"] == status


def test_19_a_state_is_a_label_with_its_number_or_the_number(shop: Seller) -> None:
    shown = child(shop.doc("soft.edit", elid=WEB), "item_status")
    assert (shown.text, shown.get("orig")) == ("Active", "2")
    rule(shop, item_status_text="number")
    shown = child(shop.doc("soft.edit", elid=WEB), "item_status")
    assert (shown.text, shown.get("orig")) == ("2", "2")


def test_20_one_row_is_an_array_and_no_row_is_nothing(shop: Seller) -> None:
    one = shop.json("soft", filter="on", id=WEB)
    assert [row["id"]["$"] for row in one["elem"]] == [WEB]
    assert isinstance(shop.json("soft.edit", elid=WEB)["slist"], list)
    none = shop.json("soft", filter="on", id="1")
    assert "elem" not in none
    assert none["p_elems"] == {"$": "0"}


def test_21_a_recalculated_order_form_is_there_twice(shop: Seller) -> None:
    look = {**ORDER, "sv_field": "period"}
    doc = shop.doc("soft.order.param", **look)
    for inside in ("", "doc/"):
        assert doc.find(f"{inside}slist[@name='period']") is not None
        assert doc.find(f"{inside}list[@name='tariflist']") is not None
        assert "EUR" in (child(doc, f"{inside}orderinfo").text or "")


def test_22_formats_of_unknown_shape_have_ours(shop: Seller) -> None:
    assert json.loads(shop.text("soft.edit", elid=WEB, out="JSONdata"))["doc"]["licname"] == "web-1"
    assert shop.text("soft.edit", elid="1", out="csv").startswith("error,missed,item,")
    assert shop.text("soft.edit", elid="1", out="text").startswith(
        "ERROR type=missed object=item msg="
    )


# -- money -------------------------------------------------------------------------------------


def test_23_amounts_have_a_dot_and_a_currency_and_no_grouping(shop: Seller) -> None:
    balance = child(shop.doc("whoami"), "user").attrib["balance"]
    assert re.fullmatch(r"[0-9]+\.[0-9]{2} EUR", balance)
    assert shop.rows("subaccount")[0]["balance"].startswith("1000.00")
    assert re.match(r"[0-9]+\.[0-9]{2} EUR / ", shop.rows("soft")[0]["cost"])


def test_24_settings_tell_the_balance_and_the_opening_money_is_a_payment(shop: Seller) -> None:
    settings = shop.doc("usrparam")
    assert (settings.findtext("balance") or "").startswith("1000.00")
    assert settings.findtext("currency") == "EUR"
    (payment,) = shop.rows("payment")
    assert payment["create_date"] == payment["createdate"]
    assert payment["amount"].startswith("1000.00")
    assert payment["subaccountamount_iso"] == "1000.00 EUR"


def test_25_an_order_nobody_can_pay_is_refused_and_changes_nothing(shop: Seller) -> None:
    error = child(shop.doc("soft.order.param", who="poor", **ORDER), "error")
    assert error.get("type") == "not_enough_money"
    assert float(child(error, "param[@name='amount']").text or 0) > 1
    assert shop.rows("soft", who="poor") == []
    assert shop.rows("expense", who="poor") == []


def test_25_or_it_is_left_in_the_basket(shop: Seller) -> None:
    rule(shop, poor_order="basket")
    doc = shop.doc("soft.order.param", who="poor", **ORDER)
    assert doc.find("billorder") is not None
    assert shop.rows("soft", who="poor")[0]["status"] == "1"
    assert shop.rows("expense", who="poor") == []


def test_26_the_price_list_is_open_and_speaks_for_the_world(strict: Seller) -> None:
    prices = strict.doc("pricelist.export", who=None).findall("pricelist/price")
    assert {price.get("currency") for price in prices} == {"EUR"}
    assert strict.refusal("pricelist.export", who=None, world="strict") == "access/"


def test_27_web_pages_of_allowed_origins_read_answers_but_not_the_controls(shop: Seller) -> None:
    page = {"Origin": "https://shop.example"}
    client = shop._client  # noqa: SLF001 - headers matter here, and nowhere else
    allowed = "Access-Control-Allow-Origin"
    assert allowed not in client.get("/billmgr?func=whoami", headers=page).headers
    rule(shop, allowed_origins=("https://shop.example",))
    answer = client.get("/billmgr?func=whoami", headers=page)
    assert answer.headers[allowed] == "https://shop.example"
    other = {"Origin": "https://elsewhere.example"}
    assert allowed not in client.get("/billmgr?func=whoami", headers=other).headers
    assert allowed not in client.get("/_mockseller/health", headers=page).headers
