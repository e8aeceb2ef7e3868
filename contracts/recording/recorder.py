"""Pseudonymizes a request and its answer and adds them to the session's file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from contracts.record.fields import ExchangeError
from contracts.record.formats import UnreadableBody, find_format, find_kind, read
from contracts.record.tokens import read_tokens
from contracts.recording.file import SessionFile
from contracts.recording.pseudonymizer import Pseudonymizer
from contracts.recording.references import References
from contracts.recording.request import ProxiedRequest
from contracts.recording.session import RecordedExchange
from contracts.target.redact import MASK

LEAKY: Final = "it would have shown a secret"
"""Why an answer is withheld in which a secret could still be found."""


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """An answer: ``today`` is the seller's date, ``at`` our time, ``seconds`` the duration."""

    status: int
    content_type: str
    body: bytes
    at: datetime
    seconds: float
    today: date


class Recorder:
    """Writes a session. ``rewrite``: an exchange that is on record already is replaced."""

    def __init__(
        self, file: SessionFile, pseudonymizer: Pseudonymizer, *, rewrite: bool = False
    ) -> None:
        self._file = file
        self._pseudonymizer = pseudonymizer
        self._references = References()
        self._rewrite = rewrite
        self._left = list(range(1, len(file.session.entries) + 1)) if rewrite else []
        self._sessions: dict[str, str] = {}
        for entry in file.session.entries:
            pseudonymizer.count_from(_texts(entry))
            self._learn(entry)

    def record(self, sent: ProxiedRequest, answer: UpstreamAnswer) -> tuple[int, str]:
        """Writes an exchange; returns its number, and why its answer is withheld, if it is.

        Raises OSError or ExchangeError where it cannot be written.
        """
        entry = self.entry(sent, answer)
        number = self._place_of(entry)
        if number:
            return self._file.put(number, self._adopted(entry, number)), entry.withheld
        return self._file.append(self._referring(entry)), entry.withheld

    def log(self, text: str) -> str:
        """A line for people, without hidden values."""
        return self._pseudonymizer.redact(text)

    def entry(self, sent: ProxiedRequest, answer: UpstreamAnswer) -> RecordedExchange:
        """The exchange, pseudonymized, with its numbers as they are."""
        fields = {name: text for name, text in sent.fields.items() if name not in ("func", "out")}
        self._pseudonymizer.observe(sent.fields, sent.cookie)
        login = self._login(sent)
        text, withheld = self._text(sent, answer)
        params = self._pseudonymizer.request(sent.func, fields)
        entry = RecordedExchange(
            func=sent.func,
            at=answer.at,
            today=answer.today,
            seconds=answer.seconds,
            method=sent.method,
            body=sent.body_kind,
            login=login,
            out=sent.out,
            params=self._certain(params),
            status=answer.status,
            content_type=answer.content_type,
            text=text,
            withheld=withheld,
        )
        if withheld:
            return entry
        doc = read(text.encode(), sent.out)[0]
        return replace(entry, doc=doc, kind=find_kind(doc))

    def _text(self, sent: ProxiedRequest, answer: UpstreamAnswer) -> tuple[str, str]:
        """The pseudonymized answer, or why it is withheld."""
        try:
            raw = answer.body.decode()
            for session in _opened(sent.func, raw):
                self._pseudonymizer.observe({}, session)
                self._sessions[session] = self._login_of(sent)
            read(raw.encode(), sent.out)
            text = self._pseudonymizer.answer(sent.func, raw)
            read(text.encode(), sent.out)
        except UnicodeDecodeError:
            return "", f"{len(answer.body)} bytes that are no text"
        except UnreadableBody:
            # Without the reason: it would quote the body.
            return "", f"{len(answer.body)} bytes that are no document of the format"
        return ("", LEAKY) if self._pseudonymizer.leaks([text]) else (text, "")

    def _certain(self, params: dict[str, str]) -> dict[str, str]:
        hidden = self._pseudonymizer.leaks
        return {
            n: MASK if hidden([text]) else text for n, text in params.items() if not hidden([n])
        }

    def _login(self, sent: ProxiedRequest) -> str:
        """``authinfo login1``, ``session login1``, ``cookie``, ``none``."""
        return f"{sent.style} {self._login_of(sent)}".strip()

    def _login_of(self, sent: ProxiedRequest) -> str:
        fields = sent.fields
        if "authinfo" in fields:
            return self._pseudonymizer.login(fields["authinfo"].partition(":")[0])
        session = fields.get("auth") or sent.cookie.partition(":")[0]
        if session:
            return self._sessions.get(session, "")
        return self._pseudonymizer.login(fields.get("username", ""))

    def _place_of(self, entry: RecordedExchange) -> int:
        """The number of the next exchange on record with the same request; 0: there is none."""
        if not self._left:
            return 0
        params = self._references.request(entry.func, dict(entry.params), entry.today)
        for number in self._left:
            recorded = self._file.session.entries[number - 1]
            same = (recorded.func, find_format(recorded.out), recorded.params)
            if same == (entry.func, find_format(entry.out), params):
                self._left.remove(number)
                return number
        return 0

    def _adopted(self, entry: RecordedExchange, number: int) -> RecordedExchange:
        """The exchange with the labels of the one it replaces, where the answers match."""
        recorded = self._file.session.entries[number - 1]
        if recorded.doc is not None and entry.doc is not None:
            self._references.observe(entry.func, recorded.doc, entry.doc)
        return self._referring(entry)

    def _referring(self, entry: RecordedExchange) -> RecordedExchange:
        params = self._references.request(entry.func, dict(entry.params), entry.today)
        if entry.doc is None:
            return replace(entry, params=params)
        doc = self._references.answer(entry.func, entry.doc, entry.today)
        return replace(entry, params=params, doc=doc)

    def _learn(self, entry: RecordedExchange) -> None:
        observe(self._references, entry)


def observe(references: References, entry: RecordedExchange) -> None:
    """Adopts the labels of an exchange on record. Raises ExchangeError: its text is unreadable."""
    if entry.doc is None:
        return
    try:
        doc = read(entry.text.encode(), entry.out)[0]
    except UnreadableBody as problem:
        raise ExchangeError(f"{entry.func}: its text is no document: {problem}") from None
    references.observe(entry.func, entry.doc, doc)


def _texts(entry: RecordedExchange) -> Iterator[str]:
    yield from entry.params.values()
    yield from entry.login.split()
    if entry.text:
        yield from (token.value for token in read_tokens(entry.text))


def _opened(func: str, raw: str) -> list[str]:
    """The session ids in an answer that opens sessions."""
    if func not in ("auth", "totp.confirm", "su", "account.su", "user.su", "chlevel"):
        return []
    return [
        token.value for token in read_tokens(raw) if token.name == "auth" and not token.attribute
    ]
