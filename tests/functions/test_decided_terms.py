"""What docs/evidence.md decides about the life of a service, number by number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from emulator.clock import add_months
from emulator.domain.accounts import accounts
from emulator.domain.billing import discounts
from emulator.domain.billing.discounts import NAME, Discount
from tests.functions.deciding import ORDER, WEB, done, license, money, rule
from tests.functions.seller import Seller

RACK, GUARD = "100013", "100011"
DAYS = timedelta(days=1)


def end_of(shop: Seller, func: str, number: str) -> date:
    return date.fromisoformat(shop.doc(func, elid=number).findtext("expiredate") or "")


def test_30_a_world_may_delete_at_the_end_of_what_is_paid(shop: Seller) -> None:
    rule(shop, deletion="period_end")
    for _ in range(2):
        assert done(shop, "soft.delete", elid=WEB)
        assert license(shop, WEB)["scheduledclose"] == "on"
    shop.move_to(end_of(shop, "soft.edit", WEB))
    assert shop.refusal("soft.edit", elid=WEB) == "missed/item"


def test_30_a_world_may_keep_what_is_too_young_and_forbid_the_rest(shop: Seller) -> None:
    rule(shop, least_months=3)
    assert shop.refusal("soft.delete", elid=WEB).startswith("pricelist_min_order/")
    rule(shop, least_months=0, deletion="forbidden")
    assert shop.refusal("soft.delete", elid=WEB).startswith("access/")
    assert license(shop, WEB)["status"] == "2"


def test_30_settings_show_whether_an_account_may_delete(shop: Seller) -> None:
    shop.worlds.create("bound", "bound")
    refused = shop.doc("soft.delete", world="bound", who="other", elid="100003")
    assert refused.find("error[@type='access']") is not None


def test_31_paying_for_more_cancels_a_deletion(shop: Seller) -> None:
    rule(shop, deletion="period_end")
    assert done(shop, "soft.delete", elid=WEB)
    assert done(shop, "service.prolong", elid=WEB, period="1", sok="ok")
    assert license(shop, WEB)["scheduledclose"] == "off"


def test_32_a_trial_beside_paid_periods_is_prolonged_into_one(shop: Seller) -> None:
    end = end_of(shop, "platform.edit", RACK)
    assert done(shop, "service.prolong", elid=RACK, period="1", sok="ok")
    doc = shop.doc("platform.edit", elid=RACK)
    assert doc.findtext("period") == "1"
    assert end_of(shop, "platform.edit", RACK) > end + 27 * DAYS


@pytest.mark.parametrize(
    ("family", "tariff"), [("softexternal", "55369"), ("vds", "6"), ("instances", "1500")]
)
def test_32_trials_without_an_address_are_not_counted(
    shop: Seller, family: str, tariff: str
) -> None:
    before = shop.rows("subaccount")
    for number in range(3):
        order = {"pricelist": tariff, "period": "-100", "skipbasket": "on", "sok": "ok"}
        name = {} if family == "softexternal" else {"domain": f"trial-{number}.test"}
        assert done(shop, f"{family}.order.param", **order, **name)
    assert shop.rows("subaccount") == before, "a trial is free"


def test_33_third_parties_prolong_by_their_period_or_not_at_all(shop: Seller) -> None:
    for sent, stored in (("3", "3"), ("1", "null"), ("junk", "null")):
        assert done(shop, "softexternal.edit", elid=GUARD, autoprolong=sent, sok="ok")
        assert shop.doc("softexternal.edit", elid=GUARD).findtext("autoprolong") == stored
    assert shop.refusal("soft.edit", elid=WEB, autoprolong="7", sok="ok") == "value/autoprolong"


def test_34_a_prolongation_that_lacked_money_is_tried_again(shop: Seller) -> None:
    end = end_of(shop, "soft.edit", WEB)
    money(shop, "4.99")
    shop.move_to(end + 2 * DAYS)
    assert license(shop, WEB)["item_status"] == "Suspended"
    money(shop, "5.00")
    assert license(shop, WEB)["status"] == "3"
    shop.move_to(end + 3 * DAYS)
    assert license(shop, WEB)["status"] == "2"
    (row,) = [row for row in shop.rows("soft") if row["id"] == WEB]
    names = ("status", "item_status", "item_real_status", "status_msg")
    shown = [row[name] for name in names]
    assert shown == ["2", "Active", "2", "Active"]
    assert end_of(shop, "soft.edit", WEB) == add_months(end + 3 * DAYS, 1)
    assert shop.rows("subaccount")[0]["balance"] == "0.00 EUR"


def test_34_what_was_switched_off_by_hand_is_not_prolonged(shop: Seller) -> None:
    end = end_of(shop, "soft.edit", WEB)
    assert done(shop, "soft.suspend", elid=WEB)
    shop.move_to(end + DAYS)
    assert (license(shop, WEB)["status"], end_of(shop, "soft.edit", WEB)) == ("3", end)
    shop.move_to(end + 30 * DAYS)
    assert shop.refusal("soft.edit", elid=WEB) == "missed/item"


def test_35_a_scheduled_event_is_in_its_owners_notices(shop: Seller) -> None:
    shop.move_to(end_of(shop, "soft.edit", WEB))
    assert license(shop, WEB)["status"] == "2"
    texts = [item.text or "" for item in shop.doc("notify").iter("msg")]
    assert any(WEB in text for text in texts)


def test_36_the_largest_discount_that_fits_is_off_every_price(shop: Seller) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        owner = next(a for a in accounts.list_accounts(db) if a.login == "reseller")
        percents = ((10, None, None), (20, "soft", None), (5, None, 55227))
        discounts.replace_all(
            db, owner.id, tuple(Discount(p, kind, tariff, NAME) for p, kind, tariff in percents)
        )
    assert "4.00 EUR" in (shop.doc("service.prolong", elid=WEB).findtext("cost") or "")
    assert done(shop, "service.prolong", elid=WEB, period="1", sok="ok")
    row = shop.rows("expense")[0]
    assert (row["amount"], row["discountamount"]) == ("4.00 EUR", "1.00")


def test_37_a_payment_has_a_page_and_its_money_comes_once(shop: Seller) -> None:
    begun = shop.doc("payment.add.method", amount="10.00", paymethod="1", sok="ok")
    ok = begun.findtext("ok") or ""
    assert ok.startswith("/billmgr?func=payment.add.redirect&payment_id=")
    page = begun.findtext("url") or ""
    for _ in range(2):
        assert shop.client.post(page, data={"action": "pay"}).status_code == 303
    assert shop.rows("subaccount")[0]["balance"] == "1010.00 EUR"


def test_38_a_month_begins_where_the_last_one_ended(shop: Seller) -> None:
    money(shop, "1000.00")
    shop.move_to(date(2026, 3, 31))
    number = shop.doc("soft.order.param", **ORDER, autoprolong="1").findtext("id") or ""
    for end in (date(2026, 4, 30), date(2026, 5, 30), date(2026, 6, 30)):
        assert end_of(shop, "soft.edit", number) == end
        shop.move_to(end)


def test_40_an_account_is_its_own_payer_and_may_have_ten(shop: Seller) -> None:
    assert [row["name"] for row in shop.rows("profile")] == ["Example Reseller"]
    for place in range(9):
        new = {"name": f"Payer {place}", "profiletype": "2", "sok": "ok"}
        assert done(shop, "profile.add.profiledata", **new)
    assert shop.refusal("profile.edit", name="One too many", sok="ok") == "limit/profile"
    assert len(shop.rows("profile")) == 10


def test_41_an_account_begins_with_one_login(shop: Seller) -> None:
    assert [row["name"] for row in shop.rows("user")] == ["reseller"]
    assert shop.refusal("user.edit", elid="2") == "missed/user"


def test_42_a_license_keeps_a_password_and_its_address(shop: Seller) -> None:
    params = {"elid": WEB, "passwd": "new-secret", "confirm": "new-secret", "sok": "ok"}
    assert done(shop, "service.changepassword", **params)
    (address,) = shop.rows("service.ip", elid=WEB)
    assert (address["name"], address["is_main"], address["no_delete"]) == (
        "192.0.2.10", "on", "on",
    )  # fmt: skip
    assert shop.rows("service.ip", elid=RACK) == []


def test_33_the_new_order_refuses_or_ignores_what_is_no_period(shop: Seller) -> None:
    order = {"pricelist": "55227", "order_period": "1", "skipbasket": "on", "sok": "ok"}
    for wrong in ("x", "1.5", "7", "100000"):
        refusal = shop.refusal("v2.soft.order.param", **order, autoprolong=wrong)
        assert refusal == "value/autoprolong"
    guard = {**order, "pricelist": "55369"}
    for sent, stored in (("on", "1"), ("off", "null"), ("x", "null"), ("3", "null"), ("1", "1")):
        number = shop.doc("v2.softexternal.order.param", **guard, autoprolong=sent).findtext("id")
        doc = shop.doc("softexternal.edit", elid=number or "")
        assert doc.findtext("autoprolong") == stored
