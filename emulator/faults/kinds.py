"""The kinds of faults. One class is one kind: its settings, their limits, and what it does.

``before``: nothing has happened yet; a kind that answers in place of the call prevents it.
``after``: the call happened and is committed; the fault changes only what the client receives.

Adding a kind is adding its class to this file and to KINDS. The control API, the command line,
the console and docs/reference/faults.md read the declaration.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal

from emulator.api.reply import Reply
from emulator.domain.services import keys
from emulator.domain.world import Shop, read, secret_token
from emulator.errors import ApiError
from emulator.faults import held_answers
from emulator.store.engine import Database

When = Literal["before", "after"]
BOTH: tuple[When, ...] = ("before", "after")
Limits = Mapping[str, tuple[float, float]]
LONGEST_WAIT = 600.0
"""Seconds."""
LONGEST_BODY = 100_000
"""Bytes."""
LEAST_STATUS, FIRST_ERROR = 200, 400
"""HTTP statuses: of a page, and of one that refuses."""
HTML = "text/html; charset=UTF-8"
CHALLENGE_PAGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><h1>Checking your browser before you may proceed</h1></body></html>"
)
BROWSERS = "Mozilla/"
"""How the agent of every browser begins."""
WAITING_PAGE = (
    '<html><body>Request in process, please wait<br/>\n<a href="/{link}">continue</a></body></html>'
)


@dataclass(frozen=True, slots=True)
class FaultedCall:
    """What a fault sees of the call it hit.

    ``fault`` number of the fault, ``hit_number`` of its hit; ``world`` and ``db`` name and database
    of the world; ``login`` the login that calls, or that was tried; ``reads`` whether the call
    changes nothing; ``accepted`` whether its credentials are good; ``failed`` whether it was
    refused; ``elapsed`` seconds (see ``SystemClock.elapsed``); ``content_type`` that of the call's
    format; ``error_body`` an error as bytes in this format.
    """

    fault: int
    hit_number: int
    db: Database
    world: str
    login: str
    params: Mapping[str, str]
    reads: bool
    accepted: bool
    failed: bool
    elapsed: float
    content_type: str
    error_body: Callable[[ApiError], bytes]


class PlannedRefusal(ApiError):
    """A refusal that a fault orders: any type, and a text of its own if it has one."""

    def __init__(self, type: str, object: str, value: str, text: str) -> None:
        # On the instance, not on the class: every type can be ordered.
        self.type = type  # type: ignore[misc]
        super().__init__(object, value or None)
        self.text = text


@dataclass(frozen=True, slots=True)
class FaultKind:
    """Base of all kinds. A kind overrides the hooks it needs; the others do nothing."""

    name: ClassVar[str] = ""
    applies: ClassVar[tuple[When, ...]] = BOTH
    """When it can be applied, the default first."""
    limits: ClassVar[Limits] = {}
    """Least and greatest value of each number among the settings."""
    always: ClassVar[bool] = False
    """Whether ``chance`` below 100 is refused."""
    keeps_answers: ClassVar[bool] = False
    """Whether `keep` is called, in a write transaction of its own."""
    for_unknown_functions: ClassVar[bool] = False
    """Whether ``func`` may be the name of a function that the seller does not have."""

    def check(self) -> None:
        """Raises ValueError naming a setting that is out of its limits."""
        values = self.settings()
        for name, (least, most) in self.limits.items():
            value = values[name]
            if value is not None and not least <= value <= most:
                msg = f"{name} is not between {least:g} and {most:g}"
                raise ValueError(msg)

    def settings(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)

    def counts(self, state: dict[str, Any], login: str, elapsed: float, /) -> bool:
        """Whether this matching call can be hit; ``state`` is kept between calls (JSON)."""
        del state, login, elapsed
        return True

    def stops(self, agent: str, /) -> bool:
        """Whether it matches a call of this agent (header ``User-Agent``) at all."""
        del agent
        return True

    def wait(self) -> float:
        """Seconds the client waits, before or after the call. No lock is held meanwhile."""
        return 0.0

    def prepare(self, shop: Shop, /) -> Shop:
        """The seller as the call meets it."""
        return shop

    def before(self, call: FaultedCall, /) -> Reply | ApiError | None:
        """What is answered in place of the call, which then does not happen."""
        del call
        return None

    def keep(self, call: FaultedCall, reply: Reply, /) -> Reply:
        """Stores the call's answer in the world; returns what is sent now."""
        del call
        return reply

    def after(self, call: FaultedCall, reply: Reply, /) -> Reply:
        """The answer as the client receives it; the journal has the true one."""
        del call
        return reply

    @classmethod
    def removed(cls, shop: Shop, remaining: int, /) -> None:
        """Called when faults of this kind were removed and ``remaining`` are still planned."""


@dataclass(frozen=True, slots=True)
class Delay(FaultKind):
    """The answer takes ``seconds`` longer; other calls do not wait for it."""

    name = "delay"
    limits: ClassVar[Limits] = {"seconds": (0, LONGEST_WAIT)}
    seconds: float = 5.0

    def wait(self) -> float:
        """The configured seconds."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Drop(FaultKind):
    """The connection is closed without an answer; ``after``: the client never learns what happened.

    ``after`` is the one to rehearse.
    """

    name = "drop"

    def before(self, _: FaultedCall, /) -> Reply:
        """No answer; the call does not happen."""
        return Reply("", b"", dropped=True)

    def after(self, _: FaultedCall, reply: Reply, /) -> Reply:
        """No answer to a call that happened."""
        return replace(reply, dropped=True)


@dataclass(frozen=True, slots=True)
class Truncate(FaultKind):
    """A part of the answer is sent, then the connection is closed.

    ``percent`` of it, or ``bytes``, but never the whole; Content-Length names the whole.
    """

    name = "truncate"
    applies = ("after",)
    limits: ClassVar[Limits] = {"percent": (0, 99), "bytes": (0, LONGEST_BODY)}
    percent: int = 50
    bytes: int | None = None

    def after(self, _: FaultedCall, reply: Reply, /) -> Reply:
        """The reply, cut."""
        return replace(reply, cut_at=self.part(len(reply.body)))

    def part(self, whole: int) -> int:
        """How many bytes of ``whole`` are sent."""
        part = whole * self.percent // 100 if self.bytes is None else self.bytes
        return max(0, min(part, whole - 1))


@dataclass(frozen=True, slots=True)
class Status(FaultKind):
    """An HTTP status ``code`` and a page ``body`` in place of a document, as a proxy sends it.

    ``content_type`` is its type; with ``location`` it leads there, as a redirect does (302).
    """

    name = "status"
    limits: ClassVar[Limits] = {"code": (LEAST_STATUS, 599)}
    code: int = 502
    body: str = "<html><body><h1>Bad Gateway</h1></body></html>"
    content_type: str = HTML
    location: str = ""

    def check(self) -> None:
        """Raises ValueError naming a setting that is out of its limits, or no header."""
        FaultKind.check(self)
        for name in ("content_type", "location"):
            if not self.settings()[name].isprintable():
                msg = f"{name} is not one line"
                raise ValueError(msg)

    def before(self, _: FaultedCall, /) -> Reply:
        """The page; the call does not happen."""
        headers = {"Location": self.location} if self.location else {}
        return Reply(self.content_type, self.body.encode(), headers, self.code)

    def after(self, call: FaultedCall, _reply: Reply, /) -> Reply:
        """The page in place of the answer."""
        return self.before(call)


@dataclass(frozen=True, slots=True)
class OwnAnswer(FaultKind):
    """Your own document ``body`` as the answer, also of a function that the seller does not have.

    It is sent as it is, in the format of the call, or as ``content_type`` says. A call with a wrong
    login is refused as always. Coverage does not count such calls.
    """

    name = "answer"
    for_unknown_functions = True
    body: str = "<doc/>"
    content_type: str = ""

    def check(self) -> None:
        """Raises ValueError where the type is no header."""
        if not self.content_type.isprintable():
            msg = "content_type is not one line"
            raise ValueError(msg)

    def before(self, call: FaultedCall, /) -> Reply | None:
        """The document; the call does not happen."""
        if not call.accepted:
            return None
        return Reply(self.content_type or call.content_type, self.body.encode())

    def after(self, call: FaultedCall, reply: Reply, /) -> Reply:
        """The document in place of the answer to a call that happened."""
        return self.before(call) or reply


@dataclass(frozen=True, slots=True)
class BrowserGuard(FaultKind):
    """A guard in front of the seller: a page with status ``code`` for agents that are no browser.

    An agent is let through if it begins with ``browser``.
    """

    name = "guard"
    applies = ("before",)
    limits: ClassVar[Limits] = {"code": (LEAST_STATUS, 599)}
    code: int = 403
    body: str = CHALLENGE_PAGE
    browser: str = BROWSERS

    def stops(self, agent: str, /) -> bool:
        """Whether the agent is no browser."""
        return not agent.startswith(self.browser)

    def before(self, _: FaultedCall, /) -> Reply:
        """The page; the call does not happen."""
        return Reply(HTML, self.body.encode(), status=self.code)


@dataclass(frozen=True, slots=True)
class Garbage(FaultKind):
    """``bytes`` of noise in place of the document; the same noise each time."""

    name = "garbage"
    applies = ("after",)
    limits: ClassVar[Limits] = {"bytes": (0, LONGEST_BODY)}
    bytes: int = 200

    def after(self, _: FaultedCall, reply: Reply, /) -> Reply:
        """The reply with noise for its body."""
        noise = random.Random(self.bytes).randbytes(self.bytes)  # noqa: S311 - noise, no secret
        return replace(reply, body=noise)


@dataclass(frozen=True, slots=True)
class OneRow(FaultKind):
    """A list of one row is an object instead of an array (json formats; others are unchanged)."""

    name = "one_row"
    applies = ("after",)

    def after(self, _: FaultedCall, reply: Reply, /) -> Reply:
        """The reply with lists of one row collapsed."""
        try:
            tree = json.loads(reply.body)
        except ValueError:
            return reply
        return replace(reply, body=json.dumps(_collapsed(tree), ensure_ascii=False).encode())


def _collapsed(tree: Any) -> Any:  # noqa: ANN401 - any json
    if isinstance(tree, list):
        return [_collapsed(element) for element in tree]
    if not isinstance(tree, dict):
        return tree
    inside = {name: _collapsed(value) for name, value in tree.items()}
    rows = inside.get("elem")
    if isinstance(rows, list) and len(rows) == 1:
        inside["elem"] = rows[0]
    return inside


@dataclass(frozen=True, slots=True)
class Refuse(FaultKind):
    """An error document: ``type``, ``object``, ``value``; ``msg`` replaces the usual text."""

    name = "error"
    type: str = "internal"
    object: str = ""
    value: str = ""
    msg: str = ""

    def before(self, _: FaultedCall, /) -> ApiError:
        """The refusal; the call does not happen."""
        return PlannedRefusal(self.type, self.object, self.value, self.msg)

    def after(self, call: FaultedCall, reply: Reply, /) -> Reply:
        """The refusal in place of the answer to a call that happened."""
        return replace(reply, body=call.error_body(self.before(call)))


@dataclass(frozen=True, slots=True)
class RateLimit(FaultKind):
    """More than ``calls`` of one login within ``seconds`` are refused.

    With the HTTP status ``code``, or, where it is 0, with an error document of type ``limit``.
    """

    name = "rate_limit"
    applies = ("before",)
    always = True
    limits: ClassVar[Limits] = {
        "calls": (0, 1_000_000),
        "seconds": (0.001, 86_400),
        "code": (0, 599),
    }
    calls: int = 10
    seconds: float = 1.0
    code: int = 0

    def check(self) -> None:
        """Raises ValueError naming a setting that is out of its limits."""
        FaultKind.check(self)
        if 0 < self.code < FIRST_ERROR:
            msg = f"code is neither 0 nor between {FIRST_ERROR} and 599"
            raise ValueError(msg)

    def counts(self, state: dict[str, Any], login: str, elapsed: float, /) -> bool:
        """Whether this call is one too many in its login's window, which its first call opens."""
        start, calls = state.get(login, (elapsed, 0))
        if elapsed - start >= self.seconds:
            start, calls = elapsed, 0
        # Anybody can try any login: windows that are over are not stored for ever.
        for other in [who for who, (begun, _) in state.items() if elapsed - begun >= self.seconds]:
            del state[other]
        state[login] = (start, calls + 1)
        return bool(calls >= self.calls)

    def before(self, _: FaultedCall, /) -> Reply | ApiError:
        """The refusal as a page or as a document."""
        if self.code:
            return Reply(HTML, b"Too Many Requests", status=self.code)
        text = "Too many requests: __value__ are allowed"
        return PlannedRefusal("limit", "calls", str(self.calls), text)


@dataclass(frozen=True, slots=True)
class Long(FaultKind):
    """A page with a link (``long/…/billmgr``); the answer appears behind it after ``seconds``."""

    name = "long"
    applies = ("after",)
    keeps_answers = True
    limits: ClassVar[Limits] = {"seconds": (0, LONGEST_WAIT)}
    seconds: float = 2.0

    def keep(self, call: FaultedCall, reply: Reply, /) -> Reply:
        """Stores the answer; the page with the link is sent instead."""
        purpose = f"long/{call.fault}/{call.hit_number}"
        token = f"{call.world}-{secret_token(read(call.db), purpose, 32)}"
        ready = call.elapsed + self.seconds
        held_answers.hold(call.db, token, ready, reply.content_type, reply.body)
        return waiting_page(token)


def waiting_page(token: str) -> Reply:
    """The page of a long request: a text with the link that a client follows."""
    return Reply(HTML, WAITING_PAGE.format(link=f"long/{token}/billmgr").encode())


@dataclass(frozen=True, slots=True)
class Stale(FaultKind):
    """A call that only reads is answered as at the first hit; one that writes is left alone."""

    name = "stale"
    applies = ("before",)
    keeps_answers = True

    NOT_COMPARED: ClassVar[frozenset[str]] = frozenset(
        {"auth", "authinfo", "password", "key", "qrcode"}
    )
    """Parameters that may differ between two calls that ask for the same."""

    def before(self, call: FaultedCall, /) -> Reply | None:
        """The answer held since the first hit, if there is one."""
        # Credentials first: an outdated list is not for everybody either.
        if not (call.reads and call.accepted):
            return None
        earlier = held_answers.find(call.db, self._token(call))
        return None if earlier is None else Reply(earlier.content_type, earlier.body)

    def keep(self, call: FaultedCall, reply: Reply, /) -> Reply:
        """Stores the first answer of a read that succeeded."""
        if call.reads and call.accepted and not call.failed:
            token = self._token(call)
            held_answers.hold(call.db, token, call.elapsed, reply.content_type, reply.body)
        return reply

    def _token(self, call: FaultedCall) -> str:
        same = sorted((n, v) for n, v in call.params.items() if n not in self.NOT_COMPARED)
        question = json.dumps([call.login, same])
        digest = hashlib.sha256(question.encode()).hexdigest()[:32]
        return held_answers.stale_token(call.fault, digest)


@dataclass(frozen=True, slots=True)
class NoKey(FaultKind):
    """What the call opens stays in status 5 without a key until the fault is removed.

    However often it is read; then the key arrives.
    """

    name = "no_key"
    applies = ("before",)

    def prepare(self, shop: Shop, /) -> Shop:
        """The seller with keys that do not arrive."""
        return keys.withhold(shop)

    @classmethod
    def removed(cls, shop: Shop, remaining: int, /) -> None:
        """Hands the keys over once no fault withholds them."""
        if not remaining:
            keys.hand_over(shop)


@dataclass(frozen=True, slots=True)
class LateKey(FaultKind):
    """What the call opens is ready, with its key, at the next look after ``reads`` looks at it."""

    name = "late_key"
    applies = ("before",)
    limits: ClassVar[Limits] = {"reads": (1, 1_000_000)}
    reads: int = 3

    def prepare(self, shop: Shop, /) -> Shop:
        """The seller with keys that arrive late."""
        return keys.delay_by_reads(shop, self.reads)


KINDS: Mapping[str, type[FaultKind]] = {
    kind.name: kind
    for kind in (
        Delay, Drop, Truncate, BrowserGuard, Status, Garbage, OneRow, Refuse, RateLimit, Long,
        Stale, OwnAnswer, NoKey, LateKey,
    )
}  # fmt: skip
"""Every kind by its name, the outermost first: they nest like middleware around the call.

`before` runs in this order, `keep` and `after` in the reverse: what is dropped in the end was
refused, emptied or replaced before.
"""
