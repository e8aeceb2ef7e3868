"""A client that asks or reads otherwise than on record is told so, by the place."""

from __future__ import annotations

from dataclasses import replace

from contracts.checks.client.exchanges import judge_client
from contracts.record.document import Node
from contracts.record.exchange import Exchange, Reading, read_all
from contracts.verdicts import Outcome
from reseller_client import Client

RECORDS = {exchange.name: exchange for exchange in read_all()}


def _failure(exchange: Exchange) -> str:
    verdict = judge_client(exchange, "xml", RECORDS)
    assert verdict.outcome is Outcome.FAIL
    return str(verdict)


def _reading(name: str) -> tuple[Exchange, Reading]:
    exchange = RECORDS[name]
    assert exchange.reading is not None
    return exchange, exchange.reading


def test_a_parameter_that_is_not_sent_is_told() -> None:
    exchange = RECORDS["soft.edit/rename"]
    params = {**exchange.request.params, "comment": "x"}
    other = replace(exchange, request=replace(exchange.request, params=params))
    assert "request.comment: expected x, not sent" in _failure(other)


def test_a_parameter_that_is_not_on_record_is_told() -> None:
    exchange = RECORDS["soft.edit/rename"]
    params = {n: v for n, v in exchange.request.params.items() if n != "licname"}
    other = replace(exchange, request=replace(exchange.request, params=params))
    assert "request.licname: the recorded request has no such parameter" in _failure(other)


def test_another_value_is_told() -> None:
    exchange, reading = _reading("soft.edit/rename")
    arguments = {**reading.arguments, "id": "100002"}
    other = replace(exchange, reading=replace(reading, arguments=arguments))
    message = 'request.elid: expected <service:soft>, which is 100001, found "100002"'
    assert message in _failure(other)


def test_another_function_is_told() -> None:
    exchange, reading = _reading("soft.suspend/active")
    other = replace(exchange, reading=replace(reading, call="licenses.resume"))
    assert "request: soft.suspend was not called" in _failure(other)


def test_a_reading_that_differs_is_told() -> None:
    exchange, reading = _reading("soft.edit/read")
    other = replace(exchange, reading=replace(reading, reads={"licname": "web-2", "colour": "red"}))
    failure = _failure(other)
    assert 'reads.licname: expected "web-2", found "web-1"' in failure
    assert "reads.colour: the client has no such field" in failure


def test_a_refusal_taken_for_an_answer_is_told() -> None:
    exchange, reading = _reading("soft.edit/read")
    other = replace(exchange, reading=replace(reading, reads=None, raises="Missed"))
    assert "expected Missed, read License(" in _failure(other)


def test_another_kind_of_refusal_is_told() -> None:
    exchange, reading = _reading("soft.edit/unknown-id")
    other = replace(exchange, reading=replace(reading, raises="NotEnoughMoney"))
    assert "expected NotEnoughMoney, raised Missed" in _failure(other)


def test_an_answer_that_the_client_refuses_is_told() -> None:
    exchange = RECORDS["soft.edit/read"]
    refusal = Node("doc", children=(Node("error", attrs={"type": "access"}),))
    other = replace(exchange, expected=replace(exchange.expected, doc=refusal, kind="error"))
    assert "expected it to be read, raised AccessDenied" in _failure(other)


def test_a_call_that_does_not_exist_is_told() -> None:
    exchange, reading = _reading("soft.edit/read")
    other = replace(exchange, reading=replace(reading, call="licenses.paint"))
    assert "client.call: the client has no licenses.paint" in _failure(other)


def test_an_argument_that_does_not_exist_is_named() -> None:
    exchange, reading = _reading("soft.edit/read")
    other = replace(exchange, reading=replace(reading, arguments={"id": "1", "colour": "red"}))
    assert "client.with: licenses.get takes no colour" in _failure(other)


def test_every_area_of_the_client_is_held_against_an_exchange() -> None:
    used = {each.reading.call.partition(".")[0] for each in RECORDS.values() if each.reading}
    with Client("http://seller.example/billmgr", login="a", password="b") as client:
        areas = {name for name, value in vars(client).items() if hasattr(value, "_caller")}
    # `account.notifications` reads what `notifications` has; profiles are held in tests/client.
    assert areas - used == {"notifications", "profiles"}
