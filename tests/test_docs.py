"""Documents say what is: links lead somewhere, citations cite something, nothing is left out."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from emulator.app import create_registry
from emulator.domain.world import Rules
from emulator.settings import READERS, Settings
from emulator.worlds.fixtures.json_schema import attribute_docs

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
SOURCES = [
    path
    for folder in ("mockseller", "emulator", "reseller_client", "contracts", "tests", "fixtures")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".yaml"}
]
SCRIPTS = sorted((ROOT / "docs" / "scripts").glob("*.sh"))
WRITTEN = ROOT / "docs" / "reference"
CITED = re.compile(
    r"docs/(wire|trade|resale|modules)\.md\s+sections?\s+((?:[0-9][0-9.]*(?:,\s+|\s+and\s+|\s+to\s+)?)+)"
)
DECIDED = re.compile(r"docs/evidence\.md\s+((?:[0-9]+(?:,\s+|\s+and\s+)?)+)")
NAMED_FILE = re.compile(
    r"`((?:mockseller|emulator|reseller_client|contracts|tests)/[a-z0-9_./-]+)`"
)
NAMED = re.compile(r"[\w./-]*\b[\w-]+\.md\b")
NEWER = 100
"""Decisions above have the number of what they rest on: some numbers are not used."""


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made of them where Markdown is shown."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def sections(name: str) -> set[str]:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^##+ ([0-9]+(?:\.[0-9]+)?)\.? ", text))


def decisions() -> set[str]:
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^([0-9]+)\. ", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"(?s)```.*?```", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_of_the_project_that_a_page_names_is_there(page: Path) -> None:
    if page.name != "CHANGELOG.md":  # which tells of former versions too
        for name in NAMED_FILE.findall(page.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), name


def test_every_layer_of_the_architecture_is_one_that_imports_are_held_to() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = layers["tool"]["importlinter"]["contracts"]
    for heading, container in (("seller", "emulator"), ("client", "reseller_client"),
                               ("judge", "contracts")):  # fmt: skip
        (contract,) = (each for each in contracts if each.get("containers") == [container])
        layered = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
        section = page.partition(f"## Inside the {heading}\n")[2].partition("\n## ")[0]
        rows = [row.split("|")[2] for row in section.splitlines() if row.startswith("| ")]
        named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
        assert named == layered


def test_every_citation_in_the_sources_is_there() -> None:
    for path in SOURCES:
        text = re.sub(r"\n\s*#? ?", " ", path.read_text(encoding="utf-8"))
        for name, numbers in CITED.findall(text):
            for number in re.findall(r"[0-9]+(?:\.[0-9]+)?", numbers):
                assert number in sections(name), f"{path}: docs/{name}.md section {number}"
        for numbers in DECIDED.findall(text):
            for number in re.findall(r"[0-9]+", numbers):
                assert number in decisions(), f"{path}: docs/evidence.md {number}"


def test_the_sources_name_only_documents_of_this_project() -> None:
    makers = {Path(__file__), *(ROOT / "emulator" / "reference").glob("*.py")}
    for path in set(SOURCES) - makers:
        for name in NAMED.findall(path.read_text(encoding="utf-8")):
            assert (ROOT / name).is_file(), f"{path}: {name}"


def test_no_section_is_cited_without_its_document() -> None:
    for path in set(SOURCES) - {Path(__file__)}:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"\breference,? (?:sections?|[0-9])", text) is None, path


def test_the_decisions_are_numbered_without_a_gap() -> None:
    older = {number for number in map(int, decisions()) if number <= NEWER}
    assert older == set(range(1, len(older) + 1))


def test_every_decision_is_held_by_a_test_or_says_where() -> None:
    text = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    elsewhere = set(re.findall(r"(?ms)^([0-9]+)\. (?:(?!^[0-9]+\. ).)*?\(\*shown", text))
    tested = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        of_decisions = file.name.startswith("test_decided_")
        digits = "[0-9]{2,3}" if of_decisions else "1[0-9]{2}"
        cited = re.findall(rf"def test_({digits})_", file.read_text(encoding="utf-8"))
        tested |= {str(int(number)) for number in cited}
    assert tested | elsewhere == decisions()


def test_every_function_has_its_place_in_the_reference() -> None:
    for function in create_registry():
        page = WRITTEN / "functions" / f"{function.family.name}.md"
        assert f"\n## {function.name}\n" in page.read_text(encoding="utf-8")
        assert f"`{function.name}`" in (WRITTEN / "README.md").read_text(encoding="utf-8")


def test_every_setting_and_rule_says_what_it_is_for() -> None:
    assert set(attribute_docs(Settings)) == set(Settings.__dataclass_fields__) == set(READERS)
    assert set(attribute_docs(Rules)) == set(Rules.__dataclass_fields__)


@pytest.mark.full_only("make documents, which make test runs first")
def test_the_reference_is_as_the_program_says() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "emulator.reference", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_pages_that_differ_and_pages_of_nothing_are_stale(tmp_path: Path) -> None:
    from emulator.reference.__main__ import stale, write

    write(tmp_path, {"a.md": "1", "deep/b.md": "2"})
    assert stale(tmp_path, {"a.md": "1", "deep/b.md": "2"}) == []
    assert stale(tmp_path, {"a.md": "other", "c.md": ""}) == ["a.md", "c.md", "deep/b.md"]
    write(tmp_path, {"a.md": "other"})
    assert stale(tmp_path, {"a.md": "other"}) == []


def test_149_every_table_of_libraries_is_made_by_a_script_that_the_page_names() -> None:
    page = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    scripts = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS}
    made = [name for text in scripts.values() for line in re.findall("(?m)^compare (.+) <", text)
            for name in line.split()]  # fmt: skip
    assert sorted(made) == sorted(re.findall("<!-- rows: (.+) -->", page))
    unnamed = [name for name in scripts if f"`docs/scripts/{name}`" not in page]
    assert unnamed == ["rows.sh"], "what the scripts share"


def test_every_finding_is_in_the_table_of_findings() -> None:
    page = (ROOT / "findings" / "README.md").read_text(encoding="utf-8")
    scripts = sorted(path.name for path in (ROOT / "findings").glob("*.sh"))
    assert re.findall(r"(?m)^\| `(.+?)` \|", page) == scripts
