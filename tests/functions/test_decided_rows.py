"""Rows of services as clients read them, over every list and form that the registry has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from emulator.api.registry import Function, Kind
from emulator.domain import world as worlds
from emulator.domain.services import services
from tests.functions.seller import Seller
from tests.handlers import REGISTRY

ACCOUNT = "Example Reseller (reseller@example.com)"
WORDS = {
    "1": "Month",
    "3": "3 months",
    "6": "6 months",
    "12": "Year",
    "24": "2 years",
    "36": "3 years",
    "null": "Disabled",
}
TERMS = {"-100": "Trial", "0": "Lifetime"}


def rows_of(function: Function) -> set[str]:
    return set(function.returns.wire_fields) if function.returns is not None else set()


LISTS = [f for f in REGISTRY if f.kind is Kind.LISTING and "item_cost" in rows_of(f)]
"""Every list of services, under all its names."""
TYPES = {f.name for f in LISTS if f"{f.name}.edit" in {g.name for g in REGISTRY}}
"""Those that have a form."""
NAMED = [f for f in REGISTRY if f.kind is Kind.LISTING and {"account", "account_name"} & rows_of(f)]
"""Every list that names the account."""


def json_rows(shop: Seller, func: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shop.json(func)["elem"]
    return rows


def numbers(shop: Seller) -> dict[str, str]:
    """The type of every service, by its number."""
    return {row["id"]: row["itemtype"] for row in shop.rows("service")}


def set_period(shop: Seller, number: str, period: int, renewal: int | None = None) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        opened = shop.worlds.shop(db, worlds.read(db))
        service = services.require(services.find(opened, int(number)), int(number))
        services.save(opened, replace(service, period=period, autoprolong=renewal))


def sold_periods(shop: Seller, number: str) -> list[str]:
    """The periods by which a service can be prolonged; empty where it cannot."""
    doc = shop.json("service.prolong", elid=number)
    return [val["$key"] for val in doc["slist"][0]["val"]] if "slist" in doc else []


def each_period(shop: Seller) -> Iterator[tuple[str, str, str]]:
    """Number, type and period of every service, in every period its tariff sells."""
    for number, itemtype in numbers(shop).items():
        for period in sold_periods(shop, number):
            set_period(shop, number, int(period))
            yield number, itemtype, period


def renewal(shop: Seller, number: str) -> Decimal:
    """What a renewal by the period of the service costs."""
    return Decimal(shop.doc("service.prolong", elid=number).findtext("amount") or "")


def test_101_cost_is_a_month_and_item_cost_what_the_whole_period_is_renewed_for(
    shop: Seller,
) -> None:
    checked = set()
    for number, itemtype, period in each_period(shop):
        (row,) = (row for row in shop.rows(itemtype) if row["id"] == number)
        form = shop.doc(f"{itemtype}.edit", elid=number)
        charge = renewal(shop, number)
        monthly = (charge / max(int(period), 1)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if period == "-50":
            set_period(shop, number, 1)
            monthly = renewal(shop, number)
        expected = (f"{monthly} EUR / {TERMS.get(period, 'Month')}", f"{charge:.4f}")
        assert (row["cost"], row["item_cost"]) == expected, (number, period)
        assert (form.findtext("cost"), form.findtext("item_cost")) == expected, (number, period)
        checked.add((itemtype, period))
    assert {itemtype for itemtype, _ in checked} == TYPES
    assert {"3", "12"} <= {period for _, period in checked}


def test_101_every_list_shows_the_same_price_of_a_service(shop: Seller) -> None:
    for number in numbers(shop):
        if "12" in sold_periods(shop, number):
            set_period(shop, number, 12)
    prices = {row["id"]: (row["cost"], row["item_cost"]) for row in shop.rows("service")}
    assert any(Decimal(item) != Decimal(cost.split()[0]) for cost, item in prices.values())
    for function in LISTS:
        for out in ("json", "bjson", "csv"):
            rows = (
                [{n: v.get("$", "") for n, v in r.items()} for r in json_rows(shop, function.name)]
                if out == "json"
                else shop.flat(function.name)["elem"]
                if out == "bjson"
                else shop.csv(function.name)
            )
            assert rows, function.name
            for row in rows:
                assert (row["cost"], row["item_cost"]) == prices[row["id"]], (function.name, out)


def test_102_autoprolong_is_a_word_in_every_list_and_the_number_in_every_form(shop: Seller) -> None:
    for number in numbers(shop):
        months = [int(period) for period in sold_periods(shop, number) if int(period) > 0]
        if months:
            set_period(shop, number, months[0], months[-1])
    shown = set()
    for function in LISTS:
        for row, flat in zip(
            json_rows(shop, function.name), shop.flat(function.name)["elem"], strict=True
        ):
            label = row["autoprolong"]
            assert label["$"] == WORDS[label["$orig"]], function.name
            assert (flat["autoprolong"], flat["autoprolong_orig"]) == (label["$"], label["$orig"])
            shown.add(label["$orig"])
            if function.name in TYPES:
                form = shop.doc(f"{function.name}.edit", elid=row["id"]["$"])
                assert form.findtext("autoprolong") == label["$orig"]
    assert {"1", "12", "null"} <= shown


def test_103_an_employees_suspension_has_one_name_in_every_list(shop: Seller) -> None:
    every = numbers(shop)
    with shop.worlds.locked("default") as db, db.writing():
        opened = shop.worlds.shop(db, worlds.read(db))
        for number in every:
            service = services.require(services.find(opened, int(number)), int(number))
            services.save(opened, replace(service, status=3, substate="3_employeesuspend"))
    for function in LISTS:
        for row in shop.rows(function.name):
            assert row["item_status"] == row["status_msg"] == "Suspended by Administrator"


def test_104_a_domain_names_its_name_servers(shop: Seller) -> None:
    assert [row["nslist"] for row in shop.rows("domain")] == [""]
    servers = {"ns0": "ns1.example.com", "ns2": "ns2.example.com"}
    shop.doc("domain.edit", elid="100018", **servers, sok="ok")
    assert [row["nslist"] for row in shop.rows("domain")] == ["ns1.example.com ns2.example.com"]


@pytest.mark.parametrize("function", NAMED, ids=lambda f: f.name)
def test_105_the_account_is_named_with_its_address(shop: Seller, function: Function) -> None:
    shop.doc("payment.add.pay", paymethod="1", payment_currency="EUR", amount="5.00", sok="ok")
    rows = shop.rows(function.name)
    for row in rows:
        assert {row.get("account", ACCOUNT), row.get("account_name", ACCOUNT)} == {ACCOUNT}
    if "item_cost" in rows_of(function):
        assert rows


def test_122_the_history_of_every_type_says_when_what_who_and_from_where(shop: Seller) -> None:
    seen = set()
    for number, itemtype in numbers(shop).items():
        shop.doc(
            "service.changepassword", elid=number, passwd="one-two", confirm="one-two", sok="ok"
        )
        newest, *_, oldest = shop.rows("service.history", elid=number)
        assert (newest["desc"], newest["user"], newest["ip"]) == (
            "Password changed", "reseller", "127.0.0.1",
        )  # fmt: skip
        assert newest["changedate"].startswith("2026-03-15 12:00")
        assert (oldest["user"], oldest["ip"]) == ("system", "")
        assert oldest["desc"].startswith("Opened: ")
        seen.add(itemtype)
    assert seen == TYPES
