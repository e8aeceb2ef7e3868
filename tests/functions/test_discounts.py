"""A partner's discount is off every price that is shown or charged."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from emulator.testing import Seller
from emulator.testing.client import ControlError

EVERYTHING: Mapping[str, object] = {"percent": 10}
LITE: Mapping[str, object] = {"percent": 33, "tariff": 55227}
PLATFORMS: Mapping[str, object] = {"percent": 50, "type": "platform"}


def give(seller: Seller, *discounts: Mapping[str, object]) -> None:
    seller.account("reseller", discounts=[dict(discount) for discount in discounts])


def newest(seller: Seller) -> tuple[str, str]:
    row = seller.call("expense").rows()[0]
    return row["amount"].removesuffix(" EUR"), row["discountamount"]


def order_info(seller: Seller, func: str, **params: Any) -> str:
    return seller.call(func, **params).field("orderinfo")


def test_the_largest_that_fits_counts(seller: Seller) -> None:
    give(seller, EVERYTHING, LITE, PLATFORMS)
    seller.order()
    assert newest(seller) == ("3.35", "1.65")
    seller.order(pricelist=55228, ip="192.0.2.202")
    assert newest(seller) == ("7.20", "0.80")
    paid: dict[str, Any] = {"period": 1, "skipbasket": "on", "sok": "ok"}
    seller.call("platform.order.param", pricelist=55163, **paid)
    assert newest(seller) == ("5.00", "5.00")


def test_the_displayed_price_is_the_one_charged(seller: Seller) -> None:
    give(seller, LITE)
    assert "3.35 EUR" in order_info(seller, "soft.order.param", pricelist=55227, period=1)
    number = seller.order()
    (row,) = [r for r in seller.call("soft").rows() if r["id"] == str(number)]
    assert (row["cost"], row["item_cost"]) == ("3.35 EUR / Month", "3.3500")
    assert "3.35 EUR" in order_info(seller, "service.prolong", elid=number, period=1)
    seller.call("service.prolong", elid=number, period=1, sok="ok")
    assert newest(seller) == ("3.35", "1.65")


def test_a_promo_code_takes_its_part_of_what_is_left(seller: Seller) -> None:
    give(seller, EVERYTHING)
    order: dict[str, Any] = {"pricelist": 55229, "period": 12, "ip": "192.0.2.201", "sok": "ok"}
    seller.call("soft.order.param", **order)
    assert seller.call("basket").field("total_sum") == "108.90"
    seller.call("basket", promocode="SPRING", sok="ok")
    assert seller.call("basket").field("total_sum") == "98.01"
    seller.call("basket", clicked_button="free", sok="ok")
    assert newest(seller) == ("98.01", "22.99")


def test_automatic_prolongation_has_it_too_and_the_ledger_adds_up(seller: Seller) -> None:
    give(seller, EVERYTHING)
    seller.order(autoprolong=1)
    seller.clock.advance("3 months")
    account = seller.account()
    assert account["ledger"] == account["balance"]
    amounts = {row["amount"] for row in seller.call("expense", p_cnt=10).rows()}
    assert Decimal("4.50") in {Decimal(a.removesuffix(" EUR")) for a in amounts}


def test_renewals_of_the_same_moment_have_the_discount_of_their_own_account(seller: Seller) -> None:
    give(seller, EVERYTHING)
    prices = {"reseller": "4.50 EUR", "other": "5.00 EUR"}
    numbers = {
        login: seller.order(login=login, ip=f"192.0.2.{place}", autoprolong=1)
        for place, login in enumerate(prices, start=201)
    }
    seller.clock.advance("1 month")
    for login, number in numbers.items():
        charges = seller.call("expense", login=login, filter="on", main_item=number).rows()
        assert [row["amount"] for row in charges] == [prices[login]] * 2


def test_discounts_are_shown_to_the_partner(seller: Seller) -> None:
    give(seller, EVERYTHING, PLATFORMS)
    rows = seller.call("account.discountinfo").xml.findall("list[@name='promotion']/elem")
    shown = [(row.findtext("discount"), row.findtext("itemtype")) for row in rows]
    assert shown[:2] == [("10", ""), ("50", "platform")]
    lines = seller.call("account.discountinfo", out="text").text.splitlines()
    table = seller.call("account.discountinfo", out="csv").text
    cells = list(csv.DictReader(io.StringIO(table, newline="")))
    for place, row in enumerate(rows):
        named = row.findtext("name/name") or ""
        assert lines[place].startswith(f"id={row.findtext('id')} name.name={named}")
        assert (cells[place]["name.name"], cells[place]["discount"]) == (
            named,
            row.findtext("discount"),
        )
    assert len(lines) == len(cells) == len(rows)


@pytest.mark.parametrize(
    ("discounts", "line"),
    [
        ({"percent": 101}, "400: discounts.0.percent: is not between 1 and 100"),
        ({}, "400: discounts.0.percent"),
        ({"percent": 5, "tariff": 1}, "400: discounts.tariff: there is no tariff 1"),
    ],
)
def test_a_bad_discount_is_one_line(
    seller: Seller, discounts: dict[str, object], line: str
) -> None:
    with pytest.raises(ControlError) as refused:
        give(seller, discounts)
    assert str(refused.value).startswith(line)
    assert seller.account()["discounts"] == []
