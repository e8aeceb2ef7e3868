"""One call of the seller's API: encode, send, read, and wait for a long request.

Source: docs/wire.md sections 1 (long requests), 5 (errors arrive with HTTP 200) and 8.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from reseller_client.errors import (
    NotUnderstood,
    Refusal,
    SecondFactorNeeded,
    TransportError,
    UnknownOutcome,
    refused,
)
from reseller_client.transport.csv import read_table
from reseller_client.transport.front import recognize
from reseller_client.transport.reader import read_document, read_refusal
from reseller_client.transport.values import write_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field
    from reseller_client.transport.wire import Reply, Wire

Out = Literal["xml", "bjson"]
Waiter = Callable[[float], None]

_BETWEEN_WORDS: Final = re.compile(r"""[\s"'<>]+""")
_EXCERPT: Final = 160


class Caller(Protocol):
    """What the areas need of the client: it makes calls as an account."""

    @property
    def retry_policy(self) -> RetryPolicy:
        """How often and how long to wait."""
        ...

    @property
    def url(self) -> str:
        """The address of the API, the base of relative links."""
        ...

    def call(self, func: str, fields: Mapping[str, Field] | None = None) -> Answer:
        """Call a function and return its answer. Raises Refused or TransportError."""
        ...

    def call_csv(self, func: str, fields: Mapping[str, Field] | None = None) -> tuple[Node, ...]:
        """Call a listing as csv and return its rows. Raises Refused or TransportError."""
        ...


class Area:
    """Functions of the seller that belong together, such as those of its tickets."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often the client tries again, and how it waits.

    `wait` lets a number of seconds pass; `pause` are the seconds between two tries. `attempts`
    limits how often an order is sent, `looks` the searches after an unknown outcome, `long_reads`
    the reads of a long request.
    """

    wait: Waiter
    pause: float = 2.0
    attempts: int = 3
    looks: int = 3
    long_reads: int = 60


@dataclass(frozen=True, slots=True)
class Style:
    """The format of answers and the language of their texts."""

    out: Out = "xml"
    lang: str = "en"


def make_call(
    wire: Wire, func: str, fields: Mapping[str, Field], *, style: Style, retry_policy: RetryPolicy
) -> Answer:
    """Make one call. Raises a kind of Refused, NotSent, UnknownOutcome or NotUnderstood."""
    form = write_fields({"func": func, "out": style.out, "lang": style.lang, **fields})
    answer = _read(wire, wire.post(form), retry_policy)
    refusal = read_refusal(answer)
    if refusal is not None:
        raise refused(refusal, func)
    if func != "totp.confirm" and answer.value("ok") == "func=totp.confirm":
        raise SecondFactorNeeded(Refusal(type="extraconfirm", message="confirm by code"), func)
    return answer


def make_csv_call(
    wire: Wire, func: str, fields: Mapping[str, Field], *, style: Style
) -> tuple[Node, ...]:
    """Make one call of a listing as csv. Raises the errors of `make_call`."""
    form = write_fields({"func": func, "out": "csv", "lang": style.lang, **fields})
    return read_table(wire.post(form), func)


def _read(wire: Wire, reply: Reply, retry_policy: RetryPolicy) -> Answer:
    """Read a reply; follow the link of a long request, at most `long_reads` times."""
    for _ in range(retry_policy.long_reads):
        try:
            return read_document(reply.body)
        except NotUnderstood as problem:
            link = _long_link(reply)
            if link is None:
                raise recognize(reply) or NotUnderstood(
                    problem.reason, status=reply.status, beginning=_excerpt(reply)
                ) from problem
        retry_policy.wait(retry_policy.pause)
        try:
            reply = wire.follow(link)
        except TransportError as problem:
            # The call itself was accepted; only its result was not received.
            raise UnknownOutcome(f"a long request was interrupted: {problem}") from problem
    raise UnknownOutcome(f"a long request did not end in {retry_policy.long_reads} reads")


def _long_link(reply: Reply) -> str | None:
    """Return the link of a long request in plain text, html or a json string."""
    text = reply.body.decode("utf-8", "replace").strip()
    if text.startswith('"'):
        try:
            text = str(json.loads(text))
        except ValueError:
            return None
    words = _BETWEEN_WORDS.split(html.unescape(text))
    return next((link for word in words if (link := _link_in(word))), None)


def _link_in(word: str) -> str:
    """Return the link in a word, or "". It contains `long` and `billmgr`; no more is known.

    A regular expression open at both ends would take minutes on a garbled answer.
    """
    start = word.find("long")
    if start < 0 or word.find("billmgr", start) < 0:
        return ""
    return word[word.rfind("=", 0, start) + 1 :]


def _excerpt(reply: Reply) -> str:
    return reply.body[:_EXCERPT].decode("utf-8", "replace")
