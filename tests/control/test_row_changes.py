"""The rows before and after each call that writes: exact, without secrets, only where wanted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from emulator.store.engine import Statement
from emulator.store.row_changes import UNRECORDED
from emulator.store.tables import metadata
from emulator.testing import Seller

Rows = dict[tuple[object, ...], tuple[object, ...]]
LITE: dict[str, Any] = {"pricelist": 55227, "period": 1}
TABLES = [table for table in metadata.sorted_tables if table.name not in UNRECORDED]


def read_all(seller: Seller) -> Rows:
    """Every row that is recorded, by its table and key."""
    rows: Rows = {}
    db = seller.worlds.connect("default")
    for table in TABLES:
        keys = [place for place, column in enumerate(table.columns) if column.primary_key]
        for row in db.rows(Statement(select(table))):
            values = tuple(map(repr, row))
            rows[table.name, *(row[place] for place in keys)] = values
    return rows


def latest_changes(seller: Seller) -> list[Any]:
    return list(seller.journal.entries(limit=1)[0]["changes"])


def order_server(seller: Seller) -> int:
    answer = seller.call(
        "vds.order.param", pricelist=6, period=1, domain="a.test", skipbasket="on", sok="ok"
    )  # fmt: skip
    assert answer.error is None, answer.text
    return max(int(row["id"]) for row in seller.call("vds").rows())


def test_the_recorded_rows_are_those_that_differ(seller: Seller) -> None:
    seller.rules(row_changes=True)
    license = seller.order()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("soft.order.param", {**LITE, "ip": "192.0.2.77"}),
        ("soft.order.param", {**LITE, "ip": "192.0.2.78", "skipbasket": "on"}),
        ("soft.edit", {"elid": license, "licname": "other"}),
        ("service.prolong", {"elid": license, "period": 1, "skipbasket": "on"}),
        ("soft.suspend", {"elid": license}),
        ("clientticket.edit", {"client_department": 1, "subject": "Help", "message": "Please."}),
        ("soft.delete", {"elid": license}),
    ]  # fmt: skip
    for func, params in calls:
        before = read_all(seller)
        seller.call(func, **params, sok="ok")
        after = read_all(seller)
        differ = sorted(
            (str(key[0]), key in before, key in after)
            for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)
        )
        recorded = sorted(
            (change["table"], change["before"] is not None, change["after"] is not None)
            for change in latest_changes(seller)
        )
        assert recorded == differ, func


def test_a_bought_license_is_a_new_row_and_less_money(seller: Seller) -> None:
    seller.rules(row_changes=True)
    number = seller.order()
    by_table = {change["table"]: change for change in latest_changes(seller)}
    assert set(by_table) == {"service", "account", "expense", "history"}
    assert by_table["service"]["before"] is None
    assert by_table["service"]["after"]["id"] == str(number)
    account = by_table["account"]
    assert account["before"] == {"id": "1", "balance": "1000.0000"}
    assert account["after"] == {"id": "1", "balance": "995.0000"}


def test_a_refused_call_a_reading_one_and_a_world_without_the_rule_have_no_rows(
    seller: Seller,
) -> None:
    seller.order(ip="192.0.2.1")
    assert latest_changes(seller) == []
    seller.rules(row_changes=True)
    seller.call("soft")
    assert latest_changes(seller) == []
    seller.account("reseller", balance="0.00")
    poor: dict[str, Any] = {"pricelist": 55227, "period": 1, "ip": "192.0.2.9", "skipbasket": "on"}
    assert seller.call("soft.order.param", **poor, sok="ok").error is not None
    assert latest_changes(seller) == []
    seller.account("reseller", balance="100.00")
    seller.order(ip="192.0.2.2")
    assert latest_changes(seller)
    seller.rules(row_changes=False)
    seller.order(ip="192.0.2.3")
    assert latest_changes(seller) == []


def test_no_recorded_row_has_a_secret(seller: Seller) -> None:
    seller.rules(row_changes=True)
    server = order_server(seller)
    password = seller.call("vds.edit", elid=server).field("password")
    assert password
    typed = 'typed-"quoted"-secret'
    new = {"name": "new", "email": "new@example.com", "realname": "New"}
    seller.call("user.edit", **new, passwd=typed, confirm=typed, sok="ok")
    seller.call("auth", username="reseller", password="secret")
    seller.call("service.changepassword", elid=server, passwd=typed, confirm=typed, sok="ok")
    db = seller.worlds.connect("default")
    hidden = [password, typed, json.dumps(typed)[1:-1]]
    for table in TABLES:
        for column in table.columns:
            if column.info.get("hidden"):
                hidden += [str(row[0]) for row in db.rows(Statement(select(column))) if row[0]]
    recorded = json.dumps([entry["changes"] for entry in seller.journal.entries()])
    assert '"login"' in recorded
    assert '"session"' in recorded
    assert [text for text in hidden if text in recorded] == []


@pytest.mark.parametrize("length", [1, 9_999])
def test_recorded_rows_are_bounded(seller: Seller, length: int) -> None:
    seller.rules(row_changes=True)
    seller.call(
        "clientticket.edit", client_department=1, subject="s", message="m" * length, sok="ok"
    )
    changes = latest_changes(seller)
    assert [change["table"] for change in changes] == ["ticket", "ticket_message"]
    assert all(len(text) <= 500 for change in changes for text in change["after"].values())


def test_a_world_of_an_exercise_records_its_rows(seller: Seller) -> None:
    seller.control("POST", "/worlds/trainee-01/exercise", {"exercise": "first-order"})
    assert seller.world("trainee-02").control("GET", "/worlds/trainee-01")["rules"]["row_changes"]
