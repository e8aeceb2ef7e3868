"""What public clients read without a check, and fail without; one test for each of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.functions.seller import Seller

SERVER, RACKED, CLOUD = "100014", "100015", "100017"


def of_name(named: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(field for field in named if field["$name"] == name)


def test_a_select_with_one_choice_is_a_list_still(shop: Seller) -> None:
    doc = shop.json("service.changepricelist", elid=SERVER)
    assert [option["$key"] for option in of_name(doc["slist"], "pricelist")["val"]] == ["1400"]


def test_the_first_step_shows_the_datacenter_and_the_filters(shop: Seller) -> None:
    doc = shop.json("dedic.order")
    assert doc["datacenter"]["$"] == "1"
    assert doc["flist"]["val"]["$key"] == "dedic"


def test_a_datacenter_limits_the_tariffs_to_its_own(shop: Seller) -> None:
    rows = shop.json("v2.vds.order.pricelist", datacenter="4")["list"][0]["elem"]
    assert {row["id"]["$"] for row in rows} == {"6", "1400"}


def test_the_new_list_of_tariffs_has_every_price_and_what_is_in_it(shop: Seller) -> None:
    row = shop.json("v2.vds.order.pricelist")["list"][0]["elem"][0]
    monthly = next(price for price in row["prices"]["price"] if price["period"]["$"] == "1")
    assert monthly == {"period": {"$": "1"}, "cost": {"$": "3.00"}, "currency": {"$": "EUR"}}
    assert {"name": {"$": "Memory"}, "value": {"$": "512 MB"}} in row["detail"]
    assert (row["title"]["$"], row["order_available"]["$"]) == ("VDS Start", "on")


def test_an_order_form_has_its_total_where_a_client_reads_it(shop: Seller) -> None:
    doc = shop.json("dedic.order.pricelist", pricelist="1600", period="1", snext="ok", sok="ok")
    total = doc["orderinfo"]["$"].split("Total amount:")[1].replace(" </b>", "")
    assert total == " 70.00 EUR"


def test_other_addons_are_listed_one_by_one_with_their_sum(shop: Seller) -> None:
    doc = shop.json("vds.edit", elid=SERVER, addon_16="162", sv_field="addon_16")
    match = re.match(r"Control panel (.+?)<br/><b>Total amount: (.+?) EUR", doc["orderinfo"]["$"])
    assert match is not None
    assert match[1].split(" - ") == ["ispmanager lite", "4.50 EUR", "Month"]


@pytest.mark.parametrize(
    ("func", "params", "page"),
    [
        ("v2.vds.order.param", {"pricelist": "6", "period": "1"}, "page_pricelist_settings"),
        ("vds.edit", {"elid": SERVER}, "addon"),
    ],
)
def test_counted_addons_are_on_the_page_where_clients_look(
    shop: Seller, func: str, params: dict[str, str], page: str
) -> None:
    pages = shop.json(func, **params)["metadata"]["form"]["page"]
    counted = next(part for part in pages if part.get("$name") == page)["field"]
    assert of_name(counted, "addon_10")["slider"][0]["$max"] == "16"


def test_the_classic_form_has_counted_addons_on_no_page(shop: Seller) -> None:
    form = shop.json("vds.order.param", pricelist="6", period="1")["metadata"]["form"]
    assert of_name(form["field"], "addon_10")["slider"][0]["$cost"] == "1.5000"


def test_one_tariff_of_the_price_list_is_an_object_and_several_are_a_list(shop: Seller) -> None:
    tariff = shop.json("pricelist.export", pricelist="6")["pricelist"]
    assert tariff["price"]["period"][0]["$cost"] == "3.0000"
    assert isinstance(shop.json("pricelist.export", itemtype="dedic")["pricelist"], list)


def test_a_tariff_has_the_site_text_that_a_client_parses(shop: Seller) -> None:
    export = shop.flat("pricelist.export", None, itemtype="certificate")
    assert export["pricelist"][0]["siteinfo"] == ""


def test_the_form_of_one_more_address_offers_its_kind_and_takes_it(shop: Seller) -> None:
    form = shop.json("service.ip.edit", plid=CLOUD)
    kind = of_name(form["slist"], "type")["val"][0]["$key"]
    before = shop.json("service.ip", elid=CLOUD)["p_elems"]["$"]
    shop.json("service.ip.edit", plid=CLOUD, type=kind, domain="", count="1", sok="ok")
    assert int(shop.json("service.ip", elid=CLOUD)["p_elems"]["$"]) == int(before) + 1


def test_an_unknown_kind_of_address_is_refused(shop: Seller) -> None:
    refused = shop.refusal("service.ip.edit", plid=CLOUD, type="private", sok="ok")
    assert refused == "value/type"


def test_a_license_has_no_kind_of_address_to_order(shop: Seller) -> None:
    assert "val" not in of_name(shop.json("service.ip.edit", plid="100001")["slist"], "type")


def test_the_last_thing_of_each_fact_of_an_instruction_is_its_value(shop: Seller) -> None:
    body = shop.json("service.instruction.html", elid=SERVER)["body"]["$"]
    facts = re.findall(r"<li>[^<]*<b>([^<]*)</b></li>", body.rpartition("<ul>")[2])
    assert facts[:2] == ["https://100.64.0.1:1500", "root"]


def test_a_ticket_may_call_its_subject_a_name(shop: Seller) -> None:
    shop.json("clientticket.edit", client_department="7", name="Down", message="It is", sok="ok")
    assert shop.rows("clientticket")[0]["subject"] == "Down"


def test_a_server_has_its_password_under_both_names(shop: Seller) -> None:
    form = shop.json("vds.edit", elid=SERVER)
    assert form["userpassword"] == form["password"]


def test_a_server_keeps_the_name_its_client_gave_it(shop: Seller) -> None:
    shop.json("dedic.edit", elid=RACKED, server_name="Mine", sok="ok")
    assert shop.json("dedic.edit", elid=RACKED)["server_name"]["$"] == "Mine"


def test_a_way_of_paying_is_shown_before_there_is_a_payment(shop: Seller) -> None:
    doc = shop.json("payment.add.pay", amount="10.00", paymethod="1")
    assert (doc["amount"]["$"], doc["payment_currency"]["$"]) == ("10.00", "50")


def test_a_way_of_paying_that_is_sent_begins_a_payment(shop: Seller) -> None:
    doc = shop.json("payment.add.pay", amount="10.00", paymethod="1", sok="ok")
    assert shop.rows("payment")[0]["id"] == doc["payment_id"]["$"]


def test_the_terms_of_a_tariff_are_a_page_to_download(shop: Seller) -> None:
    answer = shop.answer("license.print", elid="1600", out="doc_print")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "<h1>Xeon E-2388G</h1>" in answer.text


def test_the_params_of_an_error_in_sjson_are_a_list(shop: Seller) -> None:
    answer = shop.answer("soft", None, out="sjson").json["doc"]["error"]
    assert answer["param"] == [{"$name": "value", "$": "soft"}]


def test_an_empty_param_of_an_error_in_sjson_has_its_text(shop: Seller) -> None:
    answer = shop.answer("soft.suspend", elid="", out="sjson").json["doc"]["error"]
    assert all(isinstance(param["$"], str) for param in answer["param"])
    assert {"$name": "value", "$": ""} in answer["param"]


def test_167_an_order_by_the_entry_of_the_wizard_is_paid_by_its_number(shop: Seller) -> None:
    sent = {"pricelist": "6", "period": "1", "ostempl": "ISPsystem__Debian-12-amd64"}
    ordered = shop.json("vds.order", **sent, addon_10="2", domain="vm.example.com", sok="ok")
    assert "ok" in ordered
    paid = {"billorder": ordered["billorder.id"]["$"], "clicked_button": "fromsubaccount"}
    assert shop.json("payment.add", **paid, sok="ok")["ok"]["$"] == "func=order"
    server = shop.json("vds.edit", elid=ordered["id"]["$"])
    assert (server["domain"]["$"], server["addon_10"]["$"]) == ("vm.example.com", "2")
    assert server["username"]["$"]
    assert server["userpassword"]["$"] == server["password"]["$"]
    assert shop.refusal("vds.order", **{**sent, "ostempl": "none"}, sok="ok") == "value/ostempl"


@pytest.mark.parametrize(
    "further",
    [{"snext": "ok"}, {"clicked_button": "next"}, {"sv_field": "period"}, {"period": ""}],
)
def test_167_the_entry_of_the_wizard_that_leads_on_orders_nothing(
    shop: Seller, further: dict[str, str]
) -> None:
    before = shop.rows("vds"), shop.rows("order")
    shop.doc("vds.order", **{"pricelist": "6", "period": "1", "sok": "ok", **further})
    assert (shop.rows("vds"), shop.rows("order")) == before
