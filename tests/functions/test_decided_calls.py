"""What docs/evidence.md decides about time, logins and parameters, number by number."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from emulator.clock import WorldClock
from emulator.domain import world as worlds
from tests.functions.deciding import ORDER, WEB, clock, done, license, session, total
from tests.functions.seller import DAY, Seller, child


@pytest.fixture
def strict(shop: Seller) -> Seller:
    shop.worlds.create("strict", "strict")
    return shop


# -- time --------------------------------------------------------------------------------------


def test_01_a_world_runs_on_the_real_clock_and_counts_dates_from_its_making(shop: Seller) -> None:
    assert worlds.read(shop.worlds.connect("default")).clock.mode == "real"
    assert license(shop, WEB)["createdate"] == (DAY - timedelta(days=20)).isoformat()
    shop.move_to(DAY + timedelta(days=1))
    assert license(shop, shop.order("192.0.2.231"))["createdate"] == "2026-03-16"


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
    assert end == license(shop, WEB)["expiredate"] == looked.findtext("newexpiredate")


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
    assert license(shop, child(doc, "id").text or "")["autoprolong"] == "null"
    assert shop.rows("subaccount")[0]["project"] == "ISPsystem"


def test_08_an_order_needs_no_button_and_a_semicolon_is_ignored(shop: Seller) -> None:
    doc = shop.doc("soft.order.param", **{**ORDER, "pricelist": "55227;", "period": "1;"})
    fields = license(shop, child(doc, "id").text or "")
    assert (fields["pricelist"], fields["autoprolong"]) == ("55227", "null")


def test_09_an_addon_the_tariff_lacks_is_ignored(shop: Seller) -> None:
    doc = shop.doc("soft.order.param", **ORDER, addon_0="1", addon_99999="5")
    assert not [f for f in license(shop, child(doc, "id").text or "") if f.startswith("addon_")]


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
def test_12_a_form_with_sv_field_does_not_commit_even_with_sok(shop: Seller, looking: str) -> None:
    before = total(shop)
    assert shop.doc("soft.order.param", **ORDER, **{looking: "period"}).find("id") is None
    assert total(shop) == before


@pytest.mark.parametrize("looking", ["sv_field", "snext"])
def test_12_an_empty_one_is_not_sent_and_the_order_is_placed(shop: Seller, looking: str) -> None:
    before = total(shop)
    assert shop.doc("soft.order.param", **ORDER, **{looking: ""}).find("id") is not None
    assert total(shop) != before


def test_12_going_back_buys_nothing(shop: Seller) -> None:
    before = total(shop)
    assert shop.doc("soft.order.param", **ORDER, clicked_button="back").find("id") is None
    assert total(shop) == before
