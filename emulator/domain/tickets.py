"""Tickets: questions of a client to the seller, and answers.

Source: docs/wire.md section 6 (``dashboard.tickets``, ``notify``); docs/evidence.md 57. Answers
come through the control API only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.services import services
from emulator.domain.world import Shop
from emulator.errors import Missed
from emulator.store import tables
from emulator.store.engine import Statement

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
    )
)
_SAVE = Statement(
    update(tables.ticket)
    .where(T.id == bindparam("which"))
    .values(
        closed=bindparam("is_closed", type_=T.closed.type),
        unread=bindparam("unseen"),
        changed_at=bindparam("at"),
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
_NEWEST = Statement(select(*T).order_by(T.id.desc()).limit(bindparam("most")))
_COUNT = Statement(
    select(func.count()).where(T.account_id == bindparam("owner"), T.closed.is_(False))
)
_SAY = Statement(
    insert(tables.ticket_message).values({c.name: bindparam(c.name) for c in M if c.name != "id"})
)
_MESSAGES = Statement(
    select(M.id, M.at, M.by_client, M.text).where(M.ticket_id == bindparam("which")).order_by(M.id)
)


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


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket."""

    id: int
    at: datetime
    by_client: bool
    text: str


def begin(shop: Shop, account: Account, subject: str, text: str, about: int | None) -> Ticket:
    """Opens a ticket with its first message. Raises Missed for another account's service."""
    if about is not None:
        services.require_owned(shop, account, about)
    number = shop.db.insert(_OPEN, owner=account.id, about=about, title=subject, at=shop.now)
    _say(shop, number, text, by_client=True)
    return find(shop, number)


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


def ask(shop: Shop, ticket: Ticket, text: str) -> Ticket:
    """Adds a message of the client; reopens a closed ticket."""
    _say(shop, ticket.id, text, by_client=True)
    return _saved(shop, replace(ticket, closed=False))


def answer(shop: Shop, number: int, text: str) -> Ticket:
    """Adds an unread message of the seller. Raises Missed."""
    ticket = find(shop, number)
    _say(shop, number, text, by_client=False)
    return _saved(shop, replace(ticket, closed=False, unread=ticket.unread + 1))


def close(shop: Shop, ticket: Ticket) -> Ticket:
    """Closes a ticket; closing twice is not an error."""
    return _saved(shop, replace(ticket, closed=True, unread=0))


def read(shop: Shop, ticket: Ticket) -> None:
    """Marks all answers as read by the client."""
    shop.db.run(_READ, which=ticket.id)


def unread(shop: Shop, account: Account, most: int) -> list[Ticket]:
    """Tickets with unread answers, newest first."""
    return [Ticket(*row) for row in shop.db.rows(_UNREAD, owner=account.id, most=most)]


def list_newest(shop: Shop, most: int) -> list[Ticket]:
    """The newest tickets of all accounts, for the control API."""
    return [Ticket(*row) for row in shop.db.rows(_NEWEST, most=most)]


def count_open(shop: Shop, account: Account) -> int:
    """How many tickets of an account are open."""
    return int(shop.db.value(_COUNT, owner=account.id))


def _say(shop: Shop, number: int, text: str, *, by_client: bool) -> None:
    shop.db.run(_SAY, ticket_id=number, at=shop.now, by_client=by_client, text=text)


def _saved(shop: Shop, ticket: Ticket) -> Ticket:
    changed = replace(ticket, changed_at=shop.now)
    shop.db.run(_SAVE, which=ticket.id, is_closed=ticket.closed, unseen=ticket.unread, at=shop.now)
    return changed
