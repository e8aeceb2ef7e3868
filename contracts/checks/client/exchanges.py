"""The reseller's client, judged: what it sends for an exchange, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal
from urllib.parse import parse_qsl

import httpx

import reseller_client
from contracts.checks.client.calls import CALLS, IN_SESSION
from contracts.record.comparable import reading_differences, to_comparable
from contracts.record.document import Node
from contracts.record.exchange import Exchange, Reading
from contracts.record.placeholders import Bindings
from contracts.record.writers import fill, write
from contracts.verdicts import Outcome, Verdict
from reseller_client import Client, Refused, ResellerError, RetryPolicy

Out = Literal["xml", "bjson"]
READS: Final[tuple[Out, ...]] = ("xml", "bjson")
"""The formats the client asks for."""
TODAY: Final = date(2031, 1, 31)
"""Any day: a sample answer is made up around it."""
COMMON: Final = frozenset({
    "func", "out", "lang", "authinfo", "auth", "username", "password", "checkcookie", "sok",
    "p_num", "p_cnt",
})  # fmt: skip
"""What the client sends with every call, or to page through a list."""
HELD: Final = "00112233445566778899aabb"
"""The session a client is in before a call that needs one."""


@dataclass(slots=True)
class Line:
    """A transport: keeps what is sent, answers with what is on record."""

    answers: Mapping[str, bytes]
    sent: list[Mapping[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer on record for the function that is asked."""
        form = dict(parse_qsl(request.content.decode(), keep_blank_values=True))
        self.sent.append(form)
        body = self.answers.get(form.get("func", ""))
        return httpx.Response(404) if body is None else httpx.Response(200, content=body)


def judge_client(exchange: Exchange, out: Out, records: Mapping[str, Exchange]) -> Verdict:
    """One exchange: the client's request against it, and its reading of the answer.

    An exchange that names no call is asked by the client's open door, ``client.call``.
    """
    known = Bindings(TODAY)
    for step in exchange.before:
        fill(step.expected.doc, known)
    answers = {exchange.func: write(exchange.expected, out, known)}
    reading = exchange.reading
    for name in reading.meanwhile if reading else ():
        answers[records[name].func] = write(records[name].expected, out, known)
    line = Line(answers)
    told = _judged(exchange, reading, line, out, known)
    outcome = Outcome.FAIL if told else Outcome.PASS
    return Verdict(exchange.name, f"client {out}", outcome, exchange.evidence, tuple(told))


def _judged(
    exchange: Exchange, reading: Reading | None, line: Line, out: Out, known: Bindings
) -> list[str]:
    if reading is None:
        return _openly(exchange, _client(line, out), known)
    if reading.call not in CALLS:
        return [f"client.call: the client has no {reading.call}"]
    arguments = {name: known.fill(text, sample=True) for name, text in reading.arguments.items()}
    client = _client(line, out, arguments, in_session=reading.call in IN_SESSION)
    try:
        found: object = CALLS[reading.call](client, arguments)
    except ResellerError as problem:
        return [*_sent(exchange, line, known), *_raised(reading, problem, out)]
    if reading.raises:
        return [f"expected {reading.raises}, read {found!r}"]
    told = reading_differences(reading.reads, to_comparable(found), known, "reads")
    return [*_sent(exchange, line, known), *told]


def _client(
    line: Line, out: Out, given: Mapping[str, str] | None = None, *, in_session: bool = False
) -> Client:
    given = given or {}
    client = Client(
        "http://seller.example/billmgr",
        login=given.get("login", "reseller"),
        password=given.get("password", "secret"),
        transport=httpx.MockTransport(line),
        out=out,
        retry_policy=RetryPolicy(wait=lambda _: None, looks=1, attempts=1),
    )
    if in_session:
        _enter(client, line, out)
    return client


def _enter(client: Client, line: Line, out: Out) -> None:
    """Brings the client into a session, by a login of which the record says nothing."""
    opened = {"xml": f"<doc><auth>{HELD}</auth></doc>", "bjson": f'{{"model":{{"auth":"{HELD}"}}}}'}
    kept = line.answers
    line.answers = {"auth": opened[out].encode()}
    client.sessions.open()
    line.answers = kept
    line.sent.clear()


def _sent(exchange: Exchange, line: Line, known: Bindings) -> list[str]:
    """Differences between the request on record and the one the client sent."""
    asked = [form for form in line.sent if form.get("func") == exchange.func]
    if not asked:
        return [f"request: {exchange.func} was not called"]
    form, told = asked[-1], []
    for name, text in exchange.request.params.items():
        if name == "auth":
            continue  # whose session it is, is another exchange
        if name not in form:
            told.append(f"request.{name}: expected {text}, not sent")
        elif fault := known.mismatch(text, form[name]):
            told.append(f"request.{name}: {fault}")
    unknown = sorted(set(form) - set(exchange.request.params) - COMMON)
    return [*told, *(f"request.{name}: is not on record" for name in unknown)]


def _raised(reading: Reading, problem: ResellerError, out: Out) -> list[str]:
    if not reading.raises:
        return [f"expected it to be read, raised {type(problem).__name__}: {problem}"]
    wanted = vars(reseller_client).get(reading.raises)
    if wanted is None or not isinstance(wanted, type) or not issubclass(wanted, ResellerError):
        return [f"client.raises: the client has no {reading.raises}"]
    # In bjson only the text of a refusal is known, so there its kind cannot be told.
    if isinstance(problem, wanted) or (out == "bjson" and type(problem) is Refused):
        return []
    return [f"expected {reading.raises}, raised {type(problem).__name__}: {problem}"]


def _openly(exchange: Exchange, client: Client, known: Bindings) -> list[str]:
    """What the open door must make of an answer: a refusal, or every plain field on record."""
    params = {name: known.fill(text, sample=True) for name, text in exchange.request.params.items()}
    error = exchange.expected.doc.first("error")
    try:
        answer = client.call(exchange.func, params)
    except Refused as refusal:
        if error is None:
            return [f"expected it to be read, raised {refusal}"]
        kind = known.mismatch(error.attrs["type"], refusal.type)
        return [f"error.type: {kind}"] if kind and refusal.type else []
    except ResellerError as problem:
        return [f"expected it to be read, raised {type(problem).__name__}: {problem}"]
    if error is not None:
        return [f"expected a refusal, read {answer!r}"]
    leaves = [node for node in exchange.expected.doc.children if _is_leaf(node)]
    told = [
        (node.name, known.mismatch(node.text or "", answer.value(node.name))) for node in leaves
    ]
    return [f"{name}: {fault}" for name, fault in told if fault]


def _is_leaf(node: Node) -> bool:
    return node.text is not None and not node.children and not node.is_absent
