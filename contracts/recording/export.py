"""Makes exchanges of grade ``recorded`` of a session: one file each, with its steps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml

from contracts.record.document import Node, document_to_record
from contracts.record.exchange import read_file
from contracts.record.fields import ExchangeError
from contracts.record.formats import FORMATS, HTTP_OK, find_format, unfold_bjson
from contracts.recording.generalization import (
    GeneralizationContext,
    find_labels,
    find_labels_in,
    generalize,
    reduce_to_labels,
)
from contracts.recording.session import RecordedExchange, Session
from contracts.target.redact import MASK
from contracts.target.spending import changes
from contracts.verdicts import RECORDED

_PERSONAL: Final = re.compile(
    r"auth|session\..*|logon|totp\..*|register|recovery|su|account\.su|user\.su|chlevel"
)
"""Functions about the caller: their requests contain credentials."""


@dataclass(frozen=True)
class SessionDependencies:
    """A session and the dependencies between its exchanges, which are counted from zero."""

    session: Session

    @cached_property
    def account(self) -> str:
        """The login of most exchanges; the judge uses its own instead."""
        names = Counter(_who(entry) for entry in self.session.entries if _who(entry))
        return names.most_common(1)[0][0] if names else ""

    @cached_property
    def binders(self) -> Mapping[str, int]:
        """For each label the exchange whose answer had it first."""
        binders: dict[str, int] = {}
        for number, entry in enumerate(self.session.entries):
            for label in find_labels(entry.doc) if entry.doc is not None else ():
                binders.setdefault(label, number)
        return binders

    @cached_property
    def made(self) -> frozenset[str]:
        """The labels of elements that this session created."""
        entries = self.session.entries
        return frozenset(label for label, n in self.binders.items() if _changed(entries[n]))

    def reason(self, number: int) -> str:
        """Why an exchange cannot be exported, in one line; empty where it can."""
        entry = self.session.entries[number]
        post = entry.method == "POST"
        reasons = {
            f"its answer is withheld: {entry.withheld}": bool(entry.withheld),
            f"its HTTP status is {entry.status}": entry.status != HTTP_OK,
            f"exchanges have no format {entry.out}": find_format(entry.out) not in FORMATS,
            "its request is a login": _PERSONAL.fullmatch(entry.func) is not None,
            "its request holds a secret": MASK in entry.params.values(),
            "it was sent with another login": _who(entry) not in ("", self.account),
            f"exchanges have no {entry.method} with the body {entry.body}": (
                post == (entry.body in ("none", "json"))
            ),
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    def needed(self, number: int) -> set[str]:
        """The labels that it depends on: those of its request, and of earlier creations."""
        entry = self.session.entries[number]
        requested = {label for text in entry.params.values() for label in find_labels_in(text)}
        data = find_labels(entry.doc) if entry.doc is not None else set()
        return requested | {label for label in data & self.made if self.binders[label] < number}

    def steps(self, number: int) -> list[int]:
        """The earlier exchanges that one depends on, in order."""
        needed = self.needed(number)
        steps: list[int] = []
        for before in range(number - 1, -1, -1):
            entry = self.session.entries[before]
            requested = {label for text in entry.params.values() for label in find_labels_in(text)}
            binds = {label for label in needed if self.binders.get(label) == before}
            if binds or (_changed(entry) and requested & needed):
                steps.append(before)
                needed |= requested
        return sorted(steps)


def export(session: Session, folder: Path, *, world: str = "small") -> tuple[list[Path], list[str]]:
    """Writes the exchanges; returns the files, and a line for each exchange that was left out.

    Raises OSError where the folder cannot be written.
    """
    session_links = SessionDependencies(session)
    files: list[Path] = []
    left: list[str] = []
    for number, entry in enumerate(session.entries):
        reason = session_links.reason(number)
        for step in session_links.steps(number) if not reason else ():
            reason = reason or _of_step(session_links, step)
        if not reason:
            path = folder / entry.func / f"{_named(session.name)}-{number + 1:03}.yaml"
            reason = _written(session_links, number, path, world)
            files += [path] if not reason else []
        if reason:
            left.append(f"{number + 1} {entry.func}: {reason}")
    return files, left


def _of_step(session_links: SessionDependencies, step: int) -> str:
    reason = session_links.reason(step)
    return f"it depends on {step + 1}: {reason}" if reason else ""


def _written(session_links: SessionDependencies, number: int, path: Path, world: str) -> str:
    """Writes one file; returns what is wrong with it, or an empty text."""
    data = _exchange(session_links, number, world)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
    path.write_text(text, "utf-8")
    try:
        read_file(path)
    except ExchangeError as problem:
        path.unlink()
        return str(problem).removeprefix(f"{path}: ")
    return ""


def _exchange(session_links: SessionDependencies, number: int, world: str) -> dict[str, object]:
    session, entry = session_links.session, session_links.session.entries[number]
    steps = session_links.steps(number)
    before = [_step(session_links, step, number, steps) for step in steps]
    data: dict[str, object] = {
        "func": entry.func,
        "about": _about(entry),
        "world": world,
        "login": entry.login.partition(" ")[0],
    }
    if before:
        data["before"] = before
    data["request"] = _request(entry)
    data["answer"] = _answer(session_links, number)
    return data | {
        "evidence": RECORDED,
        "source": f"recorded session {session.name}, number {number + 1}",
        "date": entry.at.date().isoformat(),
        "version": session.version,
    }


def _request(entry: RecordedExchange) -> dict[str, object]:
    data: dict[str, object] = {"params": dict(entry.params)}
    if entry.method != "GET" or entry.body != "none":
        data |= {"method": entry.method, "body": entry.body}
    return data


def _answer(session_links: SessionDependencies, number: int) -> dict[str, object]:
    entry = session_links.session.entries[number]
    shape = find_format(entry.out)
    doc = _general(session_links, number, entry.doc)
    data: dict[str, object] = {"formats": [shape], "kind": entry.kind}
    if shape == "bjson":
        error = entry.kind == "error"
        return data | {
            "doc": {"error": {"msg": "<text>"}} if error else {},
            "bjson": document_to_record(doc),
        }
    return data | {"doc": document_to_record(doc)}


def _general(
    session_links: SessionDependencies,
    number: int,
    doc: Node | None,
    bound: frozenset[str] = frozenset(),
) -> Node:
    """A generalized document of the session; rows with labels of ``bound`` stay too."""
    entry = session_links.session.entries[number]
    data = find_labels(doc) if doc is not None else set()
    new = {label for label in data if session_links.binders[label] == number}
    context = GeneralizationContext(
        entry.params, session_links.needed(number) | new, session_links.made | bound
    )
    return generalize(doc or Node("doc"), context)


def _step(
    session_links: SessionDependencies, step: int, number: int, steps: list[int]
) -> dict[str, object]:
    """One step as a file has it: the request, and the part of its answer that binds labels."""
    entry = session_links.session.entries[step]
    needed = session_links.needed(number).union(
        *(session_links.needed(other) for other in steps if other > step)
    )
    # Steps are sent in xml, whatever format they were recorded in.
    doc = entry.doc
    if doc is not None and find_format(entry.out) == "bjson":
        doc = unfold_bjson(doc)
    bound = frozenset(label for label in needed if session_links.binders.get(label) == step)
    answer = reduce_to_labels(_general(session_links, step, doc, bound), bound)
    data: dict[str, object] = {"func": entry.func, "login": entry.login.partition(" ")[0]}
    data |= _request(entry)
    return data | ({"answer": document_to_record(answer)} if answer is not None else {})


def _changed(entry: RecordedExchange) -> bool:
    return entry.kind == "result" and changes(entry.func, entry.params)


def _who(entry: RecordedExchange) -> str:
    return entry.login.partition(" ")[2]


def _about(entry: RecordedExchange) -> str:
    sent = " with sok" if entry.params.get("sok") else ""
    button = entry.params.get("clicked_button", "")
    pressed = f" and the button {button}" if button else ""
    return f"{entry.func}{sent}{pressed}, as it was recorded."


def _named(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name) or "session"
