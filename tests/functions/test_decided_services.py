"""What docs/evidence.md decides about servers, the cart and own types of a world, by number."""

from __future__ import annotations

from datetime import date

import pytest

from tests.functions.deciding import by_hand, done, rule
from tests.functions.seller import Seller

VDS = "100014"
ORDER = {"pricelist": "6", "period": "1", "skipbasket": "on", "sok": "ok"}
DEBIAN = "ISPsystem__Debian-12-amd64"


@pytest.fixture
def hoster(shop: Seller) -> Seller:
    shop.worlds.create("hoster", "hoster")
    return shop


def put(shop: Seller, **params: str) -> str:
    order = {"pricelist": "6", "order_period": "1", "sok": "ok", **params}
    return shop.doc("v2.vds.order.param", **order).findtext("lineitem.id") or ""


def positions(shop: Seller, func: str) -> list[str]:
    table = "lineitems" if func == "cart" else "itemlist"
    rows = shop.doc(func).findall(f"list[@name='{table}']/elem")
    return [row.findtext("id") or "" for row in rows]


def state(shop: Seller) -> str:
    return shop.rows("vds")[0]["item_real_status"]


def test_26_tariffs_of_servers_have_a_base_price_and_addons_with_limits(shop: Seller) -> None:
    doc = shop.doc("pricelist.export", who=None, pricelist="6")
    assert doc.find("pricelist/price/period[@length='1']") is not None
    addons = {addon.findtext("intname"): addon for addon in doc.findall("pricelist/addon")}
    assert {"ncpu", "mem", "disc"} <= addons.keys()
    memory = addons["mem"]
    assert (memory.findtext("addonmin"), memory.findtext("addonmax")) == ("128", "65536")
    assert memory.find("measure/name") is not None


def test_43_an_order_answers_its_number_unless_the_rule_says_otherwise(shop: Seller) -> None:
    assert shop.doc("vds.order.param", **ORDER).findtext("id")
    rule(shop, order_tells_id=False)
    doc = shop.doc("vds.order.param", **ORDER, domain="quiet.test")
    assert doc.find("ok") is not None
    assert doc.find("id") is None
    assert doc.find("item.id") is None
    assert len(shop.rows("vds", filter="on", domain="quiet.test")) == 1
    assert shop.order("192.0.2.240")


def test_44_one_list_of_everything_is_there_or_missed(shop: Seller) -> None:
    for func in ("service", "item"):
        rows = shop.rows(func)
        assert {row["itemtype"] for row in rows} == {row["type"] for row in rows}
        rule(shop, item_lists=False)
        assert shop.refusal(func) == "missed/func"
        rule(shop, item_lists=True)


def test_45_basket_and_cart_show_the_same_and_a_position_is_paid_alone(shop: Seller) -> None:
    first, second = put(shop), put(shop, force_use_new_cart="on")
    assert positions(shop, "basket") == positions(shop, "cart") == [first, second]
    done(shop, "cartorder.create.confirm", elid=first, paymethod_id="0", sok="ok")
    assert positions(shop, "basket") == [second]
    order = shop.doc("basket").findtext("billorder") or ""
    assert done(shop, "basket", id=order, clicked_button="free", sok="ok")
    assert positions(shop, "cart") == []


def test_46_addresses_are_an_addon_and_none_is_refunded(shop: Seller) -> None:
    done(shop, "service.ip.edit", plid=VDS, sok="ok")
    main, spare = shop.rows("service.ip", elid=VDS)
    assert main["name"].startswith("100.")
    assert shop.doc("vds.edit", elid=VDS).findtext("addon_13") == "2"
    before = shop.rows("subaccount")[0]["balance"]
    done(shop, "service.ip.delete", elid=spare["id"], sok="ok")
    assert shop.rows("subaccount")[0]["balance"] == before
    assert shop.refusal("service.ip.delete", elid=main["id"]) == "status/item"


def test_47_missing_values_are_chosen_and_unknown_ones_refused(shop: Seller) -> None:
    number = shop.doc("vds.order.param", **ORDER).findtext("id") or ""
    form = shop.doc("vds.edit", elid=number)
    assert form.findtext("domain") == f"vds{number}.example.net"
    assert (form.findtext("ostempl"), form.findtext("recipe")) == (DEBIAN, "null")
    assert form.findtext("datacentername") == "Frankfurt"
    for name in ("ostempl", "recipe", "datacenter"):
        assert shop.refusal("vds.order.param", **ORDER, **{name: "77"}) == f"value/{name}"
    alone = shop.refusal("vds.edit", elid=VDS, recipe="ISPsystem__LAMP", sok="ok")
    assert alone == "value/ostempl"


def test_48_a_server_that_is_off_is_active_and_stays_off(shop: Seller) -> None:
    done(shop, "vds.stop", elid=VDS)
    assert (shop.rows("vds")[0]["status"], state(shop)) == ("2", "2_stop")
    done(shop, "service.prolong", elid=VDS, period="1", sok="ok")
    assert state(shop) == "2_stop"


@pytest.mark.parametrize(
    ("func", "sent", "busy"),
    [
        ("vds.reboot", {}, "2_reboot"),
        ("vds.hardreboot", {}, "2_hardreboot"),
        ("vds.edit", {"ostempl": DEBIAN, "sok": "ok"}, "5_reopen"),
    ],
)
def test_48_an_operation_that_takes_time_keeps_a_server_busy(
    shop: Seller, func: str, sent: dict[str, str], busy: str
) -> None:
    by_hand(shop)
    done(shop, func, elid=VDS, **sent)
    assert state(shop) == busy
    assert shop.refusal("vds.edit", elid=VDS, ostempl=DEBIAN, sok="ok") == "exists/runningoperation"


def test_48_stopping_is_immediate_and_starting_is_not(hoster: Seller) -> None:
    (row,) = hoster.rows("vds", world="hoster")
    hoster.doc("vds.stop", world="hoster", elid=row["id"])
    assert hoster.rows("vds", world="hoster")[0]["item_real_status"] == "2_stop"
    hoster.doc("vds.start", world="hoster", elid=row["id"])
    assert hoster.rows("vds", world="hoster")[0]["item_real_status"] == "2_start"
    hoster.wait(5)
    assert hoster.rows("vds", world="hoster")[0]["item_real_status"] == "2"


def test_49_a_server_is_read_by_its_list_and_a_license_by_its_form(shop: Seller) -> None:
    shop.worlds.create("strict", "strict")
    shop.doc("vds.order.param", world="strict", **ORDER)
    shop.doc(
        "soft.order.param",
        world="strict",
        **{**ORDER, "pricelist": "55227"},
        ip="192.0.2.99",
        licname="strict",
    )
    seen = [
        [shop.rows(func, world="strict")[0]["status"] for func in ("vds", "soft")] for _ in range(4)
    ]
    assert seen[-1] == ["2", "5"]


def test_50_several_are_ordered_together_and_named_by_their_positions(shop: Seller) -> None:
    both = put(shop, order_count="2")
    assert both.split(", ") == positions(shop, "cart")
    assert done(shop, "cartorder.create.confirm", elid=both, paymethod_id="0", sok="ok")
    assert len(shop.rows("vds")) == 3
    assert shop.refusal("vds.order.param", **ORDER, order_count="21") == "value/order_count"
    name = {**ORDER, "pricelist": "180", "period": "12", "domain": "example-shop.com"}
    assert shop.refusal("domain.order.param", "other", **name) == "exists/domain"


def test_51_a_world_has_types_of_its_own_and_no_other_world_does(hoster: Seller) -> None:
    (row,) = hoster.rows("forexbox", world="hoster")
    done_there = hoster.doc("forexbox.reboot", world="hoster", elid=row["id"])
    assert done_there.find("ok") is not None
    assert hoster.refusal("forexbox.reboot", elid=row["id"]) == "missed/func"
    assert hoster.refusal("vds.reboot", world="hoster", elid=row["id"]) == "missed/item"


def test_52_more_addons_are_paid_now_or_wait_and_fewer_refund_nothing(shop: Seller) -> None:
    waiting = shop.doc("vds.edit", elid=VDS, addon_10="3", clicked_button="basket", sok="ok")
    assert shop.doc("vds.edit", elid=VDS).findtext("addon_10") == "1"
    assert positions(shop, "basket")
    number = waiting.findtext("billorder") or ""
    assert done(shop, "basket", id=number, clicked_button="free", sok="ok")
    assert shop.doc("vds.edit", elid=VDS).findtext("addon_10") == "3"
    before = shop.rows("subaccount")[0]["balance"]
    assert before != "1000.00"
    done(shop, "vds.edit", elid=VDS, addon_10="1", sok="ok")
    assert shop.rows("subaccount")[0]["balance"] == before


def test_52_nothing_is_added_on_the_day_on_which_the_paid_term_is_over(shop: Seller) -> None:
    assert done(shop, "vds.edit", elid=VDS, autoprolong="null", sok="ok")
    shop.move_to(date.fromisoformat(shop.doc("vds.edit", elid=VDS).findtext("expiredate") or ""))
    assert shop.rows("vds")[0]["status"] == "3"
    assert shop.refusal("vds.edit", elid=VDS, addon_10="3", sok="ok").startswith("status/")
    assert shop.doc("vds.edit", elid=VDS).findtext("addon_10") == "1"
