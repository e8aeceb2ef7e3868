"""``service`` and ``item``: services of every type in one list, where the seller has such a list.

Source: docs/wire.md section 6: observed as answered by some sellers and ``missed`` by others, which
is the rule ``item_lists`` (docs/evidence.md 44).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import Call, Rows
from emulator.api.fields import Text
from emulator.api.registry import Evidence, Family
from emulator.domain.catalogue import traits
from emulator.domain.services.services import DELETED, Service
from emulator.errors import UnknownFunction
from emulator.functions.listing import Column, Listing, Paging
from emulator.functions.products import license_views, server_views
from emulator.functions.products.product_type import SERVICE_COLUMNS
from emulator.store import tables

V = tables.service.c
ROWS = Listing(
    select(*V).where(V.account_id == bindparam("owner"), V.status != DELETED),
    V.id,
    (*SERVICE_COLUMNS, Column("itemtype", V.type, "exact"), Column("type", V.type, "exact")),
)


class ItemRow(license_views.LicenseRow):
    """One service, whatever its type; a name stands under every name it may go by."""

    domain = Text()
    itemtype = Text()
    type = Text()


def add_lists(family: Family) -> None:
    """Adds both lists."""
    for name in ("service", "item"):
        _add_list(family, name)


def _add_list(family: Family, name: str) -> None:
    @family.listing(
        name,
        takes=Paging,
        returns=ItemRow,
        fails=(UnknownFunction,),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 6",
        title={"en": "All services", "ru": "Все услуги"},
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """All services of the account but the deleted ones, newest first, whatever their type."""
        if not call.shop.world.rules.item_lists:
            raise UnknownFunction(name)
        return ROWS.page(
            call, paging, lambda row: _row(call, Service(*row)), fixed={"owner": call.user.id}
        )


def _row(call: Call, service: Service) -> dict[str, object]:
    named = traits.of(call.shop.catalogue, service.type).domain
    shown = (server_views if named else license_views).row(call, service)
    own = {name: value for name, value in shown.items() if name in ROW_FIELDS}
    types = {"itemtype": service.type, "type": service.type}
    return {**own, **types, "domain": service.licname if named else ""}


ROW_FIELDS = frozenset(ItemRow().wire_fields)
