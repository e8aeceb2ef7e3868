"""Ordering a service once: what is sent, and how it is found when no number comes back.

Two things leave an order without a number: a lost answer, and sellers whose one-shot order of a
machine does not tell it (observed). In both cases it is found in the list, among the rows that were
not there before, by the reseller's own id or, where the seller does not keep it, by the name.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.services.product_models import OrderedService, ServiceOrder
from reseller_client.services.product_reading import read_service
from reseller_client.transport.retry import once
from reseller_client.transport.values import Status, read_int, write_autoprolong

if TYPE_CHECKING:
    from collections.abc import Callable

    from reseller_client.services.product_models import ServiceRow
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field

    Search = Callable[[], tuple[ServiceRow, ...]]


def fields_of(wish: ServiceOrder) -> dict[str, Field]:
    """Return what both kinds of order form take alike."""
    addons: dict[str, Field] = {f"addon_{code}": wanted for code, wanted in wish.addons.items()}
    return {
        "pricelist": wish.tariff,
        "domain": wish.domain or None,
        "datacenter": wish.datacenter,
        "ostempl": wish.ostempl or None,
        "recipe": wish.recipe or None,
        "remoteid": wish.remoteid,
        "skipbasket": wish.skipbasket,
        "sok": "ok",
        **addons,
        **wish.extra,
    }


def send(caller: Caller, itemtype: str, wish: ServiceOrder) -> OrderedService:
    """Send the classic order a single time; its number may be missing from the answer."""
    fields: dict[str, Field] = {
        **fields_of(wish),
        "period": wish.period,
        "autoprolong": write_autoprolong(wish.autoprolong),
        "clicked_button": "finish",
    }
    return _read(caller.call(f"{itemtype}.order.param", fields), wish)


def send_new(caller: Caller, itemtype: str, wish: ServiceOrder) -> OrderedService:
    """Put an order in the new cart, a single time. Source: `v2.vds.order.param`."""
    fields: dict[str, Field] = {
        **fields_of(replace(wish, skipbasket=False)),
        "order_period": wish.period,
        "autoprolong": wish.autoprolong is not None,
        "force_use_new_cart": "on",
        "clicked_button": "order",
    }
    return _read(caller.call(f"v2.{itemtype}.order.param", fields), wish)


def order(caller: Caller, itemtype: str, wish: ServiceOrder, search: Search) -> OrderedService:
    """Order once, whatever becomes of the answer. Raises UnknownOutcome where nobody can tell."""
    named = wish if wish.remoteid else replace(wish, remoteid=f"rc-{uuid.uuid4().hex}")
    traces = Traces(caller, itemtype, named, frozenset(row.id for row in search()), search)

    def attempt() -> OrderedService:
        told = send(caller, itemtype, named)
        if told.service_id is not None or told.order_id is not None:
            return told
        found = traces.find()
        if found is None:
            raise UnknownOutcome("the order was accepted, and is in no list")
        return found

    return once(attempt, traces.find, caller.retry_policy)


@dataclass(frozen=True, slots=True)
class Traces:
    """What an order leaves in the list: a row that was not there, under our id or our name."""

    caller: Caller
    itemtype: str
    wish: ServiceOrder
    before: frozenset[int]
    search: Search

    def find(self) -> OrderedService | None:
        """Return the service, or None. Raises UnknownOutcome where several could be it."""
        fresh = [row for row in self.search() if row.id not in self.before]
        found = [row for row in fresh if self._is_it(row)]
        if not found:
            return None
        if len(found) > 1:
            ids = ", ".join(str(row.id) for row in found)
            raise UnknownOutcome(f"several services answer to {self.wish.remoteid}: {ids}")
        return OrderedService(found[0].id, self.wish.remoteid, found_again=True)

    def _is_it(self, row: ServiceRow) -> bool:
        if row.status is Status.DELETED or row.tariff not in {None, self.wish.tariff}:
            return False
        remoteid = row.remoteid
        if remoteid is None:
            form = self.caller.call(f"{self.itemtype}.edit", {"elid": row.id})
            remoteid = read_service(form).remoteid or None
        if remoteid is not None:
            return remoteid == self.wish.remoteid
        if not self.wish.domain:
            raise UnknownOutcome(f"service {row.id} may be the one ordered, nothing tells")
        return row.domain == self.wish.domain


def _read(answer: Answer, wish: ServiceOrder) -> OrderedService:
    """Read what an order left, under any of its names; a paid one may have no number at all."""
    order_id = read_int(answer.value("billorder"))
    line = read_int(answer.value("lineitem.id").partition(",")[0])
    waits = order_id is not None or line is not None
    number = read_int(answer.value("id", "item.id"))
    return OrderedService(
        service_id=None if waits else number,
        remoteid=wish.remoteid,
        order_id=order_id if order_id is not None else line,
        line_id=line,
    )
