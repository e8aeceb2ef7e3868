"""Sources: where a fact is written down, and what stands there.

A source is a line such as ``docs/wire.md sections 4.1 and 5.2, docs/evidence.md 125 (observed)``:
pages, the numbers of their sections or of their numbered facts, and words for people. The pages
are installed with the package, so that whoever has no checkout can read them too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NUMBER: Final = r"\d+(?:\.\d+)*"
_CITATION: Final = re.compile(
    rf"(?P<page>docs/[a-z]+\.md)(?: sections?)? (?P<numbers>{_NUMBER}(?:(?:, | and ){_NUMBER})*)"
)
_PAGE: Final = re.compile(r"docs/[\w/.-]+\.md")
_HEADING: Final = re.compile(r"(#+) (?:(\d+(?:\.\d+)*)\.? )?(.+)")
_FACT: Final = re.compile(r"(\d+)\. ")


class SourceError(ValueError):
    """A source names nothing that can be read; the text is one line."""


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One section or numbered fact of a page: ``docs/wire.md``, ``4.1``."""

    page: str
    number: str

    def __str__(self) -> str:
        """As it is written in a source, and typed after ``mockseller explain``."""
        return f"{self.page} {self.number}"

    @property
    def anchor(self) -> str:
        """The id of its text in the HTML page of a report: ``wire-4.1``."""
        return f"{Path(self.page).stem}-{self.number}"


@dataclass(frozen=True, slots=True)
class Section:
    """What stands there. ``title``: the heading it has or stands under; ``text``: Markdown."""

    reference: Reference
    title: str
    text: str


def split(source: str) -> Iterator[tuple[str, Reference | None]]:
    """Yield a source in pieces that make it up again: texts, and names with their reference."""
    end = 0
    for citation in _CITATION.finditer(source):
        yield source[end : citation.start()], None
        end = citation.start()
        for number in re.finditer(_NUMBER, citation["numbers"]):
            stop = citation.start("numbers") + number.end()
            begin = stop - len(number[0])
            # The page belongs to its first number, "and" stands between two.
            if end == citation.start():
                begin = end
            elif begin > end:
                yield source[end:begin], None
            yield source[begin:stop], Reference(citation["page"], number[0])
            end = stop
    yield source[end:], None


def list_references(source: str) -> tuple[Reference, ...]:
    """The sections and facts that a source names, each once, whether or not they exist."""
    named = (reference for _, reference in split(source) if reference is not None)
    return tuple(dict.fromkeys(named))


def list_sections(source: str) -> tuple[Section, ...]:
    """What can be read of a source; empty where it names nothing that is installed."""
    return tuple(filter(None, map(find_section, list_references(source))))


def explain_command(source: str) -> str:
    """The command that prints what can be read of a source; empty where that is nothing."""
    names = " ".join(str(section.reference) for section in list_sections(source))
    return f"mockseller explain {names}" if names else ""


def read_section(reference: Reference) -> Section:
    """What stands at a reference. Raises SourceError where there is no such page or number."""
    sections = _read_page(reference.page)
    if reference.number not in sections:
        numbers = ", ".join(sections) or "none"
        raise SourceError(f"{reference.page} has no number {reference.number}; it has {numbers}")
    return sections[reference.number]


def find_section(reference: Reference) -> Section | None:
    """What stands at a reference, or None: a saved report may name what is gone since."""
    try:
        return read_section(reference)
    except SourceError:
        return None


def check_source(source: str) -> None:
    """Raise SourceError unless every page that a source names is named with numbers it has."""
    references = list_references(source)
    if len(set(_PAGE.findall(source))) > len({reference.page for reference in references}):
        raise SourceError(f"{source!r} names a page without a number")
    if not references:
        raise SourceError(f"{source!r} names no page")
    for reference in references:
        read_section(reference)


def docs_folder() -> Path:
    """The pages: inside the package when installed, beside it in a working tree."""
    package = Path(__file__).resolve().parent
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent / "docs"


@functools.cache
def _read_page(page: str) -> dict[str, Section]:
    """The sections and facts of a page by number, in their order. Raises SourceError."""
    path = docs_folder() / Path(page).name
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError:
        raise SourceError(f"{page} is not installed") from None
    sections: dict[str, Section] = {}
    heading = ""
    for place, line in enumerate(lines):
        number = ""
        if match := _HEADING.fullmatch(line):
            heading, number = match[3], match[2] or ""
            text = _until(lines, place, rf"#{{1,{len(match[1])}}} ")
        elif match := _FACT.match(line):
            number = match[1]
            text = _until(lines, place, r"\d+\. |#+ ")
        else:
            continue
        if number and number not in sections:
            sections[number] = Section(Reference(page, number), heading, text)
    return sections


def _until(lines: list[str], place: int, stop: str) -> str:
    """The lines from a place to the next that begins so."""
    ends = (n for n in range(place + 1, len(lines)) if re.match(stop, lines[n]))
    return "\n".join(lines[place : next(ends, len(lines))]).strip()
