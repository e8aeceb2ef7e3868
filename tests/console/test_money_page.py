"""The page of money: a table, a chart and files that say the same."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from emulator.control.console.chart import HEIGHT, WIDTH, draw_bars
from emulator.testing import Seller
from tests.console.browsing import Browsing, read_text


def read_rows(browser: Browsing, query: str = "") -> list[dict[str, str]]:
    file = browser.look(f"/money/months.csv{query}")
    assert file.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(file.text)))


def trade(seller: Seller) -> None:
    """Two months: an order, then its renewal and a payment."""
    seller.clock.freeze("2027-01-10")
    seller.order(autoprolong=1, ip="192.0.2.91")
    seller.clock.freeze("2027-02-11")
    seller.account("reseller", balance="1000.00")


def test_months_add_up_to_the_ledger(seller: Seller) -> None:
    trade(seller)
    rows = read_rows(Browsing(seller), "?login=reseller")
    paid = sum(Decimal(row["paid"]) for row in rows)
    charged = sum(Decimal(row["charged"]) for row in rows)
    assert paid - charged == Decimal(seller.account()["ledger"])
    by_month = {row["month"]: row for row in rows}
    assert by_month["2027-01"]["orders"] == "5.00"
    assert Decimal(by_month["2027-02"]["renewals"]) >= 5
    assert Decimal(by_month["2027-02"]["paid"]) > 0


def test_all_accounts_are_the_sum_of_each(seller: Seller) -> None:
    trade(seller)
    browser = Browsing(seller)
    logins = ("reseller", "other", "careful", "fenced", "poor")
    for column in ("paid", "charged"):
        each = sum(
            Decimal(row[column]) for name in logins for row in read_rows(browser, f"?login={name}")
        )
        assert sum(Decimal(row[column]) for row in read_rows(browser)) == each


def test_the_page_has_the_amounts_of_the_file_with_their_currency(seller: Seller) -> None:
    trade(seller)
    browser = Browsing(seller)
    page = read_text(browser.look("/money?login=reseller&lang=ru").text)
    for row in read_rows(browser, "?login=reseller"):
        amounts = " ".join(f"{row[name]} EUR" for name in ("paid", "charged", "orders", "renewals"))
        assert f"{row['month']} {amounts}" in page


def test_the_chart_is_a_picture_without_style_or_script(seller: Seller) -> None:
    trade(seller)
    picture = Browsing(seller).look("/money/months.svg?login=reseller&currency=EUR")
    assert picture.mimetype == "image/svg+xml"
    root: Element = fromstring(picture.text)
    titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
    for row in read_rows(Browsing(seller), "?login=reseller"):
        assert f"{row['month']}, Paid to the seller: {row['paid']}" in titles
        assert f"{row['month']}, Charged to resellers: {row['charged']}" in titles
    assert not {"style", "script"} & {element.tag.rpartition("}")[2] for element in root.iter()}
    assert "style=" not in picture.text


@pytest.mark.parametrize(
    "path",
    ["/money?login=nobody", "/money/months.csv?login=nobody", "/money/months.svg?currency=X"],
)
def test_a_page_of_money_that_does_not_exist_is_not_found(seller: Seller, path: str) -> None:
    assert Browsing(seller).look(path).status_code == 404


@pytest.mark.parametrize(
    "amounts",
    [["0"], ["-5", "3"], ["0.01", "0.02"], ["123456789.99"], ["5"] * 24, ["-1", "-2"], ["1e-4"]],
)
def test_every_bar_is_inside_the_chart_and_stands_on_its_line(amounts: list[str]) -> None:
    chart = draw_bars([(amount, (Decimal(amount), Decimal(0))) for amount in amounts], ["a", "b"])
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
        assert chart.zero in {bar.y, round(bar.y + bar.height, 1)}
    assert len(chart.ticks) == len({label for _, label in chart.ticks}) >= 2
