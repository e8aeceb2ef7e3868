"""Tickets as staff of the seller see and answer them."""

from __future__ import annotations

from emulator.domain import tickets
from emulator.domain.accounts import accounts
from emulator.domain.tickets import Ticket
from emulator.domain.world import Shop, read
from emulator.errors import Missed
from emulator.results import TicketInfo, TicketMessage, TicketThread
from emulator.worlds.worlds import Worlds

MOST = 200


class NoTicketError(LookupError):
    """No ticket of that number in this world; the text is one line for people."""


def newest(worlds: Worlds, name: str) -> list[TicketInfo]:
    """The newest tickets of all accounts, without their messages. Raises NoWorld."""
    db = worlds.connect(name)
    with db.reading():
        shop = worlds.shop(db, read(db))
        logins = {account.id: account.login for account in accounts.list_accounts(db)}
        return [
            describe(ticket, logins[ticket.account_id])
            for ticket in tickets.list_newest(shop, MOST)
        ]


def show(worlds: Worlds, name: str, number: int) -> TicketThread:
    """One ticket with its messages. Raises NoTicketError."""
    db = worlds.connect(name)
    with db.reading():
        return _with_messages(worlds.shop(db, read(db)), number)


def answer(worlds: Worlds, name: str, number: int, text: str) -> TicketThread:
    """Answers a ticket, which its client then finds unread. Raises NoTicketError."""
    with worlds.locked(name) as db, db.writing():
        shop = worlds.shop(db, read(db))
        try:
            tickets.answer(shop, number, text)
        except Missed:
            raise NoTicketError(f"there is no ticket {number} in this world") from None
        return _with_messages(shop, number)


def _with_messages(shop: Shop, number: int) -> TicketThread:
    try:
        ticket = tickets.find(shop, number)
    except Missed:
        raise NoTicketError(f"there is no ticket {number} in this world") from None
    owner = accounts.require(shop.db, ticket.account_id)
    messages: list[TicketMessage] = [
        {
            "at": message.at.isoformat(),
            "by": "client" if message.by_client else "seller",
            "text": message.text,
        }
        for message in tickets.list_messages(shop, ticket)
    ]
    return {**describe(ticket, owner.login), "messages": messages}


def describe(ticket: Ticket, login: str) -> TicketInfo:
    """For JSON, without its messages."""
    return {
        "id": ticket.id,
        "account": login,
        "service": ticket.service_id,
        "subject": ticket.subject,
        "closed": ticket.closed,
        "unread": ticket.unread,
    }
