"""What a client area shows beside the account: logins, services and providers at a glance.

Source: docs/evidence.md 134. That these functions are called is observed; the fields are assumed.
What has no state here says so by an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Part, Raw, Rows
from emulator.api.fields import Amount, Id, Text, Whole
from emulator.api.registry import Evidence, Family, Function, Handler
from emulator.api.schema import WireSchema
from emulator.domain.accounts import countries
from emulator.domain.services import services
from emulator.domain.services.services import DELETED, Service
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions import descriptions
from emulator.functions.form_parts import PROJECT, PROJECT_ID, state_leaf
from emulator.functions.listing import Column, Filter, Listing, Paging, declare_filter, page_of
from emulator.functions.products.common import display_name, end_text
from emulator.store import tables
from emulator.store.engine import Row

SOURCE = "docs/wire.md section 6, docs/evidence.md 134"
FAMILY = Family("portal", {"en": "Client area", "ru": "Личный кабинет"}, SOURCE, Evidence.OBSERVED)
PROGRAM = {"en": "Referral programme", "ru": "Партнёрская программа"}

G, V = tables.login_log.c, tables.service.c
LOGINS = Listing(
    select(G.id, G.at, G.name, G.address).where(G.account_id == bindparam("owner")),
    G.id,
    (
        Column("id", G.id, "number"),
        Column("time", G.at, "instant"),
        Column("user", G.name, "text"),
        Column("ip", G.address, "exact"),
    ),
)
ITEMS = Listing(
    select(*V).where(V.account_id == bindparam("owner"), V.status != DELETED),
    V.id,
    (
        Column("id", V.id, "number"),
        Column("type", V.type, "exact"),
        Column("status", V.status, "number"),
    ),
)


def _declare_list(name: str, returns: type[WireSchema]) -> Callable[[Handler], Function]:
    """A list of what the account has; its name is observed."""
    return FAMILY.listing(
        name,
        takes=Paging,
        returns=returns,
        fails=(AccessDenied, BadValue),
    )


class LoginLogRow(WireSchema):
    """One session that was opened."""

    id = Whole("Number of the entry.")
    time = Text("When, `YYYY-MM-DD hh:mm:ss`, UTC.")
    user = Text(descriptions.LOGIN)
    ip = Text("Address from which it was opened.")


@_declare_list("authlog", LoginLogRow)
def list_login_log(call: Call, **paging: Any) -> Rows:
    """Which login opened a session, when and from where, newest first; `authinfo` opens none."""
    return LOGINS.page(call, paging, _login_fields, fixed={"owner": call.user.id})


declare_filter(FAMILY, "authlog.filter", Filter("authlog", LOGINS, LoginLogRow()), SOURCE)


def _login_fields(row: Row) -> Mapping[str, object]:
    number, at, name, address = row
    return {"id": number, "time": f"{at:%Y-%m-%d %H:%M:%S}", "user": name, "ip": address}


class ServiceAtAGlance(WireSchema):
    """One service at a glance."""

    id = Whole(descriptions.SERVICE)
    name = Text(descriptions.DISPLAY_NAME)
    type = Text("Type of the product.")
    status = Whole(descriptions.STATUS)
    item_status = Text(descriptions.STATUS_LABEL)
    expiredate = Text(descriptions.EXPIRES)


@_declare_list("dashboard.items", ServiceAtAGlance)
def list_items(call: Call, **paging: Any) -> Rows:
    """The services of the account, newest first; a client area shows their number, `p_elems`."""
    return ITEMS.page(call, paging, lambda row: _item(call, row), fixed={"owner": call.user.id})


def _item(call: Call, row: Row) -> Mapping[str, object]:
    service = Service(*row)
    return {
        "id": service.id,
        "name": display_name(call, service, call.shop.catalogue[service.tariff_id]),
        "type": service.type,
        "status": service.status,
        "item_status": state_leaf(call, service),
        "expiredate": end_text(service),
    }


class ProviderAtAGlance(WireSchema):
    """The provider, with the money there."""

    id = Text("Number of the provider.")
    name = Text(descriptions.PROJECT)
    balance = Amount(descriptions.BALANCE)
    currency = Text(descriptions.CURRENCY)


@_declare_list("dashboard.providers", ProviderAtAGlance)
def list_providers(call: Call, **paging: Any) -> Rows:
    """The providers, of which there is one, with the balance there."""
    user = call.user
    row = {"id": PROJECT_ID, "name": PROJECT, "balance": user.balance, "currency": user.currency}
    return page_of(call, [row], paging)


class StatisticsParameters(Paging):
    """The statistics of one service."""

    elid = Id(descriptions.SERVICE, required=True)


class StatisticsRow(WireSchema):
    """One measurement."""

    id = Whole("Number of the measurement.")
    date = Text("Day of the measurement.")
    name = Text("What was measured.")
    value = Text("How much.")


@FAMILY.listing(
    "service.stat",
    takes=StatisticsParameters,
    returns=StatisticsRow,
    fails=(Missed, BadValue),
    example={"elid": "100001"},
)
def list_statistics(call: Call, elid: int, **paging: Any) -> Rows:
    """What was measured of a service: nothing is measured here, so the list is empty."""
    service = services.require_owned(call.shop, call.user, elid)
    answer = page_of(call, [], paging)
    name = display_name(call, service, call.shop.catalogue[service.tariff_id])
    answer.head = {"plid": str(elid), "plname": name}
    return answer


class ProgressParameters(WireSchema):
    """Which operation."""

    progressid = Text("Number of an operation.")


@FAMILY.document(
    "progress.get",
    takes=ProgressParameters,
    fails=(AccessDenied,),
)
def show_progress(call: Call, progressid: str = "") -> Raw:
    """How far an operation is: everything here is done when it is answered, so it is finished."""
    del call
    return Raw([Part("progress", "100", attrs={"id": progressid, "status": "finished"})])


class StateParameters(Paging):
    """The states of one country."""

    elid = Whole("Number of the country.", least=1)


class StateRow(WireSchema):
    """A state or region."""

    id = Whole("Number of the state.")
    name = Text("Name of the state.")


@FAMILY.listing(
    "country.state",
    takes=StateParameters,
    returns=StateRow,
    fails=(Missed, BadValue),
)
def list_states(call: Call, elid: int | None = None, **paging: Any) -> Rows:
    """The states of a country: none are known here, so the list is empty."""
    if elid is not None and countries.by_number(elid) is None:
        raise Missed("country", str(elid))
    return page_of(call, [], paging)


class AffiliateForm(WireSchema):
    """The referral programme."""

    affiliate = Whole("Number of the programme.")
    url = Text("Link that others register by.")
    promocode = Text("Promo code of the client; always empty here.")


class AffiliateParameters(WireSchema):
    """Which programme to join."""

    affiliate = Whole("Number of the programme.", least=1, most=1)


@FAMILY.form(
    "affiliate.client",
    takes=AffiliateParameters,
    returns=AffiliateForm,
    fails=(AccessDenied, BadValue),
    evidence=Evidence.DOCUMENTED,
)
def show_affiliate(call: Call, affiliate: int = 1) -> FormAnswer:
    """The link by which others register; no reward is ever paid here."""
    shown = {
        "affiliate": affiliate,
        "url": f"/billmgr?func=register&partner={call.user.id}",
        "promocode": "",
    }
    return FormAnswer(shown, slists={"affiliate": [Choice("1", call.words(PROGRAM))]})


@show_affiliate.on_submit
def join_affiliate(call: Call, affiliate: int = 1) -> ActionResult:
    """Joins the one programme there is, which changes nothing."""
    del call
    return ActionResult({"affiliate": affiliate})
