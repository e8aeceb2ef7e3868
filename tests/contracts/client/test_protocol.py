"""The protocol's two documents: what is asked, and how an answer is read."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from contracts.checks.client.protocol import (
    Action,
    BadReport,
    ClientReport,
    ClientStep,
    SellerAccess,
    StepResult,
    read_report,
)

SELLER = SellerAccess(
    "http://127.0.0.1:1/w/x/billmgr", "reseller", "secret", "2027-01-31T12:00:00Z"
)


def test_a_step_is_one_line_with_everything_a_client_needs() -> None:
    fields: dict[str, str | int | bool] = {"reference": "7", "tariff": 55227}
    step = ClientStep(Action.ORDER, "Order it.", "lesson", 1, "licences", SELLER, fields=fields)
    assert "\n" not in step.to_json()
    assert json.loads(step.to_json()) == {
        "mockseller": 1,
        "lesson": "lesson",
        "step": 1,
        "do": "order",
        "say": "Order it.",
        "trade": "licences",
        "seller": {"url": SELLER.url, "login": "reseller", "password": "secret"},
        "now": "2027-01-31T12:00:00Z",
        "session": False,
        "reference": "7",
        "tariff": 55227,
    }


def test_what_a_client_wrote_before_its_answer_is_passed_over() -> None:
    assert read_report('Connecting...\n{"result": "ok"}\n\n') == ClientReport(StepResult.OK)


def test_an_answer_is_read_as_it_is_written() -> None:
    report = ClientReport(
        StepResult.OK, 7, "7-A", "192.0.2.1", 2, date(2027, 2, 28), Decimal("1.50"), (7, 8), "why",
        answers=("Look again.", ""),
    )  # fmt: skip
    assert read_report(report.to_json()) == report


def test_numbers_may_be_texts() -> None:
    assert read_report('{"result": "ok", "id": "7", "ids": ["8"]}').id == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "got nothing"),
        ("all fine", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"result": "great"}', "result: 'great'"),
        ('{"result": "ok", "id": 1.5}', "id: 1.5"),
        ('{"result": "ok", "id": true}', "id: True"),
        ('{"result": "ok", "ids": 7}', "ids: 7"),
        ('{"result": "ok", "ids": [null]}', "ids: None"),
        ('{"result": "ok", "answers": "Hello"}', "answers: 'Hello'"),
        ('{"result": "ok", "answers": [7]}', "answers: 7"),
        ('{"result": "ok", "key": 7}', "key: 7"),
        ('{"result": "ok", "ends_on": "tomorrow"}', "ends_on: 'tomorrow'"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_answer_is_reported_in_one_line(text: str, message: str) -> None:
    with pytest.raises(BadReport, match=r"^[^\n]+\Z") as problem:
        read_report(text)
    assert message in str(problem.value)


@pytest.mark.parametrize("text", ["much", "1\u00a0234,56", "12,34", "12.34 EUR"])
def test_a_balance_that_is_not_an_amount_equals_no_amount(text: str) -> None:
    balance = read_report(json.dumps({"result": "ok", "balance": text})).balance
    assert balance is not None
    assert balance.is_nan()


def test_a_password_is_not_in_what_is_shown_of_a_step() -> None:
    step = ClientStep(Action.LIST, "List.", "lesson", 1, "licences", SELLER)
    assert "secret" not in repr(step)
