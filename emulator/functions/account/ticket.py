"""Tickets: ``clientticket``, ``ticket``, ``dashboard.tickets``.

Source: docs/wire.md section 6. Observed: clients read these lists. The fields of a row, and how a
ticket is opened and closed, are assumed (docs/evidence.md 57).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite, Rows
from emulator.api.fields import Id, Text, Whole
from emulator.api.registry import Evidence, Family, FunctionOptions
from emulator.api.schema import WireSchema
from emulator.domain import tickets
from emulator.domain.tickets import Ticket
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions.listing import Column, Listing, Paging
from emulator.store import tables
from emulator.store.engine import Row

SOURCE = "docs/wire.md section 6, docs/evidence.md 57"
LONGEST = 10_000
STATES = {
    False: {"en": "Open", "ru": "Открыт"},
    True: {"en": "Closed", "ru": "Закрыт"},
}
AUTHORS = {True: {"en": "You", "ru": "Вы"}, False: {"en": "Support", "ru": "Поддержка"}}
TICKET = "Number of the ticket."
SUBJECT = "Subject of the ticket."
TICKET_SERVICE = "Number of the service that the ticket is about; empty if none."
TICKET_STATE = "State of the ticket as a label: open or closed."
FAMILY = Family("clientticket", {"en": "Support", "ru": "Поддержка"})

T = tables.ticket.c
TICKETS = Listing(
    select(*T).where(T.account_id == bindparam("owner")),
    T.id,
    (
        Column("id", T.id, "number"),
        Column("name", T.subject, "text"),
        Column("item", T.service_id, "number"),
        Column("date_start", T.created_at, "instant"),
        Column("date_last", T.changed_at, "instant"),
    ),
)


class TicketRow(WireSchema):
    """One ticket."""

    id = Whole(TICKET)
    name = Text(SUBJECT)
    subject = Text("The same as `name`.")
    item = Text(TICKET_SERVICE)
    status = Text(TICKET_STATE)
    unread = Whole("How many answers the client has not read.")
    date_start = Text("When the ticket was opened, `YYYY-MM-DD hh:mm:ss`, UTC.")
    date_last = Text("When it last changed, `YYYY-MM-DD hh:mm:ss`, UTC.")


class TicketChange(WireSchema):
    """Without ``elid`` a new ticket, with it a further message in one."""

    elid = Id("Number of the ticket; if left out, a new one is opened.", entity="ticket")
    subject = Text("Subject of a new ticket.")
    name = Text("Subject of a new ticket, where `subject` is not sent, as by one client.")
    message = Text("Text of the message.", longest=LONGEST)
    item = Id("Number of the service that a new ticket is about.")


class TicketForm(WireSchema):
    """A ticket as it is shown; its messages are the list ``messages_list``."""

    id = Whole(TICKET)
    elid = Whole("The same as `id`.")
    subject = Text(SUBJECT)
    item = Text(TICKET_SERVICE)
    status = Text(TICKET_STATE)
    message = Text("Where a further message is written; always empty.")


def list_tickets(call: Call, **paging: Any) -> Rows:
    """The tickets of the account, newest first."""
    return TICKETS.page(call, paging, lambda row: _row(call, row), fixed={"owner": call.user.id})


TICKET_LIST: FunctionOptions = {
    "takes": Paging,
    "returns": TicketRow,
    "fails": (AccessDenied,),
    "evidence": Evidence.OBSERVED,
    "source": SOURCE,
}
FAMILY.listing("clientticket", **TICKET_LIST)(list_tickets)
FAMILY.listing("ticket", **TICKET_LIST)(list_tickets)
FAMILY.listing("dashboard.tickets", **TICKET_LIST)(list_tickets)


def _row(call: Call, row: Row) -> Mapping[str, object]:
    ticket = Ticket(*row)
    return {
        "id": ticket.id,
        "name": ticket.subject,
        "subject": ticket.subject,
        "item": ticket.service_id,
        "status": call.words(STATES[ticket.closed]),
        "unread": ticket.unread,
        "date_start": f"{ticket.created_at:%Y-%m-%d %H:%M:%S}",
        "date_last": f"{ticket.changed_at:%Y-%m-%d %H:%M:%S}",
    }


@FAMILY.form(
    "clientticket.edit",
    takes=TicketChange,
    returns=TicketForm,
    fails=(Missed, BadValue),
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    example={"subject": "Question"},
)
def show_ticket(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer | NeedsWrite:
    """A ticket with its messages; with sok a new ticket, or a further message in one.

    The button ``close`` closes it. Showing a ticket marks its answers as read.
    """
    if elid is None:
        draft.setdefault("subject", draft.pop("name", ""))
        return FormAnswer({"message": "", "item": "", **draft})
    ticket = tickets.require_owned(call.shop, call.user, elid)
    if ticket.unread:
        if not call.writing:
            return NeedsWrite()
        tickets.read(call.shop, ticket)
    return _form(call, ticket)


@show_ticket.on_submit
def send_message(
    call: Call,
    elid: int | None = None,
    subject: str = "",
    name: str = "",
    message: str = "",
    item: int | None = None,
) -> ActionResult:
    """Opens a ticket, or adds a message to one. Raises BadValue without message or subject."""
    if not message.strip():
        raise BadValue.empty("message")
    if elid is not None:
        ticket = tickets.require_owned(call.shop, call.user, elid)
        return _result(call, tickets.ask(call.shop, ticket, message))
    if not (subject.strip() or name.strip()):
        raise BadValue.empty("subject")
    return _result(call, tickets.begin(call.shop, call.user, subject or name, message, item))


@show_ticket.on_button("close")
def close_ticket(call: Call, elid: int | None = None, **_: Any) -> ActionResult:
    """Closes a ticket. Raises BadValue without its number."""
    if elid is None:
        raise BadValue.empty("elid")
    ticket = tickets.require_owned(call.shop, call.user, elid)
    return _result(call, tickets.close(call.shop, ticket))


def _result(call: Call, ticket: Ticket) -> ActionResult:
    return ActionResult({"id": ticket.id}, form=_form(call, ticket))


def _form(call: Call, ticket: Ticket) -> FormAnswer:
    messages = [
        {
            "id": str(message.id),
            "date": f"{message.at:%Y-%m-%d %H:%M:%S}",
            "user": call.words(AUTHORS[message.by_client]),
            "message": message.text,
        }
        for message in tickets.list_messages(call.shop, ticket)
    ]
    return FormAnswer(
        {
            "id": ticket.id,
            "elid": ticket.id,
            "subject": ticket.subject,
            "item": ticket.service_id,
            "status": call.words(STATES[ticket.closed]),
            "message": "",
        },
        lists={"messages_list": messages},
    )
