"""What a product type is: one description, from which all its functions are built.

Source: docs/resale.md section 2.1 (the naming rule).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.api.context import Call, FormAnswer
from emulator.api.registry import Evidence
from emulator.api.schema import WireSchema
from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue.catalogue import Tariff, Words
from emulator.domain.services import editing
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import ApiError
from emulator.functions.listing import Column
from emulator.functions.products import license_views as views
from emulator.store import tables

V = tables.service.c
COMMON_COLUMNS = (
    Column("id", V.id, "number"),
    Column("name", V.licname, "text"),
    Column("ip", V.ip, "text"),
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
LICENSE_COLUMNS = (
    *COMMON_COLUMNS[:1],
    Column("licname", V.licname, "text"),
    Column("comment", V.comment, "text"),
    *COMMON_COLUMNS[1:3],
    Column("remoteip", V.remoteip, "text"),
    *COMMON_COLUMNS[3:],
)
SERVICE_COLUMNS = (COMMON_COLUMNS[0], Column("domain", V.licname, "text"), *COMMON_COLUMNS[1:])


def plain_wish(sent: Mapping[str, Any]) -> OrderRequest:
    """The parameters of an order as they are called in a wish."""
    return OrderRequest(**sent)


def sent_addons(tariff: Tariff, sent: Mapping[str, Any]) -> Mapping[int, int] | None:
    """The addons of an order as they were sent."""
    return sent.get("addon")


@dataclass(frozen=True, slots=True)
class ProductType:
    """One product type: its name on the wire, its title, what it takes and shows, and how we know.

    ``takes`` and ``new_takes``: the order and its new form; ``changes``: what ``X.edit`` takes;
    ``order_form``, ``row`` and ``form``: what is shown. ``evidence`` names the functions whose
    grade is not ``assumed``, by what follows the name and a dot (``edit``; empty: the list).
    """

    intname: str
    title: Words
    source: str
    example: str
    """A service of this type in the world ``small``."""
    example_order: Mapping[str, str]
    """Parameters of an order that works in the world ``small``."""
    takes: type[WireSchema]
    new_takes: type[WireSchema]
    order_form: type[WireSchema]
    changes: type[WireSchema]
    row: type[WireSchema]
    form: type[WireSchema]
    evidence: Mapping[str, Evidence]
    has_new_key: bool = False
    """Whether ``clicked_button=newkey`` makes a new key."""
    columns: tuple[Column, ...] = LICENSE_COLUMNS
    """What its list is sorted by and filtered on, as far as its rows show it."""
    row_of: Callable[[Call, Service], dict[str, object]] = views.row
    form_of: Callable[[Call, Service], FormAnswer] = views.form
    change: Callable[[Shop, Account, Service, Mapping[str, Any]], Service] = editing.change
    """What a submitted ``X.edit`` does with what was sent, addons apart."""
    wish_of: Callable[[Mapping[str, Any]], OrderRequest] = plain_wish
    """What is asked for, out of the order's parameters."""
    addons_of: Callable[[Tariff, Mapping[str, Any]], Mapping[int, int] | None] = sent_addons
    """The addons that the order form is priced with."""
    also_listed: tuple[str, ...] = ()
    """Other names of its list."""
    state_fails: tuple[type[ApiError], ...] = ()
    """How else ``suspend`` and ``resume`` are refused."""
    power: bool = False
    """Whether it is started, stopped and rebooted."""

    def grade(self, suffix: str) -> Evidence:
        """How one of its functions is known."""
        return self.evidence.get(suffix, Evidence.ASSUMED)
