"""A seller is judged for real, and its reports hold every request and no secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from contracts.cli.runs import ReportOptions, conclude
from contracts.record.exchange import Exchange, read_all
from contracts.target.replay import replay_all
from contracts.target.seller import connect_wsgi
from emulator.testing import Seller
from tests.contracts.reports.reading import Page, junit

SESSION = re.compile(rb"\b[0-9a-f]{24}\b")
"""What a session of ours looks like."""


class Overhears:
    """A line between judge and seller on which somebody writes down every session."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]]) -> None:
        self._wsgi = wsgi
        self.sessions: set[str] = set()
        self.shown = 0
        self.calls = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        body = b"".join(self._wsgi(environ, start))
        if environ["PATH_INFO"].endswith("/billmgr"):
            self.calls += 1
            ids = [matches.decode() for matches in SESSION.findall(body)]
            self.shown += len(ids)
            self.sessions |= set(ids)
        return [body]


def _tells_secrets(exchange: Exchange) -> bool:
    return exchange.func.partition(".")[0] in ("auth", "session", "keepalive", "logon")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReportOptions, Overhears]:
    folder = tmp_path_factory.mktemp("reports")
    reports = ReportOptions(
        folder / "r.html", folder / "r.xml", folder / "r.json", folder / "r.svg"
    )
    records = [exchange for exchange in read_all() if _tells_secrets(exchange)]
    with Seller() as started:
        line = Overhears(started.wsgi)
        with connect_wsgi(line) as judged:
            assert conclude("seller", "ours", replay_all(records, judged), reports) == 0
    return reports, line


def test_no_report_has_a_session(written: tuple[ReportOptions, Overhears]) -> None:
    reports, line = written
    assert line.sessions, "they may be one and the same, as the clock stands"
    assert line.shown > 10
    for path in reports.paths:
        text = path.read_text("utf-8")
        assert not [session for session in line.sessions if session in text]


def test_no_report_has_a_password(written: tuple[ReportOptions, Overhears]) -> None:
    reports, _ = written
    leaks = re.compile(r"reseller(:|%3A)secret|\"secret\"|=secret\b|>secret<")
    for path in reports.paths:
        assert not leaks.search(path.read_text("utf-8"))


def test_every_request_is_in_the_report(written: tuple[ReportOptions, Overhears]) -> None:
    reports, line = written
    assert reports.save is not None
    (run,) = json.loads(reports.save.read_text())["runs"]
    seen = [each for verdict in run["verdicts"] for each in verdict["seen"]]
    assert len(seen) == line.calls
    assert all(each["answer"] for each in seen)
    assert any(each["request"].get("authinfo") == "reseller:***" for each in seen)


def test_the_page_shows_every_request(written: tuple[ReportOptions, Overhears]) -> None:
    reports, line = written
    assert reports.html is not None
    page = Page(reports.html.read_text("utf-8"))
    shown = [attrs for attrs in page.all("div") if attrs.get("class") == "seen"]
    assert len(shown) == line.calls


def test_ci_reads_how_long_each_took(written: tuple[ReportOptions, Overhears]) -> None:
    reports, _ = written
    assert reports.junit is not None
    (suite,) = junit(reports.junit.read_text("utf-8"))
    times = [case.time for case in suite]
    assert all(times)
    assert suite.time == pytest.approx(sum(times), abs=0.001)
