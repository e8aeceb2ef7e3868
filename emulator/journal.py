"""The journal: the last calls with their answers and the last due events, bounded in size.

Secrets are masked before they are written (docs/architecture.md). The journal is in the world's
own database, and each entry is committed with its call.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, delete, func, insert, or_, select

from emulator.results import JournalEntry
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column
from emulator.store.row_changes import RowChange

CALL, EVENT = "call", "happening"
"""Kinds of entries: a call with its answer, or a due event."""
READ, FORM_ONLY, BASKET = "read", "form only", "in the basket"
BOUGHT, PAID, CHANGED, UNCHANGED = "bought", "paid", "changed", "nothing changed"
LOGGED_IN, REFUSED, NOT_DONE = "logged in", "refused", "not carried out"
OUTCOMES = {
    READ: "a list or a document was shown",
    FORM_ONLY: "a form was shown; nothing was submitted",
    BASKET: "what was ordered waits for payment",
    BOUGHT: "something ordered was paid and opened; with the sum taken: `bought 5.00`",
    PAID: "anything else was paid, such as a renewal; with the sum taken: `paid 5.00`",
    CHANGED: "something else was changed",
    UNCHANGED: "it succeeded and had no effect",
    LOGGED_IN: "a session was opened",
    REFUSED: "an error, with its type and object: `refused exists/ip`",
    NOT_DONE: "a fault answered in its place, or the second factor was still to be sent",
}
"""What can become of a call: how an entry's ``outcome`` begins, and what it means."""
MASK = "***"
NO_NAMES = NO_CHANGES = "[]"
MOST_NAMES, LONGEST_NAME = 50, 100
MOST_CHANGES, LONGEST_VALUE = 50, 500
LONGEST_AGENT = 200
SECRET_PARAMS = frozenset({
    "auth", "auth_id", "authinfo", "billmgrses5", "confirm", "key", "qrcode",
    "pass", "pwd", "session", "sessionid",
})  # fmt: skip
SECRET_ENDINGS = (
    "passwd",
    "password",
    "passphrase",
    "token",
    "secret",
    "apikey",
    "privatekey",
    "secretkey",
)
"""Clients also send secrets under names that the seller does not know (``apiToken``)."""
SHORTEST_SECRET = 6
"""Shorter secrets are not masked in answers: they could be ordinary text."""
PRUNE_EVERY = 16
"""Old rows are deleted every so many entries, a few at a time: no request becomes slow."""

J = tables.journal.c
_LAST_TOTAL = select(J.total).order_by(J.id.desc()).limit(1).scalar_subquery()
_INSERT = Statement(
    insert(tables.journal).values(
        every_column(tables.journal, "id", "total")
        | {"total": func.coalesce(_LAST_TOTAL, 0) + bindparam("size", type_=Integer)}
    )
)
_OLDEST = select(J.id).order_by(J.id).limit(4 * PRUNE_EVERY)
_PRUNE = Statement(
    delete(tables.journal).where(
        J.id.in_(_OLDEST),
        or_(
            J.id <= bindparam("newest", type_=Integer) - bindparam("rows", type_=Integer),
            J.total <= _LAST_TOTAL - bindparam("bytes", type_=Integer),
        ),
    )
)
_BY_NUMBER = Statement(
    select(*(c for c in J if c.name != "total")).where(J.id == bindparam("which"))
)
_NEWEST = Statement(select(func.max(J.id)))
_CLEAR = Statement(delete(tables.journal))
_COUNT = Statement(select(func.count()).select_from(tables.journal))
_COUNT_KIND = Statement(select(func.count()).where(J.kind == bindparam("kind")))


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is kept: rows, bytes altogether, bytes of one request or answer."""

    rows: int
    bytes: int
    body: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A call with its answer, masked, or a due event.

    ``error``: ``type/object`` of a refusal, or None.
    """

    at: datetime
    took_ms: float
    login: str | None
    address: str
    method: str
    path: str
    func: str
    out: str
    error: str | None
    params: str
    answer: str
    kind: str = CALL
    fault: str | None = None
    repeated: str = NO_NAMES
    """Names of parameters that were sent more than once, as JSON."""
    unknown: str = NO_NAMES
    """Names of parameters that no declaration knows, as JSON."""
    outcome: str = ""
    """One of OUTCOMES, perhaps with a sum or an error; empty for due events and where unknown."""
    elapsed: float = 0.0
    """When it was written, in seconds of real time (`SystemClock.elapsed`); 0: not recorded."""
    agent: str = ""
    """The header ``User-Agent``."""
    changes: str = NO_CHANGES
    """Rows before and after, as JSON (`masked_changes`)."""
    id: int = 0

    def as_dict(self) -> JournalEntry:
        """The entry as the control API shows it."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "took_ms": self.took_ms,
            "login": self.login,
            "address": self.address,
            "method": self.method,
            "path": self.path,
            "func": self.func,
            "out": self.out,
            "error": self.error,
            "params": json.loads(self.params),
            "answer": self.answer,
            "kind": self.kind,
            "fault": self.fault,
            "repeated": json.loads(self.repeated),
            "unknown": json.loads(self.unknown),
            "outcome": self.outcome,
            "agent": self.agent,
            "changes": json.loads(self.changes),
        }

    def came_to(self, outcome: str) -> bool:
        """Whether this is the outcome, in full or without its sum or error: ``bought``."""
        return is_outcome(self.outcome, outcome)


def is_outcome(actual: str, expected: str) -> bool:
    """Whether ``actual`` is the outcome ``expected``, or the same with more detail."""
    return actual == expected or actual.startswith((f"{expected} ", f"{expected}/"))


def require_outcome(text: str) -> str:
    """An outcome as somebody typed it. Raises ValueError for what no call can come to."""
    if text not in OUTCOMES and text.partition(" ")[0] not in {BOUGHT, PAID, REFUSED}:
        msg = f'there is no outcome "{text[:40]}"; one of {", ".join(OUTCOMES)}'
        raise ValueError(msg)
    return text


def listed(names: Collection[str]) -> str:
    """Names of parameters as an entry holds them: the first MOST_NAMES, cut at a length."""
    if not names:
        return NO_NAMES
    return json.dumps([name[:LONGEST_NAME] for name in [*names][:MOST_NAMES]], ensure_ascii=False)


def is_secret(name: str) -> bool:
    """Whether a parameter of this name holds a secret, in whatever case it is written."""
    meant = name.strip().lower()
    return meant in SECRET_PARAMS or meant.endswith(SECRET_ENDINGS)


def masked_params(params: Mapping[str, str], body: int) -> str:
    """The parameters as JSON, secrets masked, long values cut."""
    shown = {}
    left = body
    for name, value in params.items():
        meant = name.strip().lower()
        if meant == "authinfo":
            shown_value = f"{value.partition(':')[0]}:{MASK}"
        else:
            shown_value = MASK if is_secret(name) else value
        if left <= 0:
            break
        shown[name[:left]] = shown_value[:left]
        left -= len(name) + len(shown_value)
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def secrets_in(params: Mapping[str, str]) -> list[str]:
    """Secrets among the parameters, to be masked in the answer.

    A misspelled name (``AuthInfo``) is no parameter, but its value is still a secret.
    """
    secrets = []
    for name, value in params.items():
        meant = name.strip().lower()
        if meant == "authinfo":
            secrets.append(value.partition(":")[2])
        elif is_secret(name):
            secrets.append(value)
    return secrets


def masked_text(text: str, secrets: Sequence[str], body: int) -> str:
    """An answer with its secrets masked, cut to the length that is stored."""
    for secret in secrets:
        # Formats write line breaks differently, so a PEM key is masked line by line.
        for line in secret.splitlines():
            if len(line) >= SHORTEST_SECRET and line in text:
                text = text.replace(line, MASK)
    return text[:body]


def masked_changes(changes: Sequence[RowChange], secrets: Sequence[str], body: int) -> str:
    """Changes of rows as JSON, secrets masked: as many as there is room for in ``body``."""
    rows: list[str] = []
    left = body
    for change in changes[:MOST_CHANGES]:
        shown = {
            "table": change.table,
            "before": _shown_values(change.before, secrets),
            "after": _shown_values(change.after, secrets),
        }
        row = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        left -= len(row)
        if left < 0:
            break
        rows.append(row)
    return f"[{','.join(rows)}]"


def _shown_values(
    values: Mapping[str, Any] | None, secrets: Sequence[str]
) -> dict[str, str] | None:
    """Values as texts, also those of structures, of which the inner ones are masked too."""
    if values is None:
        return None
    shown = {}
    for name, value in values.items():
        masked = _masked_value(name, value, secrets)
        text = masked if isinstance(masked, str) else json.dumps(masked, ensure_ascii=False)
        shown[name] = text[:LONGEST_VALUE]
    return shown


def _masked_value(name: str, value: object, secrets: Sequence[str]) -> object:
    """A value of this name: a mapping or a list of masked ones, else a text; None as an empty."""
    if isinstance(value, list):
        return [_masked_value(name, item, secrets) for item in value]
    if isinstance(value, dict):
        return {key: _masked_value(key, item, secrets) for key, item in value.items()}
    text = "" if value is None else str(value)
    return MASK if text and is_secret(name) else masked_text(text, secrets, len(text))


def write(db: Database, entry: Entry, bounds: Bounds) -> None:
    """Writes an entry; prunes with every sixteenth."""
    if bounds.rows == 0:
        return
    number = db.insert(
        _INSERT,
        at=entry.at,
        took_ms=entry.took_ms,
        login=entry.login,
        address=entry.address,
        method=entry.method,
        path=entry.path,
        func=entry.func,
        out=entry.out,
        error=entry.error,
        params=entry.params,
        answer=entry.answer,
        kind=entry.kind,
        fault=entry.fault,
        repeated=entry.repeated,
        unknown=entry.unknown,
        outcome=entry.outcome,
        elapsed=entry.elapsed,
        agent=entry.agent,
        changes=entry.changes,
        size=len(entry.params) + len(entry.answer) + len(entry.changes),
    )
    if number % PRUNE_EVERY == 0:
        prune(db, bounds, number)


def prune(db: Database, bounds: Bounds, newest: int) -> None:
    """Deletes the oldest entries over the bounds; each row has the sum of all sizes up to it."""
    db.run(_PRUNE, newest=newest, rows=bounds.rows, bytes=bounds.bytes)


def find(  # noqa: PLR0913 - filters, by name
    db: Database,
    *,
    func: str | Collection[str] | None = None,
    login: str | None = None,
    error: bool | None = None,
    kind: str | None = CALL,
    fault: bool | None = None,
    outcome: str | None = None,
    after: int = 0,
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Newest first. ``func``: one or several functions, ``*`` stands for anything.

    ``error``: only refusals (True) or only successes (False).

    ``kind``: calls, due events (``func`` is then the event), or None for both. ``fault``: only
    calls that a fault hit (True), or only the others (False). ``outcome``: in full, or without its
    sum or error. ``after``, ``before``: only entries with a higher, a lower number.
    """
    query = select(*(c for c in J if c.name != "total")).where(J.id > after)
    if before is not None:
        query = query.where(J.id < before)
    if func is not None:
        several = (func,) if isinstance(func, str) else func
        query = query.where(or_(*(_is_called(pattern) for pattern in several)))
    if kind is not None:
        query = query.where(J.kind == kind)
    if login is not None:
        query = query.where(J.login == login)
    if error is not None:
        query = query.where(J.error.is_not(None) if error else J.error.is_(None))
    if fault is not None:
        query = query.where(J.fault.is_not(None) if fault else J.fault.is_(None))
    if outcome is not None:
        more = (J.outcome.startswith(outcome + mark, autoescape=True) for mark in " /")
        query = query.where(or_(J.outcome == outcome, *more))
    rows = db.rows(Statement(query.order_by(J.id.desc()).limit(limit)))
    return [Entry(*(*row[1:], row[0])) for row in rows]


def has(db: Database, *, func: str | None = None, login: str | None = None) -> bool:
    """Whether any entry, of a call or an event, is of this function or pattern, or login."""
    return bool(find(db, func=func, login=login, kind=None, limit=1))


def _is_called(func: str) -> ColumnElement[bool]:
    return J.func.like(func.replace("*", "%")) if "*" in func else J.func == func


def entry(db: Database, number: int) -> Entry | None:
    """An entry by its number, or None when it has been deleted."""
    row = db.row(_BY_NUMBER, which=number)
    return None if row is None else Entry(*(*row[1:], row[0]))


def newest(db: Database) -> int:
    """The number of the last entry; 0 where there is none."""
    return int(db.value(_NEWEST) or 0)


def count(db: Database, kind: str | None = None) -> int:
    """The number of stored entries, of one kind or all."""
    return int(db.value(_COUNT) if kind is None else db.value(_COUNT_KIND, kind=kind))


def clear(db: Database) -> None:
    """Deletes all entries."""
    db.run(_CLEAR)
