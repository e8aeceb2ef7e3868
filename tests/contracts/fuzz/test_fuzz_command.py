"""``mockseller verify fuzz``: what is asked of whom, for how long, and what it comes to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts import clock
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.judge import judge
from contracts.checks.fuzz.run import FuzzRun, Plan
from contracts.checks.fuzz.target import ChangePermission, FuzzTarget
from contracts.cli import verify
from contracts.target.redact import MASK
from contracts.target.seller import CannotRun, connect_wsgi
from contracts.target.seller import Seller as JudgedSeller
from contracts.target.spending import changes
from contracts.target.spending_guard import SpendingRules
from contracts.target.sums import Sum
from contracts.verdicts import Outcome, exit_code
from emulator.testing import Seller, SellerServer
from tests.contracts.fuzz.conftest import Mutant, sub

NO_CONTROL = "/_mockseller"
PLENTY = 500.0
"""Seconds for what its rounds end: a machine that is busy asks the same as one that is not."""
pytestmark = pytest.mark.timeout(600)


class Foreign(Mutant):
    """A seller of somebody else: nothing but the API, and a web server that tells the day."""

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(NO_CONTROL):
            start_response("404 Not Found", [("Content-Type", "text/html")])
            return [b"nothing here"]

        def dated(status: str, headers: list[tuple[str, str]], *_: object) -> object:
            return start_response(status, [*headers, ("Date", "Fri, 01 Jan 2027 00:00:00 GMT")])

        return super().__call__(environ, dated)


@pytest.fixture
def foreign(honest: Seller) -> Iterator[tuple[JudgedSeller, Foreign]]:
    wsgi = Foreign(honest.wsgi)
    with connect_wsgi(wsgi) as seller:
        assert not seller.own
        yield seller, wsgi


def within_seconds(*words: str) -> Result:
    """What came of a few seconds, or of more where they were over before anything was asked."""
    outputs = []
    for seconds in ("4", "16", "64"):
        result = CliRunner().invoke(verify, ["fuzz", *words, "--duration", seconds])
        if "0 examples of 0 functions" not in result.output:
            return result
        outputs.append(result.output)
    raise AssertionError("\n".join(outputs))


def test_our_own_seller_holds_within_a_few_seconds() -> None:
    result = within_seconds("--in-process", "--family", "country")
    assert result.exit_code == 0, result.output
    assert "examples of 1 functions" in result.output


@pytest.mark.full_only("the same in process runs in every run")
def test_a_seller_at_a_url_is_judged_in_a_world_of_its_own() -> None:
    with SellerServer() as server:
        result = within_seconds(server.url, "--func", "soft.edit")
        left = [world["name"] for world in server.control("GET", "/worlds")]
        assert server.journal.entries() == []
    assert result.exit_code == 0, result.output
    assert left == ["default"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name the URL"),
        (["--in-process", "--func", "soft.edti"], 'there is no function "soft.edti"'),
        (["--in-process", "--family", "sof"], 'there is no family "sof"'),
        (["http://127.0.0.1:1/billmgr"], "cannot be judged"),
    ],
)
def test_what_cannot_be_judged_is_told_in_a_line(words: list[str], message: str) -> None:
    result = CliRunner().invoke(verify, ["fuzz", *words])
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.full_only("the other runs of this module have a duration as well")
def test_the_time_is_kept(judged: JudgedSeller, declared: Declarations) -> None:
    began = clock.elapsed()
    done = judge(judged, Plan(3.0), address="x", declared=declared)
    # One request may be on its way when it ends, and the operations are read before the first.
    assert clock.elapsed() - began < 120
    assert done.run.seconds >= 3.0
    assert Outcome.SKIP in {verdict.outcome for verdict in done.run.verdicts}


def test_the_same_seed_asks_the_same(honest: Seller, declared: Declarations) -> None:
    def requests(seed: int) -> list[Any]:
        mutant = Mutant(honest.wsgi)
        with connect_wsgi(mutant) as seller, FuzzTarget(seller, declared) as target:
            plan = Plan(PLENTY, functions=("soft.edit",), seed=seed, rounds=1)
            FuzzRun(target, plan).run("x")
        return [{n: v for n, v in params.items() if n != "auth"} for params in mutant.requests]

    assert requests(1) == requests(1)
    assert requests(1) != requests(2)


def test_what_is_found_with_a_seed_is_found_again(honest: Seller, declared: Declarations) -> None:
    def failures() -> list[Any]:
        mutant = Mutant(honest.wsgi, sub('error type="missed"', 'error type="lost"'))
        with connect_wsgi(mutant) as seller, FuzzTarget(seller, declared) as target:
            plan = Plan(PLENTY, functions=("soft.edit", "vds.edit"), seed=4, rounds=2)
            run = FuzzRun(target, plan).run("x")
        return [(verdict.name, verdict.messages) for verdict in run.verdicts]

    assert failures() == failures()
    assert len(failures()) == 2


def test_a_foreign_seller_is_only_looked_at(
    foreign: tuple[JudgedSeller, Foreign], declared: Declarations
) -> None:
    seller, wsgi = foreign
    plan = Plan(
        PLENTY, functions=("soft.edit", "soft.order.param", "soft.delete", "auth"), rounds=1
    )
    permission = ChangePermission()
    done = judge(seller, plan, address="x", permission=permission, declared=declared)
    assert wsgi.requests
    assert [p["func"] for p in wsgi.requests if "func" in p and changes(p["func"], p)] == []
    assert permission.blocked > 0
    lives = [verdict for verdict in done.run.verdicts if verdict.name == "life"]
    assert [verdict.outcome for verdict in lives] == [Outcome.SKIP]


def test_a_foreign_seller_is_charged_no_more_than_was_allowed(declared: Declarations) -> None:
    limit = SpendingRules(limit=Sum(Decimal("12.00"), "EUR"))
    with Seller() as other, connect_wsgi(Foreign(other.wsgi), rules=limit) as seller:
        permission = ChangePermission(changing=True)
        plan = Plan(PLENTY, functions=("soft.order.param",), rounds=6)
        done = judge(seller, plan, address="x", permission=permission, declared=declared)
        charged = [Decimal(row["amount"].split()[0]) for row in other.call("expense").rows()]
        spent = seller.guard.budget.spent
    assert sum(charged) == spent
    assert 0 < spent <= 12
    assert permission.blocked > 0
    assert any("was spent" in remark for remark in done.run.remarks)
    assert not any("could not be cleaned up" in remark for remark in done.run.remarks)


def test_a_login_that_is_refused_is_no_judgement(honest: Seller, declared: Declarations) -> None:
    refused = pytest.raises(CannotRun, match="the login reseller is refused: auth")
    with connect_wsgi(Foreign(honest.wsgi), password="wrong") as seller, refused:
        judge(seller, Plan(PLENTY), address="x", declared=declared)


@pytest.mark.one_of("long fuzzing")
def test_most_functions_do_more_than_refuse(judged: JudgedSeller, declared: Declarations) -> None:
    with FuzzTarget(judged, declared) as target:
        run = FuzzRun(target, Plan(PLENTY, families=("soft",), seed=1, rounds=2)).run("x")
    assert len(run.verdicts) == 12
    assert len(target.answering) >= 10


def test_what_is_only_assumed_warns_of_a_foreign_seller(
    honest: Seller, declared: Declarations
) -> None:
    wsgi = Foreign(honest.wsgi, sub('error type="missed"', 'error type="lost"'))
    with connect_wsgi(wsgi) as seller:
        plan = Plan(PLENTY, functions=("soft.edit",), rounds=2)
        done = judge(seller, plan, address="x", declared=declared)
    failures = [v for v in done.run.verdicts if v.name == "soft.edit/refuses-as-declared"]
    assert [verdict.outcome for verdict in failures] == [Outcome.WARN]
    assert exit_code(done.run.verdicts) == 0


def test_what_is_shown_of_a_fault_is_masked(honest: Seller, declared: Declarations) -> None:
    mutant = Mutant(honest.wsgi, sub("<p_elems>", "<p_nothing>"))
    with connect_wsgi(mutant) as seller, FuzzTarget(seller, declared) as target:
        run = FuzzRun(target, Plan(PLENTY, functions=("soft",), rounds=2)).run("x")
    (verdict,) = run.verdicts
    assert verdict.outcome is Outcome.FAIL
    shown = verdict.proof[0].request
    assert MASK in (shown.get("authinfo", "") + shown.get("auth", ""))
    assert "secret" not in verdict.repeat[0]


@pytest.mark.full_only("every run imports the hooks; only this one starts schemathesis itself")
def test_schemathesis_itself_can_be_told_of_this_api(tmp_path: Path) -> None:
    checks = "not_a_server_error,refuses_bad_input,refuses_as_declared,echoes_no_secret"
    options = ("--tls-verify", "false", "--max-examples", "8", "--seed", "1", "--phases", "fuzzing",
               "--suppress-health-check", "too_slow")  # fmt: skip
    chosen = ("--include-operation-id", "soft.edit", "--include-operation-id", "whoami")
    environ = {**os.environ, "SCHEMATHESIS_HOOKS": "mockseller.hooks", "NO_COLOR": "1"}
    with SellerServer() as server:
        document = f"{server.base}/_mockseller/openapi.json"
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", document, "--url", server.base,
             *options, *chosen, "--checks", checks],
            capture_output=True, text=True, timeout=500, check=False, env=environ, cwd=tmp_path,
        )  # fmt: skip
        entries = server.journal.entries(limit=1000)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {entry["func"] for entry in entries} == {"soft.edit", "whoami"}
    logins = {entry["login"] for entry in entries}
    assert "reseller" in logins, "what is asked without a login is only refused"
