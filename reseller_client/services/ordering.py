"""Ordering a service once: what is sent, and how it is found when the answer is lost.

Two things leave an order without a number: a lost answer, and sellers whose answer to the order of
a server has none (observed). In both cases the order is looked for in the list, among the rows that
were not there before, by the reseller's own id or, where the seller does not store it, by its name.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from reseller_client.errors import AlreadyExists, UnknownOutcome
from reseller_client.services.models import Ordered
from reseller_client.services.product_types import Form, ProductType, Row
from reseller_client.transport.reading import read_form
from reseller_client.transport.retry import once
from reseller_client.transport.values import Status, read_int, write_autoprolong

if TYPE_CHECKING:
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_addons() -> Mapping[int, Any]:
    return MappingProxyType({})


def addon_fields(addons: Mapping[int, int] | Mapping[int, int | bool]) -> dict[str, Field]:
    """Return the fields that order or set these addons."""
    return {f"addon_{code}": value for code, value in addons.items()}


@dataclass(frozen=True, slots=True)
class LicenseOrder:
    """An order of a license. Source: `soft.order.param` and its like, docs/trade.md section 3.

    A license of the vendor or of a third party has a `licname`, and an `ip` where its tariff wants
    one; a platform has a `comment` instead of both. Empty fields are not sent.
    `tariff` is the code of the price list; `period` and `autoprolong` are months (period -100 is a
    trial, autoprolong None is no renewal); `addons` maps addon ids to quantities. `remoteid` is the
    reseller's own id; if empty, a unique one is generated. Without `skipbasket` the order waits in
    the basket, unpaid. `extra` is sent as it is.
    """

    tariff: int
    ip: str = ""
    licname: str = ""
    period: int = 1
    autoprolong: int | None = None
    addons: Mapping[int, int] = field(default_factory=_no_addons)
    remoteid: str = ""
    remoteip: str | None = None
    skipbasket: bool = True
    extra: Mapping[str, str] = field(default_factory=_no_texts)
    comment: str = ""

    def check(self, product: ProductType[Any, Any]) -> None:
        """Check, before anything is sent, that this type takes these fields. Raises ValueError."""
        names = ("licname", "comment", "ip", "remoteip")
        refused = [name for name in names if getattr(self, name) and name not in product.takes]
        if self.addons and not product.with_addons:
            refused.append("addons")
        if refused:
            raise ValueError(f"an order of {product.code} takes no {' and no '.join(refused)}")
        product.check_autoprolong(self.autoprolong, self.period)

    def fields(self) -> dict[str, Field]:
        """Return the fields that are the same in both order forms."""
        return {
            "pricelist": self.tariff,
            "ip": self.ip or None,
            "licname": self.licname or None,
            "comment": self.comment or None,
            "remoteid": self.remoteid,
            "remoteip": self.remoteip,
            "skipbasket": self.skipbasket,
            "sok": "ok",
            **addon_fields(self.addons),
            **self.extra,
        }


@dataclass(frozen=True, slots=True)
class ServiceOrder:
    """An order of a server, an account or a name. Source: `vds.order.param` and its like.

    `addons` maps addon ids to a number, to an item's id of an enumeration, or to True or False for
    a switch. `count` orders several equal services; of those, an order whose answer is lost cannot
    be found again. For the other fields see LicenseOrder, and docs/resale.md section 2.2.
    """

    tariff: int
    period: int = 1
    domain: str = ""
    datacenter: int | None = None
    ostempl: str = ""
    recipe: str = ""
    autoprolong: int | None = None
    addons: Mapping[int, int | bool] = field(default_factory=_no_addons)
    remoteid: str = ""
    skipbasket: bool = True
    extra: Mapping[str, str] = field(default_factory=_no_texts)
    count: int = 1

    def check(self, product: ProductType[Any, Any]) -> None:
        """Check that the seller would not ignore the renewal. Raises ValueError."""
        product.check_autoprolong(self.autoprolong, self.period)

    def for_cart(self) -> ServiceOrder:
        """Return the same order for the new cart."""
        extra = {"force_use_new_cart": "on", **self.extra}
        return replace(self, skipbasket=False, extra=MappingProxyType(extra))

    def fields(self) -> dict[str, Field]:
        """Return the fields that are the same in both order forms."""
        return {
            "pricelist": self.tariff,
            "domain": self.domain or None,
            "datacenter": self.datacenter,
            "ostempl": self.ostempl or None,
            "recipe": self.recipe or None,
            "order_count": self.count if self.count > 1 else None,
            "remoteid": self.remoteid,
            "skipbasket": self.skipbasket,
            "sok": "ok",
            **addon_fields(self.addons),
            **self.extra,
        }


@dataclass(frozen=True, slots=True)
class ModuleOrder:
    """An order of a module. Source: `addition.order.param` (documented).

    `license_id` is the seller's number of the license that gets the module. `autoprolong` is the
    period itself or None: any other number of months the seller would ignore silently. For the
    other fields see LicenseOrder.
    """

    tariff: int
    license_id: int
    period: int = 1
    autoprolong: int | None = None
    remoteid: str = ""
    skipbasket: bool = True
    extra: Mapping[str, str] = field(default_factory=_no_texts)

    def check(self, product: ProductType[Any, Any]) -> None:
        """Check that the seller would not ignore the renewal. Raises ValueError."""
        product.check_autoprolong(self.autoprolong, self.period)

    def fields(self) -> dict[str, Field]:
        """Return the fields of the order form."""
        return {
            "pricelist": self.tariff,
            "item": self.license_id,
            "remoteid": self.remoteid,
            "skipbasket": self.skipbasket,
            "sok": "ok",
            **self.extra,
        }


Order = TypeVar("Order", LicenseOrder, ServiceOrder, ModuleOrder)
Send = Callable[["Caller", ProductType[Any, Any], Order], Ordered]


def name_order(order: Order) -> Order:
    """Return an order with a `remoteid`: its own, or a new unique one."""
    return order if order.remoteid else replace(order, remoteid=f"rc-{uuid.uuid4().hex}")


def send_order(caller: Caller, product: ProductType[Any, Any], order: Order) -> Ordered:
    """Send the classic order a single time; the answer may have no number.

    Raises ValueError for what the type does not take, the seller's Refused, or TransportError.
    """
    order.check(product)
    fields: dict[str, Field] = {
        "period": order.period,
        "autoprolong": write_autoprolong(order.autoprolong),
        "clicked_button": "finish",
        **order.fields(),
    }
    return read_ordered(caller.call(f"{product.code}.order.param", fields), product, order.remoteid)


def require_number(ordered: Ordered) -> Ordered:
    """Return the result of an order that names what was ordered. Raises UnknownOutcome for another.

    An answer without a service, an order or a position may be none of the seller's: a page of
    something in between, or the link to a long request.
    """
    if ordered.service_id is None and ordered.order_id is None:
        raise UnknownOutcome("the order was accepted, but its answer has no number at all")
    return ordered


def send_new_order(caller: Caller, product: ProductType[Any, Any], order: Order) -> Ordered:
    """Send the newer order a single time: `order_period`, and autoprolong on or off.

    Raises as `send_order` does. Source: `v2.soft.order.param`, `v2.vds.order.param` (documented).
    """
    order.check(product)
    fields: dict[str, Field] = {
        "order_period": order.period,
        "autoprolong": order.autoprolong is not None,
        "clicked_button": "order",
        **order.fields(),
    }
    answer = caller.call(f"v2.{product.code}.order.param", fields)
    return read_ordered(answer, product, order.remoteid)


def read_ordered(answer: Answer, product: ProductType[Any, Any], remoteid: str) -> Ordered:
    """Return the result of an order under any of the names sellers use; both may be missing."""
    numbers = map(read_int, answer.value("lineitem.id").split(","))
    lines = tuple(number for number in numbers if number is not None)
    line = lines[0] if lines else None
    order_id = read_int(answer.value("billorder"))
    order_id = line if order_id is None else order_id
    if order_id is None and product.numbered_unpaid:
        order_id = read_int(answer.value("elid"))
    number = read_int(answer.value("id", "item.id"))
    if order_id is not None and not product.numbered_unpaid:
        number = None
    return Ordered(number, remoteid, order_id=order_id, line_id=line, line_ids=lines)


def place_order(
    caller: Caller,
    product: ProductType[Form, Row],
    order: Order,
    list_rows: Callable[[], tuple[Row, ...] | None],
    *,
    send: Send[Order] = send_order,
    attempts: int | None = None,
) -> Ordered:
    """Order once, even if answers get lost. `list_rows` returns None if the list is filtered.

    `attempts` limits the sendings, by default to those of the caller's retry policy. Raises
    ValueError for what the type does not take (nothing was sent), the seller's Refused, and
    UnknownOutcome where it cannot be found out whether the order happened.
    """
    order.check(product)
    search = OrderSearch.before(caller, product, order, list_rows)
    policy = caller.retry_policy
    searched = False

    def find() -> Ordered | None:
        nonlocal searched
        searched = True
        return search.find()

    def attempt() -> Ordered:
        try:
            ordered = send(caller, product, search.order)
        except AlreadyExists:
            # An earlier sending may have been carried out after the search for it.
            ordered = (search.find() if searched else None) or _no_result(search.order)
            if ordered.service_id is None:
                raise
        if ordered.service_id is None and ordered.order_id is None:
            ordered = search.find() or ordered
        return require_number(ordered)

    return once(attempt, find, policy if attempts is None else replace(policy, attempts=attempts))


def _no_result(order: LicenseOrder | ServiceOrder | ModuleOrder) -> Ordered:
    return Ordered(None, order.remoteid)


@dataclass(frozen=True, slots=True)
class OrderSearch(Generic[Form, Row, Order]):
    """Finds an order in the list; `earlier_ids` are those that were there before, if read."""

    caller: Caller
    product: ProductType[Form, Row]
    order: Order
    list_rows: Callable[[], tuple[Row, ...] | None]
    earlier_ids: frozenset[int] | None

    @classmethod
    def before(
        cls,
        caller: Caller,
        product: ProductType[Form, Row],
        order: Order,
        list_rows: Callable[[], tuple[Row, ...] | None],
    ) -> OrderSearch[Form, Row, Order]:
        """Prepare the search for an order that is about to be sent. Raises UnknownOutcome.

        A `remoteid` chosen by the caller may be on older services too: the seller stores any number
        of the same. A new one cannot, which saves reading the list before the order, but only where
        list or form are sure to show it.
        """
        named = name_order(order)
        if product.tells_remoteid and not order.remoteid:
            return cls(caller, product, named, list_rows, None)
        rows = list_rows()
        if rows is None:
            raise UnknownOutcome(
                f"the {product.noun} list is filtered; clear the filter before ordering"
            )
        return cls(caller, product, named, list_rows, frozenset(row.id for row in rows))

    def find(self) -> Ordered | None:
        """Return the service that was ordered, or None.

        Raises UnknownOutcome where the list cannot tell, or where several services could be it.
        """
        rows = self.list_rows()
        if rows is None:
            raise UnknownOutcome(
                f"the {self.product.noun} list is filtered and cannot tell what was ordered"
            )
        new = [row for row in rows if row.id not in (self.earlier_ids or ())]
        matches = [row for row in new if self._matches(row)]
        if not matches:
            return None
        if len(matches) > 1:
            ids = ", ".join(str(row.id) for row in matches)
            raise UnknownOutcome(
                f"several {self.product.noun}s answer to {self.order.remoteid}: {ids}"
            )
        return Ordered(matches[0].id, self.order.remoteid, found_again=True)

    def _matches(self, row: Row) -> bool:
        """Tell whether a row is the service ordered; its form is read where the list is not enough.

        Where neither has a `remoteid`, the name decides, if the row is known to be new.
        """
        product, order = self.product, self.order
        if row.status is Status.DELETED or row.tariff not in {None, order.tariff}:
            return False
        order_name = getattr(order, product.named_by)
        name, remoteid = getattr(row, product.named_by), row.remoteid
        if product.keeps_name and name not in {None, order_name}:
            return False
        if not remoteid and (remoteid is None or product.may_drop_remoteid):
            answer = self.caller.call(f"{product.code}.edit", {"elid": row.id})
            form = read_form(product.form, answer)
            remoteid = form.remoteid or None
            name = getattr(form, product.named_by, None) if name is None else name
            if product.keeps_name and name not in {None, order_name}:
                return False
        if remoteid is not None:
            return remoteid == order.remoteid
        if product.tells_remoteid or self.earlier_ids is None or not order_name:
            raise UnknownOutcome(
                f"{product.noun} {row.id} may be the one ordered, the seller does not tell"
            )
        return name in {None, order_name}
