"""Answers to be compared: of a recording, of a live seller, of our own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from contracts.record.compare import differences
from contracts.record.document import Node
from contracts.record.exchange import Exchange, Request
from contracts.record.tokens import Opaque
from contracts.recording.recorder import LEAKY
from contracts.recording.session import Session
from contracts.recording.trees import OUTS, format_of, kind_of, tree_of
from contracts.target.redact import mask_text
from contracts.target.seller import CannotRun, RawAnswer, Seller, SellerSession
from contracts.target.spending import changes
from contracts.verdicts import CallRecord

LISTS = (
    "soft", "softexternal", "platform", "addition", "vds", "dedic", "vhost", "instances", "domain",
    "dnshost", "storage", "colocation", "certificate",
)  # fmt: skip
"""Lists whose rows have a form of their own, ``X.edit``."""


Mode = tuple[bool, str, bool, bool]


@dataclass(frozen=True, slots=True)
class CapturedAnswer:
    """One answer. ``names``: what was asked with; ``doc`` is None where it cannot be read."""

    func: str
    out: str
    style: str
    params: tuple[tuple[str, str], ...]
    status: int
    content_type: str
    doc: Node | None
    faults: tuple[str, ...]
    unread: str
    seen: CallRecord

    @property
    def kind(self) -> str:
        """listing, form, result, raw, error; nothing where it cannot be read."""
        return kind_of(self.doc) if self.doc is not None else ""

    @property
    def can_be_read(self) -> bool:
        """Whether it ought to be a document: not in csv and text, nor where a secret would show."""
        return self.out in OUTS and not self.unread.startswith(LEAKY)

    @property
    def is_unknown(self) -> bool:
        """Whether the seller says that it has no such function."""
        error = self.doc.first("error") if self.doc is not None else None
        told = error.attrs if error is not None else {}
        return (told.get("type"), told.get("object")) == ("missed", "func")

    @property
    def names(self) -> frozenset[str]:
        """The names of what was asked with."""
        return frozenset(name for name, _ in self.params)

    @property
    def mode(self) -> Mode:
        """What decides which answer comes: sent or only looked at, with which button."""
        return mode_of(dict(self.params))


def mode_of(params: dict[str, str]) -> Mode:
    """``sok``, the button, whether a form is only recalculated, whether the basket is passed."""
    button = params.get("clicked_button", "")
    asks = "sv_field" in params or "snext" in params
    usual = "" if button in ("ok", "finish") else button
    return bool(params.get("sok")), usual, asks, params.get("skipbasket") == "on"


def of_session(session: Session) -> Iterator[CapturedAnswer]:
    """The answers of a recording; what was withheld says nothing."""
    for number, entry in enumerate(session.entries, start=1):
        style = entry.login.partition(" ")[0]
        note = f"recorded as number {number} on {entry.at:%Y-%m-%d}"
        seen = CallRecord(
            entry.method, session.upstream, {"func": entry.func, **entry.params}, entry.status,
            entry.text or entry.withheld, note,
        )  # fmt: skip
        params = tuple(entry.params.items())
        told = (entry.func, format_of(entry.out), style, params, entry.status, entry.content_type)
        if entry.withheld:
            yield CapturedAnswer(*told, None, (), entry.withheld, seen)
        else:
            yield _read(told, entry.text, seen)


Told = tuple[str, str, str, tuple[tuple[str, str], ...], int, str]


def _read(told: Told, text: str, seen: CallRecord) -> CapturedAnswer:
    try:
        doc, faults = tree_of(text, told[1])
    except Opaque as problem:
        return CapturedAnswer(*told, None, (), str(problem), seen)
    return CapturedAnswer(*told, doc, tuple(faults), "", seen)


def asked(place: SellerSession, request: Request, out: str) -> CapturedAnswer:
    """The answer to a request of the judge. CannotRun: there was none."""
    return of_reply(request, out, place.ask(request, out), place.seen[-1])


def of_reply(request: Request, out: str, reply: RawAnswer, seen: CallRecord) -> CapturedAnswer:
    """An answer; ``seen``: the same, masked already."""
    params = tuple(request.params.items())
    told = (request.func, out, request.login.style, params, reply.status, "")
    sample = _read(told, reply.body.decode("utf-8", "replace"), seen)
    # What cannot be read is quoted with its beginning.
    return replace(sample, unread=mask_text(sample.unread)) if sample.unread else sample


def of_live(
    seller: Seller, exchanges: Iterable[Exchange], outs: Collection[str], only: str = ""
) -> Iterator[CapturedAnswer]:
    """What a seller answers to calls that only look, and change and cost nothing.

    ``only``: of functions whose name contains this.
    """
    with seller.world("small") as place:
        for exchange in exchanges:
            request = exchange.request
            asks = _only_looks(exchange, has_account=seller.has_account)
            if not asks or only not in request.func:
                continue
            for out in outs:
                yield asked(place, request, out)
        if seller.has_account:
            yield from _rows(place, outs, only)


def _only_looks(exchange: Exchange, *, has_account: bool) -> bool:
    """Asked of anybody's seller: portable ones, and lists and forms that name nothing."""
    request = exchange.request
    if changes(request.func, request.params) or exchange.before or request.flood:
        return False
    if request.func == "auth":
        # A wrong password, asked of a real seller, may lock whoever logs in next from here.
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
        listed = asked(place, Request(func, {}), "xml")
        row = listed.doc.first("elem") if listed.doc is not None else None
        number = row.first("id") if row is not None else None
        if number is None or not number.text:
            continue
        request = Request(f"{func}.edit", {"elid": number.text})
        for out in outs:
            yield asked(place, request, out)


def of_ours(
    seller: Seller, exchanges: Iterable[Exchange], outs: Collection[str]
) -> Iterator[CapturedAnswer]:
    """What our own seller answers to exchanges on record, steps included, in any format."""
    for exchange in exchanges:
        # What only looks can be asked in one format after the other without a new world.
        looks = not changes(exchange.func, exchange.request.params)
        for some in [tuple(outs)] if looks else [(out,) for out in outs]:
            try:
                with seller.world(exchange.world) as place:
                    for request, reply in _prepared(exchange, place):
                        yield of_reply(request, "xml", reply, place.seen[-1])
                    for out in some:
                        yield asked(place, exchange.request, out)
            except (CannotRun, KeyError):
                # An exchange our seller does not keep is for `verify seller` to tell.
                continue


def _prepared(exchange: Exchange, place: SellerSession) -> Iterator[tuple[Request, RawAnswer]]:
    """The steps before an exchange; what their answers bind is known afterwards."""
    for step in exchange.before:
        for _ in range(max(step.times, 1)):
            reply = place.ask(step.request, "xml")
            differences(step.expected, "xml", reply.status, reply.body, place.bindings)
            yield step.request, reply
