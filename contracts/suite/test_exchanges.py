"""Every exchange on record, held against both sides."""

from __future__ import annotations

import pytest

from contracts.checks.client.exchanges import FORMATS, Out, judge_client
from contracts.record.exchange import Exchange, read_all
from contracts.target.replay import replay
from contracts.target.seller import Seller
from contracts.verdicts import Outcome, Verdict

RECORDS = {exchange.name: exchange for exchange in read_all()}
SELLER_CASES = [
    pytest.param(exchange, out, id=f"{name}-{out}")
    for name, exchange in RECORDS.items()
    for out in exchange.formats
]
CLIENT_CASES = [
    pytest.param(exchange, out, id=f"{name}-{out}")
    for name, exchange in RECORDS.items()
    for out in FORMATS
    if out in exchange.formats
]


@pytest.mark.parametrize(("exchange", "out"), SELLER_CASES)
def test_the_seller_in_process_answers_as_on_record(
    judged_in_process: Seller, exchange: Exchange, out: str
) -> None:
    """In a fresh world, in every format on record."""
    _assert_passed(replay(exchange, out, judged_in_process))


@pytest.mark.parametrize(("exchange", "out"), SELLER_CASES)
def test_the_seller_over_http_answers_as_on_record(
    judged_over_http: Seller, exchange: Exchange, out: str
) -> None:
    """The same under gunicorn, whichever worker answers."""
    _assert_passed(replay(exchange, out, judged_over_http))


@pytest.mark.parametrize(("exchange", "out"), CLIENT_CASES)
def test_the_client_asks_and_reads_as_on_record(exchange: Exchange, out: Out) -> None:
    """What the client sends is on record, and it reads what is on record."""
    _assert_passed(judge_client(exchange, out, RECORDS))


def _assert_passed(verdict: Verdict) -> None:
    if verdict.outcome is not Outcome.PASS:
        pytest.fail(str(verdict), pytrace=False)
