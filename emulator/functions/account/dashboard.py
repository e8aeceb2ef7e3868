"""``dashboard.*`` and ``notify``: what a client area shows at a glance.

Source: docs/wire.md section 6. Money as text has no thousands separators (docs/evidence.md 23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import Call, Part, Raw, Rows
from emulator.api.fields import Amount, Sum, Text
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain import tickets
from emulator.domain.accounts import notifications
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing.forecast import estimate_end
from emulator.domain.catalogue.catalogue import Words
from emulator.domain.money import ZERO, with_currency
from emulator.domain.services.services import ACTIVE, Service
from emulator.errors import AccessDenied
from emulator.functions import descriptions
from emulator.functions.listing import Paging, page_of
from emulator.functions.products.common import display_name, end_text
from emulator.store import tables
from emulator.store.engine import Statement

SOURCE = "docs/wire.md section 6"
FAMILY = Family("dashboard", {"en": "Dashboard", "ru": "Обзор"}, SOURCE, Evidence.OBSERVED)
SOON = timedelta(days=7)
MOST_NOTICES = 20
LASTS = {"en": "more than a year", "ru": "больше года"}
ENDING = {"en": "{name} ends on {day}", "ru": "{name}: срок заканчивается {day}"}
NOTICES: Mapping[str, Words] = {
    "key": {"en": "Service {service} is ready", "ru": "Услуга {service} готова"},
    "ready": {"en": "Service {service} is ready", "ru": "Услуга {service} готова"},
    "prolong": {
        "en": "Service {service} was prolonged until {detail}",
        "ru": "Услуга {service} продлена до {detail}",
    },
    "suspend": {
        "en": "Service {service} was suspended: {detail}",
        "ru": "Услуга {service} остановлена: {detail}",
    },
    "unpaid": {
        "en": "Service {service} could not be prolonged: {detail}",
        "ru": "Услугу {service} не удалось продлить: {detail}",
    },
    "expire": {"en": "The term of service {service} is over", "ru": "Срок услуги {service} истёк"},
    "close": {
        "en": "Service {service} was deleted as you wished",
        "ru": "Услуга {service} удалена по вашему желанию",
    },
    "delete": {
        "en": "Service {service} was deleted, thirty days after its term",
        "ru": "Услуга {service} удалена через тридцать дней после окончания срока",
    },
    "other": {"en": "{what} {service} {detail}", "ru": "{what} {service} {detail}"},
}
"""The text of the notice of each event (docs/evidence.md 35)."""

V = tables.service.c
_ENDING = Statement(
    select(*V)
    .where(
        V.account_id == bindparam("owner"),
        V.status == ACTIVE,
        V.autoprolong.is_(None),
        V.expires_on <= bindparam("until"),
    )
    .order_by(V.expires_on, V.id)
    .limit(MOST_NOTICES)
)


class InfoRow(WireSchema):
    """The one row of the balance at a glance."""

    balance = Amount(descriptions.BALANCE)
    realbalance = Sum(descriptions.BALANCE_TEXT)
    currency = Text(descriptions.CURRENCY, generation=6)
    enoughmoneyto = Text(
        "Day of the first automatic prolongation that balance and credit will not pay, or words"
        " where they last for a year."
    )
    credit = Amount(descriptions.CREDIT, generation=6)
    realname = Text(descriptions.REAL_NAME, generation=6)
    email = Text(descriptions.EMAIL, generation=6)
    phone = Text(descriptions.PHONE)


@FAMILY.listing(
    "dashboard.info",
    takes=Paging,
    returns=InfoRow,
    fails=(AccessDenied,),
    example={"dashboard": "info"},
)
def show_info(call: Call, **paging: Any) -> Rows:
    """The balance and how long it lasts, in one row; the meaning of the latter is assumed.

    One client meets a row with two columns ``balance``, an array in json: here generation 5 has it
    (assumed).
    """
    user = call.user
    day = estimate_end(call.shop, user)
    row: dict[str, Any] = {
        "balance": user.balance,
        "realbalance": with_currency(user.balance, user.currency),
        "currency": user.currency,
        "enoughmoneyto": day.isoformat() if day else call.words(LASTS),
        "credit": user.credit,
        "realname": user.realname,
        "email": user.email,
        "phone": user.phone,
    }
    if call.shop.world.rules.generation == 5:  # noqa: PLR2004 - its name
        row["twice"] = (Part("balance", f"{row.pop('balance'):.2f}"),) * 2
    return page_of(call, [row], paging)


class CreditRow(WireSchema):
    """The credit limit, and what is left of it."""

    credit = Amount(descriptions.CREDIT)
    available_credit = Amount("What is left of the credit limit.")
    currency = Text(descriptions.CURRENCY)


@FAMILY.listing(
    "dashboard.subaccount_credit",
    takes=Paging,
    returns=CreditRow,
    fails=(AccessDenied,),
)
def show_credit(call: Call, **paging: Any) -> Rows:
    """The credit limit of the account and what of it is not used, in one row."""
    user = call.user
    row = {
        "credit": user.credit,
        "available_credit": available_credit(user),
        "currency": user.currency,
    }
    return page_of(call, [row], paging)


def available_credit(account: Account) -> Decimal:
    """What is left of the credit limit: a balance below zero has used some of it."""
    return max(ZERO, min(account.credit, account.available))


@FAMILY.document("notify", fails=(AccessDenied,))
def show_notices(call: Call) -> Raw:
    """Notices: services that end within a week, events of late, new answers to tickets.

    ``item`` ``bannerlist`` holds one ``bitem`` for each of the first two, ``ticket`` one for each
    ticket with new answers. What is inside a ``bitem`` is assumed.
    """
    notices = [*_ending(call), *_past_events(call)]
    items = [
        _item("bannerlist", notices),
        _item("ticket", [*_answered(call)]),
    ]
    balance = with_currency(call.user.balance, call.user.currency)
    return Raw([Part("notify", parts=items), Part("realbalance", balance)])


def _answered(call: Call) -> Iterator[Part]:
    """Tickets with answers that nobody has read."""
    for ticket in tickets.unread(call.shop, call.user, MOST_NOTICES):
        yield Part("bitem", parts=[Part("id", str(ticket.id)), Part("msg", ticket.subject)])


def _item(name: str, notices: list[Part]) -> Part:
    """One kind of notices; ``msg`` is their bare count (docs/evidence.md 123)."""
    count = Part("msg", str(len(notices)))
    return Part("item", attrs={"name": name}, parts=[count, *notices])


def _past_events(call: Call) -> Iterator[Part]:
    """Events that the client has not put away, newest first (docs/evidence.md 35)."""
    for event in notifications.list_unseen(call.shop, call.user):
        number = str(event.service_id or "")
        text = call.words(NOTICES.get(event.what, NOTICES["other"])).format(
            service=number, what=event.what, detail=event.detail
        )
        yield Part("bitem", parts=[Part("id", number), Part("msg", text)])


def _ending(call: Call) -> Iterator[Part]:
    until = call.shop.today + SOON
    for row in call.shop.db.rows(_ENDING, owner=call.user.id, until=until):
        service = Service(*row)
        tariff = call.shop.catalogue[service.tariff_id]
        text = call.words(ENDING).format(
            name=display_name(call, service, tariff), day=end_text(service)
        )
        yield Part("bitem", parts=[Part("id", str(service.id)), Part("msg", text)])
