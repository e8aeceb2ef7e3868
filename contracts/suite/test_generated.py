"""One run of made-up requests for every function, in process."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from contracts.generated import Generated, declarations, faults, operations, requests
from contracts.target import Seller

DECLARED = declarations()
OPERATIONS = operations()
EXAMPLES = 24
"""For each function; in CI the same ones every time."""


@pytest.mark.parametrize("func", sorted(DECLARED))
def test_whatever_is_sent_is_answered_as_declared(judged_in_process: Seller, func: str) -> None:
    """Good requests and bad ones: always a document, never a fault of ours."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize="CI" in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(OPERATIONS[func], DECLARED[func]["example"]))
    def run(request: Generated) -> None:
        if told := faults(DECLARED[func], request, place):
            pytest.fail("\n".join([f"{func} {request}", *told]), pytrace=False)

    with judged_in_process.world("small") as place:
        run()
