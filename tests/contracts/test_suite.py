"""The judge's own suite, as a part of ours.

The seller in this process is left to `make verify`, which `make test` runs as well: twice the same
takes minutes. Over HTTP it is asked here alone, in a short run once for each way an answer is
written and a caller proves who it is: what else an exchange says does not depend on the transport.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import pytest

from contracts.checks.client.exchanges import FORMATS, Out, judge_client
from contracts.record.exchange import Exchange
from contracts.suite import test_exchanges, test_generated
from contracts.suite.fixtures import DECLARED
from contracts.verdicts import Outcome
from tests.handlers import handlers_of
from tests.tiers import Tally


def transport_of(exchange: Exchange, out: str) -> Hashable:
    """Return what of an exchange and a format makes a difference on the way to the seller."""
    request = exchange.request
    return out, exchange.expected.kind, request.login.style, request.method, request.body


HANDLERS = sorted({str(handlers_of(func)) for func in DECLARED.functions})
"""Every tuple of handlers that some function has."""
GROUPS = 25


def group_of(func: str) -> int:
    """Return the number of the group of handlers that a function belongs to.

    Generated requests differ in every run, so a short run tries one function of each group.
    """
    return HANDLERS.index(str(handlers_of(func))) % GROUPS


def in_tiers(test: Callable[..., None], *marks: pytest.MarkDecorator) -> Callable[..., None]:
    """Mark a test of the suite, which itself knows of no tiers."""
    for mark in marks:
        test = mark(test)
    return test


test_the_seller_over_http_answers_as_on_record = in_tiers(
    test_exchanges.test_the_seller_over_http_answers_as_on_record,
    pytest.mark.one_per.with_args(transport_of),
    pytest.mark.counts("exchanges, over HTTP", "exchange"),
    pytest.mark.counts("formats, over HTTP", "out"),
    pytest.mark.counts("exchange x format, over HTTP", "exchange", "out"),
)
test_whatever_is_sent_is_answered_as_declared = in_tiers(
    test_generated.test_whatever_is_sent_is_answered_as_declared,
    pytest.mark.one_per.with_args(group_of),
    pytest.mark.counts("functions, made-up requests", "func"),
)


@pytest.mark.parametrize("out", FORMATS)
def test_the_client_asks_and_reads_as_on_record(out: Out, tally: Tally) -> None:
    """One loop: a case for each exchange, as in the suite, takes longer to set up than to judge."""
    records = test_exchanges.RECORDS
    verdicts = [judge_client(e, out, records) for e in records.values() if out in e.formats]
    tally(
        "exchange x format, read by the client",
        [f"{verdict.name} {out}" for verdict in verdicts],
        len(test_exchanges.CLIENT_CASES),
    )
    wrong = [str(verdict) for verdict in verdicts if verdict.outcome is not Outcome.PASS]
    assert wrong == []
