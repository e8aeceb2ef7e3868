"""Servers, accounts and names, by product type: order, read, change, start and stop, delete.

Source: docs/resale.md sections 2.1 (by its naming rule one class serves all types), 2.2, 2.5, 2.6.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.account.account import Account
from reseller_client.services.models import (
    NewOrderForm,
    Offer,
    OrderForm,
    PriceLine,
    Service,
    ServiceRow,
)
from reseller_client.services.ordering import (
    ServiceOrder,
    addon_fields,
    place_order,
    send_new_order,
    send_order,
)
from reseller_client.services.product_functions import ProductFunctions
from reseller_client.services.product_types import service_type
from reseller_client.transport.document import inner
from reseller_client.transport.values import Status, read_int, read_money, read_total, write_ids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reseller_client.services.models import Ordered
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field, Money

_READS = 60
_SELECTS = ("period", "order_period", "datacenter", "ostempl", "recipe", "autoprolong")


def _choices(answer: Answer, texts: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """Return the selects of an order form: each key to send, and its label."""
    names = (*_SELECTS, *(name for name in texts if name.startswith("addon_")))
    return MappingProxyType(
        {
            name: MappingProxyType({option.key: option.label for option in options})
            for name in names
            if (options := answer.choices(name))
        }
    )


def _recipes(answer: Answer) -> dict[str, tuple[str, ...]]:
    """Return the recipes by the template they go with."""
    recipes: dict[str, tuple[str, ...]] = {}
    for option in answer.choices("recipe"):
        recipes[option.depend] = (*recipes.get(option.depend, ()), option.key)
    return recipes


def _price_lines(answer: Answer, name: str) -> tuple[PriceLine, ...]:
    return tuple(
        PriceLine(row.value("label"), read_money(price.value("cost"), price.value("currency")))
        for row in answer.table(name)
        for price in (inner(inner(row, "cost"), "price"),)
    )


def _offer(row: Node) -> Offer | None:
    """Return a tariff, None for a row without a number."""
    number = read_int(row.value("id", "pricelist"))
    if number is None:
        return None
    prices = {
        read_int(price.value("period")): read_money(price.value("cost"), price.value("currency"))
        for price in inner(row, "prices").all("price")
    }
    places = {read_int(place.value("id")): place.value("value") for place in row.all("datacenter")}
    return Offer(
        id=number,
        name=row.value("title", "name"),
        description=row.value("description", "desc"),
        prices=MappingProxyType(
            {
                period: cost
                for period, cost in prices.items()
                if period is not None and cost is not None
            }
        ),
        datacenters=MappingProxyType({n: name for n, name in places.items() if n is not None}),
    )


class Products(ProductFunctions[Service, ServiceRow]):
    """Services of one product type of the account. Reached as `client.products("vds")`.

    Works for every type that is not a license, including types of a seller's own. Where a source
    names a function of `vds`, the other types have the same function under their own name.
    """

    def __init__(self, caller: Caller, itemtype: str) -> None:
        """Keep the client that makes the calls, and the type's internal name."""
        super().__init__(caller, service_type(itemtype))
        self.itemtype = itemtype

    def list_with_subtypes(self) -> Mapping[str, tuple[ServiceRow, ...]]:
        """Return all services of this type and of its subtypes, by the list they are in.

        At some sellers `vds` is empty and the machines are in `vds.vps`, a type with functions of
        its own; only the menu tells. Where that is merely another name of the same list, its
        services are returned once, under the first. Source: `menu` (observed).
        """
        below = f"{self.itemtype}."
        subtypes = (n for n in Account(self._caller).service_lists() if n.startswith(below))
        lists: dict[str, tuple[ServiceRow, ...]] = {}
        known_ids: set[int] = set()
        for name in (self.itemtype, *subtypes):
            rows = Products(self._caller, name).list()
            lists[name] = tuple(row for row in rows if row.id not in known_ids)
            known_ids.update(row.id for row in rows)
        return MappingProxyType(lists)

    def order_form(self, tariff: int, period: int = 1, **chosen: Field) -> OrderForm:
        """Return what an order may choose, and what it would cost. Nothing is ordered.

        Source: `vds.order.param` without `sok` (observed).
        """
        fields: dict[str, Field] = {"pricelist": tariff, "period": period, **chosen}
        answer = self._call("order.param", fields)
        texts = answer.form().fields()
        return OrderForm(
            choices=_choices(answer, texts),
            fields=MappingProxyType(texts),
            price=answer.form().value("orderinfo"),
        )

    def offers(self, datacenter: int | None = None) -> tuple[Offer, ...]:
        """Return the tariffs of the newer order, of one data centre if it is named.

        Source: `v2.vds.order.pricelist` (observed).
        """
        answer = self._caller.call(
            f"v2.{self.itemtype}.order.pricelist", {"datacenter": datacenter}
        )
        offers = map(_offer, answer.table("pricelist"))
        return tuple(offer for offer in offers if offer is not None)

    def new_order_form(self, tariff: int, period: int = 1, **chosen: Field) -> NewOrderForm:
        """Return what the newer order may choose, and its price line by line. Nothing is ordered.

        Source: `v2.vds.order.param` without `sok` (observed).
        """
        fields: dict[str, Field] = {"pricelist": tariff, "order_period": period, **chosen}
        answer = self._caller.call(f"v2.{self.itemtype}.order.param", fields)
        total = _price_lines(answer, "total_summary")
        texts = answer.form().fields()
        return NewOrderForm(
            choices=_choices(answer, texts),
            fields=MappingProxyType(texts),
            lines=_price_lines(answer, "pricelist_summary"),
            discounts=_price_lines(answer, "discount_summary"),
            total=total[0].cost if total else None,
            recipes=MappingProxyType(_recipes(answer)),
        )

    def order(self, order: ServiceOrder) -> Ordered:
        """Order one service, once, even if the answer gets lost or has no number.

        Charged at once if `order.skipbasket`. Raises NotEnoughMoney with the amount, BadValue,
        AlreadyExists for a domain in use, and UnknownOutcome where it cannot be found out whether
        the order happened. Source: `vds.order.param` (documented; answers observed).
        """
        return place_order(self._caller, self.product, order, self.list)

    def order_once(self, order: ServiceOrder) -> Ordered:
        """Send an order a single time, without a search after a lost answer."""
        return send_order(self._caller, self.product, order)

    def put_in_cart(self, order: ServiceOrder) -> Ordered:
        """Put an order in the new cart; `client.cart.pay` pays its `line_id`. Never sent again.

        Source: `v2.vds.order.param` (documented).
        """
        return send_new_order(self._caller, self.product, order.for_cart())

    def wait_until_ready(self, service_id: int, reads: int = _READS) -> Service:
        """Read a service, with pauses, until the seller has finished working on it.

        At most `reads` times. Raises NotReady.
        """
        busy = {Status.PROCESSING, Status.UNKNOWN}
        return self._wait_until(service_id, lambda service: service.status not in busy, reads)

    def change(
        self, service_id: int, *, domain: str | None = None, remoteid: str | None = None
    ) -> Service:
        """Change the fields that are not None; returns the service afterwards. Raises Missed."""
        return self._edit(service_id, {"domain": domain, "remoteid": remoteid})

    def resize(self, service_id: int, addons: Mapping[int, int | bool]) -> Service:
        """Set addons; a higher price is charged at once for the days that are left.

        Raises NotEnoughMoney with the sum, and BadValue for a value outside the limits or an addon
        that cannot be changed. Sent twice, it costs once. Source: `vds.edit` with `addon_N`.
        """
        return self._edit(service_id, addon_fields(addons))

    def resize_quote(self, service_id: int, addons: Mapping[int, int | bool]) -> Money | None:
        """Return what other addons would cost for the days that are left. Nothing is changed.

        None where nothing would change. Source: `orderinfo` of `vds.edit` (observed).
        """
        answer = self._call("edit", {"elid": service_id, **addon_fields(addons)})
        # The text has amount and price of each addon, and the total at the end.
        return read_total(answer.form().value("orderinfo"))

    def reinstall(self, service_id: int, ostempl: str, *, recipe: str | None = None) -> Service:
        """Install an operating system anew; all data of the server are lost.

        The server is busy until `wait_until_ready`, and has another password then. Raises BadValue
        for an unknown template, OperationRunning. Source: `vds.edit` with `ostempl` (observed).
        """
        return self._edit(service_id, {"ostempl": ostempl, "recipe": recipe})

    def start(self, service_id: int | Sequence[int]) -> None:
        """Switch a server's power on. Source: `instances.start` (observed)."""
        self._call("start", {"elid": write_ids(service_id), "sok": "ok"})

    def stop(self, service_id: int | Sequence[int]) -> None:
        """Switch a server's power off; the term runs on. Source: `instances.stop` (observed)."""
        self._call("stop", {"elid": write_ids(service_id), "sok": "ok"})

    def reboot(self, service_id: int | Sequence[int]) -> None:
        """Reboot a server. Raises WrongState, OperationRunning. Source: `vds.reboot`."""
        self._call("reboot", {"elid": write_ids(service_id), "sok": "ok"})
