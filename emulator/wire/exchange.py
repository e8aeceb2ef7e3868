"""One request on its way through the endpoint, and what goes back and stays behind of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import IO

from emulator import journal
from emulator.api.context import Call
from emulator.domain.world import Shop
from emulator.errors import ApiError, BadValue
from emulator.faults import FaultHit
from emulator.texts import LANGUAGES
from emulator.wire import formats
from emulator.wire.auth import Caller, Credentials
from emulator.wire.formats import Format
from emulator.wire.request import Request


class InternalError(ApiError):
    """A fault of ours. The client gets a document all the same; the log gets the traceback."""

    type = "internal"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: always a document, HTTP 200 (observed), maybe a cookie.

    The rest is for planned faults: another ``status``, ``dropped`` without an answer, ``cut_at`` so
    many bytes though the whole length was promised.
    """

    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    dropped: bool = False
    cut_at: int | None = None
    file: IO[bytes] | None = None
    """A long answer, which is written piece by piece and does not stand in ``body`` as a whole."""
    length: int = 0

    def whole(self) -> Reply:
        """The same in memory, for whoever has to change it."""
        if self.file is None:
            return self
        with self.file:
            return replace(self, body=self.file.read(), file=None)


@dataclass(slots=True)
class RequestContext:
    """One request on its way: what was brought, who turned out to ask, what came of it."""

    request: Request
    format: Format
    brought: Credentials
    login: str
    started: float
    asker: Caller | None = None
    call: Call | None = None
    error: ApiError | None = None
    session_id: str = ""
    struck: tuple[FaultHit, ...] | None = None
    """Faults that hit this call; None: nobody has asked yet."""

    @property
    def who(self) -> str:
        """The login that asks, or that was tried."""
        account = self.asker.account if self.asker else None
        return account.login if account else self.login

    @property
    def language(self) -> str:
        """The language asked for, else the account's, else English."""
        asked = self.request.params.get("lang", "")
        if asked in LANGUAGES:
            return asked
        account = self.asker.account if self.asker else None
        return account.lang if account and account.lang in LANGUAGES else "en"

    @property
    def failed_login(self) -> str:
        """The login whose failure has to be counted, or nothing."""
        return "" if self.error is None else self.error.login


def format_of(chosen: Format | None, request: Request) -> Format:
    """The format, wrapped for JSONP where a callback is named."""
    if chosen is None:
        raise BadValue("out", request.params["out"])
    callback = request.params.get("callback")
    if not callback:
        return chosen
    try:
        return formats.with_callback(chosen, callback)
    except ValueError:
        raise BadValue("callback", callback) from None


def entry_of(turn: RequestContext, shop: Shop, body: bytes, most: int) -> journal.Entry:
    """What the journal keeps of this turn, secrets masked; ``most``: of one request or answer."""
    request, error = turn.request, turn.error
    account = turn.asker.account if turn.asker else None
    hidden = journal.secrets_in(request.params)
    if turn.call is not None:
        hidden += turn.call.secrets
    return journal.Entry(
        at=shop.now,
        took_ms=round((time.perf_counter() - turn.started) * 1000, 3),
        login=account.login if account else None,
        address=request.address,
        method=request.method,
        path=request.path,
        func=request.func[:200],
        out=turn.format.name,
        error=None if error is None else f"{error.type}/{error.object}",
        params=journal.masked_params(request.params, most),
        answer=journal.masked_text(body.decode("utf-8", "replace"), hidden, most),
        fault=", ".join(map(str, turn.struck)) or None if turn.struck else None,
    )
