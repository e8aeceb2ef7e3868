"""A second seller that differs on purpose is told from ours, each difference by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from contracts.exchange import Exchange, read_all
from contracts.moments import now
from contracts.own import in_process
from contracts.recording.compare import differences
from contracts.recording.difference import Difference, Severity
from contracts.recording.drift import Wish, of_recording, of_seller
from contracts.recording.ours import Ours, ours
from contracts.recording.promises import Contracts, contracts
from contracts.recording.samples import of_live, of_ours
from contracts.recording.session import read
from contracts.spending import changes
from contracts.target import Seller as SellerAsked
from contracts.target import over_wsgi
from contracts.verdicts import Outcome, exit_code
from emulator.testing import Seller
from tests.contracts.recording.conftest import Life, Studio

RECORDS = read_all()
Change = Callable[[bytes], bytes]
LIKE_SOFT = re.compile(
    r"(v2\.)?(softexternal|platform|dedic|vhost|instances|domain|dnshost|storage|colocation)\b.*"
)
"""Built from the same description as others: their answers have the same fields."""


class Second:
    """Another seller: ours, but for what a test changes in its answers."""

    def __init__(self, wsgi: Any, change: Change, status: str = "", kind: str = "") -> None:  # noqa: ANN401
        self._wsgi = wsgi
        self._change = change
        self._status = status
        self._kind = kind

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if "billmgr" not in environ["PATH_INFO"]:
            answer: Iterable[bytes] = self._wsgi(environ, start)
            return answer
        told: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            told[:] = [status, dict(headers)]

        body = self._change(b"".join(self._wsgi(environ, keep)))
        told[1]["Content-Length"] = str(len(body))
        if self._kind:
            told[1]["Content-Type"] = self._kind
        start(self._status or told[0], list(told[1].items()))
        return [body]


def _sub(pattern: str, text: str) -> Change:
    return lambda body: re.sub(pattern.encode(), text.encode(), body)


def _one_row(body: bytes) -> bytes:
    """The first row, and no array around it."""
    if not body.startswith(b"{") or b'"elem"' not in body:
        return body
    told = json.loads(body)
    told["doc"]["elem"] = told["doc"]["elem"][0]
    return json.dumps(told).encode()


def _asked(*funcs: str) -> list[Exchange]:
    return [record for record in RECORDS if record.func in funcs]


KNOWN_OF = ("soft", "soft.edit", "whoami", "vds.edit", "keepalive")


@pytest.fixture(scope="module")
def known() -> Contracts:
    return contracts(RECORDS)


@pytest.fixture(scope="module")
def own() -> Ours:
    with in_process() as seller:
        return ours(of_ours(seller, _asked(*KNOWN_OF), ("xml", "json")))


def _found(
    change: Change, known: Contracts, own: Ours, *, only: str, **how: str
) -> list[Difference]:
    with Seller() as honest, over_wsgi(Second(honest.wsgi, change, **how)) as second:
        asked = of_live(second, _asked(*KNOWN_OF), ("xml", "json"), only)
        samples = [sample for sample in asked if sample.func in KNOWN_OF]
        assert samples
        return list(differences(samples, known, own, own))


# What is changed, where it shows, how much it matters, in which words.
CHANGES = [
    pytest.param(
        "soft.edit", _sub("<(/?)lickey>", r"<\1licencekey>"),
        [("/doc/lickey", "breaking", "is missing"), ("/doc/licencekey", "notable", "is new")],
        id="a field of another name",
    ),
    pytest.param(
        "soft", _sub("<expiredate>[^<]*</expiredate>", ""),
        [("/doc/elem/expiredate", "breaking", "is missing"),
         ("/doc/expiredate", "breaking", "is missing")],
        id="a field that is gone",
    ),
    pytest.param(
        "soft", _sub("<intname>[^<]*</intname>", ""),
        [("/doc/elem/intname", "info", "is missing; ours always has it")],
        id="a field that only we have",
    ),
    pytest.param(
        "soft.edit", _sub("<status>([0-9]+)<", r"<status>state \1<"),
        [("/doc/status", "breaking", "was number, now text")], id="a number that is a text",
    ),
    pytest.param(
        "soft", _sub("<createdate>([0-9]{4})-([0-9]{2})-([0-9]{2})<", r"<createdate>\3.\2.\1<"),
        [("/doc/elem/createdate", "breaking", "was date, now text"),
         ("/doc/createdate", "breaking", "was date, now text")], id="a date written otherwise",
    ),
    pytest.param(
        "whoami", _sub('type="access"', 'type="session"'),
        [("/doc/error/@type", "breaking", "expected access, found session")],
        id="an error of another type where it is on record",
    ),
    pytest.param(
        "soft.edit", _sub('error type="missed" object="item"', 'error type="gone" object="item"'),
        [("/doc/error/@type", "breaking", "expected missed, found gone")],
        id="an unknown number as another error",
    ),
    pytest.param(
        "vds.edit", _sub("<ip>", "<rack>12</rack><ip>"),
        [("/doc/rack", "notable", "is new")], id="a further field",
    ),
    pytest.param(
        "soft", _sub('<item_status orig="[0-9]+"', "<item_status"),
        [("/doc/elem/item_status/@orig", "breaking", "is missing")], id="a state without number",
    ),
    pytest.param(
        "soft", _sub("<ip>([^<]*)</ip>", r"<ip>\1</ip><ip>\1</ip>"),
        [("/doc/elem/ip", "notable", "comes several times, was one"),
         ("/doc/ip", "notable", "comes several times, was one")],
        id="one that became many",
    ),
    pytest.param(
        "soft", _one_row,
        [("/doc", "breaking", "not the format's mapping: /doc/elem: must be an array, found dict")],
        id="a list of rows as one object",
    ),
    pytest.param(
        "whoami", lambda _: b"<html>Just a moment",
        [("/doc", "breaking", "no document: not xml")], id="a page instead of a document",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("only", "change", "expected"), CHANGES)
def test_a_difference_is_told_by_its_name_and_its_weight(
    known: Contracts, own: Ours, only: str, change: Change, expected: list[tuple[str, str, str]]
) -> None:
    found = _found(change, known, own, only=only)
    told = {(one.path, one.severity.value) for one in found}
    for path, severity, words in expected:
        assert (path, severity) in told
        assert any(one.path == path and words in one.told for one in found)
    strange = [one for one in found if not any(one.path == path for path, _, _ in expected)]
    assert [str(one) for one in strange if one.severity is not Severity.INFO] == []


def test_another_http_status_is_told(known: Contracts, own: Ours) -> None:
    found = _found(lambda b: b, known, own, only="keepalive", status="403 Forbidden")
    assert {(one.told.partition(",")[0], one.severity) for one in found} == {
        ("HTTP status 403", Severity.BREAKING)
    }


def test_the_same_seller_does_not_differ(known: Contracts, own: Ours) -> None:
    found = _found(lambda b: b, known, own, only="")
    assert [str(one) for one in found if one.severity is not Severity.INFO] == []


@pytest.mark.timeout(600)
def test_nothing_on_record_differs_from_what_our_seller_answers(known: Contracts) -> None:
    asked = [record for record in RECORDS if not LIKE_SOFT.fullmatch(record.func)]
    assert len(asked) > 300
    with in_process() as seller:
        samples = list(of_ours(seller, asked, ("xml",)))
    found = differences(samples, known, None)
    assert [str(one) for one in found if one.severity is not Severity.INFO] == []


def test_a_field_that_is_only_assumed_does_not_break_anything(known: Contracts, own: Ours) -> None:
    found = _found(_sub("<intname>[^<]*</intname>", ""), known, own, only="soft")
    assert {one.severity for one in found} == {Severity.INFO}


# ----------------------------------------------------------------------------------- whole runs


@pytest.fixture(scope="module")
def second() -> Iterator[Any]:
    change = _sub("<(/?)lickey>", r"<\1licencekey>")
    with Seller() as honest, over_wsgi(Second(honest.wsgi, change)) as seller:
        yield seller


def test_a_run_on_a_second_seller_fails_and_says_where(second: Any) -> None:  # noqa: ANN401
    run = of_seller(second, Wish(only="soft.edit"))
    assert exit_code(run.verdicts) == 1
    failed = [verdict for verdict in run.verdicts if verdict.outcome is Outcome.FAIL]
    assert [(one.name, one.out, one.evidence) for one in failed] == [
        ("soft.edit", "xml", "observed")
    ]
    assert failed[0].told[0].startswith("breaking: /doc/lickey: is missing (observed: soft.edit/")
    assert "licencekey" in failed[0].seen[0].answer
    details = run.details["differences"]
    assert isinstance(details, list)
    assert details[0]["severity"] in ("breaking", "notable")
    assert run.judge == "drift"


@pytest.mark.parametrize(("fail_on", "code"), [(Severity.BREAKING, 0), (Severity.NOTABLE, 1)])
def test_what_is_new_warns_or_fails_as_wished(fail_on: Severity, code: int) -> None:
    change = _sub("<ip>", "<rack>12</rack><ip>")
    with Seller() as honest, over_wsgi(Second(honest.wsgi, change)) as seller:
        run = of_seller(seller, Wish(only="vds.edit", fail_on=fail_on))
    assert exit_code(run.verdicts) == code
    warned = [one for one in run.verdicts if one.told]
    assert warned[0].outcome is (Outcome.FAIL if code else Outcome.WARN)


def test_a_function_the_seller_does_not_have_is_unsupported_and_no_failure() -> None:
    refusal = b'<doc><error type="missed" object="func"><msg>no</msg></error></doc>'
    with Seller() as honest, over_wsgi(Second(honest.wsgi, lambda _: refusal)) as seller:
        run = of_seller(seller, Wish(only="vps"))
    outcomes = {(one.name, one.out): one.outcome for one in run.verdicts}
    assert outcomes["vps", "xml"] is Outcome.UNSUPPORTED


class Foreign:
    """Our seller without its control API, as somebody else's is; keeps what it is asked."""

    def __init__(self, wsgi: Any) -> None:  # noqa: ANN401
        self._wsgi = wsgi
        self.asked: list[dict[str, str]] = []

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockseller"):
            start("404 Not Found", [])
            return [b""]
        self.asked.append(dict(httpx.QueryParams(environ["QUERY_STRING"])))

        def dated(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            start(status, [*headers, ("Date", "Thu, 26 Nov 2026 12:00:00 GMT")])

        answer: Iterable[bytes] = self._wsgi(environ, dated)
        return answer


def test_a_foreign_seller_is_asked_only_what_changes_nothing() -> None:
    with Seller() as honest:
        foreign = Foreign(honest.wsgi)
        http = httpx.Client(transport=httpx.WSGITransport(app=foreign), base_url="http://127.0.0.1")
        with SellerAsked(http, name="foreign", login="reseller", password="secret") as seller:
            samples = list(of_live(seller, RECORDS, ("xml",)))
    asked = [fields for fields in foreign.asked if fields.get("func") not in (None, "auth")]
    assert len(asked) > 60
    assert [fields for fields in asked if changes(fields["func"], fields)] == []
    assert all(fields["username"] == "reseller" for fields in foreign.asked if "username" in fields)
    assert {"soft", "soft.edit", "vds.edit", "certificate.edit"} <= {one.func for one in samples}


def test_a_recording_of_ours_does_not_drift(life: Life) -> None:
    run = of_recording(read(life.path), Wish())
    assert exit_code(run.verdicts) == 0
    assert [str(one) for one in run.verdicts if one.outcome is not Outcome.PASS] == []
    assert len(run.verdicts) > 10


def test_a_recording_of_a_second_seller_drifts(studio: Studio, honest: Seller) -> None:
    change = _sub("<(/?)realbalance>", r"<\1reales>")
    kind = "text/html"
    proxy = studio.proxy(behind=Second(honest.wsgi, change, kind=kind))
    studio.ask(proxy, "dashboard.info")
    run = of_recording(studio.session(), Wish())
    told = "\n".join(line for verdict in run.verdicts for line in verdict.told)
    assert "breaking: /doc/elem/realbalance: is missing" in told
    assert "notable: /doc/elem/reales: is new" in told
    assert "notable: /doc: content type text/html, usual is text/xml" in told


@pytest.mark.parametrize(("against", "told"), [
    ("contracts", {"/doc/elem/balance"}),
    ("emulator", {"/doc/elem/balance", "/doc/elem/credit"}),
])  # fmt: skip
def test_one_can_compare_with_either(against: str, told: set[str]) -> None:
    change = _sub("<(balance|credit)>[^<]*</(balance|credit)>", "")
    with Seller() as honest, over_wsgi(Second(honest.wsgi, change)) as seller:
        run = of_seller(seller, Wish(against=against, only="subaccount"))
    lines = [line for one in run.verdicts if one.name == "subaccount" for line in one.told]
    assert {line.split(": ")[1] for line in lines} == told


@pytest.mark.parametrize(("days", "outcome"), [(89, Outcome.PASS), (91, Outcome.WARN)])
def test_an_old_recording_warns(life: Life, days: int, outcome: Outcome) -> None:
    session = read(life.path)
    entries = (replace(session.entries[0], at=now() - timedelta(days=days)),)
    wish = Wish(only="soft.order.param", max_age=timedelta(days=90))
    run = of_recording(replace(session, entries=entries), wish)
    age = run.verdicts[0]
    assert (age.name, age.outcome) == ("age", outcome)
    assert exit_code(run.verdicts) == 0
