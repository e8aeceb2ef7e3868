"""Money paid in."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from emulator.domain.accounts import accounts
from emulator.domain.billing import payments
from emulator.domain.world import read
from tests.functions.seller import DAY, Seller, child


@pytest.fixture
def busy(shop: Seller) -> Seller:
    """Three payments: the opening balance today, 20.50 and 30.25 in April."""
    with shop.worlds.locked("default") as db, db.writing():
        now = shop.worlds.shop(db, read(db))
        (account,) = (
            account for account in accounts.list_accounts(db) if account.login == "reseller"
        )
        later = now.at(datetime(2026, 4, 2, 23, 59, 59, tzinfo=UTC))
        payments.credit(later, account, Decimal("20.50"), "correction")
        payments.credit(later, account, Decimal("30.25"), "bank transfer")
    return shop


def test_the_opening_balance_is_a_credited_payment_under_both_namings(shop: Seller) -> None:
    (row,) = shop.rows("payment")
    assert row["amount"] == "1000.00"
    assert row["subaccountamount_iso"] == row["paymethodamount_iso"] == "1000.00 EUR"
    assert row["create_date"] == row["createdate"] == row["paydate"] == DAY.isoformat()
    assert row["paymethod_name"] == row["paymethodname"] == "Opening balance"
    assert (row["sender_name"], row["recipient_name"]) == ("Example Reseller", "ISPsystem")
    assert (row["status"], row["status_orig"]) == ("Credited", "4")
    assert (row["allowrefund"], row["restrictrefund"]) == ("off", "on")


def test_168_a_payment_has_its_day_and_its_tax_by_the_names_that_clients_read(busy: Seller) -> None:
    rows = busy.rows("payment")
    assert [row["pay_date"] for row in rows] == [row["paydate"] for row in rows]
    assert rows[0]["pay_date"] == "2026-04-02"
    assert {row["tax"] for row in rows} == {"0.00 EUR"}
    assert busy.rows("payment", filter="on", pay_date="2026-04-02") == rows[:2]


def test_every_format_has_the_number_of_a_status_and_its_label(shop: Seller) -> None:
    assert child(shop.doc("payment"), "elem/status").attrib == {"orig": "4"}
    assert shop.json("payment")["elem"][0]["status"] == {"$": "Credited", "$orig": "4"}
    assert shop.flat("payment", lang="ru")["elem"][0]["status"] == "Зачислен"
    assert shop.flat("payment", lang="ru")["elem"][0]["status_orig"] == "4"


def test_payments_add_up_to_the_balance_while_nothing_is_bought(busy: Seller) -> None:
    rows = busy.rows("payment")
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("1050.75")
    assert busy.rows("subaccount")[0]["balance"] == "1050.75 EUR"


def test_payments_come_newest_first_and_can_be_sorted(busy: Seller) -> None:
    newest = [row["amount"] for row in busy.rows("payment")]
    assert newest == ["30.25", "20.50", "1000.00"]
    assert [r["amount"] for r in busy.rows("payment", p_col="+amount")] == [
        "20.50",
        "30.25",
        "1000.00",
    ]
    assert [r["amount"] for r in busy.rows("payment", p_sort="amount", p_order="desc")] == [
        "1000.00",
        "30.25",
        "20.50",
    ]


def test_payments_come_page_by_page(busy: Seller) -> None:
    doc = busy.doc("payment", p_cnt="2", p_num="2")
    assert [e.findtext("amount") for e in doc.findall("elem")] == ["1000.00"]
    assert (doc.findtext("p_elems"), doc.findtext("p_num")) == ("3", "2")


@pytest.mark.parametrize(
    ("chosen", "amounts"),
    [
        ({"status": "4"}, ["30.25", "20.50", "1000.00"]),
        ({"status": "1"}, []),
        (
            {"createdate": "other", "createdatestart": "2026-04-01", "createdateend": "2026-04-02"},
            ["30.25", "20.50"],
        ),
        ({"createdateend": "2026-04-01"}, ["1000.00"]),
        ({"saamount_from": "20.51", "saamount_to": "1000"}, ["30.25", "1000.00"]),
        ({"paymethod": "bank transfer"}, ["30.25"]),
    ],
)
def test_a_filter_in_the_call_narrows_the_list(
    busy: Seller, chosen: dict[str, str], amounts: list[str]
) -> None:
    assert [r["amount"] for r in busy.rows("payment", filter="on", **chosen)] == amounts


def test_a_saved_filter_narrows_the_lists_that_follow(busy: Seller) -> None:
    login = busy.doc("auth", None, username="reseller", password="secret")
    session = {"auth": login.findtext("auth") or ""}
    form = busy.doc("payment.filter", None, **session)
    statuses = {val.get("key"): val.text for val in form.findall("slist[@name='status']/val")}
    assert statuses["4"] == "Credited"
    assert len(statuses) == 9
    busy.doc("payment.filter", None, **session, saamount_from="500", sok="ok")
    assert [r["amount"] for r in busy.rows("payment", None, **session)] == ["1000.00"]
    assert len(busy.rows("payment", filter="off")) == 3


def test_a_spreadsheet_gets_the_same_payments(busy: Seller) -> None:
    assert busy.csv("payment") == busy.rows("payment")
    assert busy.csv("payment", filter="on", saamount_from="500") == busy.rows("payment")[2:]


def test_nobody_sees_the_payments_of_another(shop: Seller) -> None:
    assert [row["amount"] for row in shop.rows("payment", who="other")] == ["500.00"]
    assert [row["amount"] for row in shop.rows("payment", who="poor")] == ["1.00"]
