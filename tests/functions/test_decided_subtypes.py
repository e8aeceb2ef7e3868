"""A subtype that is a whole type: its machines are in ``vds.vps`` while ``vds`` is empty."""

from __future__ import annotations

from typing import get_args

import pytest

from emulator.domain.catalogue.catalogue import Like, OwnType
from emulator.functions.products.service_types import TYPES, find_own
from emulator.testing import ControlError
from emulator.testing import Seller as Handle
from tests.functions.seller import Seller

TITLE = {"en": "Other", "ru": "Другое"}
SUBTYPES = {"vds.vps": ["100002", "100001"], "vds.kvm": ["100003"]}
ORDER = {"pricelist": "9101", "skipbasket": "on", "sok": "ok"}


@pytest.fixture
def world(shop: Seller) -> str:
    shop.worlds.create("subtypes", "subtypes")
    return "subtypes"


@pytest.mark.parametrize("like", get_args(Like))
def test_141_a_subtype_has_every_function_of_its_type(like: Like) -> None:
    name = f"{like}.other"
    types = {name: OwnType(name, TITLE, like)}
    expected = set(TYPES[like].functions) - set(TYPES[like].also_listed)
    for func in expected:
        own = find_own(func.replace(like, name, 1), types)
        assert own is not None, func
        assert own.name == func.replace(like, name, 1)
        assert find_own(func, types) is None, func


def test_141_the_machines_are_in_the_subtypes_and_the_menu_names_them(
    shop: Seller, world: str
) -> None:
    assert shop.rows("vds", world=world) == shop.rows("vps", world=world) == []
    for name, numbers in SUBTYPES.items():
        assert [row["id"] for row in shop.rows(name, world=world)] == numbers
    menu = shop.doc("menu", world=world).find("mainmenu/node[@name='mainmenuservice']")
    assert menu is not None
    actions = [node.get("action") for node in menu]
    assert {"vds", *SUBTYPES} <= set(actions)
    assert len(actions) == len(set(actions))


def test_141_everything_on_the_menu_of_a_world_with_subtypes_answers(
    shop: Seller, world: str
) -> None:
    for node in shop.doc("menu", world=world).findall("mainmenu/node/node"):
        assert shop.doc(node.get("action") or "", world=world).find("error") is None


def test_141_elsewhere_the_name_is_another_one_of_the_list(shop: Seller) -> None:
    assert shop.rows("vds.vps") == shop.rows("vds") != []
    assert shop.refusal("vds.kvm") == "missed/func"
    assert shop.refusal("vds.vps.edit", elid="100014") == "missed/func"


def test_141_a_machine_of_a_subtype_lives_by_the_functions_of_its_type(
    shop: Seller, world: str
) -> None:
    form = shop.doc("vds.vps.order.param", world=world, pricelist="9101", period="6")
    assert form.find("slist[@name='ostempl']") is not None
    ordered = shop.doc("vds.vps.order.param", world=world, **ORDER, period="6").findtext("id") or ""
    newer = shop.doc("v2.vds.vps.order.param", world=world, **ORDER, order_period="1")
    row, *_ = shop.rows("vds.vps", world=world, filter="on", id=ordered)
    assert (row["pricelist_id"], row["cost"], row["item_cost"]) == (
        "9101", "2.75 EUR / Month", "16.5000",
    )  # fmt: skip
    assert newer.findtext("id") in {row["id"] for row in shop.rows("vds.vps", world=world)}
    for func, params in {
        "vds.vps.suspend": {},
        "vds.vps.resume": {},
        "vds.vps.edit": {"addon_9102": "4", "sok": "ok"},
        "service.prolong": {"period": "1", "sok": "ok"},
        "vds.vps.reboot": {},
        "vds.vps.delete": {},
    }.items():
        assert shop.doc(func, world=world, elid=ordered, **params).find("ok") is not None, func
    assert shop.refusal("vds.edit", world=world, elid="100001") == "missed/item"
    assert shop.refusal("vds.kvm.edit", world=world, elid="100001") == "missed/item"


def test_141_the_price_list_the_basket_and_a_group_know_the_subtype(
    shop: Seller, world: str
) -> None:
    exported = shop.doc("pricelist.export", world=world, itemtype="vds.vps").findall("pricelist")
    assert [tariff.findtext("id") for tariff in exported] == ["9101"]
    assert {tariff.findtext("itemtype_info/intname") for tariff in exported} == {"vds.vps"}
    shop.doc("vds.vps.order.param", world=world, **{**ORDER, "skipbasket": "off"}, period="1")
    assert shop.doc("basket", world=world).findtext("list/elem/item.type") == "vds.vps"
    group = {"faction": "vds.vps.suspend", "elid": "100001, 100002", "sok": "ok"}
    assert shop.doc("groupedit", world=world, **group).find("ok") is not None
    long_terms = shop.rows("vds.vps", world=world, filter="on", period="6")
    assert {row["status"] for row in long_terms} == {"3"}


def test_141_faults_can_be_planned_for_a_subtype() -> None:
    with Handle("subtypes") as seller:
        seller.faults.add("error", func="vds.kvm", type="internal")
        error = seller.call("vds.kvm").error
        assert error is not None
        assert (error.type, seller.call("vds.vps").error) == ("internal", None)
        with pytest.raises(ControlError, match="func: there is no function"):
            seller.faults.add("error", func="vds.xen")
