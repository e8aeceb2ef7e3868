"""The judge's own suite, as a part of ours.

The seller in this process is left to `make verify`, which `make test` runs as well: twice the same
takes minutes. Over HTTP it is asked here alone.
"""

from __future__ import annotations

from contracts.suite.test_exchanges import (
    test_the_client_asks_and_reads_as_on_record,
    test_the_seller_over_http_answers_as_on_record,
)
from contracts.suite.test_generated import test_whatever_is_sent_is_answered_as_declared

__all__ = [
    "test_the_client_asks_and_reads_as_on_record",
    "test_the_seller_over_http_answers_as_on_record",
    "test_whatever_is_sent_is_answered_as_declared",
]
