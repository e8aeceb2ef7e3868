"""Exchanges: one request with its expected answer, a file ``exchanges/<func>/<what>.yaml``.

A file says::

    about:    one sentence
    cost:     what a mistake costs; without it, what costs.yaml says of its error or function
    func:     soft.edit                 the folder's name
    world:    small                     a fixture; its services have roles (roles.py)
    login:    authinfo                  none | authinfo | session | cookie, and USER[:PASSWORD]
    portable: true                      holds for any account of any seller and costs nothing
    before:   [{func, params, login, method, body, times, answer}]      prepares the state
    request:  {params, method, body, flood}
    answer:   {formats, kind, exact, doc, bjson}
    client:   {call, with, meanwhile, reads, raises}      the same call of the reseller's client
    evidence: recorded | documented | observed | assumed
    source:   where the fact comes from
    date:     2026-11-23                when the file was written
    version:  the version of the seller that it was seen with, as far as known

``doc`` is a tree (:mod:`contracts.record.document`) with placeholders
(:mod:`contracts.record.placeholders`).
Every scalar is read as a text: ``on`` is "on", ``null`` is "null", ``1`` is "1".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from contracts.record.compare import ExpectedDocument
from contracts.record.costs import read_costs
from contracts.record.document import DocumentError, Node, read_document
from contracts.record.fields import ExchangeError, FieldReader
from contracts.record.formats import FORMATS, KINDS
from contracts.record.placeholders import Placeholder, check_placeholders, find_placeholders
from contracts.record.roles import KINDS as ROLE_KINDS
from contracts.verdicts import EVIDENCE, CallRecord, Outcome, Verdict
from mockseller.files import read_yaml

FOLDER = Path(__file__).parents[1] / "exchanges"
LOGINS = ("none", "authinfo", "session", "cookie")
METHODS = ("GET", "POST")
BODIES = ("none", "form", "bare", "multipart", "json")
"""``bare``: a form without a Content-Type; ``json``: ``{}``, with the parameters in the query."""
OUR_LOGIN, OUR_PASSWORD = "reseller", "secret"


@dataclass(frozen=True, slots=True)
class Login:
    """The login of a call, in one of the styles `LOGINS`; an empty name is the judge's account."""

    style: str = "authinfo"
    name: str = ""
    password: str = OUR_PASSWORD


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``flood`` adds that many meaningless parameters."""

    func: str
    params: Mapping[str, str]
    method: str = "GET"
    body: str = "none"
    login: Login = Login()
    flood: int = 0


@dataclass(frozen=True, slots=True)
class PreparationStep:
    """A request that prepares the state, sent ``times`` times; its answer must match."""

    request: Request
    expected: ExpectedDocument
    times: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reseller's client must read from the answer.

    ``call`` is a name of :mod:`contracts.checks.client.calls`; ``meanwhile`` names exchanges that
    answer what else the client asks on its way; it ``reads`` these values or ``raises`` this error.
    """

    call: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    meanwhile: tuple[str, ...] = ()
    reads: object = None
    raises: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its expected answer, and how the answer is known."""

    name: str
    about: str
    cost: str
    world: str
    portable: bool
    before: tuple[PreparationStep, ...]
    request: Request
    expected: ExpectedDocument
    formats: tuple[str, ...]
    reading: Reading | None
    evidence: str
    source: str
    date: str
    version: str

    @property
    def func(self) -> str:
        """The function that the request calls."""
        return self.request.func

    def verdict(
        self,
        out: str,
        outcome: Outcome,
        messages: Iterable[str] = (),
        proof: Iterable[CallRecord] = (),
    ) -> Verdict:
        """What a judge has found about it, in a format."""
        return Verdict(
            self.name, out, outcome, self.evidence, tuple(messages), tuple(proof), self.source,
            about=self.about, cost=self.cost,
        )  # fmt: skip


@cache
def read_all(folder: Path = FOLDER) -> tuple[Exchange, ...]:
    """Every exchange in a folder. Raises ExchangeError with a line for each problem."""
    exchanges: list[Exchange] = []
    errors: list[str] = []
    for path in sorted(folder.glob("*/*.yaml")):
        try:
            exchanges.append(read_file(path))
        except ExchangeError as problem:
            errors += problem.lines
    errors += [f"{path}: stands in no function's folder" for path in sorted(folder.glob("*.yaml"))]
    if errors:
        raise ExchangeError(*errors)
    return tuple(exchanges)


def read_file(path: Path) -> Exchange:
    """One exchange. Raises ExchangeError, a line with file, place and reason for each problem."""
    source = read_yaml(path, ExchangeError, texts=True)
    top = FieldReader(source.document)
    exchange = _exchange(f"{path.parent.name}/{path.stem}", top)
    source.check(top.problems)
    return exchange


def _exchange(name: str, top: FieldReader) -> Exchange:
    func = top.text("func")
    if top.is_sound("func") and func != name.partition("/")[0]:
        top.refuse("func", f'"{func}" stands in the folder of {name.partition("/")[0]}')
    login = _login(top)
    before = tuple(_step(step) for step in top.readers("before"))
    request_fields = top.reader("request")
    request = _request(request_fields, func, login)
    request_fields.finish()
    answer = top.reader("answer")
    expected, formats = _expected(answer), answer.words("formats", FORMATS)
    answer.finish()
    if top.is_sound("before", "request"):
        try:
            check_bound(before, request)
        except ExchangeError as problem:
            top.refuse("request", str(problem))
    exchange = Exchange(
        name=name,
        about=top.text("about"),
        cost=top.text("cost", "") or read_costs().find(func, _error_type(expected)),
        world=top.text("world", "small"),
        portable=top.flag("portable"),
        before=before,
        request=request,
        expected=expected,
        formats=formats,
        reading=_reading(top.reader("client")) if top.has("client") else None,
        evidence=top.word("evidence", EVIDENCE),
        source=top.text("source"),
        date=top.day("date"),
        version=top.text("version"),
    )
    top.finish()
    return exchange


def _error_type(expected: ExpectedDocument) -> str | None:
    """The type of the error on record; None where the answer is none."""
    error = expected.doc.first("error") if expected.kind == "error" else None
    return error.attrs.get("type", "") if error is not None else None


def _login(reader: FieldReader) -> Login:
    style, _, who = reader.text("login", "authinfo").partition(" ")
    if style not in LOGINS and reader.is_sound("login"):
        reader.refuse("login", f'"{style}" is not one of {", ".join(LOGINS)}')
    name, _, password = who.strip().partition(":")
    return Login(style, name, password or OUR_PASSWORD)


def _request(reader: FieldReader, func: str, login: Login) -> Request:
    method = reader.word("method", METHODS, "GET")
    body = reader.word("body", BODIES, "form" if method == "POST" else "none")
    if (method == "POST") == (body in ("none", "json")) and reader.is_sound("method", "body"):
        reader.refuse("body", f"{body} does not go with {method}")
    params = reader.texts("params")
    for text in params.values():
        if problem := check_placeholders(text):
            reader.refuse("params", problem)
    return Request(func, params, method, body, login, reader.number("flood"))


def _step(reader: FieldReader) -> PreparationStep:
    request = _request(reader, reader.text("func"), _login(reader))
    doc = _doc(reader, "answer", {})
    kind = "error" if doc.first("error") is not None else "result"
    step = PreparationStep(request, ExpectedDocument(doc, kind), reader.number("times", "1"))
    reader.finish()
    return step


def _expected(reader: FieldReader) -> ExpectedDocument:
    doc = _doc(reader, "doc")
    by_format: tuple[tuple[str, Node], ...] = ()
    if reader.has("bjson"):
        by_format = (("bjson", _doc(reader, "bjson")),)
    kind = reader.word("kind", KINDS)
    agree = (kind == "error") == (doc.first("error") is not None)
    if not agree and reader.is_sound("kind", "doc"):
        reader.refuse("kind", "error goes with an error in doc, and only it")
    return ExpectedDocument(doc, kind, reader.flag("exact"), by_format)


def _doc(reader: FieldReader, name: str, *default: object) -> Node:
    """The tree of a document; an empty one where it is refused."""
    value = reader.value(name, *default)
    doc = read_document({})
    if not isinstance(value, Mapping):
        if reader.is_sound(name):
            reader.refuse(name, "must be a mapping, the tree of the document")
        return doc
    try:
        doc = read_document(value)
    except DocumentError as problem:
        reader.refuse(name, str(problem))
    for text in doc.texts():
        if text != "<absent>" and (wrong := check_placeholders(text)):
            reader.refuse(name, wrong)
    return doc


def _reading(reader: FieldReader) -> Reading:
    reading = Reading(
        call=reader.text("call"),
        arguments=reader.texts("with"),
        meanwhile=tuple(reader.list("meanwhile")),
        reads=reader.value("reads", None),
        raises=reader.text("raises", ""),
    )
    if (reading.reads is None) == (not reading.raises) and reader.is_sound("raises"):
        reader.refuse("reads", "say what it reads, or what it raises")
    reader.finish()
    return reading


UNBOUND = frozenset({"totp", *ROLE_KINDS})
"""Placeholders that have a value without an answer before them."""


def check_bound(before: tuple[PreparationStep, ...], request: Request) -> None:
    """Raises ExchangeError: a request may name only what an answer before it has bound."""
    bound: set[tuple[str, str]] = set()
    for step in before:
        _check_known(step.request, bound)
        bound |= {
            (placeholder.kind, placeholder.label)
            for placeholder in _placeholders_in(step.expected.doc)
        }
        bound |= {("id", label) for kind, label in bound if kind == "key"}
    _check_known(request, bound)


def _check_known(request: Request, bound: set[tuple[str, str]]) -> None:
    for name, text in request.params.items():
        for placeholder in find_placeholders(text):
            needs_no_binding = placeholder.spans is not None or placeholder.kind in UNBOUND
            if not needs_no_binding and (placeholder.kind, placeholder.label) not in bound:
                raise ExchangeError(
                    f"{request.func}: {name}: nothing before has bound {placeholder}"
                )


def _placeholders_in(doc: Node) -> Iterator[Placeholder]:
    for text in doc.texts():
        yield from find_placeholders(text)
