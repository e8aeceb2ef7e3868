"""BILLmanager as reseller: tariffs of a seller sold on under own prices, services run over the API.

A library with its state in SQLite. It has a processing module for each product type, imports and
synchronises tariffs, runs operations and learns of changes by a pull every five minutes.

Source: docs/resale.md section 3 (documented); what the program itself asks is not public, so the
requests are those every client may send [assumed].
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from reseller_client.connection_check import Report, check_connection
from reseller_client.resellers.billmanager.books import Books, SellerAccount
from reseller_client.resellers.billmanager.events import Events, Pulled
from reseller_client.resellers.billmanager.item_types import ItemTypes
from reseller_client.resellers.billmanager.models import (
    Action,
    Amount,
    Item,
    NotConnected,
    NotForSale,
    Operation,
    OperationState,
    PeriodMap,
    ProcessingModule,
    no_amounts,
    no_texts,
)
from reseller_client.resellers.billmanager.operations import Runner
from reseller_client.resellers.billmanager.running_store import RunningStore
from reseller_client.resellers.billmanager.seller_side import SellerSide
from reseller_client.resellers.billmanager.store import CatalogueStore
from reseller_client.resellers.billmanager.tariffs import OwnTariffs
from reseller_client.resellers.billmanager.terms import addon_fields, all_amounts, own_price
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.transport.call import RetryPolicy

_OWN_MARKS: Final = tuple("123456789")
_NOTHING: Final = Decimal(0)

__all__ = ["BillmanagerReseller", "SellerAccount"]


class BillmanagerReseller:
    """A reselling BILLmanager.

    `sellers` are its accounts by name, `now` its clock. `currency` is its own; left empty it is
    the seller's, and nothing is converted. `own_types` are product types of a
    seller's own, each by one that it is like. Call `prepare` once before use.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        sellers: Mapping[str, SellerAccount],
        *,
        now: Callable[[], datetime],
        currency: str = "",
        own_types: Mapping[str, str] = no_texts(),
    ) -> None:
        """Keep the rows, the accounts and the clock."""
        self.catalogue = CatalogueStore(connection)
        self.running = RunningStore(connection)
        self._now = now
        self._types = ItemTypes(own_types)
        self.tariffs = OwnTariffs(self.catalogue, self._client, self._types, currency=currency)
        self.books = Books(self.catalogue, self.running, sellers, self.tariffs.exchange)
        self._runner = Runner(
            self.catalogue, self.running, self._side, book=self.books.book, now=now
        )
        self._events = Events(self.catalogue, self.running, self._side, self._runner, now=now)

    def prepare(self) -> None:
        """Create the tables that are not there yet."""
        self.catalogue.prepare()
        self.running.prepare()
        self.books.prepare()

    def add_module(self, module: ProcessingModule) -> ProcessingModule:
        """Connect a product type to a seller; the module with its number.

        The connection is checked first. Raises NotConnected with the report, NotForSale for a type
        that is not declared, ValueError for a seller without an account here.
        """
        self._types.get(module.itemtype)
        report = self._checked(module)
        if not report.ok:
            raise NotConnected(report)
        return self.catalogue.add_module(module)

    def check_connection(self, module: int) -> Report:
        """Ask again whether the account of a module can resell; nothing is changed."""
        return self._checked(self.catalogue.module(module))

    def compare_periods(
        self, module: int, source: int, target: int, *, tariff: int | None = None
    ) -> None:
        """Let an order of `source` months be sent as one of `target`.

        The seller's shorter term still rules: when it ends the service is stopped there, and is
        shown as stopped here, though its own term goes on (documented).
        """
        self.catalogue.compare_periods(PeriodMap(module, source, target, tariff))

    def order(
        self,
        customer: str,
        tariff: int,
        *,
        period: int = 1,
        params: Mapping[str, str] = no_texts(),
        addons: Mapping[str, Amount] = no_amounts(),
    ) -> Operation:
        """Sell a service of an own tariff: a new item, and the operation that opens it.

        `params` are what its product type takes, `addons` amounts by internal name. It is sent at
        once; look at the operation for what became of that. Raises NotForSale for what is not
        sold here, before anything is kept.
        """
        own = self.catalogue.tariff(tariff)
        if not own.enabled:
            raise NotForSale(f"{own.name} is not enabled")
        self._types.get(own.itemtype).check(params)
        self.tariffs.check_template(own, params)
        module = self.tariffs.module_of(tariff)
        source = self.catalogue.sources(tariff)[module.id]
        amounts = all_amounts(own, source, addons)
        addon_fields(own, source, amounts)
        price = own_price(own, period, amounts)
        now = self._now()
        item = Item(
            0, customer, tariff, module.id, period, price, now.date(), params=params, addons=amounts
        )
        operation = Operation(
            id=0,
            item=0,
            action=Action.OPEN,
            created_at=now,
            period=period,
            params=params,
            addons=addons,
            price=price,
        )
        _, kept = self.running.add(item, operation, department=module.department)
        return self._runner.run(kept)

    def prolong(self, item: int, period: int | None = None) -> Operation:
        """Sell another term, by default of the same length.

        Raises NotForSale for a period without an own price, an item that is not open, or one on
        which another operation runs.
        """
        known = self.running.item(item)
        length = known.period if period is None else period
        price = own_price(self.catalogue.tariff(known.tariff), length, known.addons)
        return self._operate(known, Action.PROLONG, period=length, price=price)

    def set_params(
        self,
        item: int,
        *,
        params: Mapping[str, str] = no_texts(),
        addons: Mapping[str, Amount] = no_amounts(),
        price: Decimal = _NOTHING,
    ) -> Operation:
        """Change fields and addons of a service; `price` is what the customer pays for it.

        What the seller charges for it is in its list of expenses alone: `cost` is None if addons
        change. Raises NotForSale.
        """
        known = self.running.item(item)
        own = self.catalogue.tariff(known.tariff)
        self._types.get(own.itemtype).check(params, change=True)
        self.tariffs.check_template(own, params)
        source = self.catalogue.sources(known.tariff)[known.module]
        all_amounts(own, source, addons)
        addon_fields(own, source, addons)
        cost = None if addons else _NOTHING
        return self._operate(
            known, Action.SETPARAM, params=params, addons=addons, price=price, cost=cost
        )

    def suspend(self, item: int) -> Operation:
        """Switch a service off at the seller."""
        return self._operate(self.running.item(item), Action.SUSPEND)

    def resume(self, item: int) -> Operation:
        """Switch it on again."""
        return self._operate(self.running.item(item), Action.RESUME)

    def close(self, item: int) -> Operation:
        """Delete it at the seller; one that never came to be there is simply given up."""
        return self._operate(self.running.item(item), Action.CLOSE)

    def repeat(self, operation: int) -> Operation:
        """Start a failed operation again; what may have been carried out is looked for first.

        Raises ValueError for one that has not failed, NotForSale while another one runs.
        """
        failed = self.running.operation(operation)
        if failed.state is not OperationState.FAILED:
            raise ValueError(f"operation {operation} is {failed.state}, only failed ones repeat")
        self._check_free(self.running.item(failed.item))
        again = replace(failed, state=OperationState.NEW, ended_at=None, reason=None)
        self.running.save(operation=again)
        return self._runner.run(again)

    def start_waiting(self) -> tuple[Operation, ...]:
        """Send what is new, or was sent when this program ended in the middle of it."""
        return tuple(
            self._runner.run(one)
            for one in self.running.operations(OperationState.NEW, OperationState.SENT)
        )

    def check_event(self) -> Pulled:
        """Pull what happened at the sellers now, due or not."""
        return self._events.pull()

    def tick(self) -> Pulled | None:
        """Do what cron does, called as often as one likes: every five minutes of the clock.

        What is new, or was interrupted, is sent; then events are pulled. None: it was not due.
        """
        if not self._events.due():
            return None
        self.start_waiting()
        return self._events.pull()

    def _operate(
        self,
        item: Item,
        action: Action,
        *,
        period: int | None = None,
        params: Mapping[str, str] = no_texts(),
        addons: Mapping[str, Amount] = no_amounts(),
        price: Decimal = _NOTHING,
        cost: Decimal | None = _NOTHING,
    ) -> Operation:
        self._check_free(item)
        if item.seller_id is None and action is not Action.CLOSE:
            raise NotForSale(f"item {item.id} is not open yet")
        wanted = Operation(
            id=0,
            item=item.id,
            action=action,
            created_at=self._now(),
            period=period,
            params=params,
            addons=addons,
            price=price,
            cost=cost,
        )
        department = self.catalogue.module(item.module).department
        return self._runner.run(self.running.add(None, wanted, department=department)[1])

    def _check_free(self, item: Item) -> None:
        if item.status is Status.DELETED:
            raise NotForSale(f"item {item.id} is deleted")
        busy = self.running.running(item.id)
        if busy is not None:
            raise NotForSale(f"operation {busy.id} ({busy.action}) runs on item {item.id} already")

    def _checked(self, module: ProcessingModule) -> Report:
        return check_connection(
            self._client(module),
            minimal_balance=module.minimal_balance,
            own_marks=_OWN_MARKS,
            product_types=(module.itemtype,),
        )

    def _client(self, module: ProcessingModule) -> Client:
        return self.books.account(module.seller).client

    def _side(self, module: ProcessingModule) -> tuple[SellerSide, RetryPolicy]:
        client = self._client(module)
        return SellerSide(client, self._types.get(module.itemtype)), client.retry_policy
