"""The judge's own suite, as a part of ours.

The seller in this process is left to `make verify`, which `make test` runs as well: twice the same
takes minutes. Over HTTP it is asked here alone, in a short run once for each way an answer is
written and a caller proves who it is: what else an exchange says does not depend on the transport.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import pytest

from contracts.record.exchange import Exchange
from contracts.suite import test_exchanges, test_generated
from tests.handlers import handlers_of


def transport_of(exchange: Exchange, out: str) -> Hashable:
    """Return what of an exchange and a format makes a difference on the way to the seller."""
    request = exchange.request
    return out, exchange.expected.kind, request.login.style, request.method, request.body


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
test_the_client_asks_and_reads_as_on_record = in_tiers(
    test_exchanges.test_the_client_asks_and_reads_as_on_record,
    pytest.mark.counts("exchange x format, read by the client", "exchange", "out"),
)
test_whatever_is_sent_is_answered_as_declared = in_tiers(
    test_generated.test_whatever_is_sent_is_answered_as_declared,
    pytest.mark.one_per.with_args(handlers_of),
    pytest.mark.counts("functions, made-up requests", "func"),
)
