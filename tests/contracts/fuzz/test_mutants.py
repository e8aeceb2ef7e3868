"""Sellers with one fault each: made-up requests and walks find it, and call it by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.lifecycle import LifecycleRun
from contracts.checks.fuzz.run import FuzzRun, Plan
from contracts.checks.fuzz.target import FuzzTarget
from contracts.target.seller import connect_wsgi
from contracts.verdicts import Outcome, Verdict
from emulator.testing import Seller, World
from tests.contracts.fuzz.conftest import Changed, Mutant, Params, sub

SECONDS = 500.0
"""Of one mutant at most; its rounds end it, and most are found within one second."""
ROUNDS = 6
pytestmark = pytest.mark.timeout(600)


def failures(seller: Any, declared: Declarations, func: str, start: int = 1) -> list[Verdict]:  # noqa: ANN401 - a judged seller
    with FuzzTarget(seller, declared) as target:
        run = FuzzRun(target, Plan(SECONDS, functions=(func,), seed=start, rounds=ROUNDS)).run("x")
    return [verdict for verdict in run.verdicts if verdict.outcome is Outcome.FAIL]


def senseless(params: Params, status: str, body: bytes) -> Changed:
    """Falls over letters where a number should be."""
    bad = not params.get("elid", "1").strip(" ;").isdigit()
    return ("500 Internal Server Error", b"oops") if bad else (status, body)


def leaking(params: Params, status: str, body: bytes) -> Changed:
    session = params.get("auth", "").encode()
    return status, body.replace(b"<tparams>", b"<tparams><auth>" + session + b"</auth>")


def one_sided(params: Params, status: str, body: bytes) -> Changed:
    """Tells another name in json than in xml."""
    if params.get("out") in ("json", "sjson", "xjson"):
        return status, body.replace(b"web-1", b"web-9")
    return status, body


def unfiltered(params: Params) -> Params | None:
    """Shows all rows, whatever is filtered by."""
    return {**params, "filter": "off"} if params.get("filter") == "on" else None


def overfiltered(params: Params) -> Params | None:
    """Shows no row at all, whatever number is filtered by."""
    by_number = params.get("filter") == "on" and "id" in params
    return {**params, "id": "999999"} if by_number else None


def hanging_up(params: Params, status: str, body: bytes) -> Changed:
    """Says nothing more to whoever names a service there is not."""
    if b'type="missed"' in body and params["func"] != "whoami":
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    return status, body


def swallowing(params: Params, status: str, body: bytes) -> Changed:
    """Takes every tariff there is not, in every format."""
    refused = re.search(rb'type"?[=:] ?"value"', body)
    if refused is None or params.get("pricelist", "1").isdigit():
        return status, body
    accepted = b"<doc><ok/></doc>" if body.startswith(b"<") else b'{"doc":{"ok":{}}}'
    return status, accepted


def charging(params: Params) -> Params | None:
    """Whoever looks at the form of one prolongation pays for another."""
    if params.get("func") == "service.prolong" and not params.get("sok"):
        return {**params, "elid": "100003", "period": "1", "sok": "ok"}
    return None


FAULTS: list[Any] = [
    pytest.param("soft.edit", {"answer": senseless}, "answers-with-200",
                 id="a failure of HTTP on a senseless parameter"),
    pytest.param("soft.edit", {"answer": sub('error type="missed"', 'error type="lost"')},
                 "refuses-as-declared", id="a refusal of a type nobody declared"),
    pytest.param("soft.edit", {"answer": sub('error type="missed"', 'error type="internal"')},
                 "has-no-fault-of-its-own", id="a fault of the seller's own"),
    pytest.param("soft", {"answer": sub("<createdate>[^<]*", "<createdate>yesterday")},
                 "answers-as-declared", id="a field outside its schema"),
    pytest.param("soft", {"answer": sub("<p_elems>[^<]*</p_elems>", "")},
                 "answers-as-declared", id="a list that does not tell its length"),
    pytest.param("soft", {"answer": one_sided}, "says-the-same-in-every-format",
                 id="json and xml that differ"),
    pytest.param("soft", {"replaced_by": unfiltered}, "filters-by-what-it-shows",
                 id="a filter that is accepted and ignored"),
    pytest.param("soft", {"replaced_by": overfiltered}, "filters-by-what-it-shows",
                 id="a filter that loses the row itself"),
    pytest.param("soft", {"answer": leaking}, "echoes-no-secret", id="a session that is echoed"),
    pytest.param("service.prolong", {"preceded_by": charging}, "looks-without-changing",
                 id="a form without sok that charges"),
    pytest.param("soft.order.param", {"answer": swallowing}, "refuses-bad-input",
                 id="nonsense that is taken"),
    pytest.param("soft.edit", {"answer": hanging_up}, "answers-at-all", id="no answer at all"),
    pytest.param("soft", {"answer": sub("</doc>", "")}, "is-readable", id="a document cut short"),
]  # fmt: skip


@pytest.mark.counts("planted faults, fuzz")
@pytest.mark.parametrize(("func", "fault", "rule"), FAULTS)
def test_a_fault_is_found_by_its_name(
    honest: Seller, declared: Declarations, func: str, fault: dict[str, Any], rule: str
) -> None:
    with connect_wsgi(Mutant(honest.wsgi, **fault)) as seller:
        failed = failures(seller, declared, func)
    assert [verdict.name for verdict in failed] == [f"{func}/{rule}"]
    assert failed[0].messages[0].startswith(f"{rule}: ")
    assert failed[0].repeat[0].startswith("curl ")


class WithHtml:
    """Our seller, whose answers all are of a Content-Type that is none of the formats."""

    def __init__(self, seller: Seller) -> None:
        self.wsgi = seller.wsgi

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:  # noqa: ANN401 - WSGI
        def with_html(status: str, headers: list[tuple[str, str]], *_: object) -> Any:  # noqa: ANN401
            others = [pair for pair in headers if pair[0].lower() != "content-type"]
            return start(status, [*others, ("Content-Type", "text/html")])

        control = environ["PATH_INFO"].startswith("/_mockseller")
        return self.wsgi(environ, start if control else with_html)


@pytest.mark.counts("planted faults, fuzz")
def test_a_content_type_that_is_none_of_the_formats_is_found(
    honest: Seller, declared: Declarations
) -> None:
    with connect_wsgi(WithHtml(honest)) as seller:
        failed = failures(seller, declared, "whoami")
    assert [verdict.name for verdict in failed] == ["whoami/says-its-content-type"]


@pytest.mark.every(4)
@pytest.mark.parametrize("func", ["soft", "soft.edit", "service.prolong", "soft.order.param"])
def test_the_honest_seller_breaks_none_of_these_rules(
    honest: Seller, declared: Declarations, func: str
) -> None:
    with connect_wsgi(honest.wsgi) as seller:
        assert failures(seller, declared, func) == []


def walked(seller: Any, declared: Declarations) -> Verdict:  # noqa: ANN401 - a judged seller
    with FuzzTarget(seller, declared) as target:
        life = LifecycleRun(target, ("soft",))
        life.run_scripted(lambda: False)
    return life.verdicts[0]


def undead(params: Params, status: str, body: bytes) -> Changed:
    if params.get("func") == "service.prolong" and b'type="missed"' in body:
        return status, b"<doc><ok/></doc>"
    return status, body


def off_by_a_cent(_: Params, status: str, body: bytes) -> Changed:
    """The balance is a cent short as soon as something was charged."""

    def less(match: re.Match[bytes]) -> bytes:
        return match[0].replace(b".00", b".01")

    return status, re.sub(rb"<balance[^>]*>[0-9]+\.00", less, body)


def revived(params: Params, status: str, body: bytes) -> Changed:
    """The list tells deleted services as active."""
    if params.get("func") == "soft":
        return status, re.sub(
            rb"<p_elems>", b"<elem><id>100024</id><status>2</status></elem><p_elems>", body
        )
    return status, body


def refusing(params: Params, status: str, body: bytes) -> Changed:
    """Suspends, and says that it does not."""
    if params.get("func") == "soft.suspend":
        return status, b'<doc><error type="status"><msg/></error></doc>'
    return status, body


def charging_the_refused(params: Params) -> Params | None:
    """Whoever wants to prolong what is gone pays for another one."""
    return {**params, "elid": "100003"} if params.get("func") == "service.prolong" else None


WALKS: list[Any] = [
    pytest.param({"answer": undead}, "dead-stays-dead", id="a deleted service can be prolonged"),
    pytest.param({"answer": off_by_a_cent}, "balance-is-payments-less-expenses",
                 id="a balance that is off by a cent"),
    pytest.param({"answer": revived}, "does-what-it-says", id="a deletion that deletes nothing"),
    pytest.param({"answer": sub("<id>100024</id><item.id>", "<item.id>")},
                 "order-tells-its-number", id="an order without its number"),
    pytest.param({"answer": refusing}, "looks-and-refusals-change-nothing",
                 id="a suspension that is carried out and refused"),
    pytest.param({"preceded_by": charging_the_refused}, "looks-and-refusals-change-nothing",
                 id="a refusal that charges"),
]  # fmt: skip


@pytest.mark.counts("planted faults, fuzz")
@pytest.mark.parametrize(("fault", "rule"), WALKS)
def test_a_fault_in_a_life_is_found_by_its_name(
    honest: Seller, declared: Declarations, fault: dict[str, Any], rule: str
) -> None:
    with connect_wsgi(Mutant(honest.wsgi, **fault)) as seller:
        verdict = walked(seller, declared)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.name == f"life/soft/{rule}", verdict
    assert sum(line.startswith("curl ") for line in verdict.repeat) >= 2


class MovesTheClock:
    """A seller whose clock does more than it should; ``spoil`` gets the world whose clock moved."""

    def __init__(self, seller: Seller, spoil: Callable[[World], None]) -> None:
        self.seller = seller
        self.spoil = spoil

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:  # noqa: ANN401 - WSGI
        answer = list(self.seller.wsgi(environ, start_response))
        if environ["PATH_INFO"] == "/_mockseller/clock":
            name = environ["QUERY_STRING"].removeprefix("world=")
            self.spoil(World(self.seller._send, "", name))  # noqa: SLF001 - the world of the fuzzer
        return answer


def charged_twice(world: World) -> None:
    for row in world.call("instances").rows():
        world.call("service.prolong", elid=row["id"], period=-50, sok="ok")


def stopped_with_money(world: World) -> None:
    for row in world.call("instances").rows():
        world.service(int(row["id"]), status=3)


DAYS: list[Any] = [
    pytest.param(lambda seller: MovesTheClock(seller, charged_twice), "a-day-is-charged-once",
                 id="a day that is charged twice"),
    pytest.param(lambda seller: MovesTheClock(seller, stopped_with_money),
                 "days-end-with-the-money", id="a day that is paid and stopped"),
    pytest.param(lambda seller: Mutant(seller.wsgi, sub("<status>3<", "<status>2<")),
                 "days-end-with-the-money", id="a day that nobody pays and that goes on"),
]  # fmt: skip


@pytest.mark.counts("planted faults, fuzz")
@pytest.mark.parametrize(("spoilt", "rule"), DAYS)
def test_a_fault_in_days_is_found_by_its_name(
    honest: Seller, declared: Declarations, spoilt: Callable[[Seller], Any], rule: str
) -> None:
    with connect_wsgi(spoilt(honest)) as seller, FuzzTarget(seller, declared) as target:
        life = LifecycleRun(target, ("instances",))
        life.run_daily(lambda: False)
    (verdict,) = life.verdicts
    assert verdict.name == f"life/by-the-day/{rule}", verdict
    assert verdict.outcome is Outcome.FAIL
