"""A run of generated requests for every function, in process."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from contracts.checks.fuzz.operations import Generated, generate_requests, read_operations
from contracts.checks.fuzz.target import FuzzTarget
from contracts.suite.fixtures import DECLARED

OPERATIONS = read_operations(DECLARED.document)
EXAMPLES = 12
"""For each function; in CI the same ones every time."""


@pytest.mark.parametrize("func", sorted(DECLARED.functions))
def test_whatever_is_sent_is_answered_as_declared(target: FuzzTarget, func: str) -> None:
    """Good requests and bad ones: every rule holds of every answer."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="CI" in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=generate_requests(OPERATIONS[func], DECLARED.functions[func], target.numbers))
    def run(request: Generated) -> None:
        if violations := target.judge_request(func, request):
            lines = [f"{violation.rule}: {violation.message}" for violation in violations]
            pytest.fail("\n".join([*lines, target.format_curl(target.sent[0])]), pytrace=False)

    target.renew()
    run()
