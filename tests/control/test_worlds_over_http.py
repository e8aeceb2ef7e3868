from __future__ import annotations

import pytest

from emulator.testing import ControlError, Seller

PRICES = b"""<doc><pricelist><id>9001</id><name>Own</name>
<price currency="EUR"><period cost="7.5000" type="month" length="1">monthly</period></price>
</pricelist></doc>"""


def test_a_new_world_has_the_accounts_of_its_fixture(seller: Seller) -> None:
    world = seller.world("second", "empty")
    assert world.call("soft").rows() == []
    assert len(seller.call("soft").rows()) > 0


def test_the_list_tells_every_world(seller: Seller) -> None:
    seller.world("second", "strict")
    worlds = {world["name"]: world for world in seller.control("GET", "/worlds")}
    assert sorted(worlds) == ["default", "second"]
    assert worlds["second"]["made_from"] == "strict"
    assert worlds["second"]["rules"]["retired_products"] == "refuse"
    assert worlds["second"]["path"] == "/w/second/billmgr"


def test_one_seed_invents_the_same_data_twice(seller: Seller) -> None:
    source = {"fixture": "small", "seed": 7}
    for name in ("one", "two"):
        seller.control("POST", "/worlds", {"name": name, **source})
    keys = [
        seller.control("GET", f"/services/100001?world={name}")["lickey"] for name in ("one", "two")
    ]
    assert keys[0] == keys[1]


def test_a_reset_takes_everything_back(seller: Seller) -> None:
    number = seller.order()
    seller.account(balance="3.00")
    seller.clock.freeze("2030-01-01T00:00:00Z")
    seller.reset()
    assert seller.account()["balance"] == "1000.00"
    assert seller.control("GET", "/clock")["mode"] == "real"
    with pytest.raises(ControlError, match="404"):
        seller.service(number)


def test_a_snapshot_can_be_gone_back_to(seller: Seller) -> None:
    number = seller.order(ip="192.0.2.201")
    seller.snapshot("ordered")
    seller.service(number, status=4)
    seller.restore("ordered")
    assert seller.service(number)["status"] == 2
    assert seller.control("GET", "/worlds/default")["snapshots"] == ["ordered"]


def test_a_fork_goes_its_own_way_and_returns_to_where_it_began(seller: Seller) -> None:
    number = seller.order()
    branch = seller.control("POST", "/worlds/default/fork", {"into": "branch"})
    assert branch["name"] == "branch"
    seller.control("PATCH", f"/services/{number}?world=branch", {"licname": "changed"})
    assert seller.service(number)["licname"] == "test"
    seller.control("POST", "/worlds/branch/reset")
    assert seller.control("GET", f"/services/{number}?world=branch")["licname"] == "test"


def test_a_removed_world_is_gone(seller: Seller) -> None:
    world = seller.world("second")
    seller.control("DELETE", "/worlds/second")
    assert seller.control("GET", "/worlds")[0]["name"] == "default"
    refusal = world.call("soft").error
    assert refusal is not None
    assert refusal.type == "missed"


def test_rules_not_named_stay_as_they_are(seller: Seller) -> None:
    seller.rules(poor_order="basket")
    seller.rules(trial_once=False)
    rules = seller.control("GET", "/worlds/default")["rules"]
    assert (rules["poor_order"], rules["trial_once"]) == ("basket", False)


def test_keys_arrive_when_the_provisioning_says(seller: Seller) -> None:
    seller.provisioning("seconds", 2)
    number = seller.order()
    assert seller.service(number)["status"] == 5
    seller.time.pass_time(3)
    seller.call("soft")
    service = seller.service(number)
    assert service["status"] == 2
    assert service["lickey"].startswith(f"{number}-")


def test_an_imported_price_list_sells_ones_own_codes(seller: Seller) -> None:
    imported = seller.sell(PRICES)
    assert imported["tariffs"] == [9001]
    number = seller.order(pricelist=9001)
    assert seller.service(number)["pricelist"] == 9001
    assert seller.account()["balance"] == "992.50"


def test_the_imported_price_list_outlives_a_reset(seller: Seller) -> None:
    seller.sell(PRICES)
    seller.order(pricelist=9001)
    seller.reset()
    assert seller.account()["balance"] == "1000.00"
    seller.order(pricelist=9001)


def test_the_functions_say_how_we_know_them(seller: Seller) -> None:
    functions = {function["name"]: function for function in seller.control("GET", "/functions")}
    edit = functions["soft.edit"]
    assert edit["kind"] == "form"
    assert edit["evidence"] in {"recorded", "documented", "observed", "assumed"}
    assert "elid" in {field["name"] for field in edit["takes"]}


def test_the_functions_name_types_that_do_not_follow_the_classes(seller: Seller) -> None:
    functions = {function["name"]: function for function in seller.control("GET", "/functions")}
    types = {
        field["name"]: field["type"] for field in functions["certificate.order.param"]["takes"]
    }
    assert types["emailAddress"] == types["adm_email"] == "email"
    document = seller.control("GET", "/openapi.json")
    kinds = {
        parameter["name"]: parameter["schema"]["x-kind"]
        for parameter in document["paths"]["/billmgr/certificate.order.param"]["get"]["parameters"]
        if "x-kind" in parameter.get("schema", {})
    }
    assert kinds["emailAddress"] == kinds["adm_email"] == "email"


def test_openapi_has_an_operation_for_every_function(seller: Seller) -> None:
    document = seller.control("GET", "/openapi.json")
    names = {path.rpartition("/")[2] for path in document["paths"]}
    assert {function["name"] for function in seller.control("GET", "/functions")} <= names
