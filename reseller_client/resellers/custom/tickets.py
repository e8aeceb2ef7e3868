"""Questions of customers that a custom billing passes to the seller's support, and the answers.

A ticket at the seller is found by its subject, which begins with the billing's own number. What was
passed on to customers is counted here, not read from the seller's mark of unread answers: that goes
off when anybody opens the ticket, a person in the client area as well.

Source: docs/wire.md section 6 (observed: the rows and messages); the flow is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Integer, MetaData, Table, Text, select

from reseller_client.errors import UnknownOutcome
from reseller_client.storage import Database, required

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from reseller_client.account.tickets import Ticket
    from reseller_client.client import Client

_TABLES: Final = MetaData()
_TICKETS: Final = Table(
    "custom_ticket",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("changed", Text),
    required("answers", Integer),
)


@dataclass(frozen=True, slots=True)
class _Progress:
    """A ticket as it was read last: its date, and how many answers were passed on."""

    id: int
    changed: str
    answers: int


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer of the seller for the customer of `reference`, our number of the conversation."""

    reference: str
    ticket_id: int
    text: str


class CustomTickets:
    """Tickets of a custom billing, with what was passed on in SQLite. Call `prepare` once."""

    def __init__(self, client: Client, connection: sqlite3.Connection) -> None:
        """Keep the client and the database."""
        self._client = client
        self._rows = Database(connection)

    def prepare(self) -> None:
        """Create the table if it is not there."""
        self._rows.create(_TABLES)

    def ask(self, reference: str, subject: str, text: str) -> int:
        """Pass a customer's message on, once, and return the number of the ticket.

        The same `reference` is the same ticket, and a text that is in it already is not sent again:
        after UnknownOutcome the same call may be repeated. Raises UnknownOutcome where several
        tickets have the reference.
        """
        named = [row for row in self._all() if _reference_of(row) == reference]
        if len(named) > 1:
            numbers = ", ".join(str(row.id) for row in named)
            raise UnknownOutcome(f"several tickets have the number {reference}: {numbers}")
        tickets = self._client.tickets
        if not named:
            return tickets.open(f"[{reference}] {subject}", text)
        number = named[0].id
        if text not in {message.text for message in tickets.get(number).messages if message.ours}:
            tickets.say(number, text)
        return number

    def new_answers(self) -> tuple[NewAnswer, ...]:
        """Return the seller's answers that were not returned before, the oldest ticket first.

        Only tickets that changed are opened.
        """
        answers: list[NewAnswer] = []
        for row in sorted(self._all(), key=lambda row: row.id):
            reference, before = _reference_of(row), self._progress(row.id)
            if not reference or (before.changed == row.changed and not row.unread):
                continue
            messages = self._client.tickets.get(row.id).messages
            texts = [message.text for message in messages if not message.ours]
            answers += [NewAnswer(reference, row.id, text) for text in texts[before.answers :]]
            now = {"id": row.id, "changed": row.changed, "answers": len(texts)}
            self._rows.put(_TICKETS, now)
        return tuple(answers)

    def _all(self) -> Iterator[Ticket]:
        yield from self._client.tickets.list()
        yield from self._client.tickets.archive()

    def _progress(self, ticket: int) -> _Progress:
        stored = self._rows.read(_Progress, select(_TICKETS).where(_TICKETS.c.id == ticket))
        return stored[0] if stored else _Progress(ticket, "", 0)


def _reference_of(row: Ticket) -> str:
    """Return our number in the subject, "" for a ticket that somebody else opened."""
    opening, bracket, _ = row.subject.partition("] ")
    return opening[1:] if bracket and opening.startswith("[") else ""
