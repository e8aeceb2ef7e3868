"""Prolonging, changing tariffs and history: bought once, even if answers get lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import Client, UnknownOutcome
from tests.client.example_orders import eur, without_login

if TYPE_CHECKING:
    from tests.client.conftest import Line, SmallSeller


@pytest.fixture
def license(either: Client, seller: SmallSeller) -> int:
    """Order a license that ends on 2026-02-10, and forget the calls it took."""
    from reseller_client import LicenseOrder

    ordered = either.licenses.order(LicenseOrder(tariff=55227, ip="192.0.2.1", licname="web-1"))
    seller.calls.clear()
    assert ordered.license_id is not None
    return ordered.license_id


def test_prolonging_returns_the_date_bought(
    either: Client, seller: SmallSeller, license: int
) -> None:
    assert either.services.prolong(license, 1) == date(2026, 3, 13)
    assert seller.balance == Decimal("90.00")
    assert without_login(seller.calls[-1]) == {
        "func": "service.prolong", "elid": str(license), "period": "1", "sok": "ok",
    }  # fmt: skip


def test_a_prolongation_whose_answer_was_lost_is_not_bought_twice(
    either: Client, seller: SmallSeller, license: int
) -> None:
    seller.loses("service.prolong", "after")
    assert either.services.prolong(license) == date(2026, 3, 13)
    assert seller.balance == Decimal("90.00")
    assert seller.funcs() == ["soft.edit", "service.prolong", "soft.edit"]


def test_a_prolongation_that_was_lost_itself_is_bought_once(
    either: Client, seller: SmallSeller, license: int
) -> None:
    seller.loses("service.prolong", "before")
    assert either.services.prolong(license) == date(2026, 3, 13)
    assert seller.balance == Decimal("90.00")
    assert seller.funcs().count("service.prolong") == 2


def test_a_license_being_processed_is_not_prolonged_again(
    either: Client, seller: SmallSeller, license: int
) -> None:
    seller.loses("service.prolong", "before")
    seller.licenses[license].status = 5
    with pytest.raises(UnknownOutcome, match="processed"):
        either.services.prolong(license)
    assert seller.funcs().count("service.prolong") == 1


def test_without_an_end_date_a_lost_prolongation_is_not_repeated(
    client: Client, line: Line
) -> None:
    form = "<doc><elid>7</elid><expiredate>Daily charges</expiredate></doc>"
    line.answers(form, "", form)
    with pytest.raises(UnknownOutcome, match="no end date"):
        client.services.prolong(7)


def test_a_lost_change_of_tariff_is_looked_up_before_it_is_repeated(
    either: Client, seller: SmallSeller, license: int
) -> None:
    seller.loses("service.changepricelist", "after", "before")
    either.services.change_tariff(license, 55228, period=1)
    assert seller.funcs() == ["service.changepricelist", "soft.edit"]
    assert seller.calls[0]["pricelist"] == "55228"
    either.services.change_tariff(license, 55229)
    assert seller.licenses[license].fields["pricelist"] == "55229"
    assert seller.funcs().count("service.changepricelist") == 3


def test_a_quote_buys_nothing(client: Client, line: Line) -> None:
    line.answers(
        "<doc><expiredate>2026-01-31</expiredate><newexpiredate>2026-02-28</newexpiredate>"
        "<period>1</period><suspendpenaltywarn>late</suspendpenaltywarn>"
        '<slist name="period"><val key="1">m</val><val key="12">y</val></slist></doc>'
    )
    quote = client.services.prolong_quote(7, 1)
    assert without_login(line.form) == {"func": "service.prolong", "elid": "7", "period": "1"}
    assert (quote.expires_on, quote.new_expires_on) == (date(2026, 1, 31), date(2026, 2, 28))
    assert (quote.period, quote.periods, quote.penalty) == (1, (1, 12), "late")


def test_tariffs_to_change_to_are_listed_and_quoted(client: Client, line: Line) -> None:
    line.answers(
        '{"slist":{"pricelist":[{"k":"55228","v":"Pro"},{"k":"","v":"-"}]}}',
        '{"model":{"oldprice":"5.00 EUR","newprice":"12.50 EUR","oldpricelist":"Lite",'
        '"newpricelist":"Pro","newexpiredate":"2026-02-28","money_info":"pay 7.50"}}',
    )
    (option,) = client.services.tariffs_to_change_to(7)
    assert (option.id, option.name) == (55228, "Pro")
    quote = client.services.change_tariff_quote(7, 55228)
    assert (quote.old_price, quote.new_price) == (eur("5.00"), eur("12.50"))
    assert (quote.old_tariff, quote.new_tariff) == ("Lite", "Pro")
    assert (quote.old_expires_on, quote.new_expires_on) == (None, date(2026, 2, 28))
    assert without_login(line.form) == {
        "func": "service.changepricelist.pricelist", "elid": "7", "pricelist": "55228",
        "snext": "ok",
    }  # fmt: skip


def test_history_and_a_prolongation_for_the_basket(client: Client, line: Line) -> None:
    line.answers(
        "<doc><elem><id>1</id><changedate>2026-01-01</changedate><desc>order</desc></elem></doc>",
        "<doc><billorder>501</billorder><ok/></doc>",
    )
    (row,) = client.services.history(7)
    assert (row.id, row.happened, row.what) == ("1", "2026-01-01", "order")
    assert client.services.put_prolong_in_basket(7) == 501
    assert line.form["clicked_button"] == "basket"
