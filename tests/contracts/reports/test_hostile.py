"""Whatever a seller answers is text in a report: it is obeyed by no browser, terminal or parser."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given

from contracts.reports.badge import to_badge
from contracts.reports.html import to_html
from contracts.reports.junit import to_junit
from contracts.reports.plaintext import cut, one_line, shown
from contracts.reports.pretty import pretty
from contracts.verdicts import CallRecord, Outcome, Run
from tests.contracts.reports.made import DEVIATION, FEW, HOSTILE, RUN, runs, verdict
from tests.contracts.reports.reading import Page, junit, printed

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _everywhere(text: str) -> Run:
    """A run that says the text wherever something can be said."""
    seen = CallRecord(text, text, {text: text}, 200, text, text)
    deviations = replace(DEVIATION, what=text, reason=text)
    shown_text = replace(
        verdict(name=text, outcome=Outcome.FAIL),
        out=text,
        source=text,
        messages=(text, text),
        proof=(seen,),
        deviation=deviations,
    )
    return replace(RUN, target=text, remarks=(text,), verdicts=(shown_text,), details={text: text})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_has_one_script_and_it_is_ours(text: str) -> None:
    page = Page(to_html([_everywhere(text)]))
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv")) or ""
    digest = base64.b64encode(hashlib.sha256(page.scripts.encode()).digest()).decode()
    assert len(page.all("script")) == 1
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


@FEW
@given(runs())
def test_a_page_has_the_tags_of_its_template_and_loads_nothing(made: tuple[Run, ...]) -> None:
    page = Page(to_html(made))
    assert not {tag for tag, _ in page.tags} & {"img", "iframe", "link", "object", "base", "form"}
    assert not [attrs for _, attrs in page.tags if "src" in attrs or "onerror" in attrs]
    assert all((a.get("href") or "").startswith("#") for a in page.all("a"))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_report_has_a_character_that_somebody_obeys(text: str) -> None:
    run = _everywhere(text)
    for report in (to_html([run]), to_junit([run]), to_badge([run]), printed(run)):
        assert not OBEYED.search(report)


def test_a_terminal_gets_colours_of_ours_only() -> None:
    output = printed(_everywhere("\x1b[2J[red]here[/red]"), terminal=True)
    assert "\x1b[2J" not in output
    assert "\\x1b[2J[red]here[/red]" in output


@pytest.mark.parametrize("text", HOSTILE)
def test_junit_stays_one_case_that_failed(text: str) -> None:
    suites = junit(to_junit([_everywhere(text)]))
    assert [(suite.tests, suite.failures) for suite in suites] == [(1, 1)]


@FEW
@given(runs())
def test_a_badge_is_xml_with_a_title(made: tuple[Run, ...]) -> None:
    root = fromstring(to_badge(made))
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text


def test_every_link_of_a_page_leads_somewhere() -> None:
    page = Page(to_html([_everywhere("a"), RUN]))
    places = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    links = [(attrs.get("href") or "")[1:] for attrs in page.all("a")]
    assert links
    assert set(links) <= places


def test_an_endless_answer_is_cut_and_says_so() -> None:
    seen = CallRecord("GET", "http://seller.example/", {}, 200, "<" * 3_000_000)
    endless = replace(verdict(outcome=Outcome.FAIL), proof=(seen,) * 3)
    page = to_html([replace(RUN, verdicts=(endless,) * 3)])
    assert len(page.encode()) < 8_000_000
    assert re.search(r"\[cut here: 2,\d{3},\d{3} more characters\]", page)


def test_a_long_answer_is_whole_while_there_is_room() -> None:
    seen = CallRecord("GET", "http://seller.example/", {}, 200, "x" * 200_000 + "the end")
    page = to_html([replace(RUN, verdicts=(replace(verdict(), proof=(seen,)),))])
    assert "the end</pre>" in page


def test_what_failed_is_cut_later_than_what_held() -> None:
    seen = CallRecord("GET", "http://seller.example/", {}, 200, "x" * 100_000 + "the end")
    existing = replace(verdict(), proof=(seen,))
    failed = replace(
        verdict(outcome=Outcome.FAIL), proof=(replace(seen, answer=seen.answer + "!"),)
    )
    page = to_html([replace(RUN, verdicts=(*[existing] * 60, failed))])
    assert page.count("the end") == 1
    assert "the end!</pre>" in page


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("a\x1b[2J", "a\\x1b[2J"),
        ("\u202etxt", "\\u202etxt"),
        ("\ud800", "\\ud800"),
        ("a\r\nb\rc\td", "a\nb\\x0dc\td"),
        ("день, 10 €", "день, 10 €"),
    ],
)
def test_what_is_unfit_is_shown_by_its_code(given_text: str, expected: str) -> None:
    assert shown(given_text) == expected


def test_a_title_is_one_line() -> None:
    assert one_line(" a\n\tb \x00") == "a b \\x00"


def test_a_cut_tells_how_much_is_gone() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 2) == "ab\n[cut here: 4 more characters]"


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ('<doc><a x="1">t</a><b>u</b></doc>', '<doc>\n  <a x="1">t</a>\n  <b>u</b>\n</doc>'),
        ('{"a":1.50,"a":[{},-0]}', '{\n "a": 1.50,\n "a": [\n  {},\n  -0\n ]\n}'),
        ("<doc><!-- why --></doc>", "<doc><!-- why --></doc>"),
        ('<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>', '<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>'),
        ('<doc xmlns:x="u"><x:a/></doc>', '<doc xmlns:x="u"><x:a/></doc>'),
        ("<doc><a>", "<doc><a>"),
        ('{"a": ', '{"a": '),
        ("plain text", "plain text"),
        ("[" * 100_000, "[" * 100_000),
        ("<a>" * 50_000, "<a>" * 50_000),
    ],
)
def test_an_answer_is_set_in_lines_and_says_what_it_said(answer: str, lines: str) -> None:
    assert pretty(answer) == lines
