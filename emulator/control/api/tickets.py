"""Tickets as somebody at the seller sees and answers them."""

from __future__ import annotations

from emulator.domain import tickets
from emulator.domain.accounts import accounts
from emulator.domain.tickets import Ticket
from emulator.domain.world import Shop, read
from emulator.errors import Missed
from emulator.worlds.worlds import Worlds

MOST = 200


class NoTicketError(LookupError):
    """No ticket of that number in this world; the text is one line for people."""


def newest(worlds: Worlds, name: str) -> list[dict[str, object]]:
    """The newest tickets of all accounts, without what was said in them."""
    db = worlds.connect(name)
    with db.reading():
        shop = worlds.shop(db, read(db))
        logins = {one.id: one.login for one in accounts.all_of(db)}
        return [told(one, logins[one.account_id]) for one in tickets.newest(shop, MOST)]


def show(worlds: Worlds, name: str, number: int) -> dict[str, object]:
    """One ticket with everything that was said. Raises NoTicketError."""
    db = worlds.connect(name)
    with db.reading():
        return _with_messages(worlds.shop(db, read(db)), number)


def answer(worlds: Worlds, name: str, number: int, text: str) -> dict[str, object]:
    """Answers a ticket; its client finds it unread. Raises NoTicketError."""
    with worlds.locked(name) as db, db.writing():
        shop = worlds.shop(db, read(db))
        try:
            tickets.answer(shop, number, text)
        except Missed:
            raise NoTicketError(f"there is no ticket {number} in this world") from None
        return _with_messages(shop, number)


def _with_messages(shop: Shop, number: int) -> dict[str, object]:
    try:
        one = tickets.find(shop, number)
    except Missed:
        raise NoTicketError(f"there is no ticket {number} in this world") from None
    owner = accounts.require(shop.db, one.account_id)
    said = [
        {
            "at": message.at.isoformat(),
            "by": "client" if message.by_client else "seller",
            "text": message.text,
        }
        for message in tickets.messages(shop, one)
    ]
    return {**told(one, owner.login), "messages": said}


def told(one: Ticket, login: str) -> dict[str, object]:
    """For JSON, without its messages."""
    return {
        "id": one.id,
        "account": login,
        "service": one.service_id,
        "subject": one.subject,
        "closed": one.closed,
        "unread": one.unread,
    }
