"""``soft`` as a client sees it: what a form, a list and an action answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator.testing import Seller
from tests.functions.orders import ORDER, balance, refusal


def test_the_form_has_every_field_a_client_reads(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10", licname="n", remoteid="r", remoteip="192.0.2.99")
    form = seller.call("soft.edit", elid=number)
    fields = {child.tag: child.text or "" for child in form.xml}
    assert fields["elid"] == fields["id"] == str(number)
    assert fields["lickey"].startswith(f"{number}-")
    assert (fields["licname"], fields["remoteid"], fields["remoteip"]) == ("n", "r", "192.0.2.99")
    assert (fields["status"], fields["pricelist"], fields["period"]) == ("2", "55227", "1")
    assert fields["webdomains"] == "0"
    assert set(fields) >= {
        "name", "ip", "pricelist_name", "createdate", "expiredate", "ip_change_date",
        "lickey_change_date", "update_expiredate", "autoprolong",
    }  # fmt: skip


def test_a_number_of_sites_is_a_number_in_bjson(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10")
    model = seller.call("soft.edit", elid=number, out="bjson").json["model"]
    assert model["webdomains"] == 0
    assert model["lickey"].startswith(f"{number}-")


def test_addons_are_in_the_form_under_their_own_names(seller: Seller) -> None:
    number = seller.order(pricelist=55230, ip="10.10.10.10", addon_55236=3)
    answer = seller.call("soft.edit", elid=number, out="json").json["doc"]
    assert answer["addon_55236"]["$"] == "3"
    assert answer["messages"]["msg"]["addon_55236"] == "Cluster nodes"


def test_nodes_are_added_through_the_form_and_charged(seller: Seller) -> None:
    number = seller.order(pricelist=55230, ip="10.10.10.10", addon_55236=1)
    before = balance(seller)
    shown = seller.call("soft.edit", elid=number, addon_55236=4)
    assert (shown.field("addon_55236"), balance(seller)) == ("4", before)
    saved = seller.call("soft.edit", elid=number, addon_55236=3, sok="ok")
    assert saved.field("addon_55236") == "3"
    assert float(balance(seller)) == float(before) - 24
    assert refusal(seller, "soft.edit", elid=number, addon_55236=0, sok="ok") == "value/addon_55236"


def test_a_save_carries_its_fields_flat_and_in_an_inner_doc(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10")
    saved = seller.call("soft.edit", elid=number, ip="10.10.10.11", licname="b", sok="yes").xml
    assert saved.findtext("pricelist") == saved.findtext("doc/pricelist") == "55227"
    assert saved.findtext("ip") == saved.findtext("doc/ip") == "10.10.10.11"
    assert saved.find("ok") is not None
    assert seller.call("soft.edit", elid=number).field("licname") == "b"


def test_without_sok_a_form_changes_nothing(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10", licname="a")
    shown = seller.call("soft.edit", elid=number, licname="b")
    assert shown.field("licname") == "b"
    assert seller.call("soft.edit", elid=number).field("licname") == "a"


@pytest.mark.parametrize("hint", [{"sv_field": "licname"}, {"snext": "ok"}])
def test_a_recalculation_commits_nothing_even_with_sok(
    seller: Seller, hint: dict[str, str]
) -> None:
    seller.call("soft.edit", elid=100001, licname="b", sok="ok", **hint)
    assert seller.call("soft.edit", elid=100001).field("licname") == "web-1"


def test_newkey_answers_the_new_key_at_the_top(seller: Seller) -> None:
    before = seller.call("soft.edit", elid=100001).field("lickey")
    after = seller.call("soft.edit", elid=100001, clicked_button="newkey", sok="ok").xml
    assert after.findtext("lickey") not in (None, "", before)
    assert (after.findtext("lickey") or "").startswith("100001-")


def test_the_layout_of_a_list_names_its_buttons(seller: Seller) -> None:
    layout = seller.call("soft", out="json").json["doc"]["metadata"]
    (group,) = layout["toolbar"]["toolgrp"]
    named = {button["$name"]: button for button in group["toolbtn"]}
    assert named["new"] == {"$name": "new", "$func": "soft.order", "$type": "new"}
    assert {"edit", "suspend", "resume", "delete"} <= set(named)
    assert len(named) == len(group["toolbtn"])
    sorts = {column["$name"]: column["$sort"] for column in layout["coldata"]["col"]}
    assert (sorts["id"], sorts["licname"]) == ("digit", "alpha")


def test_remoteid_is_stored_searchable_and_not_unique(seller: Seller) -> None:
    numbers = [seller.order(ip=f"10.0.0.{n}", remoteid="l") for n in (1, 2)]
    rows = seller.call("soft", filter="on", remoteid="l").rows()
    assert [int(row["id"]) for row in rows] == sorted(numbers, reverse=True)


def test_the_list_shows_names_newest_first_and_no_key(seller: Seller) -> None:
    number = seller.order(ip="10.10.10.10", licname="newest")
    answer = seller.call("soft")
    rows = answer.rows()
    assert rows[0]["id"] == str(number)
    assert rows[0]["pricelist"] == "ISPmanager 6 Lite"
    assert rows[0]["item_status"] == "Active"
    assert rows[0]["cost"] == "5.00 EUR / Month"
    assert "lickey" not in rows[0]
    assert answer.field("p_elems") == str(len(rows))
    status = answer.xml.find("elem/item_status")
    assert status is not None
    assert status.get("orig") == "2"


def test_pages_are_cut_and_a_page_past_the_end_is_the_last(seller: Seller) -> None:
    everything = [row["id"] for row in seller.call("soft").rows()]
    second = seller.call("soft", p_cnt=3, p_num=2)
    assert [row["id"] for row in second.rows()] == everything[3:6]
    last = seller.call("soft", p_cnt=3, p_num=99)
    assert [row["id"] for row in last.rows()] == everything[6:9]
    assert last.field("p_num") == "3"


def test_a_column_sorts_both_ways_and_an_unsortable_one_is_ignored(seller: Seller) -> None:
    names = [row["licname"] for row in seller.call("soft", p_col="+licname").rows()]
    assert names == sorted(names)
    back = [row["licname"] for row in seller.call("soft", p_sort="licname", p_order="desc").rows()]
    assert back == names[::-1]
    plain = [row["id"] for row in seller.call("soft").rows()]
    assert [row["id"] for row in seller.call("soft", p_col="-cost").rows()] == plain


def test_by_a_rule_a_filter_lasts_in_its_session_and_in_no_other(seller: Seller) -> None:
    seller.rules(sticky_filters=False)
    opened = [
        seller.call("auth", login="", username="reseller", password="secret").field("auth")
        for _ in range(2)
    ]
    seller.call("soft.filter", auth=opened[0], licname="web", sok="ok")
    assert len(seller.call("soft", auth=opened[0]).rows()) == 2
    assert len(seller.call("soft", auth=opened[1]).rows()) == 7
    assert seller.call("soft.filter", auth=opened[0]).field("licname") == "web"
    seller.call("soft.filter", auth=opened[0], clicked_button="reset", sok="ok")
    assert len(seller.call("soft", auth=opened[0]).rows()) == 7


@pytest.mark.parametrize("sok", [{}, {"sok": "ok"}, {"sok": "yes"}])
def test_suspend_and_resume_act_with_any_sok_or_none(seller: Seller, sok: dict[str, str]) -> None:
    for _ in range(2):
        assert seller.call("soft.suspend", elid=100001, **sok).error is None
        assert seller.service(100001)["status"] == 3
    for _ in range(2):
        assert seller.call("soft.resume", elid=100001, **sok).error is None
        assert seller.service(100001)["status"] == 2


def test_several_ids_act_all_or_none(seller: Seller) -> None:
    assert refusal(seller, "soft.suspend", elid="100001, 999999") == "missed/item"
    assert seller.service(100001)["status"] == 2
    assert seller.call("soft.suspend", elid="100001, 100002").error is None
    assert [seller.service(n)["status"] for n in (100001, 100002)] == [3, 3]


def test_a_deleted_license_is_gone_for_its_client(seller: Seller) -> None:
    assert seller.call("soft.delete", elid=100001, sok="ok").error is None
    assert refusal(seller, "soft.edit", elid=100001) == "missed/item"
    assert "100001" not in [row["id"] for row in seller.call("soft").rows()]
    assert refusal(seller, "soft.delete", elid=100001) == "missed/item"


def test_a_key_that_is_late_is_empty_first(seller: Seller) -> None:
    seller.provisioning("reads", 2)
    number = seller.order(ip="10.10.10.10")
    keys = [seller.call("soft.edit", elid=number).field("lickey") for _ in range(4)]
    assert keys[:2] == ["", ""]
    assert keys[2] == keys[3]
    assert keys[2].startswith(f"{number}-")


def test_a_key_that_takes_seconds_arrives_under_a_frozen_clock(seller: Seller) -> None:
    seller.clock.freeze("2027-01-31T00:00:00Z")
    seller.provisioning("seconds", 5)
    number = seller.order(ip="10.10.10.10")
    first = seller.call("soft.edit", elid=number)
    assert (first.field("lickey"), first.field("status")) == ("", "5")
    seller.time.pass_time(6)
    assert seller.call("soft.edit", elid=number).field("lickey").startswith(f"{number}-")


def test_answers_are_in_russian_where_it_is_requested(seller: Seller) -> None:
    row = seller.call("soft", lang="ru").rows()[0]
    assert (row["item_status"], row["cost"].rpartition(" / ")[2]) == ("Активен", "Месяц")
    error = seller.call("soft.edit", elid=1, lang="ru").error
    assert error is not None
    assert "не существует" in error.message


def test_the_status_can_be_shown_as_its_number(seller: Seller) -> None:
    seller.rules(item_status_text="number")
    assert seller.call("soft").rows()[0]["item_status"] == "2"


def test_json_lists_are_arrays_with_the_count_and_without_numbers(seller: Seller) -> None:
    doc = json.loads(seller.call("soft", out="json", filter="on", licname="web-1").text)["doc"]
    assert isinstance(doc["elem"], list)
    assert doc["p_elems"] == {"$": "1"}
    assert doc["elem"][0]["item_status"] == {"$orig": "2", "$": "Active"}
    assert all(isinstance(value, dict | str | list) for value in doc.values())
    empty = json.loads(seller.call("soft", out="json", filter="on", licname="none").text)["doc"]
    assert "elem" not in empty
    assert empty["p_elems"] == {"$": "0"}


def test_the_ajax_shape_is_for_those_who_name_no_format(seller: Seller) -> None:
    listed = seller.call("soft", sfrom="ajax").json
    assert listed["content"][0]["id"]["v"].isdigit()
    acted = seller.call("soft.suspend", elid=100001, sfrom="ajax").json
    assert acted["message"][0]["status"] == "ok"
    assert seller.call("soft", sfrom="ajax", out="xml").text.startswith("<?xml")


def test_an_unpaid_license_has_no_end_and_a_lifetime_one_is_not_without(seller: Seller) -> None:
    order = {**ORDER, "skipbasket": "off"}
    unpaid = seller.call("soft.order.param", **order).id
    lifetime = seller.order(pricelist=7, period=0, ip="10.10.10.11")
    assert seller.call("soft.edit", elid=unpaid).field("expiredate") == ""
    form = seller.call("soft.edit", elid=lifetime)
    assert form.field("expiredate") == "9999-12-31"
    assert form.field("update_expiredate")


def test_a_trial_may_return_to_an_address_and_leaves_the_other_free(seller: Seller) -> None:
    trial: dict[str, Any] = {"pricelist": 55239, "period": -100}
    number = seller.order(ip="192.0.2.211", **trial)
    for address in ("192.0.2.212", "192.0.2.211"):
        assert seller.call("soft.edit", elid=number, ip=address, sok="ok").error is None
    assert seller.order(ip="192.0.2.212", **trial)
    seller.call("soft.delete", elid=number, sok="ok")
    with pytest.raises(LookupError, match="exists"):
        seller.order(ip="192.0.2.211", **trial)
