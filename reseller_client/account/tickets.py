"""Tickets: questions to the seller and its answers. Source: docs/evidence.md 57 (assumed)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.transport.listing import every_row
from reseller_client.transport.values import read_int

if TYPE_CHECKING:
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Node
    from reseller_client.transport.values import Field


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket; `by` is the name the seller shows beside it."""

    by: str
    text: str
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket; `messages` are in `get` alone, `unread` counts new answers in the list."""

    id: int
    subject: str
    status: str = ""
    unread: int = 0
    service_id: int | None = None
    messages: tuple[Message, ...] = ()


class Tickets:
    """Tickets of the account. Reached as `client.tickets`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller

    def list(self) -> tuple[Ticket, ...]:
        """Return all tickets without their messages, newest first. Source: `clientticket`."""
        rows = (_ticket(row) for row in every_row(self._caller, "clientticket", {}))
        return tuple(row for row in rows if row is not None)

    def get(self, ticket_id: int) -> Ticket:
        """Return one ticket with what was said; its answers are read then. Raises Missed."""
        answer = self._caller.call("clientticket.edit", {"elid": ticket_id})
        said = tuple(
            Message(row.value("user"), row.value("message"), row.value("date"))
            for row in answer.table("messages_list")
        )
        found = _ticket(answer.form(), said)
        if found is None:
            raise NotUnderstood("the ticket carries no id")
        return found

    def open(self, subject: str, message: str, *, service_id: int | None = None) -> int:
        """Open a ticket, about a service if one is named. Returns its id."""
        fields = {"subject": subject, "message": message, "item": service_id, "sok": "ok"}
        number = read_int(self._caller.call("clientticket.edit", fields).value("id", "elid"))
        if number is None:
            raise NotUnderstood("the ticket was opened under no id")
        return number

    def say(self, ticket_id: int, message: str) -> None:
        """Add a message; a closed ticket is open again. Raises Missed."""
        fields: dict[str, Field] = {"elid": ticket_id, "message": message, "sok": "ok"}
        self._caller.call("clientticket.edit", fields)

    def close(self, ticket_id: int) -> None:
        """Close a ticket. Raises Missed."""
        fields: dict[str, Field] = {"elid": ticket_id, "clicked_button": "close"}
        self._caller.call("clientticket.edit", {**fields, "sok": "ok"})


def _ticket(row: Node, said: tuple[Message, ...] = ()) -> Ticket | None:
    number = read_int(row.value("id", "elid"))
    if number is None:
        return None
    return Ticket(
        id=number,
        subject=row.value("subject", "name"),
        status=row.value("status"),
        unread=read_int(row.value("unread")) or 0,
        service_id=read_int(row.value("item")),
        messages=said,
    )
