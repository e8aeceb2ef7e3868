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
from emulator.domain import deletion, licenses, opening, services, terms
from emulator.domain.accounts import Account
from emulator.domain.services import DELETED, Service
from emulator.domain.world import Shop
from emulator.errors import (
    AccessDenied,
    ApiError,
    BadValue,
    Exists,
    MinimumTerm,
    Missed,
    NotEnoughMoney,
    RunningOperation,
    WrongState,
)
from emulator.functions import licence_views as views
from emulator.functions import ordering
from emulator.functions.filters import declare_filter
from emulator.functions.listing import Column, Listing, Paging
from emulator.functions.params import Elements
from emulator.functions.producttype import ProductType
from emulator.registry import Family
from emulator.schema import WireSchema
from emulator.store import tables
from emulator.words import STATES, in_language

V = tables.service.c


_COLUMNS = (
    Column("id", V.id, "number"),
    Column("licname", V.licname, "text"),
    Column("comment", V.comment, "text"),
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
)


def _listing_of(row: WireSchema) -> Listing:
    """The list of one type: all its living services of one owner, by the columns it shows."""
    return Listing(
        select(*V).where(
            V.account_id == bindparam("owner"), V.type == bindparam("of_type"), V.status != DELETED
        ),
        V.id,
        tuple(column for column in _COLUMNS if column.name in row.wire_fields),
    )


def _not_its_own(full: type[WireSchema], own: type[WireSchema]) -> frozenset[str]:
    """What the views make and this type does not show."""
    made = {*full().wire_fields, "comment"}
    return frozenset(made - set(own().wire_fields))


def build(product: ProductType) -> Family:
    """The family of one product type."""
    family = Family(product.intname, product.title)
    _add_list(family, product)
    _add_form(family, product)
    for change in STATE_CHANGES:
        _add_state(family, product, change)
    ordering.add_order(family, product)
    return family


def _add_list(family: Family, product: ProductType) -> None:
    name = product.intname
    rows = _listing_of(product.row())
    hidden = _not_its_own(views.LicenceRow, product.row)

    @family.listing(
        name,
        takes=Paging,
        returns=product.row,
        evidence=product.grade(""),
        source=product.source,
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """All licences of the account but the deleted ones, newest first."""
        return rows.page(
            call,
            paging,
            lambda row: _without(hidden, views.row(call, Service(*row))),
            fixed={"owner": call.user.id, "of_type": name},
        )

    declare_filter(
        family, name, rows, product.source, _filter_selects, evidence=product.grade("filter")
    )


def _without(hidden: frozenset[str], shown: dict[str, object]) -> dict[str, object]:
    for name in hidden:
        shown.pop(name, None)
    return shown


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
    hidden = _not_its_own(views.LicenceForm, product.form)

    def form_of(call: Call, service: Service) -> Shown:
        shown = views.form(call, service)
        shown.fields = _without(hidden, dict(shown.fields))
        return shown

    @family.form(
        f"{name}.edit",
        takes=product.changes,
        returns=product.form,
        fails=(Missed, BadValue, Exists, WrongState, RunningOperation, NotEnoughMoney),
        evidence=product.grade("edit"),
        source=product.source,
        example={"elid": product.example},
    )
    def edit(call: Call, elid: int, **draft: Any) -> Shown:
        """One licence: without sok its fields, its key among them; with sok it changes."""
        service = services.owned(call.shop, call.user, elid, name)
        if service.key_reads is not None:
            call.must_write()
            service = opening.count_read(call.shop, service)
        shown = form_of(call, service)
        addons: Mapping[int, int] = draft.pop("addon", {})
        asked = {f"addon_{n}": str(a) for n, a in addons.items()}
        known = {name: amount for name, amount in asked.items() if name in shown.fields}
        shown.fields = {**shown.fields, **draft, **known}
        return shown

    @edit.on_submit
    def save(call: Call, elid: int, **changes: Any) -> Done:
        addon: Mapping[int, int] = changes.pop("addon", {})
        service = services.owned(call.shop, call.user, elid, name)
        changed = licenses.change(call.shop, call.user, service, changes)
        if addon:
            changed = terms.change_addons(call.shop, call.user, changed, addon)
        return Done({"id": changed.id}, form=form_of(call, changed), flat=True)

    if product.has_new_key:

        @edit.on_button("newkey")
        def new_key(call: Call, elid: int, **_: Any) -> Done:
            service = services.owned(call.shop, call.user, elid, name)
            changed = licenses.new_key(call.shop, call.user, service)
            return Done({"id": changed.id}, form=form_of(call, changed), flat=True)


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
        deletion.delete,
        "Deletes licences without a refund: at once, or at the end of what is paid.",
        "docs/trade.md sections 6.5 and 12",
        (Missed, RunningOperation, AccessDenied, MinimumTerm),
    ),
)


def _add_state(family: Family, product: ProductType, change: StateChange) -> None:
    name = product.intname

    @family.action(
        f"{name}.{change.verb}",
        takes=Elements,
        elids="elid",
        fails=change.fails,
        evidence=product.grade(change.verb),
        source=change.source,
        example={"elid": product.example},
        summary=change.summary,
    )
    def act(call: Call, elid: int) -> Done:
        service = services.owned(call.shop, call.user, elid, name)
        change.does(call.shop, call.user, service)
        return Done()
