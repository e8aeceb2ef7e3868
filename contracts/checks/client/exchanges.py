"""The reseller's client, judged by the exchanges on record: what it sends, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal
from urllib.parse import parse_qsl

import httpx

import reseller_client
from contracts.checks.client.calls import IN_SESSION, UnknownCall, call
from contracts.record.comparable import compare_reading, to_comparable
from contracts.record.document import Node
from contracts.record.exchange import Exchange, Reading
from contracts.record.placeholders import Bindings
from contracts.record.writers import fill, write
from contracts.verdicts import Outcome, Verdict
from reseller_client import Client, Refused, ResellerError, RetryPolicy

Out = Literal["xml", "bjson"]
FORMATS: Final[tuple[Out, ...]] = ("xml", "bjson")
"""The formats that the client requests."""
TODAY: Final = date(2031, 1, 31)
"""Any day; sample answers are generated for it."""
COMMON: Final = frozenset({
    "func", "out", "lang", "authinfo", "auth", "username", "password", "checkcookie", "sok",
    "p_num", "p_cnt", "filter",
})  # fmt: skip
"""Parameters of every call, of paging, and the one that lifts a saved filter."""
COST: Final = (
    "Our own client misreads what a seller is known to answer, and so does your program if it is "
    "built on it."
)
SESSION: Final = "00112233445566778899aabb"
"""The session of a client before a call that needs one."""


@dataclass(slots=True)
class RecordTransport:
    """A transport that stores requests and answers with what is on record."""

    answers: Mapping[str, bytes]
    sent: list[Mapping[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Return the answer on record for the function that is called; 404 without one."""
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        self.sent.append(form)
        body = self.answers.get(form.get("func", ""))
        return httpx.Response(404) if body is None else httpx.Response(200, content=body)


def judge_client(exchange: Exchange, out: Out, records: Mapping[str, Exchange]) -> Verdict:
    """Judge one exchange: the client's request, and how it reads the answer.

    An exchange that names no method is sent with the client's generic ``client.call``.
    """
    bindings = Bindings(TODAY)
    for step in exchange.before:
        fill(step.expected.doc, bindings)
    answers = {exchange.func: write(exchange.expected, out, bindings)}
    reading = exchange.reading
    for name in reading.meanwhile if reading else ():
        answers[records[name].func] = write(records[name].expected, out, bindings)
    transport = RecordTransport(answers)
    messages = _judge(exchange, reading, transport, out, bindings)
    outcome = Outcome.FAIL if messages else Outcome.PASS
    return replace(exchange.verdict(f"client {out}", outcome, messages), cost=COST)


def _judge(
    exchange: Exchange,
    reading: Reading | None,
    transport: RecordTransport,
    out: Out,
    bindings: Bindings,
) -> list[str]:
    if reading is None:
        return _judge_generic_call(exchange, _client(transport, out), bindings)
    arguments = {name: bindings.fill(text, sample=True) for name, text in reading.arguments.items()}
    client = _client(transport, out, arguments, in_session=reading.call in IN_SESSION)
    try:
        value = call(client, reading.call, arguments)
    except UnknownCall as problem:
        return [str(problem)]
    except ResellerError as problem:
        return [
            *_request_differences(exchange, transport, bindings),
            *_error_differences(reading, problem, out),
        ]
    if reading.raises:
        return [f"expected {reading.raises}, read {value!r}"]
    messages = compare_reading(reading.reads, to_comparable(value), bindings, "reads")
    return [*_request_differences(exchange, transport, bindings), *messages]


def _client(
    transport: RecordTransport,
    out: Out,
    login: Mapping[str, str] | None = None,
    *,
    in_session: bool = False,
) -> Client:
    login = login or {}
    client = Client(
        "http://seller.example/billmgr",
        login=login.get("login", "reseller"),
        password=login.get("password", "secret"),
        transport=httpx.MockTransport(transport),
        out=out,
        retry_policy=RetryPolicy(wait=lambda _: None, looks=1, attempts=1),
    )
    if in_session:
        _open_session(client, transport, out)
    return client


def _open_session(client: Client, transport: RecordTransport, out: Out) -> None:
    """Log the client in, which the exchange does not record."""
    opened = {
        "xml": f"<doc><auth>{SESSION}</auth></doc>",
        "bjson": f'{{"model":{{"auth":"{SESSION}"}}}}',
    }
    answers = transport.answers
    transport.answers = {"auth": opened[out].encode()}
    client.sessions.open()
    transport.answers = answers
    transport.sent.clear()


def _request_differences(
    exchange: Exchange, transport: RecordTransport, bindings: Bindings
) -> list[str]:
    """Differences between the request on record and the one that the client sent."""
    forms = [form for form in transport.sent if form.get("func") == exchange.func]
    if not forms:
        return [f"request: {exchange.func} was not called"]
    form, messages = forms[-1], []
    for name, text in exchange.request.params.items():
        if name == "auth":
            continue  # another exchange records whose session it is
        if name not in form:
            messages.append(f"request.{name}: expected {text}, not sent")
        elif fault := bindings.mismatch(text, form[name]):
            messages.append(f"request.{name}: {fault}")
    unknown = sorted(set(form) - set(exchange.request.params) - COMMON)
    too_many = [f"request.{name}: the recorded request has no such parameter" for name in unknown]
    return [*messages, *too_many]


def _error_differences(reading: Reading, problem: ResellerError, out: Out) -> list[str]:
    if not reading.raises:
        return [f"expected it to be read, raised {type(problem).__name__}: {problem}"]
    expected = vars(reseller_client).get(reading.raises)
    if (
        expected is None
        or not isinstance(expected, type)
        or not issubclass(expected, ResellerError)
    ):
        return [f"client.raises: the client has no {reading.raises}"]
    # In bjson only the text of a refusal is bindings, so there its kind cannot be messages.
    if isinstance(problem, expected) or (out == "bjson" and type(problem) is Refused):
        return []
    return [f"expected {reading.raises}, raised {type(problem).__name__}: {problem}"]


def _judge_generic_call(exchange: Exchange, client: Client, bindings: Bindings) -> list[str]:
    """What `client.call` has to return: a refusal, or every plain field on record."""
    params = {
        name: bindings.fill(text, sample=True) for name, text in exchange.request.params.items()
    }
    error = exchange.expected.doc.first("error")
    try:
        answer = client.call(exchange.func, params)
    except Refused as refusal:
        if error is None:
            return [f"expected it to be read, raised {refusal}"]
        kind = bindings.mismatch(error.attrs["type"], refusal.type)
        return [f"error.type: {kind}"] if kind and refusal.type else []
    except ResellerError as problem:
        return [f"expected it to be read, raised {type(problem).__name__}: {problem}"]
    if error is not None:
        return [f"expected a refusal, read {answer!r}"]
    leaves = [node for node in exchange.expected.doc.children if _is_leaf(node)]
    messages = [
        (node.name, bindings.mismatch(node.text or "", answer.value(node.name))) for node in leaves
    ]
    return [f"{name}: {fault}" for name, fault in messages if fault]


def _is_leaf(node: Node) -> bool:
    return node.text is not None and not node.children and not node.is_absent
