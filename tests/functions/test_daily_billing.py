"""Billing by the day: period -50, charged each day until the money or the service ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from emulator import testing
from emulator.clock import add_months
from tests.functions.deciding import done, money, rule
from tests.functions.seller import DAY as TODAY
from tests.functions.seller import Seller

DAY = "-50"
SOLD = {"vds": ("1400", "0.34"), "instances": ("1500", "0.15")}
"""Tariff and price of a day by product type; a test holds them against the price list."""
A_DAY = timedelta(days=1)


def order(shop: Seller, family: str = "vds", form: str = "", **params: str) -> str:
    """The number of a server that is charged by the day."""
    period = "order_period" if form else "period"
    sent = {"pricelist": SOLD[family][0], period: DAY, "skipbasket": "on", "sok": "ok", **params}
    number = shop.doc(f"{form}{family}.order.param", **sent).findtext("id")
    assert number is not None
    return number


def row_of(shop: Seller, number: str, family: str = "vds") -> dict[str, str]:
    return next(row for row in shop.rows(family) if row["id"] == number)


def charges(shop: Seller, number: str) -> list[str]:
    """The sums that were charged for a service, the oldest first."""
    rows = shop.rows("expense", filter="on", main_item=number, p_cnt="500")
    return [row["amount"] for row in reversed(rows)]


@pytest.mark.parametrize("family", SOLD)
@pytest.mark.parametrize("form", ["", "v2."])
def test_113_each_day_is_charged_and_the_end_is_words(shop: Seller, family: str, form: str) -> None:
    number = order(shop, family, form)
    price = SOLD[family][1]
    for day in range(3):
        today = TODAY + day * A_DAY
        shop.move_to(today)
        row = row_of(shop, number, family)
        assert (row["billdaily"], row["period"], row["status"]) == ("on", DAY, "2")
        assert row["expiredate"] == "Daily charges"
        assert row["real_expiredate"] == (today + A_DAY).isoformat()
        assert row["item_cost"] == f"{price}00"
        assert charges(shop, number) == [f"{price} EUR"] * (day + 1)
    form_shown = shop.doc(f"{family}.edit", elid=number, lang="ru")
    assert form_shown.findtext("expiredate") == "Ежедневное списание"
    assert form_shown.findtext("autoprolong") == DAY


@pytest.mark.parametrize("family", SOLD)
def test_160_cost_is_the_price_of_a_month(shop: Seller, family: str) -> None:
    number = order(shop, family)
    tariff = shop.doc("pricelist.export", None, pricelist=SOLD[family][0])
    month = tariff.find("pricelist/price/period[@length='1']")
    assert month is not None
    expected = f"{Decimal(month.get('cost') or ''):.2f} EUR / Month"
    assert row_of(shop, number, family)["cost"] == expected
    assert shop.doc(f"{family}.edit", elid=number).findtext("cost") == expected


def test_113_every_format_says_that_a_day_is_charged(shop: Seller) -> None:
    number = order(shop)
    row = next(row for row in shop.json("vds")["elem"] if row["id"]["$"] == number)
    assert (row["billdaily"]["$"], row["expiredate"]["$"]) == ("on", "Daily charges")
    assert row["autoprolong"] == {"$": "Day", "$orig": DAY}
    for cells in (shop.flat("vds")["elem"], shop.csv("vds")):
        flat = next(row for row in cells if row["id"] == number)
        assert (flat["billdaily"], flat["expiredate"]) == ("on", "Daily charges")


def test_113_a_year_of_days_is_in_the_ledger_and_in_no_notices(shop: Seller) -> None:
    number = order(shop)
    before = len(shop.rows("service.history", elid=number))
    shop.move_to(add_months(TODAY, 12))
    assert len(charges(shop, number)) == (add_months(TODAY, 12) - TODAY).days + 1
    assert len(shop.rows("service.history", elid=number)) == before
    assert not any(number in (text.text or "") for text in shop.doc("notify").iter("msg"))


def test_113_it_stops_when_the_money_ends_and_goes_on_when_there_is_some(shop: Seller) -> None:
    number = order(shop)
    money(shop, "0.70")
    shop.move_to(TODAY + 5 * A_DAY)
    row = row_of(shop, number)
    assert (row["status"], row["real_expiredate"]) == ("3", (TODAY + 3 * A_DAY).isoformat())
    assert len(charges(shop, number)) == 3
    assert shop.doc("subaccount").findtext("elem/balance") == "0.02 EUR"
    money(shop, "5.00")
    assert row_of(shop, number)["status"] == "3", "until the next midnight"
    shop.move_to(TODAY + 6 * A_DAY)
    row = row_of(shop, number)
    assert (row["status"], row["real_expiredate"]) == ("2", (TODAY + 7 * A_DAY).isoformat())
    money(shop, "0.00")
    shop.move_to(TODAY + 40 * A_DAY)
    assert [row for row in shop.rows("vds") if row["id"] == number] == []


def test_113_a_suspended_one_can_be_paid_by_hand_for_a_day(shop: Seller) -> None:
    number = order(shop, autoprolong="null")
    shop.move_to(TODAY + 2 * A_DAY)
    assert row_of(shop, number)["status"] == "3"
    assert shop.refusal("service.prolong", elid=number, period="1", sok="ok") == "value/period"
    shown = shop.doc("service.prolong", elid=number)
    assert (shown.findtext("period"), shown.findtext("amount")) == (DAY, "0.34")
    assert done(shop, "service.prolong", elid=number, period=DAY, sok="ok")
    row = row_of(shop, number)
    assert (row["status"], row["real_expiredate"]) == ("2", (TODAY + 3 * A_DAY).isoformat())


def test_113_how_it_goes_on_can_be_changed_but_not_to_months(shop: Seller) -> None:
    number = order(shop)
    refused = shop.refusal("vds.edit", elid=number, autoprolong="1", sok="ok")
    assert refused == "value/autoprolong"
    assert shop.refusal("vds.edit", elid="100014", autoprolong=DAY, sok="ok") == refused
    assert done(shop, "vds.edit", elid=number, autoprolong="null", sok="ok")
    shop.move_to(TODAY + 2 * A_DAY)
    assert (row_of(shop, number)["status"], len(charges(shop, number))) == ("3", 1)


@pytest.mark.parametrize("form", ["", "v2."])
def test_113_a_period_that_is_refused_is_called_as_it_was_sent(shop: Seller, form: str) -> None:
    sent = {"pricelist": "6", "skipbasket": "on", "sok": "ok"}
    name = "order_period" if form else "period"
    for submitted in (sent, {"pricelist": "6"}):
        refused = shop.refusal(f"{form}vds.order.param", **submitted, **{name: DAY})
        assert refused == f"value/{name}"


def test_113_every_order_form_of_such_a_tariff_offers_the_day(shop: Seller) -> None:
    for family, (tariff, price) in SOLD.items():
        for form, name in (("", "period"), ("v2.", "order_period")):
            doc = shop.doc(f"{form}{family}.order.param", pricelist=tariff, **{name: DAY})
            assert f"{price} EUR / Day" in (doc.findtext("orderinfo") or "")
            for select in (name, "autoprolong"):
                keys = [val.get("key") for val in doc.findall(f"slist[@name='{select}']/val")]
                assert DAY in keys, (family, form, select, keys)


def test_113_another_tariff_is_paid_for_the_rest_of_the_day_and_charged_from_then(
    shop: Seller,
) -> None:
    number = order(shop)
    targets = shop.doc("service.changepricelist", elid=number).findall("slist/val")
    assert [val.get("key") for val in targets] == []
    assert done(shop, "vds.edit", elid=number, addon_2190="4", sok="ok")
    shop.move_to(TODAY + A_DAY)
    # Two processors more cost 0.1112 a day: 0.11 for the rest of the first, then in one sum.
    assert charges(shop, number) == ["0.34 EUR", "0.11 EUR", "0.45 EUR"]


def test_113_a_deleted_one_is_charged_no_more(shop: Seller) -> None:
    number = order(shop)
    assert done(shop, "vds.delete", elid=number)
    shop.move_to(TODAY + 5 * A_DAY)
    assert charges(shop, number) == ["0.34 EUR"]


def test_113_the_price_list_has_the_day_of_every_tariff_that_sells_it(shop: Seller) -> None:
    sold = {}
    for tariff in shop.doc("pricelist.export", None).findall("pricelist"):
        for period in tariff.findall("price/period"):
            if period.get("length") == DAY:
                family = tariff.findtext("itemtype_info/intname") or ""
                sold[family] = (tariff.findtext("id"), Decimal(period.get("cost") or ""))
                for addon in tariff.findall("addon/price/period"):
                    assert addon.get("type") == "month"
    assert sold == {family: (code, Decimal(price)) for family, (code, price) in SOLD.items()}


def test_113_a_deletion_at_the_end_of_what_is_paid_waits_for_midnight(shop: Seller) -> None:
    number = order(shop)
    rule(shop, deletion="period_end")
    assert done(shop, "vds.delete", elid=number)
    row = row_of(shop, number)
    assert (row["status"], row["scheduledclose"]) == ("2", "on")
    shop.move_to(TODAY + A_DAY)
    assert number not in {row["id"] for row in shop.rows("vds")}
    assert charges(shop, number) == ["0.34 EUR"]


def test_113_days_wait_in_the_basket_and_are_paid_from_the_payment_on(shop: Seller) -> None:
    sent = {"pricelist": "1400", "period": DAY, "domain": "day.example.com", "sok": "ok"}
    assert shop.doc("vds.order.param", **sent).find("billorder") is not None
    shop.move_to(TODAY + 3 * A_DAY)
    assert shop.rows("expense") == []
    (number,) = [row["id"] for row in shop.rows("vds") if row["domain"] == "day.example.com"]
    assert done(shop, "basket", clicked_button="free", sok="ok")
    shop.move_to(TODAY + 5 * A_DAY)
    assert charges(shop, number) == ["0.34 EUR"] * 3


def test_113_the_forecast_counts_the_days(shop: Seller) -> None:
    money(shop, "100.00")
    for number in [row["id"] for row in shop.rows("vds")]:
        done(shop, "vds.edit", elid=number, autoprolong="null", sok="ok")
    done(shop, "soft.edit", elid="100001", autoprolong="null", sok="ok")
    order(shop)
    money(shop, "3.40")
    (row,) = shop.rows("dashboard.info")
    assert date.fromisoformat(row["enoughmoneyto"]) == TODAY + 11 * A_DAY


BOTH = """<doc>{0}</doc>"""
ONE_TARIFF = """<pricelist><id>{0}</id><name>V{0}</name>
<itemtype_info><intname>vds</intname></itemtype_info>
<price currency="EUR"><period cost="{1}" type="day" length="1"/></price></pricelist>"""


def test_113_an_imported_day_is_sold_and_changed_for_the_day_that_is_paid() -> None:
    tariffs = "".join(ONE_TARIFF.format(n, cost) for n, cost in (("1", "0.5050"), ("2", "0.8050")))
    with testing.Seller("empty") as seller:
        assert "error" not in seller.sell(BOTH.format(tariffs).encode())
        sent = {"period": DAY, "skipbasket": "on", "sok": "ok"}
        number = seller.call("vds.order.param", pricelist=1, **sent).id
        shown = seller.call("service.changepricelist.pricelist", elid=number, pricelist=2).xml
        assert "0.30 EUR" in [cell.text for cell in shown]
        seller.call("service.changepricelist", elid=number, pricelist=2, sok="ok")
        seller.clock.advance("1 day")
        rows = seller.call("expense").rows()
        assert [row["amount"] for row in rows] == ["0.81 EUR", "0.30 EUR", "0.51 EUR"]


def test_113_the_control_api_takes_the_day() -> None:
    with testing.Seller("small") as seller:
        sent: dict[str, Any] = {"pricelist": 1400, "period": DAY, "skipbasket": "on", "sok": "ok"}
        number = seller.call("vds.order.param", **sent, autoprolong="null").id
        assert seller.service(number, autoprolong=-50)["autoprolong"] == -50
        seller.clock.advance("2 days")
        assert seller.service(number)["status"] == 2
