"""The list of the services of one product type, ``X``, and its filter, ``X.filter``.

Source: docs/resale.md section 2.5, docs/wire.md sections 4.1 and 7.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import Call, Choice, NeedsWrite, Rows
from emulator.api.registry import Family
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import DAY, Tariff
from emulator.domain.services import opening
from emulator.domain.services.services import DELETED, Service
from emulator.functions.form_parts import (
    NO_AUTOPROLONG,
    datacenter_choices,
    option_choices,
    period_choices,
    state_label,
    tariff_choices,
)
from emulator.functions.listing import Filter, Listing, Paging, declare_filter
from emulator.functions.products.common import own_fields
from emulator.functions.products.product_type import ProductType
from emulator.store import tables
from emulator.store.engine import Row

V = tables.service.c
FILTERED_STATES = ("1", "2", "3", "5")


def declare_list(family: Family, product: ProductType, name: str) -> None:
    """``X``, and the further names some types have for it."""
    family.listing(
        name,
        takes=Paging,
        returns=product.row,
        evidence=product.functions[name],
    )(ServiceList(product, _listing_of(product)).show)


def declare_list_filter(family: Family, product: ProductType, name: str) -> None:
    """``X.filter``."""
    handlers = Filter(product.intname, _listing_of(product), product.row.shared())
    declare_filter(family, name, handlers, product.source, product.functions[name])


def _listing_of(product: ProductType) -> Listing:
    """The services of one type and owner that are not deleted, by the columns the list shows."""
    shown = product.row.shared().wire_fields
    return Listing(
        select(*V).where(
            V.account_id == bindparam("owner"), V.type == bindparam("of_type"), V.status != DELETED
        ),
        V.id,
        tuple(c for c in product.columns if not c.row_field or c.row_field in shown),
        partial(service_selects, product),
    )


@dataclass(frozen=True, slots=True)
class ServiceList:
    """The handler of a list."""

    product: ProductType
    listing: Listing

    def show(self, call: Call, **paging: Any) -> Rows | NeedsWrite:
        """All services of this type but the deleted ones, newest first."""
        waiting: dict[int, Service] = {}

        def show_row(row: Row) -> dict[str, object]:
            service = Service(*row)
            if service.key_reads is not None:
                waiting[service.id] = service
            return own_fields(self.product.row, self.product.show_row(call, service))

        name = self.product.intname
        fixed = {"owner": call.user.id, "of_type": name}
        page = self.listing.page(call, paging, show_row, fixed=fixed)
        read = [waiting[number] for row in page.rows if (number := row["id"]) in waiting]
        if not read or traits.of(call.shop.catalogue, name).is_license:
            return page
        # Clients wait for a server by reading its list (observed); a license's key is not in it.
        if not call.writing:
            return NeedsWrite()
        for service in read:
            opening.count_read(call.shop, service)
        return self.listing.page(call, paging, show_row, fixed=fixed)


def service_selects(product: ProductType, call: Call) -> Mapping[str, list[Choice]]:
    """What the services of a type can be filtered by: a select for each of these it has."""
    tariffs = call.shop.catalogue.of_type(product.intname)
    return tariff_selects(call, tariffs, product.row.shared().wire_fields)


def tariff_selects(
    call: Call, tariffs: Sequence[Tariff], shown: Container[str]
) -> Mapping[str, list[Choice]]:
    """The selects by which services of these tariffs are filtered, as far as rows show them."""
    currency = call.user.currency
    periods = sorted({period for tariff in tariffs for period in tariff.periods(currency)})
    off = Choice("null", call.words(NO_AUTOPROLONG))
    months = period_choices(call, [period for period in periods if period > 0 or period == DAY])
    selects = {
        "status": [Choice(state, state_label(call, state)) for state in FILTERED_STATES],
        "pricelist": tariff_choices(call, tariffs),
        "period": period_choices(call, periods),
        "autoprolong": [off, *months],
        "datacenter": datacenter_choices(call, tariffs),
        "ostemplate": list(
            dict.fromkeys(c for t in tariffs for c in option_choices(call, t).get("ostempl", ()))
        ),
    }
    row_fields = {"ostemplate": "ostempl"}
    return {
        name: choices
        for name, choices in selects.items()
        if choices and row_fields.get(name, name) in shown
    }
