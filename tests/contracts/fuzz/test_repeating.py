"""What a failure prints is enough to see it again: its lines, sent to the same faulty seller."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from contracts.checks.fuzz.answered import AnsweredCall, read_answer
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.relations import canonicalize
from contracts.checks.fuzz.rules import find_violations
from contracts.checks.fuzz.target import WORLD
from contracts.target.seller import connect_wsgi
from contracts.target.session import SellerSession
from emulator.testing import Seller
from tests.contracts.fuzz.conftest import Mutant
from tests.contracts.fuzz.test_mutants import FAULTS, failures

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def _read_line(line: str, secrets: Mapping[str, str], path: str) -> httpx.Request:
    """The request that curl makes of a printed line, to another address."""
    for name, text in secrets.items():
        line = line.replace(name, text)
    words = iter(shlex.split(line))
    method, query, pairs = "POST", "", []
    for word in words:
        match word:
            case "-G":
                method = "GET"
            case "-X":
                method = next(words)
            case "--data-urlencode":
                name, _, text = next(words).partition("=")
                pairs.append(f"{name}={quote(text, safe='')}")
            case "--data-raw" | "-d":
                pairs.append(next(words))
            case _ if word.startswith("http"):
                query = word.partition("?")[2]
    content = "&".join(pairs)
    if method == "GET":
        return httpx.Request(method, f"http://seller.example{path}?{content}")
    address = f"http://seller.example{path}?{query}"
    return httpx.Request(method, address, content=content, headers=FORM)


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
    return [read_answer(*_exchange(place, _read_line(line, secrets, place.path))) for line in lines]


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


@pytest.mark.parametrize(("func", "fault", "rule"), FAULTS)
def test_the_printed_lines_show_the_failure_again(
    honest: Seller, declared: Declarations, func: str, fault: dict[str, Any], rule: str
) -> None:
    with connect_wsgi(Mutant(honest.wsgi, **fault)) as seller:
        (failed,) = failures(seller, declared, func)
        lines = failed.messages[1:]
        with seller.open_session(WORLD) as place:
            assert _is_broken(lines, place, declared, func, rule), lines
    with connect_wsgi(honest.wsgi) as seller, seller.open_session(WORLD) as place:
        assert not _is_broken(lines, place, declared, func, rule), lines
