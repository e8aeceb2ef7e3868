"""``service.*``: what can be done to a service whatever its product type.

Source: docs/trade.md section 4, docs/resale.md section 2.6; docs/evidence.md 3, 15. The change of
tariff has a file of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, FormAnswer, Rows
from emulator.api.fields import Amount, Day, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import orders, terms
from emulator.domain.billing.terms import Prolongation
from emulator.domain.money import with_currency
from emulator.domain.services import services
from emulator.errors import BadValue, Exists, Missed, NotEnoughMoney, RunningOperation, WrongState
from emulator.functions.listing import Column, Listing, Paging
from emulator.functions.params import period_choices
from emulator.functions.products.license_views import display_name, end_text
from emulator.functions.services import addresses, items, power, tariff_change
from emulator.functions.services.extras import add_extras
from emulator.store import tables
from emulator.store.engine import Row

FAILS = (Missed, BadValue, WrongState, RunningOperation, NotEnoughMoney, Exists)
EXAMPLE = "100001"

H = tables.history.c
HISTORY = Listing(
    select(H.id, H.at, H.user, H.what, H.detail).where(H.service_id == bindparam("wanted")),
    H.id,
    (
        Column("id", H.id, "number"),
        Column("date", H.at, "instant"),
        Column("user", H.user, "text"),
        Column("operation", H.what, "text"),
    ),
)


class Prolong(WireSchema):
    """Which service, for how long (months)."""

    elid = Id(required=True)
    period = Whole()


class ProlongForm(WireSchema):
    """The form, and what a submit repeats in its inner doc."""

    elid = Whole()
    id = Whole()
    title_name = Text()
    status = Text()
    period = Whole()
    expiredate = Text()
    newexpiredate = Day()
    cost = Text()
    amount = Amount()
    currency = Text()
    suspendpenaltywarn = Text()
    orderinfo = Text()
    billorder = Whole()


class HistoryOf(Paging):
    """Whose history."""

    elid = Id(required=True)


class HistoryRow(WireSchema):
    """One thing that happened to a service."""

    id = Whole()
    date = Text()
    createdate = Text()
    user = Text()
    operation = Text()
    name = Text()
    description = Text()


def family() -> Family:
    """Prolonging, changing the tariff, history."""
    service = Family("service", {"en": "Services", "ru": "Услуги"})
    _add_prolong(service)
    tariff_change.add_change(service, FAILS, EXAMPLE)
    _add_history(service)
    add_extras(service)
    addresses.add_addresses(service)
    power.add_power(service)
    items.add_lists(service)
    return service


def _add_prolong(family: Family) -> None:
    @family.form(
        "service.prolong",
        takes=Prolong,
        returns=ProlongForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source="docs/trade.md section 4",
        example={"elid": EXAMPLE, "period": "1", "sok": "ok"},
        title={"en": "Prolongation", "ru": "Продление"},
    )
    def show(call: Call, elid: int, period: int | None = None) -> FormAnswer:
        """Prolongs a service: without sok it tells price and new end, with it they happen."""
        service = services.owned(call.shop, call.user, elid)
        return _prolong_form(call, terms.quote(call.shop, call.user, service, period))

    @show.on_submit
    def prolong(call: Call, elid: int, period: int | None = None) -> ActionResult:
        wanted = _wanted(call, elid, period)
        changed = terms.prolong(call.shop, call.user, wanted, call.user.login)
        return ActionResult({"id": changed.id}, form=_prolong_form(call, wanted))

    @show.on_button("basket")
    def put(call: Call, elid: int, period: int | None = None) -> ActionResult:
        wanted = _wanted(call, elid, period)
        number = orders.put_prolongation(call.shop, call.user, wanted)
        return ActionResult(
            {"billorder": number},
            form=_prolong_form(call, wanted),
            ok="func=basket",
            ok_type="form",
        )


def _wanted(call: Call, elid: int, period: int | None) -> Prolongation:
    service = services.owned(call.shop, call.user, elid)
    return terms.quote(call.shop, call.user, service, period)


def _prolong_form(call: Call, wanted: Prolongation) -> FormAnswer:
    """The date told is the one just bought, also after the submit (docs/evidence.md 3)."""
    currency = call.user.currency
    price = with_currency(wanted.cost, currency)
    periods = terms.periods(wanted.tariff, currency)
    return FormAnswer(
        {
            "elid": wanted.service.id,
            "id": wanted.service.id,
            "title_name": display_name(call, wanted.service, wanted.tariff),
            "status": f"status_{wanted.service.status}",
            "period": wanted.period,
            "expiredate": end_text(wanted.service),
            "newexpiredate": wanted.new_expires_on,
            "cost": price,
            "amount": wanted.cost,
            "currency": currency,
            "suspendpenaltywarn": "",
            "orderinfo": price,
        },
        slists={"period": period_choices(call, periods)},
        labels={f"status_{n}": text for n, text in _status_texts(call).items()},
    )


def _status_texts(call: Call) -> Mapping[str, str]:
    texts = {
        "2": {
            "en": "The new period begins when this one ends",
            "ru": "Новый период начнётся после текущего",
        },
        "3": {"en": "The new period begins today", "ru": "Новый период начнётся сегодня"},
    }
    return {number: call.words(text) for number, text in texts.items()}


def _add_history(family: Family) -> None:
    @family.listing(
        "service.history",
        takes=HistoryOf,
        returns=HistoryRow,
        fails=(Missed,),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 6",
        example={"elid": EXAMPLE},
        title={"en": "History", "ru": "История"},
    )
    def history(call: Call, elid: int, **paging: object) -> Rows:
        """What happened to a service, newest first; the fields of a row are assumed."""
        service = services.owned(call.shop, call.user, elid)
        tariff = call.shop.catalogue[service.tariff_id]
        return HISTORY.page(
            call,
            paging,
            _history_row,
            fixed={"wanted": service.id},
            head={"plid": str(service.id), "plname": display_name(call, service, tariff)},
        )


def _history_row(row: Row) -> Mapping[str, object]:
    number, at, user, what, detail = row
    return {
        "id": number,
        "date": f"{at:%Y-%m-%d %H:%M:%S}",
        "createdate": f"{at:%Y-%m-%d}",
        "user": user,
        "operation": what,
        "name": what,
        "description": detail,
    }
