"""Which functions a client area offers."""

from __future__ import annotations

from typing import Any

from emulator.api.registry import Kind
from emulator.app import create_registry
from emulator.testing import Seller
from emulator.testing.client import World
from emulator.worlds.fixtures.load import world_names
from tests.functions.seller import Seller as Shop


def actions(section: Any) -> list[str]:
    return [node["$action"] for node in section["node"]]


def test_the_section_of_services_names_the_lists_of_the_product_types(shop: Shop) -> None:
    (services,) = (
        node for node in shop.json("menu")["mainmenu"]["node"] if node["$name"] == "mainmenuservice"
    )
    assert "soft" in actions(services)
    assert {node["$type"] for node in services["node"]} == {"list"}


def test_everything_on_the_menu_is_a_listing_that_answers(shop: Shop) -> None:
    registry = create_registry()
    offered = [a for node in shop.json("menu")["mainmenu"]["node"] for a in actions(node)]
    assert {"soft", "payment", "expense", "subaccount"} <= set(offered)
    for name in offered:
        assert registry[name].kind is Kind.LISTING
        assert shop.doc(name).find("error") is None


def test_both_shapes_of_the_menu_say_the_same(shop: Shop) -> None:
    doc = shop.json("menu")
    tree = {node["$name"]: actions(node) for node in doc["mainmenu"]["node"]}
    flat = {node["$name"]: actions(node) for node in doc["menu"]}
    assert tree == flat
    assert shop.flat("menu")["mainmenu"]["node"][0]["node"][0]["action"] == "soft"


def test_the_menu_speaks_the_callers_language(shop: Shop) -> None:
    titles = [node["$title"] for node in shop.json("menu", lang="ru")["mainmenu"]["node"]]
    assert titles[0] == "Услуги"


def test_the_menu_needs_a_login(shop: Shop) -> None:
    assert shop.refusal("menu", who=None) == "access/"


def test_141_the_lists_of_the_menu_have_each_service_once_in_every_shipped_world(
    seller: Seller,
) -> None:
    """A tracker that walks the menu counts no machine twice, and misses none."""
    filled = set()
    for fixture in world_names():
        world = seller.world(fixture, fixture)
        expected = sorted(row["id"] for row in all_services(world))
        for generation in (5, 6):
            world.rules(generation=generation)
            entries = offered(world, "mainmenuservice")
            listed = [row["id"] for func in entries for row in world.call(func).rows()]
            assert sorted(listed) == expected, (fixture, generation)
            assert len(set(entries.values())) == len(entries), (fixture, entries)
        filled |= {fixture} if expected else set()
    assert {"small", "subtypes", "russian", "busy", "hoster"} <= filled


def test_141_the_lists_of_the_menu_have_each_ticket_once(seller: Seller) -> None:
    opened = {"subject": "one", "message": "text", "sok": "ok"}
    seller.call("clientticket.edit", **opened)
    seller.call("clientticket.archive", elid=seller.call("clientticket.edit", **opened).id)
    lists = [name for name in offered(seller, "mainmenuclient") if "ticket" in name]
    listed = [row["id"] for func in lists for row in seller.call(func).rows()]
    assert sorted(listed) == sorted(row["id"] for row in seller.call("ticket").rows())
    assert len(listed) == 2


def all_services(world: World) -> list[dict[str, str]]:
    world.rules(item_lists=True)
    return world.call("service").rows()


def offered(world: World, section: str) -> dict[str, str]:
    """The functions that a section of the menu names, with their titles."""
    menus = world.call("menu").xml.findall("menu")
    nodes = [node for menu in menus if menu.get("name") == section for node in menu]
    return {node.get("action", ""): node.get("title", "") for node in nodes}
