"""A product type's functions, built from one description: list, filter, form, order, states.

Source: docs/resale.md section 2.1 (the naming rule), docs/trade.md sections 2, 3 and 6.
A new product type is one :class:`ProductType`; what is its own it adds to the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, Choice, NeedsWrite, Rows
from emulator.api.registry import Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.services import opening, servers, services, states
from emulator.domain.services.services import DELETED, Service
from emulator.domain.world import Shop
from emulator.errors import (
    AccessDenied,
    ApiError,
    MinimumTerm,
    Missed,
    RunningOperation,
    WrongState,
)
from emulator.functions.filters import declare_filter
from emulator.functions.listing import Listing, Paging
from emulator.functions.params import Elements
from emulator.functions.products import form, ordering
from emulator.functions.products.form import own_fields
from emulator.functions.products.product_type import ProductType
from emulator.store import tables
from emulator.store.engine import Row
from emulator.texts import STATES, in_language

V = tables.service.c
POWER: Mapping[str, str] = {
    "start": "Starts machines; one that runs is left alone.",
    "stop": "Stops machines; the term runs on.",
    "reboot": "Starts machines anew.",
    "hardreboot": "Starts machines anew as their power button does.",
}


def _listing_of(product: ProductType, row: WireSchema) -> Listing:
    """The list of one type: all its living services of one owner, by the columns it shows."""
    return Listing(
        select(*V).where(
            V.account_id == bindparam("owner"), V.type == bindparam("of_type"), V.status != DELETED
        ),
        V.id,
        tuple(column for column in product.columns if column.name in row.wire_fields),
    )


def build(product: ProductType) -> Family:
    """The family of one product type."""
    family = Family(product.intname, product.title)
    _add_list(family, product)
    form.add_form(family, product)
    for change in STATE_CHANGES:
        _add_state(family, product, change)
    for verb in POWER if product.power else ():
        _add_power(family, product, verb)
    ordering.add_order(family, product)
    return family


def _add_list(family: Family, product: ProductType) -> None:
    name = product.intname
    rows = _listing_of(product, product.row())
    for func in (name, *product.also_listed):
        _add_listing(family, product, rows, func)
    declare_filter(
        family, name, rows, product.source, _filter_selects, evidence=product.grade("filter")
    )


def _add_listing(family: Family, product: ProductType, rows: Listing, func: str) -> None:
    name = product.intname

    @family.listing(
        func,
        takes=Paging,
        returns=product.row,
        evidence=product.grade("" if func == name else func),
        source=product.source,
    )
    def listing(call: Call, **paging: Any) -> Rows | NeedsWrite:
        """All services of this type but the deleted ones, newest first."""
        waiting: list[Service] = []

        def row_of(row: Row) -> dict[str, object]:
            service = Service(*row)
            if service.key_reads is not None:
                waiting.append(service)
            return own_fields(product.row, product.row_of(call, service))

        fixed = {"owner": call.user.id, "of_type": name}
        page = rows.page(call, paging, row_of, fixed=fixed)
        if not waiting or traits.of(call.shop.catalogue, name).is_license:
            return page
        # A machine is waited for by its list (observed); a license's key is not in the list.
        if not call.writing:
            return NeedsWrite()
        for service in waiting:
            opening.count_read(call.shop, service)
        return rows.page(call, paging, row_of, fixed=fixed)


def _filter_selects(call: Call) -> Mapping[str, list[Choice]]:
    return {
        "status": [
            Choice(state, in_language(texts, call.lang))
            for state, texts in STATES.items()
            if state in ("1", "2", "3", "5")
        ]
    }


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
        states.suspend,
        "Switches services off. The term runs on; off twice is no fault.",
        "docs/trade.md section 6.2",
    ),
    StateChange(
        "resume",
        states.resume,
        "Switches services on again while their term lasts; on twice is no fault.",
        "docs/trade.md section 6.2",
    ),
    StateChange(
        "delete",
        states.delete,
        "Deletes services without a refund: at once, or at the end of what is paid.",
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
        fails=(*change.fails, *(product.state_fails if change.verb != "delete" else ())),
        evidence=product.grade(change.verb),
        source=change.source,
        example={"elid": product.example},
        summary=change.summary,
    )
    def act(call: Call, elid: int) -> ActionResult:
        service = services.owned(call.shop, call.user, elid, name)
        change.does(call.shop, call.user, service)
        return ActionResult()


def _add_power(family: Family, product: ProductType, verb: str) -> None:
    name = product.intname

    @family.action(
        f"{name}.{verb}",
        takes=Elements,
        elids="elid",
        fails=(Missed, RunningOperation, WrongState),
        evidence=product.grade(verb),
        source="docs/resale.md section 2.6",
        example={"elid": product.example},
        summary=POWER[verb],
    )
    def act(call: Call, elid: int) -> ActionResult:
        service = services.owned(call.shop, call.user, elid, name)
        servers.power(call.shop, call.user, service, verb)
        return ActionResult()
