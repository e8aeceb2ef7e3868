"""Tickets: questions to the seller and its answers. Source: docs/evidence.md 57 (assumed)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.transport.call import Area
from reseller_client.transport.listing import every_row
from reseller_client.transport.values import read_int

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a ticket; `by` is the name of its author, `sent` its date as text.

    `ours`: whether the account wrote it, not the seller.
    """

    by: str
    text: str
    sent: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket; only `get` reads its `messages`. `unread`: whether it has new answers.

    `changed` is the date of its last message as text; empty in what `get` returns.
    """

    id: int
    subject: str
    status: str = ""
    unread: bool = False
    service_id: int | None = None
    messages: tuple[Message, ...] = ()
    changed: str = ""


class Tickets(Area):
    """Tickets of the account. Reached as `client.tickets`."""

    def list(self) -> tuple[Ticket, ...]:
        """Return the open tickets without their messages, newest first. Source: `clientticket`."""
        return self._rows("clientticket")

    def archive(self) -> tuple[Ticket, ...]:
        """Return the closed tickets, newest first. Source: `clientticket_archive`."""
        return self._rows("clientticket_archive")

    def _rows(self, func: str) -> tuple[Ticket, ...]:
        rows = (_ticket(row) for row in every_row(self._caller, func, {}))
        return tuple(row for row in rows if row is not None)

    def get(self, ticket_id: int) -> Ticket:
        """Return a ticket with its messages, which then count as read. Raises Missed."""
        answer = self._caller.call("clientticket.edit", {"elid": ticket_id})
        ticket = _ticket(answer.form(), tuple(_messages(answer)))
        if ticket is None:
            raise NotUnderstood("the form of the ticket has no id")
        return ticket

    def open(self, subject: str, message: str, *, service_id: int | None = None) -> int:
        """Open a ticket, about a service or in general. Returns its id. Raises NotUnderstood."""
        fields = {"subject": subject, "message": message, "ticket_item": service_id, "sok": "ok"}
        number = read_int(self._caller.call("clientticket.edit", fields).value("id", "elid"))
        if number is None:
            raise NotUnderstood("a ticket was opened, but the answer has no id")
        return number

    def say(self, ticket_id: int, message: str) -> None:
        """Add a message, which reopens a closed ticket. Raises Missed."""
        fields: dict[str, Field] = {"elid": ticket_id, "message": message, "sok": "ok"}
        self._caller.call("clientticket.edit", fields)

    def close(self, ticket_id: int) -> None:
        """Close a ticket. Raises Missed."""
        fields: dict[str, Field] = {"elid": ticket_id, "clicked_button": "close"}
        self._caller.call("clientticket.edit", {**fields, "sok": "ok"})


def _messages(answer: Answer) -> Iterator[Message]:
    """Yield the messages of `mlist`, or of the table that an older seller has in its place."""
    listed = answer.field("mlist")
    if listed is None:
        for row in answer.table("messages_list"):
            yield Message(row.value("user"), row.value("message"), row.value("date"))
        return
    for message in listed.all("message"):
        if not message.has("body"):
            continue  # what the ticket is about
        user = message.first("user")
        yield Message(
            by=user.value("realname") if user else "",
            text=message.value("body"),
            sent=message.value("date_post"),
            ours=message.value("type") == "outcoming",
        )


def _ticket(row: Node, messages: tuple[Message, ...] = ()) -> Ticket | None:
    number = read_int(row.value("id", "elid"))
    if number is None:
        return None
    return Ticket(
        id=number,
        subject=row.value("subject", "name"),
        status=row.value("tstatus", "status"),
        unread=row.value("unread") not in {"", "0", "off"},
        service_id=read_int(row.value("item")),
        messages=messages,
        changed=row.value("last_message", "date_last"),
    )
