"""Tickets: ``clientticket``, ``ticket``, ``dashboard.tickets``.

Source: docs/wire.md section 6. Observed: clients read these lists; the fields of a row, and how a
ticket is opened and closed, are assumed (docs/evidence.md 57).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite, Rows
from emulator.api.fields import Id, Text, Whole
from emulator.api.registry import Evidence, Family
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
CLIENT = {True: {"en": "You", "ru": "Вы"}, False: {"en": "Support", "ru": "Поддержка"}}

T = tables.ticket.c
ROWS = Listing(
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
    """One ticket. ``unread``: answers that were not looked at."""

    id = Whole()
    name = Text()
    subject = Text()
    item = Text()
    status = Text()
    unread = Whole()
    date_start = Text()
    date_last = Text()


class TicketChange(WireSchema):
    """Without ``elid`` a new ticket: subject and message; with it a further message.

    One client calls the subject ``name``, as lists do.
    """

    elid = Id(entity="ticket")
    subject = Text()
    name = Text()
    message = Text(longest=LONGEST)
    item = Id()


class TicketForm(WireSchema):
    """A ticket as it is shown; its messages are the list ``messages_list``."""

    id = Whole()
    elid = Whole()
    subject = Text()
    item = Text()
    status = Text()
    message = Text()


def family() -> Family:
    """Tickets."""
    ticket = Family("clientticket", {"en": "Support", "ru": "Поддержка"})
    for name in ("clientticket", "ticket", "dashboard.tickets"):
        _add_list(ticket, name)
    _add_form(ticket)
    return ticket


def _add_list(ticket: Family, name: str) -> None:
    @ticket.listing(
        name,
        takes=Paging,
        returns=TicketRow,
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """The tickets of the account, newest first."""
        return ROWS.page(call, paging, lambda row: _row(call, row), fixed={"owner": call.user.id})


def _row(call: Call, row: Row) -> Mapping[str, object]:
    one = Ticket(*row)
    return {
        "id": one.id,
        "name": one.subject,
        "subject": one.subject,
        "item": one.service_id,
        "status": call.words(STATES[one.closed]),
        "unread": one.unread,
        "date_start": f"{one.created_at:%Y-%m-%d %H:%M:%S}",
        "date_last": f"{one.changed_at:%Y-%m-%d %H:%M:%S}",
    }


def _add_form(ticket: Family) -> None:
    @ticket.form(
        "clientticket.edit",
        takes=TicketChange,
        returns=TicketForm,
        fails=(Missed, BadValue),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"subject": "Question"},
    )
    def show(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer | NeedsWrite:
        """A ticket with what was said; with sok a new one, or a further message in one.

        The button ``close`` closes it. Who looks at a ticket has read its answers.
        """
        if elid is None:
            draft.setdefault("subject", draft.pop("name", ""))
            return FormAnswer({"message": "", "item": "", **draft})
        one = tickets.owned(call.shop, call.user, elid)
        return _opened(call, one)

    @show.on_submit
    def send(
        call: Call,
        elid: int | None = None,
        subject: str = "",
        name: str = "",
        message: str = "",
        item: int | None = None,
    ) -> ActionResult:
        if not message.strip():
            raise BadValue.empty("message")
        if elid is not None:
            one = tickets.owned(call.shop, call.user, elid)
            return _done(call, tickets.ask(call.shop, one, message))
        if not (subject.strip() or name.strip()):
            raise BadValue.empty("subject")
        return _done(call, tickets.begin(call.shop, call.user, subject or name, message, item))

    @show.on_button("close")
    def close(call: Call, elid: int | None = None, **_: Any) -> ActionResult:
        if elid is None:
            raise BadValue.empty("elid")
        one = tickets.owned(call.shop, call.user, elid)
        return _done(call, tickets.close(call.shop, one))


def _opened(call: Call, ticket: Ticket) -> FormAnswer | NeedsWrite:
    """The form of a ticket; its answers count as read from now on."""
    if ticket.unread:
        if not call.writing:
            return NeedsWrite()
        tickets.read(call.shop, ticket)
    return _form(call, ticket)


def _done(call: Call, one: Ticket) -> ActionResult:
    return ActionResult({"id": one.id}, form=_form(call, one))


def _form(call: Call, one: Ticket) -> FormAnswer:
    said = [
        {
            "id": str(message.id),
            "date": f"{message.at:%Y-%m-%d %H:%M:%S}",
            "user": call.words(CLIENT[message.by_client]),
            "message": message.text,
        }
        for message in tickets.messages(call.shop, one)
    ]
    return FormAnswer(
        {
            "id": one.id,
            "elid": one.id,
            "subject": one.subject,
            "item": one.service_id,
            "status": call.words(STATES[one.closed]),
            "message": "",
        },
        lists={"messages_list": said},
    )
