"""A product type's functions, built from one description: list, filter, form, order, states.

Source: docs/resale.md section 2.1 (the naming rule), docs/trade.md sections 2, 3 and 6.
A new product type is one :class:`ProductType`; what is its own it adds to the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from emulator.call import Call, Choice, Done, Rows, Shown
from emulator.domain import licenses, services, terms
from emulator.domain.accounts import Account
from emulator.domain.catalogue import Words
from emulator.domain.services import DELETED, Service
from emulator.domain.world import Shop
from emulator.errors import (
    ApiError,
    BadValue,
    Exists,
    Missed,
    NotEnoughMoney,
    RunningOperation,
    WrongState,
)
from emulator.fields import Address, AnyAddress, Id, Months, Numbered, Text
from emulator.functions import licence_views as views
from emulator.functions import ordering
from emulator.functions.filters import declare_filter
from emulator.functions.listing import Column, Listing, Paging
from emulator.functions.params import Elements
from emulator.registry import Evidence, Family
from emulator.schema import WireSchema
from emulator.store import tables
from emulator.words import STATES, in_language

V = tables.service.c


@dataclass(frozen=True, slots=True)
class ProductType:
    """One product type: its name on the wire, its title, where what we know of it is told."""

    intname: str
    title: Words
    source: str
    example: str
    """A service of this type in the world ``small``."""
    example_order: Mapping[str, str]
    """Parameters of an order that works in the world ``small``."""


LISTING = Listing(
    select(*V).where(
        V.account_id == bindparam("owner"), V.type == bindparam("of_type"), V.status != DELETED
    ),
    V.id,
    (
        Column("id", V.id, "number"),
        Column("licname", V.licname, "text"),
        Column("name", V.licname, "text"),
        Column("ip", V.ip, "text"),
        Column("remoteip", V.remoteip, "text"),
        Column("remoteid", V.remoteid, "exact"),
        Column("pricelist", V.tariff_id, "number"),
        Column("pricelist_id", V.tariff_id, "number"),
        Column("period", V.period, "number"),
        Column("autoprolong", V.autoprolong, "number"),
        Column("status", V.status, "number"),
        Column("item_status", V.status, "number"),
        Column("createdate", V.created_on, "day"),
        Column("expiredate", V.expires_on, "day"),
        Column("real_expiredate", V.expires_on, "day"),
    ),
)


class LicenceChange(WireSchema):
    """What can be changed of a licence. Only what is sent changes."""

    elid = Id(required=True)
    licname = Text()
    ip = Address()
    remoteip = AnyAddress()
    remoteid = Text()
    autoprolong = Months()
    addon = Numbered(prefix="addon_")


def build(product: ProductType) -> Family:
    """The family of one product type."""
    family = Family(product.intname, product.title)
    _add_list(family, product)
    _add_form(family, product)
    for change in STATE_CHANGES:
        _add_state(family, product, change)
    ordering.add_order(family, product.intname, product.source, product.example_order)
    return family


def _add_list(family: Family, product: ProductType) -> None:
    name = product.intname

    @family.listing(
        name,
        takes=Paging,
        returns=views.LicenceRow,
        evidence=Evidence.DOCUMENTED,
        source=product.source,
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """All licences of the account but the deleted ones, newest first."""
        return LISTING.page(
            call,
            paging,
            lambda row: views.row(call, Service(*row)),
            fixed={"owner": call.user.id, "of_type": name},
        )

    declare_filter(family, name, LISTING, product.source, _filter_selects)


def _filter_selects(call: Call) -> Mapping[str, list[Choice]]:
    return {
        "status": [
            Choice(state, in_language(texts, call.lang))
            for state, texts in STATES.items()
            if state in ("1", "2", "3", "5")
        ]
    }


def _add_form(family: Family, product: ProductType) -> None:
    name = product.intname

    @family.form(
        f"{name}.edit",
        takes=LicenceChange,
        returns=views.LicenceForm,
        fails=(Missed, BadValue, Exists, WrongState, RunningOperation, NotEnoughMoney),
        evidence=Evidence.OBSERVED,
        source="docs/trade.md section 6.1",
        example={"elid": product.example},
    )
    def edit(call: Call, elid: int, addon: Mapping[int, int] | None = None, **draft: Any) -> Shown:
        """One licence: without sok its fields, its key among them; with sok it changes."""
        service = services.owned(call.shop, call.user, elid, name)
        if service.key_reads is not None:
            call.must_write()
            service = licenses.count_read(call.shop, service)
        shown = views.form(call, service)
        asked = {f"addon_{n}": str(a) for n, a in (addon or {}).items()}
        known = {name: amount for name, amount in asked.items() if name in shown.fields}
        shown.fields = {**shown.fields, **draft, **known}
        return shown

    @edit.on_submit
    def save(call: Call, elid: int, addon: Mapping[int, int] | None = None, **changes: Any) -> Done:
        service = services.owned(call.shop, call.user, elid, name)
        changed = licenses.change(call.shop, call.user, service, changes)
        if addon:
            changed = terms.change_addons(call.shop, call.user, changed, addon)
        return Done({"id": changed.id}, form=views.form(call, changed), flat=True)

    @edit.on_button("newkey")
    def new_key(call: Call, elid: int, **_: Any) -> Done:
        service = services.owned(call.shop, call.user, elid, name)
        changed = licenses.new_key(call.shop, call.user, service)
        return Done({"id": changed.id}, form=views.form(call, changed), flat=True)


@dataclass(frozen=True, slots=True)
class StateChange:
    """An action on one or many services of any product type."""

    verb: str
    does: Callable[[Shop, Account, Service], Service]
    summary: str
    source: str
    fails: tuple[type[ApiError], ...] = (Missed, RunningOperation, WrongState)


STATE_CHANGES = (
    StateChange(
        "suspend",
        licenses.suspend,
        "Switches licences off. The term runs on; off twice is no fault.",
        "docs/trade.md section 6.2",
    ),
    StateChange(
        "resume",
        licenses.resume,
        "Switches licences on again while their term lasts; on twice is no fault.",
        "docs/trade.md section 6.2",
    ),
    StateChange(
        "delete",
        licenses.delete,
        "Deletes licences at once, without a refund; afterwards they are missed.",
        "docs/trade.md section 6.5",
        (Missed, RunningOperation),
    ),
)


def _add_state(family: Family, product: ProductType, change: StateChange) -> None:
    name = product.intname

    @family.action(
        f"{name}.{change.verb}",
        takes=Elements,
        elids="elid",
        fails=change.fails,
        evidence=Evidence.OBSERVED,
        source=change.source,
        example={"elid": product.example},
        summary=change.summary,
    )
    def act(call: Call, elid: int) -> Done:
        service = services.owned(call.shop, call.user, elid, name)
        change.does(call.shop, call.user, service)
        return Done()
