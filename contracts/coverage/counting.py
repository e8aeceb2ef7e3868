"""Counts coverage from a seller's journal, or from the calls in saved reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from contracts.checks.fuzz.answered import read_answer
from contracts.target.seller import CONTROL, TIMEOUT, CannotRun
from contracts.verdicts import CallRecord, Run
from emulator.app import create_registry
from emulator.openapi import Called, Coverage

EVERY: Final = "*"
"""In place of a world's name: all worlds of the seller."""


@dataclass(slots=True)
class CoverageCount:
    """A count; ``notes`` say what could not be counted; ``is_whole``: nothing is missing."""

    coverage: Coverage = field(default_factory=lambda: Coverage(create_registry()))
    notes: list[str] = field(default_factory=list)
    is_whole: bool = True

    def add(self, counts: Mapping[str, Any]) -> None:
        """Adds an answer of the control API, about one world or several."""
        self.coverage.merge(dict(counts))
        for world, journal in counts["journal"].items():
            if number := journal.get("own_answers", 0):
                self.notes.append(
                    f"world {world}: calls with an answer of your own: {number}; they do not count"
                )
            if journal["off"]:
                self.is_whole = False
                self.notes.append(f"world {world}: its seller keeps no journal (journal_rows is 0)")
            elif journal["dropped"]:
                self.is_whole = False
                self.notes.append(
                    f"world {world}: the journal dropped its first {journal['dropped']} entries "
                    "before they were counted; a larger journal_rows or journal_bytes keeps them"
                )

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what `merge` adds to another count."""
        return {
            "coverage": self.coverage.as_dict(),
            "notes": list(self.notes),
            "is_whole": self.is_whole,
        }

    def merge(self, counts: Mapping[str, Any]) -> None:
        """Adds another count (`as_dict`), such as that of another process."""
        self.coverage.merge(counts["coverage"])
        self.notes.extend(counts["notes"])
        self.is_whole = self.is_whole and counts["is_whole"]

    def finish(self) -> None:
        """Adds notes about answers whose fields could not be read."""
        for out, number in sorted(self.coverage.unread.items()):
            self.notes.append(f"{number} answers in {out} have no names of fields")


def count_seller(
    url: str, *, world: str = "", token: str = "", verify: bool = True, trust_env: bool = True
) -> CoverageCount:
    """Counts the calls of a world; by default of the one that the URL's path names.

    Raises CannotRun, with one line: not reached, no control API, no such world.
    """
    parts = httpx.URL(url)
    words = parts.path.split("/")
    named = words[2] if words[1:2] == ["w"] and len(words) > 2 else "default"  # noqa: PLR2004 - /w/NAME
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = parts.copy_with(path=f"{CONTROL}/coverage", query=None)
    try:
        with httpx.Client(timeout=TIMEOUT, verify=verify, trust_env=trust_env) as http:
            reply = http.get(address, params={"world": world or named}, headers=headers)
    except httpx.HTTPError as problem:
        raise CannotRun(f"{address}: cannot be reached: {problem}") from problem
    if not reply.is_success:
        raise CannotRun(f"{address}: {_line(reply)}")
    counted = CoverageCount()
    counted.add(reply.json())
    counted.finish()
    return counted


def _line(reply: httpx.Response) -> str:
    try:
        return str(reply.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {reply.status_code}; only a mockseller counts coverage"


def count_runs(runs: Iterable[Run]) -> CoverageCount:
    """Counts the calls in saved runs: those that are shown with their verdicts."""
    counted = CoverageCount()
    for run in runs:
        for verdict in run.verdicts:
            for seen in verdict.proof:
                counted.coverage.add(_called(seen))
    counted.notes.append("of a report only the requests in it are counted")
    counted.is_whole = False
    counted.finish()
    return counted


def count_files(paths: Iterable[Path]) -> CoverageCount:
    """Counts the calls in files that a judge wrote with ``--save``. Raises CannotRun."""
    from contracts.reports.saved import SavedReportError, read_file  # noqa: PLC0415 - reports load more

    try:
        return count_runs(run for path in paths for run in read_file(path))
    except SavedReportError as problem:
        raise CannotRun(str(problem)) from problem


def _called(seen: CallRecord) -> Called:
    request = httpx.Request(seen.method, seen.address, params=dict(seen.request))
    call = read_answer(request, httpx.Response(seen.status or 200, text=seen.answer))
    params = dict(seen.request)
    return Called(params.get("func", ""), params, call.out, call.error or "", seen.answer)
