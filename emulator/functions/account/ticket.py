"""Tickets: ``clientticket``, ``clientticket_archive``, ``ticket``, ``dashboard.tickets``.

Source: docs/wire.md section 6. Rows and messages are as clients read them; numbers of states and
departments, and how a ticket is opened and closed, are assumed (docs/evidence.md 57 and 121).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from emulator.api.context import (
    ActionResult,
    Call,
    Choice,
    FormAnswer,
    NeedsWrite,
    Part,
    Rows,
)
from emulator.api.fields import Flag, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain import tickets
from emulator.domain.accounts import logins
from emulator.domain.services import services
from emulator.domain.services.services import DELETED, Service
from emulator.domain.tickets import ANSWERED, CLOSED, NEW_REPLIES, WAITS, Message, Ticket
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions.form_parts import account_name, numbers_of
from emulator.functions.listing import Column, Filter, Listing, Paging, declare_filter
from emulator.functions.products.common import display_name
from emulator.store import tables
from emulator.store.engine import Row, Statement

SOURCE = "docs/wire.md section 6, docs/evidence.md 57 and 121"
LONGEST = 10_000
MOST_SERVICES = 1000
OPEN_OR_CLOSED = {
    False: {"en": "Open", "ru": "Открыт"},
    True: {"en": "Closed", "ru": "Закрыт"},
}
STATES = {
    WAITS: {"en": "Waiting for an answer", "ru": "Ожидает ответа"},
    NEW_REPLIES: {"en": "New replies", "ru": "Есть новые ответы"},
    ANSWERED: {"en": "Answered", "ru": "Получен ответ"},
    CLOSED: {"en": "Closed", "ru": "Закрыт"},
}
DEPARTMENTS = {
    1: {"en": "Technical support", "ru": "Техническая поддержка"},
    2: {"en": "Billing", "ru": "Отдел расчётов"},
}
AUTHORS = {True: {"en": "You", "ru": "Вы"}, False: {"en": "Support", "ru": "Поддержка"}}
NO_SERVICE = {"en": "About no service", "ru": "Не об услуге"}
TICKET = "Number of the ticket."
SUBJECT = "Subject of the ticket."
TICKET_SERVICE = "Number of the service that the ticket is about; empty if none."
DEPARTMENT = "Number of the department that is asked."
FAMILY = Family("clientticket", {"en": "Support", "ru": "Поддержка"}, SOURCE, Evidence.OBSERVED)

T, M = tables.ticket.c, tables.ticket_message.c
_MESSAGES = select(func.group_concat(M.text, "\n")).where(M.ticket_id == T.id).scalar_subquery()


def _selects(call: Call) -> Mapping[str, Sequence[Choice]]:
    return {"tstatus": [Choice(str(n), call.words(texts)) for n, texts in STATES.items()]}


def _listing(*, closed: bool | None) -> Listing:
    """The tickets of an account: open ones, closed ones, or all."""
    base = select(*T).where(T.account_id == bindparam("owner"))
    if closed is not None:
        base = base.where(T.closed.is_(closed))
    columns = (
        Column("id", T.id, "number"),
        Column("ticket", T.id, "number"),
        Column("name", T.subject, "text"),
        Column("subject", T.subject, "text"),
        Column("item", T.service_id, "number"),
        Column("client_department", T.department, "number"),
        Column("tstatus", None, "number", choices="tstatus", closed=True),
        Column("message", _MESSAGES, "text", shown=""),
        Column("date_start", T.created_at, "instant"),
        Column("date_last", T.changed_at, "instant"),
        Column("last_message", T.changed_at, "instant"),
        Column("message_post", T.changed_at, "instant", shown=""),
    )
    return Listing(base, T.id, columns, _selects)


class TicketRow(WireSchema):
    """One ticket."""

    id = Whole(TICKET)
    ticket = Whole("The same as `id`.")
    name = Text(SUBJECT)
    subject = Text("The same as `name`.")
    client = Text("Name of the account that opened it.")
    item = Text(TICKET_SERVICE)
    client_department = Whole(DEPARTMENT)
    tstatus = Text("State as a label with its number beside it: `New replies` once it is answered.")
    status = Text("Whether it is open, as a label.")
    unread = Text("`on` while there are answers that the client has not read, else empty.")
    last_message = Text("When the last message was written, `YYYY-MM-DD hh:mm:ss`, UTC.")
    last_message_utc = Text("The same as `last_message`.")
    date_start = Text("When the ticket was opened, `YYYY-MM-DD hh:mm:ss`, UTC.")
    date_last = Text("When it last changed, `YYYY-MM-DD hh:mm:ss`, UTC.")


class ServiceOrNone(Id):
    """The number of a service; ``null`` is none, as the select of the form has it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        if value.strip().lower() == "null":
            return None
        number: int = super()._deserialize(value, attr, data, **kwargs)
        return number


class TicketChange(WireSchema):
    """Without ``elid`` a new ticket, with it a further message in one."""

    elid = Id("Number of the ticket; if left out, a new one is opened.", entity="ticket")
    subject = Text("Subject of a new ticket.")
    name = Text("Subject of a new ticket, where `subject` is not sent, as by one client.")
    message = Text("Text of the message.", longest=LONGEST)
    client_department = Whole("Number of the department that a new ticket is for.")
    ticket_item = ServiceOrNone("Number of the service that a new ticket is about, or `null`.")
    item = ServiceOrNone("The same, where `ticket_item` is not sent.")


class TicketForm(WireSchema):
    """A ticket as it is shown; its messages are in ``mlist``."""

    id = Whole(TICKET)
    elid = Whole("The same as `id`.")
    subject = Text(SUBJECT)
    item = Text(TICKET_SERVICE)
    ticket_item = Text("The same as `item`; `null` if none.")
    client_department = Whole(DEPARTMENT)
    tstatus = Text("State as a label with its number beside it.")
    status = Text("Whether it is open, as a label.")
    closed_ticket_user = Flag("Whether it is closed.")
    message = Text("Where a further message is written; always empty.")


class MessageRow(WireSchema):
    """One message: a row of ``messages_list``, which generation 5 has beside ``mlist``."""

    id = Whole("Number of the message.")
    date = Text("When it was written, `YYYY-MM-DD hh:mm:ss`, UTC.")
    user = Text("Who wrote it: the client or support.")
    message = Text("Text of the message.")


def _declare_list(name: str, listing: Listing) -> None:
    def list_tickets(call: Call, **paging: Any) -> Rows:
        return listing.page(
            call, paging, lambda row: _row(call, row), fixed={"owner": call.user.id}
        )

    FAMILY.listing(
        name,
        takes=Paging,
        returns=TicketRow,
        fails=(AccessDenied, BadValue),
        summary=SUMMARIES[name],
    )(list_tickets)


SUMMARIES = {
    "clientticket": "The open tickets of the account, newest first.",
    "clientticket_archive": "The closed tickets of the account, newest first.",
    "ticket": "All tickets of the account, newest first.",
    "dashboard.tickets": "The open tickets of the account, newest first.",
}
OPEN, ARCHIVE = _listing(closed=False), _listing(closed=True)
_declare_list("clientticket", OPEN)
_declare_list("clientticket_archive", ARCHIVE)
_declare_list("ticket", _listing(closed=None))
_declare_list("dashboard.tickets", OPEN)
declare_filter(FAMILY, "clientticket.filter", Filter("clientticket", OPEN, TicketRow()), SOURCE)
declare_filter(
    FAMILY,
    "clientticket_archive.filter",
    Filter("clientticket_archive", ARCHIVE, TicketRow()),
    SOURCE,
)


def _row(call: Call, row: Row) -> Mapping[str, object]:
    ticket = Ticket(*row)
    return {
        "id": ticket.id,
        "ticket": ticket.id,
        "name": ticket.subject,
        "subject": ticket.subject,
        "client": account_name(call.user),
        "item": ticket.service_id,
        "client_department": ticket.department,
        "tstatus": _state(call, ticket),
        "status": call.words(OPEN_OR_CLOSED[ticket.closed]),
        "unread": "on" if ticket.unread else "",
        "last_message": _instant(ticket.changed_at),
        "last_message_utc": _instant(ticket.changed_at),
        "date_start": _instant(ticket.created_at),
        "date_last": _instant(ticket.changed_at),
    }


def _state(call: Call, ticket: Ticket) -> Leaf:
    return Leaf(call.words(STATES[ticket.state]), {"orig": str(ticket.state)})


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


@FAMILY.form(
    "clientticket.edit",
    takes=TicketChange,
    returns=TicketForm,
    tables={"messages_list": MessageRow},
    fails=(Missed, BadValue),
    example={"subject": "Question"},
)
def show_ticket(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer | NeedsWrite:
    """A ticket with its messages; with sok a new ticket, or a further message in one.

    The button ``close`` closes it. Showing a ticket marks its answers as read.
    """
    if elid is None:
        draft.setdefault("subject", draft.pop("name", ""))
        about = draft.get("ticket_item") or draft.get("item")
        chosen = {"client_department": tickets.FIRST_DEPARTMENT, "message": "", **draft}
        number = {"item": about or "", "ticket_item": about or "null"}
        return FormAnswer({**chosen, **number}, slists=_choices(call))
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
    client_department: int = tickets.FIRST_DEPARTMENT,
    ticket_item: int | None = None,
    item: int | None = None,
) -> ActionResult:
    """Opens a ticket, or adds a message to one. Raises BadValue without message or subject."""
    if not message.strip():
        raise BadValue.empty("message")
    if elid is not None:
        ticket = tickets.require_owned(call.shop, call.user, elid)
        return _result(call, tickets.ask(call.shop, call.user, ticket, message))
    if not (subject.strip() or name.strip()):
        raise BadValue.empty("subject")
    if client_department < 1:
        raise BadValue("client_department", str(client_department))
    about = ticket_item if ticket_item is not None else item
    opened = tickets.begin(call.shop, call.user, subject or name, message, about, client_department)
    return _result(call, opened)


@show_ticket.on_button("close")
def close_ticket(call: Call, elid: int | None = None, **_: Any) -> ActionResult:
    """Closes a ticket. Raises BadValue without its number."""
    if elid is None:
        raise BadValue.empty("elid")
    ticket = tickets.require_owned(call.shop, call.user, elid)
    return _result(call, tickets.close(call.shop, ticket))


@FAMILY.action(
    "clientticket.archive", takes=numbers_of("tickets", "ticket"), elids="elid", fails=(Missed,)
)
def archive_tickets(call: Call, elid: int) -> ActionResult:
    """Closes tickets, which are then in the archive."""
    tickets.close(call.shop, tickets.require_owned(call.shop, call.user, elid))
    return ActionResult()


def _result(call: Call, ticket: Ticket) -> ActionResult:
    return ActionResult({"id": ticket.id}, form=_form(call, ticket))


def _form(call: Call, ticket: Ticket) -> FormAnswer:
    messages = tickets.list_messages(call.shop, ticket)
    lists = {}
    if call.shop.world.rules.generation == 5:  # noqa: PLR2004 - the rule's own value
        lists["messages_list"] = [_message_row(call, message) for message in messages]
    return FormAnswer(
        {
            "id": ticket.id,
            "elid": ticket.id,
            "subject": ticket.subject,
            "item": ticket.service_id,
            "ticket_item": ticket.service_id or "null",
            "client_department": ticket.department,
            "tstatus": _state(call, ticket),
            "status": call.words(OPEN_OR_CLOSED[ticket.closed]),
            "closed_ticket_user": ticket.closed,
            "message": "",
            "mlist": _message_list(call, ticket, messages),
        },
        slists=_choices(call),
        lists=lists,
    )


def _message_row(call: Call, message: Message) -> dict[str, str]:
    return {
        "id": str(message.id),
        "date": _instant(message.at),
        "user": call.words(AUTHORS[message.by_client]),
        "message": message.text,
    }


def _message_list(call: Call, ticket: Ticket, messages: Iterable[Message]) -> Part:
    """The messages as clients read them, oldest first; before them the service they are about."""
    shown = [Part("fm_date_post", _instant(ticket.created_at))]
    service = services.find(call.shop, ticket.service_id) if ticket.service_id else None
    if service is not None:
        row = Part("row", _service_label(call, service))
        shown.append(Part("message", attrs={"type": "info"}, parts=[Part("rowgroup", parts=[row])]))
    names = {login.name: login.realname for login in logins.list_logins(call.shop.db, call.user.id)}
    for message in messages:
        seller = call.words(AUTHORS[False])
        author = names.get(message.author) or message.author or account_name(call.user)
        parts = [
            Part("body", message.text),
            Part("date_post", _instant(message.at)),
            Part("fm_date_post", _instant(message.at)),
            Part("user", parts=[Part("realname", author if message.by_client else seller)]),
        ]
        kind = "outcoming" if message.by_client else "incoming"
        shown.append(Part("message", attrs={"id": str(message.id), "type": kind}, parts=parts))
    return Part("mlist", attrs={"name": "mlist"}, parts=shown)


V = tables.service.c
_SERVICES = Statement(
    select(*V)
    .where(V.account_id == bindparam("owner"), V.status != DELETED)
    .order_by(V.id.desc())
    .limit(MOST_SERVICES)
)


def _choices(call: Call) -> dict[str, list[Choice]]:
    owned = [Service(*row) for row in call.shop.db.rows(_SERVICES, owner=call.user.id)]
    return {
        "client_department": [Choice(str(n), call.words(t)) for n, t in DEPARTMENTS.items()],
        "ticket_item": [
            Choice("null", call.words(NO_SERVICE)),
            *(Choice(str(service.id), _service_label(call, service)) for service in owned),
        ],
    }


def _service_label(call: Call, service: Service) -> str:
    return display_name(call, service, call.shop.catalogue[service.tariff_id])
