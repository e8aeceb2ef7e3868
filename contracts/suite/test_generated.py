"""One run of made-up requests for every function, in process."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from contracts.checks.fuzz.operations import Generated, operations, requests
from contracts.checks.fuzz.target import Bench
from contracts.suite.fixtures import DECLARED

OPERATIONS = operations(DECLARED.document)
EXAMPLES = 12
"""For each function; in CI the same ones every time."""


@pytest.mark.parametrize("func", sorted(DECLARED.functions))
def test_whatever_is_sent_is_answered_as_declared(bench: Bench, func: str) -> None:
    """Good requests and bad ones: every rule holds of every answer."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="CI" in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(OPERATIONS[func], DECLARED.functions[func], bench.numbers))
    def run(request: Generated) -> None:
        if found := bench.judged(func, request):
            told = [f"{breach.rule}: {breach.told}" for breach in found]
            pytest.fail("\n".join([*told, bench.again(bench.sent[0])]), pytrace=False)

    bench.renew()
    run()
