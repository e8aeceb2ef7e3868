"""What a product type is: one description, from which all its functions are built.

Source: docs/resale.md section 2.1 (the naming rule).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict, cast

from sqlalchemy import case, func

from emulator.api.context import Call, FormAnswer
from emulator.api.registry import Evidence
from emulator.api.schema import WireSchema
from emulator.data import FOLDER
from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue.catalogue import Tariff, Words
from emulator.domain.services import editing
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import ACTIVE, Service
from emulator.domain.world import Shop
from emulator.errors import ApiError
from emulator.functions.filtering import Column
from emulator.functions.products import common
from emulator.store import tables
from mockseller.files import FileError, read_yaml

TYPES_FILE = FOLDER / "product_types.yaml"
V = tables.service.c
_OSTEMPL = func.json_extract(V.params, "$.ostempl")
_WORKS = case((V.status == ACTIVE, "2"), else_="8")
COMMON_COLUMNS = (
    Column("id", V.id, "number"),
    Column("name", V.licname, "text", as_shown=True),
    Column("ip", V.ip, "text"),
    Column("remoteid", V.remoteid, "exact"),
    Column("pricelist", V.tariff_id, "number", choices="pricelist", labelled=True),
    Column("pricelist_id", V.tariff_id, "number"),
    Column("period", V.period, "number", choices="period"),
    Column("autoprolong", V.autoprolong, "number", choices="autoprolong", labelled=True),
    Column("status", V.status, "number", choices="status", closed=True),
    Column("item_status", V.status, "number", labelled=True),
    Column("createdate", V.created_on, "day"),
    Column("orderdate", V.created_on, "day", "createdate", ends=("orderdatefrom", "orderdateto")),
    Column("opendate", V.created_on, "day", ""),
    Column("expiredate", V.expires_on, "day", words=frozenset(common.DAILY.values())),
    Column("real_expiredate", V.expires_on, "day"),
    Column("cost", None, "money"),
    Column("item_cost", None, "money"),
    Column("datacenter", None, "exact", choices="datacenter"),
    Column("ostempl", _OSTEMPL, "exact", choices="ostemplate"),
    Column("ostemplate", _OSTEMPL, "exact", "ostempl", choices="ostemplate"),
    Column("service_status", _WORKS, "exact", ""),
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


def plain_order(sent: Mapping[str, Any]) -> OrderRequest:
    """The order out of its parameters, where every parameter is called as in the order."""
    return OrderRequest(**sent)


def sent_addons(tariff: Tariff, sent: Mapping[str, Any]) -> Mapping[int, int] | None:
    """The addons of an order as they were sent."""
    return sent.get("addon")


class Declared(TypedDict):
    """What ``data/product_types.yaml`` says of a type, by the names of `ProductType`."""

    intname: str
    title: Words
    source: str
    functions: Mapping[str, Evidence]
    example: str
    example_order: Mapping[str, str]


@cache
def _read_types() -> Mapping[str, Any]:
    source = read_yaml(TYPES_FILE, FileError, texts=True)
    source.check()
    types: Mapping[str, Any] = source.document
    return types


def declared(intname: str) -> Declared:
    """What the file says of one type. Raises KeyError for one that it does not have."""
    entry = _read_types()[intname]
    functions = {name: Evidence(grade) for name, grade in entry["functions"].items()}
    return cast("Declared", {**entry, "intname": intname, "functions": functions})


@dataclass(frozen=True, slots=True)
class ProductType:
    """One product type: its functions, what they take and show, and how we know."""

    intname: str
    """Internal name on the wire, with which the names of its functions begin."""
    title: Words
    source: str
    functions: Mapping[str, Evidence]
    """Every function by its full name on the wire, in the order of declaration."""
    example: str
    """A service of this type in the world ``small``."""
    example_order: Mapping[str, str]
    """Parameters of an order that works in the world ``small``."""
    ordered: type[WireSchema]
    """What both forms of an order take."""
    order_form: type[WireSchema]
    """What both of them show."""
    changes: type[WireSchema]
    """What ``X.edit`` takes."""
    row: type[WireSchema]
    """A row of the list ``X``."""
    form: type[WireSchema]
    """What ``X.edit`` shows."""
    term: type[WireSchema] = common.ClassicTerm
    """What only the classic form of an order takes, or takes in another way."""
    new_term: type[WireSchema] = common.NewOrder
    """The same of the new form."""
    also_listed: tuple[str, ...] = ()
    """Further functions that show the list."""
    has_new_key: bool = False
    """Whether ``clicked_button=newkey`` makes a new key."""
    columns: tuple[Column, ...] = LICENSE_COLUMNS
    """What its list is sorted by and filtered on, as far as its rows show it."""
    show_row: Callable[[Call, Service], dict[str, object]] = common.show_row
    show_form: Callable[[Call, Service], FormAnswer] = common.show_form
    change: Callable[[Shop, Account, Service, Mapping[str, Any]], Service] = editing.change
    """What a submitted ``X.edit`` does with what was sent, addons apart."""
    read_order: Callable[[Mapping[str, Any]], OrderRequest] = plain_order
    """The order out of the parameters."""
    read_addons: Callable[[Tariff, Mapping[str, Any]], Mapping[int, int] | None] = sent_addons
    """The addons with which the order form is priced."""
    state_fails: tuple[type[ApiError], ...] = ()
    """Further errors of ``suspend`` and ``resume``."""

    @property
    def order(self) -> type[WireSchema]:
        """What ``X.order.param`` takes."""
        return common.joined(self.term, self.ordered)

    @property
    def new_order(self) -> type[WireSchema]:
        """What ``v2.X.order.param`` takes."""
        return common.joined(self.new_term, self.ordered)

    def role(self, name: str) -> str:
        """What a function does: its name without the type's, ``edit``; empty for a list."""
        if name in (self.intname, *self.also_listed):
            return ""
        version = "v2." if name.startswith("v2.") else ""
        return version + name.removeprefix(f"{version}{self.intname}.")
