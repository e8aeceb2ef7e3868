"""What a failure prints is enough to see it again: its lines, sent to the same faulty seller."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import pytest

from contracts.checks.client.environment import on_port
from contracts.checks.fuzz.answered import AnsweredCall, read_answer
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.lifecycle import LifecycleRun
from contracts.checks.fuzz.relations import canonicalize
from contracts.checks.fuzz.rules import find_violations
from contracts.checks.fuzz.target import WORLD, FuzzTarget
from contracts.target.seller import connect_wsgi
from contracts.target.session import SellerSession
from contracts.verdicts import Outcome, Verdict
from emulator.testing import Seller
from tests.contracts.fuzz.conftest import Mutant
from tests.contracts.fuzz.test_mutants import (
    DAYS,
    FAULTS,
    WALKS,
    WithHtml,
    failures,
    off_by_a_cent,
)
from tests.contracts.repeating import (
    as_seen,
    curl_lines,
    read_line,
    run_command,
    send_lines,
    world_is_gone,
)


def _open_session(place: SellerSession) -> str:
    form = {"func": "auth", "username": place.login, "password": place.password, "out": "xml"}
    document = read_answer(*_exchange(place, httpx.Request("POST", _address(place), data=form))).doc
    return "" if document is None else document.text_of("auth")


def _address(place: SellerSession) -> str:
    return f"http://seller.example{place.path}"


def _exchange(place: SellerSession, request: httpx.Request) -> tuple[httpx.Request, httpx.Response]:
    place.http.cookies.clear()
    return request, place.http.send(request)


def _repeat(lines: tuple[str, ...], place: SellerSession) -> list[AnsweredCall]:
    """The calls of printed lines, as somebody with a login and a session repeats them."""
    secrets = {"$MOCKSELLER_PASSWORD": place.password, "$MOCKSELLER_SESSION": _open_session(place)}
    here = (line.replace("http://127.0.0.1:1500/billmgr", _address(place)) for line in lines)
    return [read_answer(*_exchange(place, read_line(line, secrets))) for line in here]


def _differ(calls: list[AnsweredCall]) -> bool:
    first: dict[str, bytes] = {}
    return any(
        first.setdefault(str(call.params), call.response.content) != call.response.content
        for call in calls
    )


def _differ_by_format(calls: list[AnsweredCall]) -> bool:
    xml, json = (canonicalize(call.doc) for call in calls[-2:] if call.doc is not None)
    return xml != json


def _has_other_rows(calls: list[AnsweredCall]) -> bool:
    document = calls[-1].doc
    assert document is not None
    return [row.text_of("id") for row in document.all("elem")] != [calls[-1].params["id"]]


COMPARISONS: Final[Mapping[str, Callable[[list[AnsweredCall]], bool]]] = {
    "looks-without-changing": _differ,
    "says-the-same-in-every-format": _differ_by_format,
    "filters-by-what-it-shows": _has_other_rows,
}
"""What somebody compares who repeats the lines, by the rule that they break."""


def _is_broken(
    lines: tuple[str, ...], place: SellerSession, declared: Declarations, func: str, rule: str
) -> bool:
    """Whether the lines, sent again, show that the rule is broken."""
    try:
        calls = _repeat(lines, place)
    except httpx.RemoteProtocolError:
        return rule == "answers-at-all"
    if rule in COMPARISONS:
        return COMPARISONS[rule](calls)
    return rule in {broken.rule for broken in find_violations(declared, func, calls[-1])}


def _assert_repeated(
    app: Any,  # noqa: ANN401 - WSGI
    honest: Seller,
    declared: Declarations,
    func: str,
    rule: str,
) -> None:
    with connect_wsgi(app) as seller:
        (failed,) = failures(seller, declared, func)
        lines = failed.repeat
        with seller.open_session(WORLD) as place:
            assert _is_broken(lines, place, declared, func, rule), lines
    with connect_wsgi(honest.wsgi) as seller, seller.open_session(WORLD) as place:
        assert not _is_broken(lines, place, declared, func, rule), lines


@pytest.mark.every(8)
@pytest.mark.parametrize(("func", "fault", "rule"), FAULTS)
def test_the_printed_lines_show_the_failure_again(
    honest: Seller, declared: Declarations, func: str, fault: dict[str, Any], rule: str
) -> None:
    _assert_repeated(Mutant(honest.wsgi, **fault), honest, declared, func, rule)


def test_the_printed_line_shows_a_wrong_content_type_again(
    honest: Seller, declared: Declarations
) -> None:
    _assert_repeated(WithHtml(honest), honest, declared, "whoami", "says-its-content-type")


MakeSeller = Callable[[Seller], Any]


def _mutant(fault: dict[str, Any]) -> MakeSeller:
    return lambda seller: Mutant(seller.wsgi, **fault)


LIVES: Final = [
    *(pytest.param(_mutant(case.values[0]), "soft", f"life/soft/{case.values[1]}", id=case.id)
      for case in WALKS),
    *(pytest.param(case.values[0], "instances", f"life/by-the-day/{case.values[1]}", id=case.id)
      for case in DAYS),
]  # fmt: skip
"""Sellers with a fault in lives: how one is made, the product, and the name of the verdict."""


def _walk(app: Any, declared: Declarations, product: str) -> list[Verdict]:  # noqa: ANN401 - WSGI
    with connect_wsgi(app) as seller, FuzzTarget(seller, declared) as target:
        life = LifecycleRun(target, (product,))
        life.run_scripted(lambda: False)
        life.run_daily(lambda: False)
    return [verdict for verdict in life.verdicts if verdict.outcome is Outcome.FAIL]


@pytest.mark.every(4)
@pytest.mark.parametrize(("make", "product", "name"), LIVES)
def test_the_printed_walk_gets_the_same_answers_again(
    honest: Seller, declared: Declarations, make: MakeSeller, product: str, name: str
) -> None:
    app = make(honest)
    failed = {verdict.name: verdict for verdict in _walk(app, declared, product)}[name]
    *answers, _ = send_lines(curl_lines(failed), app)
    # The answers to the last step show it; one fault also strikes when the judge makes its world.
    assert as_seen(answers, 4) == [call.answer for call in failed.proof[-4:]]
    assert world_is_gone(honest)


@pytest.mark.one_of("printed commands of fuzzing")
@pytest.mark.parametrize(("make", "product", "name"), LIVES)
def test_the_printed_command_walks_the_same_again(
    honest: Seller, make: MakeSeller, product: str, name: str
) -> None:
    part = name.rpartition("/")[0][:-1]  # of a name, which may be that of others as well
    with on_port(make(honest)) as base:
        words = ["fuzz", f"{base}/billmgr", "--family", product, "--only", part, "--seed", "3"]
        first = run_command(*words)[name, "walk"]
        again = run_command(*shlex.split(first["repeat"][0])[2:])
    assert [(each["name"], each["told"]) for each in again.values()] == [(name, first["told"])]


@pytest.mark.one_of("printed commands of fuzzing")
@pytest.mark.parametrize(("func", "fault", "rule"), FAULTS)
def test_the_printed_command_generates_the_same_again(
    honest: Seller, func: str, fault: dict[str, Any], rule: str
) -> None:
    with on_port(Mutant(honest.wsgi, **fault)) as base:
        words = ["fuzz", f"{base}/billmgr", "--func", func, "--seed", "1", "--duration", "120"]
        (first,) = run_command(*words).values()
        again = run_command(*shlex.split(first["repeat"][0])[2:])
    # Over a port the server answers 500 where the fault raises.
    expected = "answers-with-200" if rule == "answers-at-all" else rule
    assert first["name"] == f"{func}/{expected}"
    assert [(each["name"], each["told"]) for each in again.values()] == [
        (first["name"], first["told"])
    ]


@pytest.mark.one_of("printed commands of fuzzing")
def test_the_printed_command_repeats_a_random_walk(honest: Seller) -> None:
    app = Mutant(honest.wsgi, answer=off_by_a_cent)
    with on_port(app) as base:
        words = ["fuzz", f"{base}/billmgr", "--family", "soft", "--seed", "5", "--duration", "120"]
        first = run_command(*words, "--only", "life/")
        (name,) = (name for name, _ in first if name.startswith("life/at-random/"))
        again = run_command(*shlex.split(first[name, "walk"]["repeat"][0])[2:])
    assert [(each["name"], each["told"]) for each in again.values()] == [
        (name, first[name, "walk"]["told"])
    ]
