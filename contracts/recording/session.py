"""A session: exchanges in the order in which they were recorded, in one file.

The file is a stream of YAML documents: a head, then one document for each exchange, each closed by
``...``. So an exchange is on disk as soon as it was answered, and an incomplete one at the end can
be recognized. Every text was pseudonymized before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from contracts.record.document import DocumentError, Node, document_to_record, from_record
from contracts.record.exchange import BODIES, METHODS
from contracts.record.fields import ExchangeError, FieldReader

FORMAT: Final = "session 1"
END: Final = "...\n"
_BREAKS: Final = re.compile("[\r\x85\u2028\u2029\ufeff]")
_LOADER: Final[Any] = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader


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
    """Reads a session's file. Raises ExchangeError: one line with file, exchange and reason."""
    try:
        text = path.read_text("utf-8")
    except OSError as problem:
        raise ExchangeError(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeError:
        raise ExchangeError(f"{path}: cannot be read: it is not UTF-8") from None
    whole, torn = _whole(text)
    try:
        documents = list(yaml.load_all(whole, Loader=_LOADER))
    except yaml.YAMLError as problem:
        raise ExchangeError(f"{path}: not yaml: {' '.join(str(problem).split())}") from None
    except RecursionError:
        raise ExchangeError(f"{path}: not yaml: it is too deep") from None
    if not documents:
        raise ExchangeError(f"{path}: is no session: nothing in it is whole")
    try:
        session = _head(FieldReader(documents[0]))
    except ExchangeError as problem:
        raise ExchangeError(f"{path}: {problem}") from None
    entries = tuple(_entries(path, documents[1:]))
    return Session(
        session.name, session.upstream, session.began, session.version, session.personal,
        entries, torn,
    )  # fmt: skip


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


def _entries(path: Path, documents: list[object]) -> Iterator[RecordedExchange]:
    for number, document in enumerate(documents, start=1):
        try:
            yield _entry(FieldReader(document))
        except (ExchangeError, DocumentError) as problem:
            raise ExchangeError(f"{path}: exchange {number}: {problem}") from None


def _entry(top: FieldReader) -> RecordedExchange:
    request, answer = top.reader("request"), top.reader("answer")
    withheld = answer.text("withheld", "")
    doc: Node | None = None
    kind, text = "", ""
    if not withheld:
        kind = answer.text("kind")
        doc = from_record("doc", answer.value("doc"))[0]
        text = str(answer.value("text"))
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
    text = reader.text(name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ExchangeError(f'{reader.where(name)}: "{text}" is no moment') from None
    if moment.tzinfo is None:
        raise ExchangeError(f"{reader.where(name)}: {text} has no time zone")
    return moment


def _seconds(reader: FieldReader) -> float:
    text = reader.text("seconds")
    try:
        return float(text)
    except ValueError:
        raise ExchangeError(f'{reader.where("seconds")}: "{text}" is no number') from None
