"""Which functions a client area offers."""

from __future__ import annotations

from typing import Any

from emulator.api.registry import Kind
from emulator.app import create_registry
from tests.functions.seller import Seller


def actions(section: Any) -> list[str]:
    return [node["$action"] for node in section["node"]]


def test_the_section_of_services_names_the_lists_of_the_product_types(shop: Seller) -> None:
    (services,) = (
        node for node in shop.json("menu")["mainmenu"]["node"] if node["$name"] == "mainmenuservice"
    )
    assert "soft" in actions(services)
    assert {node["$type"] for node in services["node"]} == {"list"}


def test_everything_on_the_menu_is_a_listing_that_answers(shop: Seller) -> None:
    registry = create_registry()
    offered = [a for node in shop.json("menu")["mainmenu"]["node"] for a in actions(node)]
    assert {"soft", "payment", "expense", "subaccount"} <= set(offered)
    for name in offered:
        assert registry[name].kind is Kind.LISTING
        assert shop.doc(name).find("error") is None


def test_both_shapes_of_the_menu_say_the_same(shop: Seller) -> None:
    doc = shop.json("menu")
    tree = {node["$name"]: actions(node) for node in doc["mainmenu"]["node"]}
    flat = {node["$name"]: actions(node) for node in doc["menu"]}
    assert tree == flat
    assert shop.flat("menu")["mainmenu"]["node"][0]["node"][0]["action"] == "soft"


def test_the_menu_speaks_the_callers_language(shop: Seller) -> None:
    titles = [node["$title"] for node in shop.json("menu", lang="ru")["mainmenu"]["node"]]
    assert titles[0] == "Услуги"


def test_strangers_get_no_menu(shop: Seller) -> None:
    assert shop.refusal("menu", who=None) == "access/"
