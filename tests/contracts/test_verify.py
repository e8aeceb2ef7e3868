"""``mockseller verify``: what is asked of whom, and what it comes to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from contracts.cli import verify
from contracts.record.exchange import read_all
from contracts.reports.console import print_table
from contracts.target.replay import replay, replay_all
from contracts.target.seller import CannotRun, connect, connect_wsgi
from contracts.target.seller import Seller as Judged
from contracts.target.spending_guard import SPEND_NOTHING, SpendingGuard
from contracts.verdicts import Outcome, Verdict, exit_code
from emulator.testing import Seller, SellerServer

RECORDS = {exchange.name: exchange for exchange in read_all()}


class Foreign:
    """A seller of somebody else: no control API, and a web server that tells the day."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]]) -> None:
        self._wsgi = wsgi

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockseller"):
            start_response("404 Not Found", [("Content-Type", "text/html")])
            return [b"nothing here"]

        def dated(status: str, headers: list[tuple[str, str]], *_: object) -> object:
            day = format_datetime(datetime(2027, 1, 1, tzinfo=UTC), usegmt=True)
            return start_response(status, [*headers, ("Date", day)])

        return self._wsgi(environ, dated)


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller() as started:
        yield started


@pytest.fixture
def foreign(seller: Seller) -> Iterator[Judged]:
    with connect_wsgi(Foreign(seller.wsgi)) as judged:
        yield judged


def _verdict(outcome: Outcome) -> Verdict:
    return Verdict("soft/list", "xml", outcome, "observed", ("/doc/elem: missing",))


def test_our_own_seller_is_judged_in_process() -> None:
    result = CliRunner().invoke(verify, ["seller", "--in-process", "--only", "soft.edit/", "--all"])
    assert result.exit_code == 0, result.output
    assert "soft.edit/rename" in result.output
    assert "fail" not in result.output


def test_our_own_seller_is_judged_at_its_url_and_not_by_faults_that_are_planned_there() -> None:
    with SellerServer() as server:
        server.faults.add("answer", func="whoami", body="<doc><other/></doc>")
        server.faults.add("status")
        result = CliRunner().invoke(
            verify,
            ["seller", server.url, "--only", "whoami/", "--login", "reseller", "--password=secret"],
        )
        left = [world["name"] for world in server.control("GET", "/worlds")]
        applied = [fault["struck"] for fault in server.faults.all()]
    assert result.exit_code == 0, result.output
    assert left == ["default"], "the judge's worlds are gone"
    assert applied == [0, 0]
    assert "planned faults in the world default: 2; none is in the worlds" in result.output


@pytest.mark.parametrize(("path", "login"), [("/w/shop-b/billmgr", ""), ("/billmgr", "a@shop-b")])
def test_planned_faults_are_named_of_the_world_that_the_address_or_the_login_names(
    seller: Seller, path: str, login: str
) -> None:
    seller.faults.add("drop")
    seller.world("shop-b").faults.add("answer", func="whoami")
    guard = SpendingGuard(httpx.WSGITransport(app=seller.wsgi), SPEND_NOTHING)
    with Judged(guard, httpx.URL("http://127.0.0.1"), name="x", path=path, login=login) as judged:
        (remark,) = judged.list_remarks()
    assert remark.startswith("planned faults in the world shop-b: 1;")


def test_a_seller_without_planned_faults_gets_no_remark(seller: Seller, foreign: Judged) -> None:
    with connect_wsgi(seller.wsgi) as judged:
        assert judged.list_remarks() == ()
    seller.faults.add("drop", func="whoami")
    assert foreign.list_remarks() == ()


def test_the_client_is_judged() -> None:
    result = CliRunner().invoke(verify, ["client", "--records", "--only", "soft.edit/"])
    assert result.exit_code == 0, result.output


def test_a_seller_that_cannot_be_reached_cannot_be_judged() -> None:
    result = CliRunner().invoke(verify, ["seller", "http://127.0.0.1:1/billmgr"])
    assert result.exit_code == 2
    assert "cannot be judged" in result.output


def test_nothing_asked_is_no_success() -> None:
    result = CliRunner().invoke(verify, ["seller", "--in-process", "--only", "no such exchange"])
    assert result.exit_code == 2


@pytest.mark.parametrize("words", [[], ["http://127.0.0.1:1/billmgr", "--in-process"]])
def test_a_seller_has_to_be_named_once(words: list[str]) -> None:
    assert CliRunner().invoke(verify, ["seller", *words]).exit_code == 2


def test_of_a_foreign_seller_only_what_holds_anywhere_is_asked(foreign: Judged) -> None:
    assert not foreign.own
    verdicts = list(replay_all(RECORDS.values(), foreign))
    request = {v.name for v in verdicts if v.outcome is not Outcome.SKIP}
    assert request
    assert all(RECORDS[name].portable for name in request)
    assert {v.outcome for v in verdicts} <= {Outcome.PASS, Outcome.SKIP}


def test_without_an_account_a_foreign_seller_gets_no_invented_password(
    seller: Seller,
) -> None:
    with connect_wsgi(Foreign(seller.wsgi)) as judged:
        judged.has_account = False
        verdict = replay(RECORDS["whoami/anybody"], "xml", judged)
    assert verdict.outcome is Outcome.SKIP
    assert verdict.messages == ("needs an account, and none was given",)


def test_what_is_only_assumed_warns_of_a_foreign_seller_and_fails_ours(seller: Seller) -> None:
    def with_other_object(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        body = b"".join(seller.wsgi(environ, start))
        return [body.replace(b'object="elid"', b'object="code"')]

    exchange = RECORDS["soft.edit/no-id"]
    assert exchange.portable
    assert exchange.evidence == "assumed"
    with connect_wsgi(Foreign(with_other_object)) as judged:
        theirs = replay(exchange, "xml", judged)
    with connect_wsgi(with_other_object) as judged:
        ours = replay(exchange, "xml", judged)
    assert (theirs.outcome, ours.outcome) == (Outcome.WARN, Outcome.FAIL)
    assert exit_code([theirs]) == 0
    assert exit_code([ours]) == 1


def test_a_seller_that_does_not_say_the_day_cannot_be_judged(seller: Seller) -> None:
    def without_control(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockseller"):
            start("404 Not Found", [])
            return []
        answer: Iterable[bytes] = seller.wsgi(environ, start)
        return answer

    with connect_wsgi(without_control) as judged:
        verdict = replay(RECORDS["whoami/anybody"], "xml", judged)
    assert verdict.outcome is Outcome.ERROR
    assert "what day it is" in verdict.messages[0]


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([Outcome.PASS, Outcome.SKIP], 0),
        ([Outcome.PASS, Outcome.WARN], 0),
        ([Outcome.PASS, Outcome.FAIL], 1),
        ([Outcome.FAIL, Outcome.ERROR], 1),
        ([Outcome.PASS, Outcome.ERROR], 2),
        ([Outcome.SKIP], 2),
        ([], 2),
    ],
)
def test_verdicts_come_to_an_exit_code(outcomes: list[Outcome], code: int) -> None:
    assert exit_code([_verdict(outcome) for outcome in outcomes]) == code


def test_the_table_names_what_did_not_hold_and_why() -> None:
    console = Console(file=io.StringIO(), width=120)
    print_table(console, "a seller", [_verdict(Outcome.PASS), _verdict(Outcome.FAIL)])
    assert isinstance(console.file, io.StringIO)
    output = console.file.getvalue()
    assert "soft/list" in output
    assert "/doc/elem: missing" in output
    assert "a seller: 1 pass, 1 fail" in output


def test_nobody_at_an_address_is_told_in_one_line() -> None:
    with pytest.raises(CannotRun, match="cannot be reached"):
        connect("http://127.0.0.1:1/billmgr", trust_env=False)
