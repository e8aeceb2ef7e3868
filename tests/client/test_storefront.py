"""The shop of a reseller: prices, sales once, costs as they were charged, margins to the cent."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from reseller_client import NotUnderstood
from reseller_client.cli import resell
from reseller_client.shop.margin import Margin, by_license, by_month, total, write_csv
from reseller_client.shop.prices import Exchange, PriceRule, Rounding
from reseller_client.shop.store import Sale, SaleKind, StorefrontStore
from reseller_client.shop.storefront import Storefront

if TYPE_CHECKING:
    from reseller_client import Client
    from tests.client.conftest import Line

PRICES = (
    "<doc><pricelist><id>55230</id><price currency='EUR'><period type='month' length='1'"
    " cost='12.0000'/></price><addon><id>55236</id><price currency='EUR'><period type='month'"
    " length='1' cost='11.5000'/></price></addon></pricelist></doc>"
)
JANUARY, MARCH = date(2027, 1, 31), date(2027, 3, 1)


def _expense(number: int, day: str, amount: str, service: str, currency: str = "EUR") -> str:
    return (
        f"<elem><id>{number}</id><realdate>{day}</realdate><amount>{amount}</amount>"
        f"<currency>{currency}</currency><locale_name>x</locale_name>"
        f"<main_item>{service}</main_item></elem>"
    )


def _expenses(*rows: str) -> str:
    return f"<doc>{''.join(rows)}<p_elems>{len(rows)}</p_elems></doc>"


@pytest.fixture
def store() -> Iterator[StorefrontStore]:
    with closing(sqlite3.connect(":memory:")) as connection:
        store = StorefrontStore(connection)
        store.prepare()
        yield store


@pytest.fixture
def shop(client: Client, store: StorefrontStore) -> Storefront:
    return Storefront(client, store)


@pytest.mark.parametrize(
    ("rounding", "price", "rounded"),
    [
        ("0.01", "7.005", "7.01"),
        ("0.01", "7.0049", "7.00"),
        ("0.50", "7.24", "7.00"),
        ("0.50", "7.25", "7.50"),
        ("1", "7.50", "8.00"),
        ("0.05", "7.02", "7.00"),
        (".99", "7.00", "7.99"),
        (".99", "7.99", "7.99"),
        (".99", "7.995", "8.99"),
        (".99", "0.10", "0.99"),
        (".00", "7.00", "7.00"),
        (".00", "7.01", "8.00"),
        (".5", "7.20", "7.50"),
        (".99", "0", "0.00"),
        ("0.50", "0.20", "0.00"),
    ],
)
def test_prices_are_rounded_as_the_rule_says(rounding: str, price: str, rounded: str) -> None:
    rule = Rounding.read(rounding)
    assert str(rule.apply(Decimal(price))) == rounded
    assert Rounding.read(rule.written()) == rule


@pytest.mark.parametrize("text", ["", "half", "0", "-1", "0.001", ".999x", "NaN", "Infinity"])
def test_what_is_no_rounding_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="step"):
        Rounding.read(text)


def test_a_price_is_fixed_or_a_markup_on_the_cost() -> None:
    cost = Decimal("12.34")
    assert PriceRule(fixed=Decimal(20)).price(cost) == Decimal("20.00")
    assert PriceRule(markup=Decimal("12.5")).price(cost) == Decimal("13.88")
    assert PriceRule(markup=Decimal(-50)).price(cost) == Decimal("6.17")
    with pytest.raises(ValueError, match="below 0"):
        PriceRule(fixed=Decimal(-1))
    with pytest.raises(ValueError, match="makes the price negative"):
        PriceRule(markup=Decimal(-101))


def test_a_quote_is_the_sellers_price_with_addons_and_our_markup(
    shop: Storefront, line: Line
) -> None:
    shop.set_price(55230, PriceRule(markup=Decimal(10), rounding=Rounding.read(".99")))
    line.answers(PRICES, PRICES)
    assert shop.quote(55230) == Decimal("13.99")  # 13.20
    assert shop.quote(55230, extra={55236: 2}) == Decimal("38.99")  # 38.50


def test_a_tariff_without_a_price_is_sold_at_cost_and_a_fixed_one_asks_nobody(
    shop: Storefront, line: Line
) -> None:
    line.answers(PRICES)
    assert shop.quote(55230) == Decimal("12.00")
    shop.set_price(55230, PriceRule(fixed=Decimal("9.9")))
    assert shop.quote(55230) == Decimal("9.90")
    assert len(line.requests) == 1


def test_what_the_list_does_not_have_has_no_quote(shop: Storefront, line: Line) -> None:
    line.answers("<doc/>", PRICES, PRICES)
    with pytest.raises(NotUnderstood, match="no tariff 1"):
        shop.quote(1)
    with pytest.raises(NotUnderstood, match="12 months"):
        shop.quote(55230, period=12)
    with pytest.raises(NotUnderstood, match="addon 7"):
        shop.quote(55230, extra={7: 1})


def test_a_quote_in_our_own_currency_is_converted_before_it_is_marked_up(
    client: Client, store: StorefrontStore, line: Line
) -> None:
    dollars = Storefront(client, store, exchange=Exchange("USD", {"EUR": Decimal("1.083")}))
    dollars.set_price(55230, PriceRule(markup=Decimal(10)))
    line.answers(PRICES, PRICES)
    assert dollars.list_cost(55230) == Decimal("13.00")  # 12.996
    assert dollars.quote(55230) == Decimal("14.30")


def test_a_sale_is_booked_once_for_its_invoice(shop: Storefront, store: StorefrontStore) -> None:
    ada = shop.customer("ada", JANUARY)
    for _ in range(2):
        shop.sell(ada, 7, 55227, on=JANUARY, price=Decimal("7.99"), reference="R-1")
    assert store.sales() == (
        Sale("R-1", ada.id, 7, 55227, SaleKind.SALE, JANUARY, Decimal("7.99")),
    )
    with pytest.raises(ValueError, match="under R-1"):
        shop.sell(ada, 7, 55227, on=JANUARY, price=Decimal("8.99"), reference="R-1")
    assert len(store.sales()) == 1


def test_a_sale_and_its_renewals_stand_apart_without_invoices(
    shop: Storefront, store: StorefrontStore
) -> None:
    ada = shop.customer("ada", JANUARY)
    shop.sell(ada, 7, 55227, on=JANUARY, price=Decimal(8))
    shop.renew(ada, 7, 55227, on=MARCH, price=Decimal(9))
    assert [(sale.kind.value, sale.price) for sale in store.sales()] == [
        ("sale", Decimal(8)),
        ("renewal", Decimal(9)),
    ]


def test_a_customer_is_known_by_name(shop: Storefront, store: StorefrontStore) -> None:
    assert shop.customer("ada", JANUARY) == shop.customer("ada", MARCH)
    assert shop.customer("bob", MARCH).id != shop.customer("ada", MARCH).id
    assert [customer.joined_on for customer in store.customers()] == [JANUARY, MARCH]


def test_costs_are_the_sellers_expenses_each_once(shop: Storefront, line: Line) -> None:
    first = _expense(1, "2027-01-31", "5.00", "7")
    line.answers(_expenses(first), _expenses(_expense(2, "2027-03-01", "5.00", "7"), first))
    assert (shop.collect_costs(), shop.collect_costs()) == (1, 1)
    assert total(shop.margins()).cost == Decimal("10.00")


def test_margins_are_by_license_and_month(shop: Storefront, line: Line) -> None:
    ada = shop.customer("ada", JANUARY)
    shop.sell(ada, 7, 55227, on=JANUARY, price=Decimal("7.99"))
    shop.sell(ada, 8, 55227, on=JANUARY, price=Decimal("4.00"))
    shop.renew(ada, 7, 55227, on=MARCH, price=Decimal("7.99"))
    line.answers(
        _expenses(
            _expense(4, "2027-03-01", "0.00", "9"),
            _expense(3, "2027-02-28", "5.00", "7"),
            _expense(2, "2027-01-31", "5.00", "8"),
            _expense(1, "2027-01-31", "5.00", "7"),
        )
    )
    shop.collect_costs()
    margins = shop.margins()
    rows = [margin.cells() for margin in margins]
    assert rows == [
        ("2027-01", "7", "7.99", "5.00", "2.99", "37.4"),
        ("2027-01", "8", "4.00", "5.00", "-1.00", "-25.0"),
        ("2027-02", "7", "0.00", "5.00", "-5.00", ""),
        ("2027-03", "7", "7.99", "0.00", "7.99", "100.0"),
    ]
    assert [row.margin for row in by_license(margins)] == [Decimal("5.98"), Decimal("-1.00")]
    assert [row.margin for row in by_month(margins)] == [
        Decimal("1.99"), Decimal("-5.00"), Decimal("7.99")
    ]  # fmt: skip
    assert total(margins) == Margin(None, None, Decimal("19.98"), Decimal("15.00"))
    file = io.StringIO()
    write_csv(by_license(margins), file)
    assert file.getvalue() == (
        "month,licence,sold,cost,margin,percent\n"
        ",7,15.98,10.00,5.98,37.4\n"
        ",8,4.00,5.00,-1.00,-25.0\n"
    )


def test_costs_keep_the_rate_they_were_booked_at(
    client: Client, store: StorefrontStore, line: Line
) -> None:
    early = _expense(1, "2027-01-31", "5.00", "7")
    line.answers(_expenses(early), _expenses(_expense(2, "2027-03-01", "5.00", "7"), early))
    for rate in ("1.111", "1.2"):
        exchange = Exchange("USD", {"EUR": Decimal(rate)})
        Storefront(client, store, exchange=exchange).collect_costs()
    assert [row.cost for row in Storefront(client, store).margins()] == [
        Decimal("5.56"), Decimal("6.00")
    ]  # fmt: skip


def test_a_charge_in_a_currency_without_a_rate_keeps_the_books_as_they_were(
    client: Client, store: StorefrontStore, line: Line
) -> None:
    line.answers(
        _expenses(
            _expense(2, "2027-03-01", "5.00", "7", "RUB"), _expense(1, "2027-01-31", "5.00", "7")
        )
    )
    shop = Storefront(client, store, exchange=Exchange("EUR"))
    with pytest.raises(ValueError, match="RUB: no rate to EUR"):
        shop.collect_costs()
    assert store.costs() == ()


def test_a_charge_without_a_sum_is_not_taken_for_nothing(shop: Storefront, line: Line) -> None:
    line.answers(_expenses(_expense(1, "2027-01-31", "", "7")))
    with pytest.raises(NotUnderstood, match="expense 1"):
        shop.collect_costs()


def test_nothing_sold_and_nothing_charged_is_no_margin(shop: Storefront) -> None:
    assert shop.margins() == ()
    assert total(()).margin == 0


@pytest.fixture
def run(client: Client, tmp_path: Path) -> Callable[..., Result]:
    login = {"MOCKSELLER_LOGIN": "reseller", "MOCKSELLER_PASSWORD": "secret"}
    runner = CliRunner(env={**login, "MOCKSELLER_BOOKS": str(tmp_path / "books")})
    return lambda *words: runner.invoke(resell, list(words), obj=client)


LICENSE = "<doc><elid>7</elid><status>2</status><pricelist>55230</pricelist></doc>"


def test_the_shop_is_kept_and_its_margin_shown_on_the_command_line(
    run: Callable[..., Result], line: Line, tmp_path: Path
) -> None:
    line.answers(PRICES)
    priced = run("shop", "price", "55230", "--markup", "25", "--round", "0.50")
    assert priced.output == "55230\t15.00\n"
    line.answers(LICENSE, PRICES)
    assert run("shop", "sell", "ada", "7", "--on", "2027-01-31").output.endswith("\t15.00\n")
    line.answers(LICENSE)
    run("shop", "sell", "ada", "7", "--on", "2027-03-01", "--renewal", "--price", "16.10")
    assert run("shop", "sales").output.splitlines() == [
        "2027-01-31\tada\t7\t55230\tsale\t15.00",
        "2027-03-01\tada\t7\t55230\trenewal\t16.10",
    ]
    line.answers(_expenses(_expense(1, "2027-01-31", "12.00", "7")))
    shown = run("margin")
    assert shown.exit_code == 0, shown.output
    words = [text.split() for text in shown.output.splitlines()]
    assert ["2027-01", "7", "15.00", "12.00", "3.00", "20.0"] in words
    assert ["all", "31.10", "12.00", "19.10", "61.4"] in words
    file = tmp_path / "margin.csv"
    run("margin", "--offline", "--by", "licence", "--csv", str(file))
    assert file.read_text() == (
        "month,licence,sold,cost,margin,percent\n,7,31.10,12.00,19.10,61.4\n"
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("shop", "price", "1"), "either --fixed or --markup"),
        (("shop", "price", "1", "--fixed", "1", "--markup", "1"), "either --fixed or --markup"),
        (("shop", "price", "1", "--fixed", "dear"), "not a number"),
        (("shop", "price", "1", "--fixed", "-1"), "below 0"),
        (("shop", "price", "1", "--fixed", "1", "--round", "x"), "neither a step"),
        (("shop", "sell", "ada", "7"), "--on"),
        (("margin", "--offline", "--csv", "/proc/none/rows"), "No such file or directory"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    run: Callable[..., Result], words: tuple[str, ...], says: str
) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert says in result.output
    assert "Traceback" not in result.output
