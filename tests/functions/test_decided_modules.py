"""Modules: which licenses take them, and what happens to them with their license."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from emulator.testing import Seller as Handle
from tests.functions.deciding import rule
from tests.functions.seller import DAY, Seller

LITE, PRO, BUSINESS, SUSPENDED, DELETED, FOREIGN = (
    "100001", "100002", "100003", "100005", "100007", "100009",
)  # fmt: skip
OWNED, BITNINJA, BITNINJA_RU, VIRUSDIE, GUARD = "100023", "55371", "55390", "955301", "23221"


def order(shop: Seller, pricelist: str, item: str, **more: str) -> str:
    """Orders a module; its number, or the error in words."""
    params = {"pricelist": pricelist, "item": item, "period": "1", "skipbasket": "on", "sok": "ok"}
    doc = shop.doc("addition.order.param", **{**params, **more})
    error = doc.find("error")
    if error is not None:
        return f"{error.get('type')} {error.get('object')}"
    return doc.findtext("id") or ""


def modules(shop: Seller) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in shop.rows("addition")}


def renewal(shop: Seller, number: str) -> str:
    return shop.doc("addition.edit", elid=number).findtext("autoprolong") or ""


def balance(shop: Seller) -> str:
    return shop.doc("subaccount").findtext("elem/balance") or ""


@pytest.mark.parametrize(
    ("item", "refusal"),
    [
        (FOREIGN, "missed item"),
        (DELETED, "missed item"),
        ("100014", "missed item"),
        ("77", "missed item"),
        (SUSPENDED, "status item"),
        (BUSINESS, "value pricelist"),
    ],
)
def test_59_a_license_that_cannot_have_it_is_refused_and_nothing_is_charged(
    shop: Seller, item: str, refusal: str
) -> None:
    before = balance(shop)
    assert order(shop, VIRUSDIE, item) == refusal
    assert balance(shop) == before
    assert set(modules(shop)) == {OWNED}


def test_59_an_unpaid_license_takes_no_module(shop: Seller) -> None:
    waits = shop.doc(
        "soft.order.param", pricelist="55227", period="1", ip="192.0.2.240", sok="ok"
    ).findtext("id")
    assert order(shop, VIRUSDIE, waits or "") == "status item"


def test_59_a_license_has_a_module_once_whatever_the_code(shop: Seller) -> None:
    assert order(shop, BITNINJA, LITE) == "exists item"
    assert order(shop, BITNINJA_RU, LITE) == "exists item"
    assert order(shop, VIRUSDIE, LITE).isdigit()
    shop.doc("addition.delete", elid=OWNED)
    assert order(shop, BITNINJA_RU, LITE).isdigit()


def test_59_an_order_in_the_basket_counts_as_owned(shop: Seller) -> None:
    assert order(shop, VIRUSDIE, LITE, skipbasket="off").isdigit()
    assert order(shop, VIRUSDIE, LITE) == "exists item"
    shop.doc("basket", clicked_button="clearbasket", sok="ok")
    assert order(shop, VIRUSDIE, LITE).isdigit()


def test_59_a_license_gets_the_trial_of_a_module_once(shop: Seller) -> None:
    trial = order(shop, VIRUSDIE, PRO, period="-100")
    end = (DAY + timedelta(days=14)).isoformat()
    assert (modules(shop)[trial]["expiredate"], modules(shop)[trial]["item_cost"]) == (
        end,
        "0.0000",
    )
    shop.doc("addition.delete", elid=trial)
    assert order(shop, VIRUSDIE, PRO, period="-100") == "exists item"
    rule(shop, trial_once=False)
    assert order(shop, VIRUSDIE, PRO, period="-100").isdigit()


@pytest.mark.parametrize(
    ("period", "sent", "stored"),
    [("1", "1", "1"), ("6", "6", "6"), ("12", "12", "12"), ("1", "6", "null"), ("6", "x", "null"),
     ("1", "null", "null"), ("-100", "-100", "null")],
)  # fmt: skip
def test_renewal_is_kept_only_by_the_period_itself(
    shop: Seller, period: str, sent: str, stored: str
) -> None:
    number = order(shop, BITNINJA, PRO, period=period, autoprolong=sent)
    assert renewal(shop, number) == stored


def test_60_a_module_without_a_license_is_a_rule_of_the_world(shop: Seller) -> None:
    assert order(shop, GUARD, "") == "value item"
    rule(shop, modules_alone=True)
    alone = order(shop, GUARD, "")
    assert modules(shop)[alone]["item"] == ""
    shop.doc("soft.delete", elid=LITE)
    assert alone in modules(shop)


def test_61_clients_switch_modules_and_change_periods_where_the_newer_page_holds(
    shop: Seller,
) -> None:
    for func in ("addition.suspend", "addition.resume"):
        assert shop.doc(func, elid=OWNED).find("error[@type='access']") is not None
    changed = {"elid": OWNED, "period": "12", "sok": "ok"}
    assert shop.doc("addition.edit", **changed).find("error[@type='access']") is not None
    rule(shop, module_actions="newer")
    shop.doc("addition.edit", elid=OWNED, autoprolong="1", sok="ok")
    shop.doc("addition.suspend", elid=OWNED)
    assert modules(shop)[OWNED]["status"] == "3"
    shop.doc("addition.resume", elid=OWNED)
    shop.doc("addition.edit", **changed)
    row = modules(shop)[OWNED]
    assert (row["status"], row["period"], renewal(shop, OWNED)) == ("2", "12", "12")
    assert shop.doc("addition.edit", elid=OWNED, period="5", sok="ok").find(
        "error[@object='period']"
    ) is not None  # fmt: skip


def test_61_a_module_moves_to_another_license_with_its_term(shop: Seller) -> None:
    before = modules(shop)[OWNED]["expiredate"], balance(shop)
    shop.doc("addition.edit", elid=OWNED, item=PRO, sok="ok")
    assert modules(shop)[OWNED]["item"] == PRO
    assert (modules(shop)[OWNED]["expiredate"], balance(shop)) == before
    assert order(shop, BITNINJA, LITE).isdigit()
    refused = shop.doc("addition.edit", elid=OWNED, item=LITE, sok="ok")
    assert refused.find("error[@type='exists']") is not None
    assert modules(shop)[OWNED]["item"] == PRO


def test_62_a_license_takes_its_modules_with_it(shop: Seller) -> None:
    waits = order(shop, VIRUSDIE, LITE, skipbasket="off")
    assert set(modules(shop)) == {OWNED, waits}
    shop.doc("soft.delete", elid=LITE)
    assert modules(shop) == {}
    basket = shop.doc("basket")
    assert basket.find("list[@name='itemlist']/elem") is None


def test_62_the_thirty_days_of_a_license_end_its_modules_at_its_own_time(shop: Seller) -> None:
    late = order(shop, VIRUSDIE, PRO, autoprolong="1")
    shop.doc("soft.suspend", elid=PRO)
    ends = date.fromisoformat(shop.doc("soft.edit", elid=PRO).findtext("expiredate") or "")
    shop.move_to(ends + timedelta(days=29))
    assert late in modules(shop)
    shop.move_to(ends + timedelta(days=30))
    assert late not in modules(shop)


def test_62_one_jump_reports_each_module_closed_with_its_license() -> None:
    with Handle() as seller:
        late = seller.call(
            "addition.order.param",
            pricelist=VIRUSDIE,
            item=PRO,
            period=1,
            autoprolong=1,
            skipbasket="on",
            sok="ok",
        ).id
        seller.call("soft.suspend", elid=PRO)
        happened = seller.clock.advance("14 months")["happened"]
    license = next(
        event for event in happened if (event["service"], event["what"]) == (100002, "delete")
    )
    last = [event for event in happened if event["service"] == late][-1]
    assert (last["what"], last["detail"]) == ("close", "with licence 100002")
    assert last["at"] == license["at"]
    assert sum(event["what"] == "prolong" for event in happened if event["service"] == late) > 5


def test_62_a_suspended_license_leaves_its_modules_running(shop: Seller) -> None:
    shop.doc("addition.edit", elid=OWNED, autoprolong="1", sok="ok")
    shop.doc("soft.suspend", elid=LITE)
    end = modules(shop)[OWNED]["expiredate"]
    shop.move_to(DAY + timedelta(days=35))
    assert modules(shop)[OWNED]["status"] == "2"
    assert modules(shop)[OWNED]["expiredate"] > end
