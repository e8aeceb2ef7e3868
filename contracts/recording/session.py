"""A session: exchanges in the order in which they were recorded, in one file.

The file is a stream of YAML documents: a head, then one document for each exchange, each closed by
``...``. So an exchange is on disk as soon as it was answered, and an incomplete one at the end can
be recognized. Every text was pseudonymized before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import yaml

from contracts.record.document import DocumentError, Node, document_to_record, read_document
from contracts.record.exchange import BODIES, METHODS
from contracts.record.fields import ExchangeError, FieldReader
from mockseller.files import Problem, parse_yaml, read_text

FORMAT: Final = "session 1"
END: Final = "...\n"
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029\ufeff]")
_NO_MOMENT: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """One exchange as it was recorded.

    ``login``: the login's style and its pseudonym. ``params`` and ``doc`` have placeholders;
    ``text`` is the answer, pseudonymized; ``withheld`` says why there is no text. ``at`` is the
    recorder's time, ``today`` the seller's date, ``seconds`` the duration.
    """

    func: str
    at: datetime
    today: date
    seconds: float
    method: str
    body: str
    login: str
    out: str
    params: Mapping[str, str]
    status: int
    content_type: str
    kind: str = ""
    doc: Node | None = None
    text: str = ""
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A recording. ``torn``: an incomplete exchange at the end of the file, or empty."""

    name: str
    upstream: str
    began: datetime
    version: str = "not known"
    personal: str = "covered"
    entries: tuple[RecordedExchange, ...] = field(default=())
    torn: str = ""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks where YAML allows it."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if _BREAKS.search(text):
        # YAML takes these for line breaks, and would read a blank instead.
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _document(data: Mapping[str, object]) -> bytes:
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, explicit_start=True, width=100
    )
    return f"{text}{END}".encode()


def write_head(session: Session) -> bytes:
    """The first document of a session's file."""
    return _document({
        "mockseller": FORMAT,
        "name": session.name,
        "upstream": session.upstream,
        "began": session.began.isoformat(timespec="seconds"),
        "version": session.version,
        "personal": session.personal,
    })  # fmt: skip


def write_entry(entry: RecordedExchange) -> bytes:
    """One exchange as its document of the file."""
    answer: dict[str, object] = {"status": str(entry.status), "type": entry.content_type}
    if entry.withheld:
        answer["withheld"] = entry.withheld
    else:
        answer["kind"] = entry.kind
        answer["doc"] = document_to_record(entry.doc) if entry.doc is not None else {}
        answer["text"] = entry.text
    return _document({
        "func": entry.func,
        "at": entry.at.isoformat(timespec="seconds"),
        "today": entry.today.isoformat(),
        "seconds": f"{entry.seconds:.3f}",
        "request": {
            "method": entry.method,
            "body": entry.body,
            "login": entry.login,
            "out": entry.out,
            "params": dict(entry.params),
        },
        "answer": answer,
    })  # fmt: skip


def read(path: Path) -> Session:
    """Reads a session's file. Raises ExchangeError: a line for each problem, with its exchange."""
    whole, torn = _whole(read_text(path, ExchangeError))
    source = parse_yaml(whole, ExchangeError, name=str(path), texts=True, unit="exchange")
    if not source.document:
        raise ExchangeError(f"{path}: is no session: nothing in it is whole")
    problems: list[Problem] = []
    head, *others = source.document
    session = _head(FieldReader(head, (0,), problems))
    entries = tuple(
        _entry(FieldReader(document, (number,), problems))
        for number, document in enumerate(others, start=1)
    )
    source.check(problems)
    return replace(session, entries=entries, torn=torn)


def _whole(text: str) -> tuple[str, str]:
    """The complete documents of the file, and what follows them."""
    if text.endswith(f"\n{END}"):
        return text, ""
    end = text.rfind(f"\n{END}")
    cut = 0 if end < 0 else end + len(END) + 1
    return text[:cut], text[cut:]


def _head(top: FieldReader) -> Session:
    top.word("mockseller", (FORMAT,))
    session = Session(
        name=top.text("name"),
        upstream=top.text("upstream"),
        began=_moment(top, "began"),
        version=top.text("version"),
        personal=top.word("personal", ("covered", "kept")),
    )
    top.finish()
    return session


def _entry(top: FieldReader) -> RecordedExchange:
    request, answer = top.reader("request"), top.reader("answer")
    withheld = answer.text("withheld", "")
    doc: Node | None = None
    kind, text = "", ""
    if not withheld:
        kind = answer.text("kind")
        text = str(answer.value("text"))
        try:
            doc = read_document(answer.value("doc")) if answer.has("doc") else None
        except DocumentError as problem:
            answer.refuse("doc", str(problem))
    entry = RecordedExchange(
        func=top.text("func"),
        at=_moment(top, "at"),
        today=date.fromisoformat(top.day("today")),
        seconds=_seconds(top),
        method=request.word("method", METHODS),
        body=request.word("body", BODIES),
        login=request.text("login"),
        out=request.text("out", ""),
        params=request.texts("params"),
        status=answer.number("status"),
        content_type=answer.text("type", ""),
        kind=kind,
        doc=doc,
        text=text,
        withheld=withheld,
    )
    for reader in (request, answer, top):
        reader.finish()
    return entry


def _moment(reader: FieldReader, name: str) -> datetime:
    """A moment with its time zone; the first one of all where it is refused."""
    text = reader.text(name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _NO_MOMENT
        if reader.is_sound(name):
            reader.refuse(name, f'"{text}" is no moment')
    if moment.tzinfo is None:
        reader.refuse(name, f"{text} has no time zone")
    return moment


def _seconds(reader: FieldReader) -> float:
    text = reader.text("seconds")
    try:
        return float(text)
    except ValueError:
        if reader.is_sound("seconds"):
            reader.refuse("seconds", f'"{text}" is no number')
        return 0.0
