"""The sources of verdicts on a page: links to what they name, which stands further down in it.

A report is sent by mail and kept by CI systems, where no file lies beside it: so the page contains
the cited sections themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from contracts.reports.plaintext import shown
from contracts.sources import Reference, Section, list_sections, split


@dataclass(frozen=True, slots=True)
class CitedSection:
    """One section on the page: the id that links lead to, its name, heading and text."""

    anchor: str
    name: str
    title: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Citations:
    """What the sources of all verdicts of a page name, and is installed."""

    sections: Mapping[Reference, Section]

    @classmethod
    def of(cls, sources: Iterable[str]) -> Citations:
        """Those that sources name."""
        sections = {
            section.reference: section
            for source in dict.fromkeys(sources)
            for section in list_sections(source)
        }
        return cls(sections)

    def link(self, source: str) -> Markup:
        """A source in which every name of a section on the page is a link to it."""
        return Markup("").join(
            Markup('<a href="#{}">{}</a>').format(reference.anchor, text)
            if reference is not None and reference in self.sections
            else escape(shown(text))
            for text, reference in split(source)
        )

    def shown(self) -> list[CitedSection]:
        """The sections in the order of pages and numbers."""
        markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
        return [
            CitedSection(
                section.reference.anchor,
                str(section.reference),
                section.title,
                _without_dead_links(markdown.render(section.text)),
            )
            for section in sorted(self.sections.values(), key=_place)
        ]


def _place(section: Section) -> tuple[str, tuple[int, ...]]:
    reference = section.reference
    return reference.page, tuple(map(int, reference.number.split(".")))


def _without_dead_links(html: str) -> Markup:
    """The rendered text, in which a link to another file of the project is only its words."""
    return Markup(  # noqa: S704 - made of our own pages, in which HTML is not interpreted
        re.sub(r'<a href="(?!https?:)[^"]*">(.*?)</a>', r"\1", html, flags=re.DOTALL)
    )
