"""Reads reports back, as those do for whom they are made; knows nothing of how they were made."""

from __future__ import annotations

import io
import re
from collections import Counter
from html.parser import HTMLParser

import junitparser
from rich.console import Console

from contracts.reports.console import print_run
from contracts.verdicts import Run


class Page(HTMLParser):
    """A page: its tags, its rows by run and outcome, its text."""

    VOID = frozenset({"meta", "input", "br", "img", "link"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[Counter[str]] = []
        self.text = ""
        self.scripts = ""
        self._open: list[str] = []
        self._group = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        output = dict(attrs)
        classes = (output.get("class") or "").split()
        self.tags.append((tag, output))
        if tag not in self.VOID:
            self._open.append(tag)
        if tag == "section":
            self.rows.append(Counter())
        if "group" in classes:
            self._group = classes[1].replace("-", " ")
        if "row" in classes:
            self.rows[-1][self._group] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes what is not open"

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts += data
        elif not self._open or self._open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of a kind."""
        return [attrs for matches, attrs in self.tags if matches == tag]


def junit(text: str) -> list[junitparser.TestSuite]:
    """The suites of a JUnit document."""
    return list(junitparser.JUnitXml.fromstring(text.encode("utf-8")))


def outcomes(suite: junitparser.TestSuite) -> Counter[str]:
    """The outcomes of a suite, as the properties of its cases say."""
    return Counter(
        matches.value
        for case in suite
        for listed in case.iterchildren(junitparser.Properties)
        for matches in listed
        if matches.name == "outcome"
    )


def printed(
    run: Run, *, strict: bool = False, terminal: bool = False, everything: bool = False
) -> str:
    """What a terminal shows of a run."""
    remaining = io.StringIO()
    console = Console(file=remaining, width=200, force_terminal=terminal)
    print_run(console, run, everything=everything, strict=strict)
    return remaining.getvalue()


def counted(output: str) -> list[Counter[str]]:
    """The counts a terminal tells, run by run."""
    words = r"pass|fail|warn|known|stale|skip|not exercised|does not apply|unsupported|error"
    lines = re.findall(rf"(?m)^[^\n]*: ((?:\d+ (?:{words})(?:, )?)+|nothing was tested)$", output)
    return [
        Counter({word: int(number) for number, word in re.findall(rf"(\d+) ({words})", line)})
        for line in lines
    ]
