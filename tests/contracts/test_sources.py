"""Every source that a check, an exchange or a function declares can be read, and is shown."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from contracts.cli.explain import explain
from contracts.reports.html import to_html
from contracts.reports.junit import to_junit
from contracts.reports.saved import read_file, to_json
from contracts.sources import (
    Reference,
    SourceError,
    check_source,
    list_references,
    read_section,
    split,
)
from contracts.verdicts import Outcome
from tests.contracts.declared import list_checks, list_declared, list_sources, list_steps
from tests.contracts.reports.made import HOSTILE, RUN, verdict
from tests.contracts.reports.reading import Page, printed

SOURCE = "docs/wire.md 4.1, docs/evidence.md 125 and 140 (observed)"
GONE = f"{Path('docs/gone').with_suffix('.md')} 1"


def test_every_declared_source_names_what_can_be_read() -> None:
    problems = []
    for name, source in list_sources():
        try:
            check_source(source)
        except SourceError as problem:
            problems.append(f"{name}: {problem}")
    assert problems == []


def test_everything_that_is_judged_says_what_a_mistake_costs() -> None:
    declared = list(list_declared())
    assert [each.name for each in declared if not (each.about and each.cost)] == []
    ends = [each.name for each in declared if not each.cost.rstrip("`").endswith((".", "?"))]
    assert ends == []


def test_no_two_checks_share_the_words_for_their_cost() -> None:
    costs = [check.cost for check in list_checks()]
    costs += {step.name: step.check.cost for step in list_steps()}.values()
    assert [cost for cost, times in Counter(costs).items() if times > 1] == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (SOURCE, ["docs/wire.md 4.1", "docs/evidence.md 125", "docs/evidence.md 140"]),
        ("docs/wire.md sections 4.2 and 5.2: others", ["docs/wire.md 4.2", "docs/wire.md 5.2"]),
        ("docs/trade.md 3: 26 clients (observed)", ["docs/trade.md 3"]),
        ("seen in 12 clients", []),
    ],
)
def test_a_source_is_split_into_names_and_words(source: str, names: list[str]) -> None:
    assert list(map(str, list_references(source))) == names
    assert "".join(text for text, _ in split(source)) == source


@pytest.mark.parametrize(
    "source",
    ["seen somewhere", "docs/wire.md 99", GONE, "docs/wire.md 1, docs/grading.md"],
)
def test_a_source_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(SourceError):
        check_source(source)


def test_a_section_has_its_parts_and_a_fact_ends_where_the_next_begins() -> None:
    login = read_section(Reference("docs/wire.md", "2"))
    assert "### 2.1 " in login.text
    assert "## 3. " not in login.text
    fact = read_section(Reference("docs/evidence.md", "25"))
    assert (fact.title, fact.text.count("\n")) == ("Money", 2)
    assert fact.text.startswith("25. An order to be paid at once")


def test_every_link_of_a_report_to_a_source_leads_to_its_text() -> None:
    failed = replace(verdict(outcome=Outcome.FAIL), source=SOURCE)
    page = Page(to_html([replace(RUN, verdicts=(failed,))]))
    ids = {attrs.get("id") for _, attrs in page.tags}
    targets = [(attrs.get("href") or "") for attrs in page.all("a")]
    leading = [target for target in targets if target.startswith(("#wire", "#evidence"))]
    assert leading == ["#wire-4.1", "#evidence-125", "#evidence-140"]
    assert {target.removeprefix("#") for target in leading} <= ids
    assert SOURCE in page.text
    assert "A program that reads a list to learn what there is sends filter=off" in page.text
    assert all(target.startswith(("#", "https://")) for target in targets)


def test_other_programs_get_the_text_of_a_source_and_its_place(tmp_path: Path) -> None:
    run = replace(RUN, verdicts=(replace(verdict(outcome=Outcome.FAIL), source=SOURCE),))
    document = json.loads(to_json([run]))
    names = document["references"][SOURCE]
    assert names == ["docs/wire.md 4.1", "docs/evidence.md 125", "docs/evidence.md 140"]
    assert [document["sections"][name]["anchor"] for name in names] == [
        "wire-4.1",
        "evidence-125",
        "evidence-140",
    ]
    assert "sends `filter=off`" in document["sections"]["docs/wire.md 4.1"]["text"]
    path = tmp_path / "run.json"
    path.write_text(to_json([run]), "utf-8")
    assert read_file(path) == (run,)
    command = "mockseller explain docs/wire.md 4.1 docs/evidence.md 125 docs/evidence.md 140"
    assert command in printed(run)
    assert command in to_junit([run])
    assert "#wire-4.1 #evidence-125 #evidence-140" in to_junit([run])


@pytest.mark.parametrize("source", [*HOSTILE, "docs/wire.md 99 (observed)"])
def test_a_source_that_is_not_installed_is_shown_without_a_link(source: str) -> None:
    run = replace(RUN, verdicts=(replace(verdict(outcome=Outcome.FAIL), source=source),))
    page = Page(to_html([run]))
    assert [a for a in page.all("a") if not (a["href"] or "").startswith(("#run", "#r1"))] == []
    assert page.all("script") == [{}]
    assert "explain" not in printed(run)


def test_explain_prints_the_cited_sections() -> None:
    done = CliRunner().invoke(explain, ["docs/wire.md", "4.1", "docs/evidence.md", "125"])
    assert done.exit_code == 0
    assert "### 4.1 List" in done.output
    assert "`filter=yes` applies the saved filter" in done.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["docs/wire.md", "99"], "docs/wire.md has no number 99; it has 1, 2, 2.1,"),
        (["nonsense"], "'nonsense' names no page"),
        (GONE.split(), "is not installed"),
    ],
)
def test_explain_says_what_it_cannot_print(words: list[str], message: str) -> None:
    done = CliRunner().invoke(explain, words)
    assert done.exit_code == 2
    assert message in done.output
