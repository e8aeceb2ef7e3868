"""Machines, accounts and names of a reseller, by product type: order, read, change, run, delete.

Source: docs/resale.md sections 2.1 (by its naming rule one class serves all types), 2.2, 2.5, 2.6.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.errors import NotReady
from reseller_client.services.product_models import OrderForm
from reseller_client.services.product_orders import order, send, send_new
from reseller_client.services.product_reading import read_service, read_service_row
from reseller_client.transport.listing import PAGE, every_page
from reseller_client.transport.values import Status, read_total, write_autoprolong, write_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reseller_client.services.product_models import (
        OrderedService,
        Service,
        ServiceOrder,
        ServiceRow,
    )
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field, Money

_READS = 60
_SELECTS = ("period", "order_period", "datacenter", "ostempl", "recipe", "autoprolong")


class Products:
    """Services of one product type of the account. Reached as `client.products("vds")`.

    Works for every type that is not a license, also for those a seller made up. Where a source
    below says `vds`, the others have the same function under their own name.
    """

    def __init__(self, caller: Caller, itemtype: str) -> None:
        """Keep the client that makes the calls, and the type's internal name."""
        self._caller = caller
        self.itemtype = itemtype

    def order_form(self, tariff: int, period: int = 1, **chosen: Field) -> OrderForm:
        """Show what can be chosen in an order, and what it would cost. Nothing is ordered.

        Source: `vds.order.param` without `sok` (observed).
        """
        fields: dict[str, Field] = {"pricelist": tariff, "period": period, **chosen}
        answer = self._call("order.param", fields)
        form = answer.form()
        addons = [name for name in form.fields() if name.startswith("addon_")]
        choices = {
            name: MappingProxyType({one.key: one.label for one in answer.choices(name)})
            for name in (*_SELECTS, *addons)
        }
        return OrderForm(
            choices=MappingProxyType({name: found for name, found in choices.items() if found}),
            fields=MappingProxyType(form.fields()),
            price=form.value("orderinfo"),
        )

    def order(self, wish: ServiceOrder) -> OrderedService:
        """Order one service, once, even if the answer gets lost or tells no number.

        Charged at once unless `wish.skipbasket` is off. Raises NotEnoughMoney with the amount,
        BadValue, AlreadyExists for a domain that is taken, UnknownOutcome where it could not be
        told whether the order happened. Source: `vds.order.param` (documented; replies observed).
        """
        return order(self._caller, self.itemtype, wish, self.list)

    def order_once(self, wish: ServiceOrder) -> OrderedService:
        """Send an order a single time, with no search after a lost answer."""
        return send(self._caller, self.itemtype, wish)

    def put_in_cart(self, wish: ServiceOrder) -> OrderedService:
        """Put an order in the new cart; `client.cart.pay` pays its `line_id`. Never repeated.

        Source: `v2.vds.order.param` (documented).
        """
        return send_new(self._caller, self.itemtype, wish)

    def list(self) -> tuple[ServiceRow, ...]:
        """Return all services of this type as the list shows them."""
        return tuple(self.iterate())

    def iterate(self, *, page: int = PAGE) -> Iterator[ServiceRow]:
        """Iterate over the list, reading `page` rows at a time. Source: `vds`."""
        for _, rows in every_page(self._caller, self.itemtype, page=page):
            read = (read_service_row(row) for row in rows)
            yield from (row for row in read if row is not None)

    def get(self, service_id: int) -> Service:
        """Return one service with what is needed to log in. Raises Missed. Source: `vds.edit`."""
        return read_service(self._call("edit", {"elid": service_id}))

    def wait_until_ready(self, service_id: int, reads: int = _READS) -> Service:
        """Read a service until nothing is being done to it, pausing in between.

        `reads` times at most. Raises NotReady.
        """
        for left in reversed(range(reads)):
            service = self.get(service_id)
            if service.status not in {Status.PROCESSING, Status.UNKNOWN}:
                return service
            if left:
                self._caller.retry_policy.wait(self._caller.retry_policy.pause)
        raise NotReady(service_id, reads)

    def change(
        self, service_id: int, *, domain: str | None = None, remoteid: str | None = None
    ) -> Service:
        """Change what is given and leave the rest; returns the service afterwards."""
        return self._edit(service_id, {"domain": domain, "remoteid": remoteid})

    def set_autoprolong(self, service_id: int, months: int | None) -> Service:
        """Let the seller renew by that many months at the end, or not at all."""
        return self._edit(service_id, {"autoprolong": write_autoprolong(months)})

    def resize(self, service_id: int, addons: Mapping[int, int | bool]) -> Service:
        """Set addons; what becomes dearer is charged at once for the days that are left.

        Raises NotEnoughMoney with the sum, and BadValue for what is outside the limits or may not
        be changed. Sending the same twice costs once. Source: `vds.edit` with `addon_N`.
        """
        return self._edit(service_id, {f"addon_{code}": value for code, value in addons.items()})

    def resize_quote(self, service_id: int, addons: Mapping[int, int | bool]) -> Money | None:
        """Ask what other addons would cost for the days that are left. Nothing is changed.

        None where nothing would change. Source: `orderinfo` of `vds.edit` (observed).
        """
        fields: dict[str, Field] = {f"addon_{code}": value for code, value in addons.items()}
        told = self._call("edit", {"elid": service_id, **fields}).form().value("orderinfo")
        # Each addon is told with its amount and price; what it all comes to stands at the end.
        return read_total(told)

    def reinstall(self, service_id: int, ostempl: str, *, recipe: str | None = None) -> Service:
        """Install an operating system anew; everything on the machine is lost.

        The machine is busy until `wait_until_ready`, and has another password then. Raises BadValue
        for an unknown template, OperationRunning. Source: `vds.edit` with `ostempl` (observed).
        """
        return self._edit(service_id, {"ostempl": ostempl, "recipe": recipe})

    def suspend(self, service_id: int | Sequence[int]) -> None:
        """Switch a service off, or several. Its term keeps running. Source: `vds.suspend`."""
        self._call("suspend", {"elid": write_ids(service_id)})

    def resume(self, service_id: int | Sequence[int]) -> None:
        """Switch a service on again; an expired one is prolonged instead. Source: `vds.resume`."""
        self._call("resume", {"elid": write_ids(service_id)})

    def delete(self, service_id: int | Sequence[int]) -> None:
        """Delete a service for good, or at its paid end where the tariff says so.

        Raises MinimumTerm, DeletionForbidden, OperationRunning, Missed. Source: `vds.delete`.
        """
        self._call("delete", {"elid": write_ids(service_id), "sok": "ok"})

    def start(self, service_id: int | Sequence[int]) -> None:
        """Switch a machine's power on. Source: `instances.start` (observed)."""
        self._call("start", {"elid": write_ids(service_id), "sok": "ok"})

    def stop(self, service_id: int | Sequence[int]) -> None:
        """Switch a machine's power off; the term runs on. Source: `instances.stop` (observed)."""
        self._call("stop", {"elid": write_ids(service_id), "sok": "ok"})

    def reboot(self, service_id: int | Sequence[int]) -> None:
        """Start a machine anew. Raises WrongState, OperationRunning. Source: `vds.reboot`."""
        self._call("reboot", {"elid": write_ids(service_id), "sok": "ok"})

    def _call(self, action: str, fields: Mapping[str, Field]) -> Answer:
        return self._caller.call(f"{self.itemtype}.{action}", fields)

    def _edit(self, service_id: int, fields: Mapping[str, Field]) -> Service:
        answer = self._call("edit", {**fields, "elid": service_id, "sok": "ok"})
        # Some sellers answer a save with no more than `ok`: then the form is read again.
        complete = answer.value("elid", "id") and answer.value("pricelist")
        return read_service(answer) if complete else self.get(service_id)
