"""What lists and forms show is declared: every column, what it means, and whether it is money.

Over the registry: a new function is held by being declared. Only the world ``small`` is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from emulator.api.fields import Amount, FineAmount, PeriodPrice, Sum, WireField
from emulator.api.registry import Function, Kind
from tests.functions.deciding import rule
from tests.functions.seller import Seller
from tests.handlers import REGISTRY

BARE = re.compile(r"-?[0-9]+\.[0-9]{2}\Z")
FOUR_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{4}\Z")
WITH_CURRENCY = re.compile(r"-?[0-9]+\.[0-9]{2} [A-Z]{3}\Z")
OF_A_PERIOD = re.compile(r"-?[0-9]+\.[0-9]{2} [A-Z]{3} / \S.*\Z")
SHAPES: dict[type[WireField], re.Pattern[str]] = {
    Amount: BARE,
    FineAmount: FOUR_DECIMALS,
    Sum: WITH_CURRENCY,
    PeriodPrice: OF_A_PERIOD,
}
"""How money of each declaration is written."""
ADDONS = "addon_"
FREE_TEXTS = {("methodlist", "desc")}
"""Columns of tables with a text for people, some of which are a sum."""


def documents(shop: Seller) -> Iterator[tuple[Function, dict[str, Any]]]:
    """Every row of every list, and every form, as json, with a payment and an unpaid order."""
    _fill(shop)
    for function in REGISTRY:
        if function.returns is not None and function.kind is not Kind.ACTION:
            doc = _document(shop, function)
            shown = doc.get("elem", []) if function.kind is Kind.LISTING else [doc]
            yield from ((function, each) for each in shown)


def table_rows(shop: Seller) -> Iterator[tuple[Function, str, dict[str, Any]]]:
    """Every row of every table inside a form, with the table's name; an empty one of none."""
    _fill(shop)
    shown = [(f, _document(shop, f)) for f in REGISTRY if f.kind in (Kind.FORM, Kind.DOCUMENT)]
    ticket = REGISTRY["clientticket.edit"]
    opened = shop.json(ticket.name, subject="Question", message="Text", sok="ok")["id"]["$"]
    rule(shop, generation=5)
    shown.append((ticket, shop.json(ticket.name, elid=opened)))
    for function, doc in shown:
        for table in doc.get("list", ()):
            yield from ((function, table["$name"], row) for row in table.get("elem", [{}]))


def _fill(shop: Seller) -> None:
    shop.doc("payment.add.pay", paymethod="1", payment_currency="EUR", amount="5.00", sok="ok")
    shop.doc("vds.order.param", pricelist="6", period="1", sok="ok")


def _document(shop: Seller, function: Function) -> dict[str, Any]:
    example = {name: text for name, text in function.example.items() if name != "sok"}
    if function.name.startswith("payment.add") and "billorder" in function.takes.wire_fields:
        example.pop("payment_id", None)
        example["billorder"] = shop.json("basket")["billorder"]["$"]
    if function.name == "cartorder.create.confirm":
        example["elid"] = shop.json("basket")["list"][0]["elem"][0]["id"]["$"]
    doc: dict[str, Any] = shop.json(function.name, **example)
    return doc


def text_of(value: Any) -> str:
    return str(value.get("$", "")) if isinstance(value, dict) else ""


def test_every_amount_is_declared_with_its_currency_or_without(shop: Seller) -> None:
    wrong, checked = set(), set()
    for function, shown in documents(shop):
        assert function.returns is not None
        for name, field in function.returns.wire_fields.items():
            text = text_of(shown.get(name))
            looks = next((kind for kind, shape in SHAPES.items() if shape.match(text)), None)
            declared = type(field) if type(field) in SHAPES else None
            if text and looks is not declared:
                wrong.add((function.name, name, text))
            if looks is not None:
                checked.add((function.name, name))
    assert wrong == set()
    assert len(checked) > 80


def test_every_column_that_a_list_shows_is_declared_and_described(shop: Seller) -> None:
    wrong = set()
    for function, shown in documents(shop):
        assert function.returns is not None
        declared = function.returns.wire_fields
        if function.kind is Kind.LISTING:
            wrong |= {
                (function.name, name)
                for name in shown
                if name not in declared and not name.startswith(ADDONS)
            }
    assert wrong == set()
    for function in REGISTRY:
        fields = function.returns.wire_fields if function.returns is not None else {}
        assert [name for name, field in fields.items() if not field.about] == [], function.name


def test_every_table_of_a_form_is_declared_and_shows_its_amounts_as_declared(
    shop: Seller,
) -> None:
    wrong, tables, amounts = set(), set(), set()
    for function, table, row in table_rows(shop):
        declared = function.tables[table].wire_fields if table in function.tables else {}
        tables.add((function.name, table))
        wrong |= {(function.name, table, name) for name in row if name not in declared}
        assert [name for name in declared if name in row] == list(row), (function.name, table)
        for name, text in ((name, text_of(value)) for name, value in row.items()):
            looks = next((kind for kind, shape in SHAPES.items() if shape.match(text)), None)
            if looks is None or (table, name) in FREE_TEXTS:
                continue
            amounts.add(f"{table}.{name}")
            if name in declared and type(declared[name]) is not looks:
                wrong.add((function.name, table, name))
    assert wrong == set()
    assert tables == {(f.name, table) for f in REGISTRY for table in f.tables}
    assert {"itemlist.cost", "methodlist.payment_minamount", "openlist.amount_iso"} <= amounts


def test_every_column_of_a_table_is_described() -> None:
    for function in REGISTRY:
        for table, row in function.tables.items():
            undescribed = [name for name, field in row.wire_fields.items() if not field.about]
            assert undescribed == [], (function.name, table)


def test_the_ids_of_every_list_are_numbers(shop: Seller) -> None:
    """Ids that are words are met by clients as numbers that they cannot read."""
    seen = set()
    for function, shown in documents(shop):
        if function.kind is Kind.LISTING and "id" in shown:
            assert text_of(shown["id"]).isdigit(), (function.name, shown["id"])
            seen.add(function.name)
    assert {"currency", "project", "profile", "payment", "vds"} <= seen
