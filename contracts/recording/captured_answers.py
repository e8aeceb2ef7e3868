"""Answers to be compared: those of a recording, of a live seller, and of our own seller."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from contracts.record.compare import compare_answer
from contracts.record.document import Node
from contracts.record.exchange import Exchange, Request
from contracts.record.formats import (
    FORMATS,
    UnreadableBody,
    find_error,
    find_format,
    find_kind,
    read,
)
from contracts.recording.recorder import LEAKY
from contracts.recording.session import Session
from contracts.target.redact import mask_text
from contracts.target.seller import CannotRun, Seller, SellerSession, SessionAnswer
from contracts.target.spending import changes
from contracts.verdicts import CallRecord

LIVE_WORLD = "small"
"""The fixture of the world in which a seller of ours is called like a live one."""
LISTS = (
    "soft", "softexternal", "platform", "addition", "vds", "dedic", "vhost", "instances", "domain",
    "dnshost", "storage", "colocation", "certificate",
)  # fmt: skip
"""Lists whose rows have a form of their own, ``X.edit``."""


Mode = tuple[bool, str, bool, bool]
"""``sok``, the button, whether a form is only recalculated, whether the basket is skipped."""


@dataclass(frozen=True, slots=True)
class CapturedAnswer:
    """One answer, with the parameters and the login style of its request.

    ``doc`` is None where the body cannot be read, and ``unread`` says why; ``breaches`` of the
    format's mapping are one line each; ``seen`` is the call, masked.
    """

    func: str
    out: str
    style: str
    params: tuple[tuple[str, str], ...]
    status: int
    content_type: str
    doc: Node | None
    breaches: tuple[str, ...]
    unread: str
    seen: CallRecord

    @property
    def kind(self) -> str:
        """The kind of the answer: listing, form, result, raw, error; empty where unreadable."""
        return find_kind(self.doc) if self.doc is not None else ""

    @property
    def can_be_read(self) -> bool:
        """Whether it ought to be a document: not in csv and text, nor where a secret would show."""
        return self.out in FORMATS and not self.unread.startswith(LEAKY)

    @property
    def error_type(self) -> str:
        """The type of the error that it is; empty where it is none."""
        error = find_error(self.doc)
        return error.type if error is not None else ""

    @property
    def is_unknown(self) -> bool:
        """Whether the seller says that it has no such function."""
        error = find_error(self.doc)
        return error is not None and (error.type, error.object) == ("missed", "func")

    @property
    def names(self) -> frozenset[str]:
        """The names of the parameters."""
        return frozenset(name for name, _ in self.params)

    @property
    def mode(self) -> Mode:
        """The parameters that decide which answer comes."""
        return find_mode(dict(self.params))


def find_mode(params: dict[str, str]) -> Mode:
    """The parameters that decide which answer of a function comes."""
    button = params.get("clicked_button", "")
    recalculated = "sv_field" in params or "snext" in params
    unusual = "" if button in ("ok", "finish") else button
    return bool(params.get("sok")), unusual, recalculated, params.get("skipbasket") == "on"


def capture_session(session: Session) -> Iterator[CapturedAnswer]:
    """The answers of a recording, in its order."""
    for number, entry in enumerate(session.entries, start=1):
        note = f"recorded as number {number} on {entry.at:%Y-%m-%d}"
        seen = CallRecord(
            entry.method, session.upstream, {"func": entry.func, **entry.params}, entry.status,
            entry.text or entry.withheld, note,
        )  # fmt: skip
        answer = CapturedAnswer(
            entry.func, find_format(entry.out), entry.login.partition(" ")[0],
            tuple(entry.params.items()), entry.status, entry.content_type, None, (),
            entry.withheld, seen,
        )  # fmt: skip
        yield answer if entry.withheld else _with_document(answer, entry.text)


def _with_document(answer: CapturedAnswer, text: str) -> CapturedAnswer:
    try:
        doc, breaches = read(text.encode(), answer.out)
    except UnreadableBody as problem:
        return replace(answer, unread=str(problem))
    return replace(answer, doc=doc, breaches=tuple(breaches))


def capture(place: SellerSession, request: Request, out: str) -> CapturedAnswer:
    """Sends a request of the judge. Raises CannotRun where there is no answer."""
    return capture_reply(request, out, place.ask(request, out), place.log[-1])


def capture_reply(
    request: Request, out: str, reply: SessionAnswer, seen: CallRecord
) -> CapturedAnswer:
    """The answer to a request of the judge; ``seen`` is the same call, masked."""
    answer = CapturedAnswer(
        request.func, out, request.login.style, tuple(request.params.items()), reply.status, "",
        None, (), "", seen,
    )  # fmt: skip
    answer = _with_document(answer, reply.body.decode("utf-8", "replace"))
    # The reason quotes the beginning of the body.
    unread = "; ".join(filter(None, (answer.unread, reply.front)))
    return replace(answer, unread=mask_text(unread)) if answer.unread else answer


def capture_live(
    seller: Seller, exchanges: Iterable[Exchange], outs: Collection[str], only: str = ""
) -> Iterator[CapturedAnswer]:
    """A seller's answers to calls that only read, and change and cost nothing.

    ``only``: a part of the names of the functions that are called. Raises CannotRun where the
    seller does not answer.
    """
    with seller.open_session(LIVE_WORLD) as place:
        for exchange in exchanges:
            request = exchange.request
            if only not in request.func or not _only_reads(exchange, seller.has_account):
                continue
            for out in outs:
                yield capture(place, request, out)
        if seller.has_account:
            yield from _rows(place, outs, only)


def _only_reads(exchange: Exchange, has_account: bool) -> bool:  # noqa: FBT001 - a fact, no switch
    """Whether any seller can get this call: portable ones, and lists and forms without an id."""
    request = exchange.request
    if changes(request.func, request.params) or exchange.before or request.flood:
        return False
    if request.func == "auth":
        # A wrong password at a real seller may lock the next login from this address.
        return False
    login = request.login
    if login.style != "none" and (login.name or not has_account):
        return exchange.portable and bool(login.name)
    return exchange.portable or not request.params


def _rows(place: SellerSession, outs: Collection[str], only: str) -> Iterator[CapturedAnswer]:
    """The form of one service of each type the account has."""
    for func in LISTS:
        if only not in f"{func}.edit":
            continue
        listing = capture(place, Request(func, {}), "xml")
        row = listing.doc.first("elem") if listing.doc is not None else None
        if row is None or not row.text_of("id"):
            continue
        request = Request(f"{func}.edit", {"elid": row.text_of("id")})
        for out in outs:
            yield capture(place, request, out)


def capture_own(
    seller: Seller, exchanges: Iterable[Exchange], outs: Collection[str]
) -> Iterator[CapturedAnswer]:
    """Our own seller's answers to exchanges on record, including their steps, in any format."""
    for exchange in exchanges:
        # A read can be repeated in one format after the other without a new world.
        reads = not changes(exchange.func, exchange.request.params)
        for batch in [tuple(outs)] if reads else [(out,) for out in outs]:
            try:
                with seller.open_session(exchange.world) as place:
                    for request, reply in _prepare(exchange, place):
                        yield capture_reply(request, "xml", reply, place.log[-1])
                    for out in batch:
                        yield capture(place, exchange.request, out)
            except (CannotRun, KeyError):
                # That our seller does not keep an exchange is reported by `verify seller`.
                continue


def _prepare(exchange: Exchange, place: SellerSession) -> Iterator[tuple[Request, SessionAnswer]]:
    """The steps before an exchange; their answers bind labels of the place."""
    for step in exchange.before:
        for _ in range(max(step.times, 1)):
            reply = place.ask(step.request, "xml")
            compare_answer(step.expected, "xml", reply.status, reply.body, place.bindings)
            yield step.request, reply
