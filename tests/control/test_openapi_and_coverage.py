"""``GET openapi.json`` and ``GET coverage``: what can be asked, and what of it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from emulator.openapi import openapi
from emulator.testing import Seller
from tests.handlers import REGISTRY
from tests.tiers import Tally

Ask = Callable[..., TestResponse]
DOCUMENT = openapi(REGISTRY)
TYPES = [f.name.partition(".")[0] for f in REGISTRY if f.name.endswith(".order.param")]
PRODUCTS = sorted(set(TYPES) - {"v2"})
LIFE = ("{}.edit", "service.prolong", "{}.suspend", "{}.resume", "service.changepricelist",
        "{}.delete")  # fmt: skip


def links(func: str) -> dict[str, Any]:
    names = DOCUMENT["components"]["responses"][func].get("links", {})
    return {name: DOCUMENT["components"]["links"][name] for name in names}


def at(tree: Any, expression: str) -> str:  # noqa: ANN401 - JSON
    for key in expression.removeprefix("$response.body#/").split("/"):
        tree = tree[int(key) if isinstance(tree, list) else key]
    return str(tree)


def coverage(seller: Seller) -> dict[str, Any]:
    counted: dict[str, Any] = seller.control("GET", "/coverage")
    return counted


def test_the_document_that_is_served_is_valid_openapi(
    seller: Seller, *, full_run: bool, tally: Tally
) -> None:
    served = seller.control("GET", "/openapi.json")
    functions = list(served["paths"])
    if not full_run:  # The whole document takes ten seconds; an eighth has every kind of part.
        served["paths"] = {name: served["paths"][name] for name in functions[::8]}
    tally("functions in OpenAPI", list(served["paths"]), len(functions))
    faults = [fault.message for fault in OpenAPIV31SpecValidator(served).iter_errors()]
    assert faults == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_order_leads_on_through_the_whole_life_of_a_service(product: str) -> None:
    submits = {f"id.{function.format(product)}.submit" for function in LIFE}
    assert submits <= set(links(f"{product}.order.param"))
    assert submits <= set(links(f"v2.{product}.order.param"))


def test_an_order_for_the_basket_leads_to_basket_and_payment() -> None:
    order_links = links("soft.order.param")
    assert order_links["billorder.basket"]["parameters"] == {
        "billorder": "$response.body#/doc/billorder/$"
    }
    assert {"billorder.payment.add", "billorder.payment.add.method"} <= set(order_links)


def test_an_address_of_a_machine_leads_to_functions_of_addresses_only() -> None:
    assert {name.split(".", 1)[1] for name in links("service.ip")} == {
        "service.ip.edit", "service.ip.edit.submit", "service.ip.delete.submit",
    }  # fmt: skip


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_links_of_an_order_find_what_was_ordered(seller: Seller, product: str) -> None:
    func = f"{product}.order.param"
    ordered = seller.call(func, out="json", **REGISTRY[func].example)
    shown = {n: link for n, link in links(func).items() if "parameters" in link and n[:3] == "id."}
    assert f"id.{product}.edit" in shown
    for link in shown.values():
        params = {name: at(ordered.json, text) for name, text in link["parameters"].items()}
        error = seller.call(link["operationId"], **params).error
        # The wizard of changing tariffs wants more than the number; it has found the service.
        assert error is None or error.type != "missed", (link, error)


@pytest.mark.parametrize("func", ["soft", "soft.edit", "service.history", "basket", "whoami"])
def test_what_is_answered_in_json_is_as_the_document_says(seller: Seller, func: str) -> None:
    validator = jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{func}.document", "components": DOCUMENT["components"]}
    )
    answer = seller.call(func, out="json", **REGISTRY[func].example)
    assert [fault.message for fault in validator.iter_errors(answer.json)] == []
    broken = json.loads(answer.body)
    broken["doc"]["error"] = {"$type": "unheard-of", "msg": {"$": "no"}}
    assert not validator.is_valid(broken)


def test_what_was_called_is_counted(seller: Seller) -> None:
    seller.call("soft.edit", elid=100001, licname="", sok="ok", out="json")
    seller.call("soft.edit", elid=9)
    seller.call("soft")
    seller.call("no.such.function")
    counted = coverage(seller)
    edit = counted["functions"]["soft.edit"]
    assert edit["functions"] == {"called": 2}
    assert {name for name, count in edit["parameters"].items() if count} == {
        "elid", "licname", "sok",
    }  # fmt: skip
    assert edit["errors"]["missed"] == 1
    assert edit["answers"]["lickey"] == 1
    assert counted["functions"]["soft"]["answers"]["createdate"] == 1
    assert counted["functions"]["vds"]["functions"] == {"called": 0}
    assert counted["formats"] == {"json": 1, "xml": 3}
    assert counted["unknown"] == {"no.such.function": 1}
    assert counted["calls"] == 4


def test_words_and_buttons_are_points_of_their_own(seller: Seller) -> None:
    seller.order()
    seller.call("soft.edit", elid=100001, sok="ok", clicked_button="newkey")
    counted = coverage(seller)["functions"]
    assert counted["soft.order.param"]["values"]["skipbasket=on"] == 1
    assert counted["soft.order.param"]["values"]["skipbasket=off"] == 0
    assert counted["soft.edit"]["values"] == {
        "clicked_button=basket": 0,
        "clicked_button=newkey": 1,
    }


def test_ways_of_logging_in_are_told_apart(seller: Seller) -> None:
    opened = seller.call("auth", login="", username="reseller", password="secret").field("auth")
    seller.call("soft", auth=opened)
    seller.call("soft")
    seller.call("country", login="")
    assert coverage(seller)["logins"] == {"none": 2, "session": 1, "authinfo": 1}


@pytest.mark.parametrize("out", ["xml", "json", "bjson", "JSONdata"])
def test_fields_are_told_in_every_format_with_names(seller: Seller, out: str) -> None:
    seller.call("soft", out=out)
    seller.call("soft.edit", elid=100001, out=out)
    counted = coverage(seller)
    assert counted["functions"]["soft"]["answers"]["licname"] == 1
    assert counted["functions"]["soft.edit"]["answers"]["lickey"] == 1
    assert counted["unread"] == {}


def test_an_answer_without_names_is_said_to_be_unread(seller: Seller) -> None:
    seller.call("soft", out="csv")
    assert coverage(seller)["unread"] == {"csv": 1}


def test_of_an_answer_that_was_cut_the_beginning_counts() -> None:
    with Seller(journal_body=600) as seller:
        seller.call("soft.edit", elid=100001)
        seller.call("soft.edit", elid=100001, out="json")
        counted = coverage(seller)
        answers = counted["functions"]["soft.edit"]["answers"]
        assert (answers["elid"], answers["update_expiredate"]) == (1, 0)
        assert counted["unread"] == {"json": 1}


def test_what_the_journal_dropped_is_said_and_not_guessed() -> None:
    with Seller(journal_rows=16) as seller:
        for _ in range(64):
            seller.call("whoami")
        counted = coverage(seller)
        journal = counted["journal"]["default"]
        assert journal["dropped"] > 0
        assert journal["kept"] + journal["dropped"] == 64
        assert counted["functions"]["whoami"]["functions"] == {"called": journal["kept"]}


def test_a_seller_without_a_journal_says_so() -> None:
    with Seller(journal_rows=0) as seller:
        seller.call("whoami")
        assert coverage(seller)["journal"] == {
            "default": {"kept": 0, "own_answers": 0, "dropped": 0, "off": True}
        }


def test_all_worlds_can_be_counted_together(seller: Seller, ask: Ask) -> None:
    seller.world("second").call("soft")
    seller.call("soft")
    every = ask("GET", "/coverage?world=*").json
    assert every is not None
    assert (coverage(seller)["calls"], every["calls"]) == (1, 2)
    assert set(every["journal"]) == {"default", "second"}


def test_a_world_that_is_not_there_is_refused(ask: Ask) -> None:
    assert ask("GET", "/coverage?world=gone").status_code == 404
