"""Made-up requests of the control API, as its document describes them, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emulator.testing import Seller
from tests.control.test_control_document import prepare

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
CASES = 3
"""For each path; a run of all cases makes ten times as many."""


def near(wsgi: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The seller as programs on its own computer meet it: no token is needed."""

    def answer(environ: dict[str, Any], start_response: object) -> Iterable[bytes]:
        return wsgi({**environ, "REMOTE_ADDR": "127.0.0.1"}, start_response)

    return answer


def test_no_answer_to_a_made_up_request_differs_from_the_document(
    seller: Seller, *, full_run: bool
) -> None:
    prepare(seller)
    schema = schemathesis.openapi.from_wsgi("/_mockseller/control.json", near(seller.wsgi))
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert len(operations) > 30
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=CASES * (10 if full_run else 1),
            deadline=None,
            database=None,
            # A short run asks the same every time, so that it fails for whoever broke something.
            derandomize=not full_run,
            suppress_health_check=list(HealthCheck),
        )
        def holds(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        holds()
