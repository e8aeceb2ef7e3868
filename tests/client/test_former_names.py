"""Former names of the client are still accepted, and named in a warning."""

from __future__ import annotations

import httpx
import pytest

from reseller_client import Client, RetryPolicy
from reseller_client.connection_check import Check, Grade, Report
from reseller_client.resellers.billmanager.books import Books


def test_a_retry_policy_may_have_its_former_name() -> None:
    policy = RetryPolicy(wait=lambda _: None)
    with pytest.warns(DeprecationWarning, match="retry_policy"):
        client = Client(
            "http://127.0.0.1/billmgr",
            patience=policy,
            transport=httpx.MockTransport(lambda _: httpx.Response(200)),
        )
    assert client.retry_policy is policy


def test_the_lines_of_a_report_may_have_their_former_name() -> None:
    report = Report((Check("login", Grade.PASS, "accepted."),))
    with pytest.warns(DeprecationWarning, match="lines"):
        lines = report.told()
    assert list(lines) == list(report.lines())


def test_expected_costs_may_have_their_former_name() -> None:
    with pytest.warns(DeprecationWarning, match="expected_costs"):
        assert Books.__getattr__(Books.__new__(Books), "believed").__name__ == "expected_costs"
