"""What planned faults do to a request: before anything happens, and to what goes back.

Source: docs/faults.md; docs/wire.md section 1 (long requests).
"""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from emulator import faults
from emulator.domain.services import withheld_keys
from emulator.domain.world import Shop
from emulator.errors import ApiError
from emulator.faults import Kind
from emulator.faults.kinds import When
from emulator.store.engine import Database
from emulator.wire.answer import error_document
from emulator.wire.exchange import Reply, RequestContext

K = TypeVar("K", bound=Kind)
TOO_MANY = 429
HTML = "text/html; charset=UTF-8"
TOO_OFTEN = "Too many requests: __value__ are allowed"
PAGE = (
    '<html><body>Request in process, please wait<br/>\n<a href="/{link}">continue</a></body></html>'
)
NEVER_THE_SAME = frozenset({"auth", "authinfo", "password", "key", "qrcode"})


class PlannedRefusal(ApiError):
    """A refusal somebody planned (docs/faults.md): any type, and words of its own if it has any."""

    def __init__(self, type: str, object: str, value: str, text: str) -> None:
        # Of one refusal, not of the class: every type can be planned.
        self.type = type  # type: ignore[misc]
        super().__init__(object, value or None)
        self.text = text


class FaultsPlanned(Exception):
    """This call has to be counted first: faults are planned in its world."""


def _of(turn: RequestContext, kind: type[K], when: When) -> Iterator[tuple[int, K]]:
    for strike in turn.struck or ():
        if strike.when == when and isinstance(strike.kind, kind):
            yield strike.fault, strike.kind


def wait(turn: RequestContext, when: When) -> float:
    """How many seconds the client waits here."""
    return sum(delay.seconds for _, delay in _of(turn, faults.Delay, when))


def without_key(turn: RequestContext, shop: Shop) -> Shop:
    """The shop as this call meets it: what it opens may wait for its key while the fault lasts."""
    return withheld_keys.withholding(shop) if any(_of(turn, faults.NoKey, "before")) else shop


def refusal(turn: RequestContext, when: When) -> ApiError | None:
    """The error document a fault answers with."""
    for _, planned in _of(turn, faults.Refuse, when):
        return PlannedRefusal(planned.type, planned.object, planned.value, planned.msg)
    for _, limit in _of(turn, faults.RateLimit, when):
        if not limit.code:
            return PlannedRefusal("limit", "calls", str(limit.calls), TOO_OFTEN)
    return None


def instead(turn: RequestContext, db: Database, *, looks: bool) -> Reply | None:
    """What is answered in place of the call, which then never happens."""
    if any(_of(turn, faults.Drop, "before")):
        return Reply("", b"", dropped=True)
    for _, page in _of(turn, faults.Status, "before"):
        return Reply(HTML, page.body.encode(), status=page.code)
    for _, limit in _of(turn, faults.RateLimit, "before"):
        if limit.code:
            return Reply(HTML, b"Too Many Requests", status=limit.code)
    if looks and _may_look(turn):
        for number, _ in _of(turn, faults.Stale, "before"):
            then = faults.held(db, _stale_token(turn, number))
            if then is not None:
                return Reply(then[1], then[2])
    return None


def _stale_token(turn: RequestContext, number: int) -> str:
    same = {n: v for n, v in turn.request.params.items() if n not in NEVER_THE_SAME}
    told = json.dumps([turn.who, sorted(same.items())])
    return faults.stale_token(number, hashlib.sha256(told.encode()).hexdigest()[:32])


def holds_back(turn: RequestContext, *, looks: bool) -> bool:
    """Whether what is answered has to be kept in the world."""
    return any(_of(turn, faults.Long, "after")) or (_goes_stale(turn) and looks)


def _goes_stale(turn: RequestContext) -> bool:
    fresh = turn.error is None and _may_look(turn)
    return fresh and any(_of(turn, faults.Stale, "before"))


def _may_look(turn: RequestContext) -> bool:
    """Whether the credentials are good: a list of yesterday is not for everybody either."""
    asker = turn.asker
    owes_code = asker is not None and asker.session is not None and asker.session.pending_totp
    return asker is not None and asker.refusal is None and not owes_code


def kept(
    turn: RequestContext, db: Database, world: str, reply: Reply, elapsed: float, *, looks: bool
) -> Reply:
    """Writes the answer down: for a list that goes stale, or behind a link in its place."""
    if looks and _goes_stale(turn):
        for number, _ in _of(turn, faults.Stale, "before"):
            faults.hold(db, _stale_token(turn, number), elapsed, reply.content_type, reply.body)
    for _, long in _of(turn, faults.Long, "after"):
        token = f"{world}-{secrets.token_hex(16)}"
        faults.hold(db, token, elapsed + long.seconds, reply.content_type, reply.body)
        return waiting(token)
    return reply


def waiting(token: str) -> Reply:
    """The page of a long request: text with the link a client follows."""
    return Reply(HTML, PAGE.format(link=f"long/{token}/billmgr").encode())


def spoiled(turn: RequestContext, reply: Reply) -> Reply:
    """The answer as the client gets it. It happened; the journal has the truth."""
    document = refusal(turn, "after")
    if document is not None:
        body = turn.format.render(error_document(document, turn.request.func, turn.language))
        reply = replace(reply, body=body)
    if any(_of(turn, faults.OneRow, "after")):
        reply = replace(reply, body=_one_row(reply.body))
    for _, noise in _of(turn, faults.Garbage, "after"):
        reply = replace(reply, body=random.Random(noise.bytes).randbytes(noise.bytes))  # noqa: S311 - noise
    for _, page in _of(turn, faults.Status, "after"):
        reply = Reply(HTML, page.body.encode(), status=page.code)
    for _, cut in _of(turn, faults.Truncate, "after"):
        reply = replace(reply, cut_at=cut.part(len(reply.body)))
    if any(_of(turn, faults.Drop, "after")):
        reply = replace(reply, dropped=True)
    return reply


def _one_row(body: bytes) -> bytes:
    """Lists of one row as an object, in whatever json it is; other formats are left alone."""
    try:
        tree = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_collapsed(tree), ensure_ascii=False).encode()


def _collapsed(tree: Any) -> Any:  # noqa: ANN401 - any json
    if isinstance(tree, list):
        return [_collapsed(one) for one in tree]
    if not isinstance(tree, dict):
        return tree
    inside = {name: _collapsed(value) for name, value in tree.items()}
    rows = inside.get("elem")
    if isinstance(rows, list) and len(rows) == 1:
        inside["elem"] = rows[0]
    return inside
