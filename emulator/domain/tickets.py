"""Tickets: questions of a client to the seller, and answers.

Source: docs/wire.md section 6 (``dashboard.tickets``, ``notify``); docs/evidence.md 57 and 121. The
seller answers through the control API, or by the rule ``ticket_answer_hours`` so long afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select, update

from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.domain.services import services
from emulator.domain.world import Shop
from emulator.errors import Missed
from emulator.store import tables
from emulator.store.engine import Statement, every_column

T, M = tables.ticket.c, tables.ticket_message.c
_OPEN = Statement(
    insert(tables.ticket).values(
        account_id=bindparam("owner"),
        service_id=bindparam("about"),
        subject=bindparam("title"),
        closed=False,
        unread=0,
        created_at=bindparam("at"),
        changed_at=bindparam("at"),
        department=bindparam("asked"),
        by_client=True,
        answer_at=None,
    )
)
_SAVE = Statement(
    update(tables.ticket)
    .where(T.id == bindparam("which"))
    .values(
        closed=bindparam("is_closed", type_=T.closed.type),
        unread=bindparam("unseen"),
        changed_at=bindparam("at"),
        by_client=bindparam("last_by_client", type_=T.by_client.type),
        answer_at=bindparam("answer_due", type_=T.answer_at.type),
    )
)
_READ = Statement(update(tables.ticket).where(T.id == bindparam("which")).values(unread=0))
_BY_NUMBER = Statement(select(*T).where(T.id == bindparam("which")))
_UNREAD = Statement(
    select(*T)
    .where(T.account_id == bindparam("owner"), T.unread > 0)
    .order_by(T.id.desc())
    .limit(bindparam("most"))
)
_DUE = Statement(
    select(*T)
    .where(T.answer_at <= bindparam("until"))
    .order_by(T.answer_at, T.id)
    .limit(bindparam("most"))
)
_NEXT_DUE = Statement(select(func.min(T.answer_at, type_=T.answer_at.type)))
_NEWEST = Statement(select(*T).order_by(T.id.desc()).limit(bindparam("most")))
_SAY = Statement(insert(tables.ticket_message).values(every_column(tables.ticket_message, "id")))
_MESSAGES = Statement(
    select(M.id, M.at, M.by_client, M.text, M.author)
    .where(M.ticket_id == bindparam("which"))
    .order_by(M.id)
)


FIRST_DEPARTMENT = 1
WAITS, NEW_REPLIES, ANSWERED, CLOSED = 1, 2, 3, 4
"""States of a ticket; their numbers are assumed."""
AUTOMATIC = {
    "en": "We have read your message and are looking into it.",
    "ru": "Мы получили ваше сообщение и занимаемся им.",
}
"""What the seller answers by a rule."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One conversation. ``unread``: answers of the seller that the client has not read."""

    id: int
    account_id: int
    service_id: int | None
    subject: str
    closed: bool
    unread: int
    created_at: datetime
    changed_at: datetime
    department: int = FIRST_DEPARTMENT
    by_client: bool = True
    """Whose the last message is."""
    answer_at: datetime | None = None
    """When the seller answers by a rule."""

    @property
    def state(self) -> int:
        """What the client sees of it: one of the numbers of ``tstatus``."""
        if self.closed:
            return CLOSED
        if self.unread:
            return NEW_REPLIES
        return WAITS if self.by_client else ANSWERED


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket."""

    id: int
    at: datetime
    by_client: bool
    text: str
    author: str = ""
    """The login that wrote it; empty: unknown, or the seller."""


def begin(
    shop: Shop,
    account: Account,
    subject: str,
    text: str,
    about: int | None,
    department: int = FIRST_DEPARTMENT,
) -> Ticket:
    """Opens a ticket with its first message. Raises Missed for another account's service."""
    if about is not None:
        services.require_owned(shop, account, about)
    number = shop.db.insert(
        _OPEN, owner=account.id, about=about, title=subject, at=shop.now, asked=department
    )
    return ask(shop, account, find(shop, number), text)


def find(shop: Shop, number: int) -> Ticket:
    """A ticket by its number, whoever owns it. Raises Missed."""
    row = shop.db.row(_BY_NUMBER, which=number)
    if row is None:
        raise Missed("ticket", str(number))
    return Ticket(*row)


def require_owned(shop: Shop, account: Account, number: int) -> Ticket:
    """A ticket of this account. Raises Missed."""
    ticket = find(shop, number)
    if ticket.account_id != account.id:
        raise Missed("ticket", str(number))
    return ticket


def list_messages(shop: Shop, ticket: Ticket) -> list[Message]:
    """The messages of a ticket, oldest first."""
    return [Message(*row) for row in shop.db.rows(_MESSAGES, which=ticket.id)]


def ask(shop: Shop, account: Account, ticket: Ticket, text: str) -> Ticket:
    """Adds a message of the client; reopens a closed ticket. A rule may have it answered."""
    _say(shop, ticket.id, text, author=account.login)
    hours = shop.world.rules.ticket_answer_hours
    due = shop.now + timedelta(hours=hours) if hours else None
    shop.due_no_later_than(due)
    return _saved(shop, replace(ticket, closed=False, by_client=True, answer_at=due))


def answer(shop: Shop, number: int, text: str) -> Ticket:
    """Adds an unread message of the seller. Raises Missed."""
    ticket = find(shop, number)
    _say(shop, number, text)
    answered = replace(ticket, closed=False, unread=ticket.unread + 1, by_client=False)
    return _saved(shop, replace(answered, answer_at=None))


def answer_due(shop: Shop, until: datetime, most: int) -> list[Ticket]:
    """Answers what a rule has answered until an instant, each at its time; returns the tickets."""
    due = [Ticket(*row) for row in shop.db.rows(_DUE, until=until, most=most)]
    for ticket in due:
        owner = accounts.require(shop.db, ticket.account_id)
        text = AUTOMATIC.get(owner.lang, AUTOMATIC["en"])
        answer(shop.at(ticket.answer_at or shop.now), ticket.id, text)
    return due


def next_answer(shop: Shop) -> datetime | None:
    """When the next answer is due, or None."""
    due: datetime | None = shop.db.value(_NEXT_DUE)
    return due


def close(shop: Shop, ticket: Ticket) -> Ticket:
    """Closes a ticket; closing twice is not an error."""
    return _saved(shop, replace(ticket, closed=True, unread=0, answer_at=None))


def read(shop: Shop, ticket: Ticket) -> None:
    """Marks all answers as read by the client."""
    shop.db.run(_READ, which=ticket.id)


def unread(shop: Shop, account: Account, most: int) -> list[Ticket]:
    """Tickets with unread answers, newest first."""
    return [Ticket(*row) for row in shop.db.rows(_UNREAD, owner=account.id, most=most)]


def list_newest(shop: Shop, most: int) -> list[Ticket]:
    """The newest tickets of all accounts, for the control API."""
    return [Ticket(*row) for row in shop.db.rows(_NEWEST, most=most)]


def _say(shop: Shop, number: int, text: str, *, author: str = "") -> None:
    """Adds a message: of the login ``author``, or of the seller."""
    shop.db.run(
        _SAY, ticket_id=number, at=shop.now, by_client=bool(author), text=text, author=author
    )


def _saved(shop: Shop, ticket: Ticket) -> Ticket:
    changed = replace(ticket, changed_at=shop.now)
    shop.db.run(
        _SAVE, which=ticket.id, is_closed=ticket.closed, unseen=ticket.unread, at=shop.now,
        last_by_client=ticket.by_client, answer_due=ticket.answer_at,
    )  # fmt: skip
    return changed
