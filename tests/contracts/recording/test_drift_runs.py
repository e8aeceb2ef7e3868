"""Whole runs: of a recording, of a live seller, of a foreign one; their verdicts and exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts.clock import now
from contracts.record.exchange import read_all
from contracts.recording.captured_answers import capture_live
from contracts.recording.drift import judge_recording, judge_seller
from contracts.recording.options import DriftOptions, Severity
from contracts.recording.session import read
from contracts.target.seller import connect_wsgi
from contracts.target.spending import changes
from contracts.verdicts import Outcome, exit_code
from emulator.testing import Seller
from tests.contracts.recording.conftest import RecordedLife, Studio
from tests.contracts.recording.sellers import ChangedSeller, ThirdPartySeller, sub


@pytest.fixture(scope="module")
def second() -> Iterator[Any]:
    change = sub("<(/?)lickey>", r"<\1licencekey>")
    with Seller() as honest, connect_wsgi(ChangedSeller(honest.wsgi, change)) as seller:
        yield seller


def test_a_run_on_a_second_seller_fails_and_says_where(second: Any) -> None:  # noqa: ANN401
    run = judge_seller(second, DriftOptions(only="soft.edit"))
    assert exit_code(run.verdicts) == 1
    failed = [verdict for verdict in run.verdicts if verdict.outcome is Outcome.FAIL]
    assert [(verdict.name, verdict.out, verdict.evidence) for verdict in failed] == [
        ("soft.edit", "xml", "observed")
    ]
    assert (
        failed[0].messages[0].startswith("breaking: /doc/lickey: is missing (observed: soft.edit/")
    )
    assert "licencekey" in failed[0].proof[0].answer
    details = run.details["differences"]
    assert isinstance(details, list)
    assert details[0]["severity"] in ("breaking", "notable")
    assert run.judge == "drift"


def test_what_proves_a_difference_shows_no_secret() -> None:
    def change(body: bytes) -> bytes:
        return b"<html>secret auth=0123456789ab password=hunter2-x <p>" + body[:9]

    with Seller() as honest, connect_wsgi(ChangedSeller(honest.wsgi, change)) as seller:
        run = judge_seller(seller, DriftOptions(only="whoami"))
    assert exit_code(run.verdicts) == 1
    shown = [verdict for verdict in run.verdicts if verdict.proof]
    assert shown
    assert not [
        verdict
        for verdict in shown
        if "0123456789ab" in repr(verdict) or "hunter2-x" in repr(verdict)
    ]
    assert all(call.request["func"] == "whoami" for verdict in shown for call in verdict.proof)


@pytest.mark.parametrize(("fail_on", "code"), [(Severity.BREAKING, 0), (Severity.NOTABLE, 1)])
def test_what_is_new_warns_or_fails_as_wished(fail_on: Severity, code: int) -> None:
    change = sub("<ip>", "<rack>12</rack><ip>")
    with Seller() as honest, connect_wsgi(ChangedSeller(honest.wsgi, change)) as seller:
        run = judge_seller(seller, DriftOptions(only="vds.edit", fail_on=fail_on))
    assert exit_code(run.verdicts) == code
    warned = [verdict for verdict in run.verdicts if verdict.messages]
    assert warned[0].outcome is (Outcome.FAIL if code else Outcome.WARN)


def test_a_function_the_seller_does_not_have_is_unsupported_and_no_failure() -> None:
    refusal = b'<doc><error type="missed" object="func"><msg>no</msg></error></doc>'
    with Seller() as honest, connect_wsgi(ChangedSeller(honest.wsgi, lambda _: refusal)) as seller:
        run = judge_seller(seller, DriftOptions(only="vps"))
    outcomes = {(verdict.name, verdict.out): verdict.outcome for verdict in run.verdicts}
    assert outcomes["vps", "xml"] is Outcome.UNSUPPORTED


def test_a_foreign_seller_is_asked_only_what_changes_nothing() -> None:
    with Seller() as honest:
        foreign = ThirdPartySeller(honest.wsgi)
        with connect_wsgi(foreign, name="foreign") as seller:
            answers = list(capture_live(seller, read_all(), ("xml",)))
    sent = [fields for fields in foreign.requests if fields.get("func") not in (None, "auth")]
    assert len(sent) > 60
    assert [fields for fields in sent if changes(fields["func"], fields)] == []
    assert all(
        fields["username"] == "reseller" for fields in foreign.requests if "username" in fields
    )
    assert {"soft", "soft.edit", "vds.edit", "certificate.edit"} <= {
        answer.func for answer in answers
    }


@pytest.mark.one_of("whole runs of drift")
def test_a_recording_of_ours_does_not_drift(life: RecordedLife) -> None:
    run = judge_recording(read(life.path), DriftOptions())
    assert exit_code(run.verdicts) == 0
    assert [str(verdict) for verdict in run.verdicts if verdict.outcome is not Outcome.PASS] == []
    assert len(run.verdicts) > 10


@pytest.mark.parametrize("out", ["csv", "text"])
def test_an_answer_that_nobody_could_mask_is_skipped_and_no_drift(studio: Studio, out: str) -> None:
    studio.ask(studio.proxy(), "soft", out=out)
    run = judge_recording(studio.session(), DriftOptions())
    assert [(verdict.out, verdict.outcome) for verdict in run.verdicts] == [(out, Outcome.SKIP)]


def test_a_page_where_a_document_should_be_is_drift(studio: Studio, honest: Seller) -> None:
    studio.ask(
        studio.proxy(behind=ChangedSeller(honest.wsgi, lambda _: b"<html><p>at work")), "soft"
    )
    (verdict,) = judge_recording(studio.session(), DriftOptions()).verdicts
    assert verdict.outcome is Outcome.FAIL
    assert "no document" in verdict.messages[0]


def test_a_recording_of_a_second_seller_drifts(studio: Studio, honest: Seller) -> None:
    change = sub("<(/?)realbalance>", r"<\1reales>")
    kind = "text/html"
    proxy = studio.proxy(behind=ChangedSeller(honest.wsgi, change, kind=kind))
    studio.ask(proxy, "dashboard.info")
    run = judge_recording(studio.session(), DriftOptions())
    lines = "\n".join(line for verdict in run.verdicts for line in verdict.messages)
    assert "breaking: /doc/elem/realbalance: is missing" in lines
    assert "notable: /doc/elem/reales: is new" in lines
    assert "notable: /doc: content type text/html, usual is text/xml" in lines


@pytest.mark.parametrize(("against", "paths"), [
    ("contracts", {"/doc/elem/balance"}),
    ("emulator", {"/doc/elem/balance", "/doc/elem/credit"}),
])  # fmt: skip
def test_one_can_compare_with_either(against: str, paths: set[str]) -> None:
    change = sub("<(balance|credit)[^>]*>[^<]*</(balance|credit)>", "")
    with Seller() as honest, connect_wsgi(ChangedSeller(honest.wsgi, change)) as seller:
        run = judge_seller(seller, DriftOptions(against=against, only="subaccount"))
    lines = [line for v in run.verdicts if v.name == "subaccount" for line in v.messages]
    assert {line.split(": ")[1] for line in lines} == paths


@pytest.mark.parametrize(("days", "outcome"), [(89, Outcome.PASS), (91, Outcome.WARN)])
def test_an_old_recording_warns(life: RecordedLife, days: int, outcome: Outcome) -> None:
    session = read(life.path)
    entries = (replace(session.entries[0], at=now() - timedelta(days=days)),)
    options = DriftOptions(only="soft.order.param", max_age=timedelta(days=90))
    run = judge_recording(replace(session, entries=entries), options)
    age = run.verdicts[0]
    assert (age.name, age.outcome) == ("age", outcome)
    assert exit_code(run.verdicts) == 0
