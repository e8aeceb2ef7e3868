"""BILLmanager as reseller: sells the tariffs of sellers at its own prices, over the API.

A library with its state in SQLite. It has a processing module for each product type, imports and
synchronises tariffs, runs operations, and pulls changes every five minutes.

Source: docs/resale.md section 3 (documented); the requests of the program itself are not public, so
these are the requests of an ordinary client [assumed].
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
    NO_RENEWAL,
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
from reseller_client.resellers.billmanager.service_import import ServiceImport
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

    `sellers` are its accounts by name, `now` its clock. `currency` is its own; if empty, it is the
    seller's, and nothing is converted. `own_types` are product types that a seller made up, each
    with the declared type it is like. Call `prepare` once before use.
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
        """Keep the database, the accounts and the clock. Raises NotForSale for a wrong type."""
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
        self.imports = ServiceImport(
            self.catalogue, self.running, self._client, self._types, now=now
        )

    def prepare(self) -> None:
        """Create the tables that are not there yet."""
        self.catalogue.prepare()
        self.running.prepare()
        self.books.prepare()

    def add_module(self, module: ProcessingModule) -> ProcessingModule:
        """Connect a product type to a seller; returns the module with its number.

        The account is checked first. Raises NotConnected with the report, NotForSale for a type
        that is not declared, ValueError for a seller without an account here.
        """
        self._types.get(module.itemtype)
        report = self._checked(module)
        if not report.ok:
            raise NotConnected(report)
        return self.catalogue.add_module(module)

    def check_connection(self, module: int) -> Report:
        """Check again whether the account of a module can resell; nothing is changed."""
        return self._checked(self.catalogue.module(module))

    def compare_periods(
        self, module: int, source: int, target: int, *, tariff: int | None = None
    ) -> None:
        """Order `target` months at the seller for an own period of `source` months.

        When the seller's shorter term ends, the service is suspended there and shown as stopped
        here, although the own term goes on (documented).
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

        `params` are the order's fields for its product type, `addons` amounts by internal name. The
        operation is sent at once; the one returned has its state. Raises NotForSale for what is not
        sold here; then nothing is stored.
        """
        own = self.catalogue.tariff(tariff)
        if not own.enabled:
            raise NotForSale(f"{own.name} is not enabled")
        self._types.check(own.itemtype, params)
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
        _, added = self.running.add(item, operation, department=module.department)
        return self._runner.run(added)

    def prolong(self, item: int, period: int | None = None) -> Operation:
        """Sell another term, by default of the same length.

        Raises NotForSale for a period without an own price, for an item that is not open, and for
        one on which another operation runs.
        """
        stored = self.running.item(item)
        length = stored.period if period is None else period
        price = own_price(self.catalogue.tariff(stored.tariff), length, stored.addons)
        return self._operate(stored, Action.PROLONG, period=length, price=price)

    def set_params(
        self,
        item: int,
        *,
        params: Mapping[str, str] = no_texts(),
        addons: Mapping[str, Amount] = no_amounts(),
        price: Decimal = _NOTHING,
    ) -> Operation:
        """Change fields and addons of a service; `price` is what the customer pays for it.

        The operation's `cost` is None if addons change: only the seller's list of expenses shows
        what it charges. Raises NotForSale.
        """
        stored = self.running.item(item)
        own = self.catalogue.tariff(stored.tariff)
        self._types.check(own.itemtype, params, change=True)
        self.tariffs.check_template(own, params)
        source = self.catalogue.sources(stored.tariff)[stored.module]
        all_amounts(own, source, addons)
        addon_fields(own, source, addons)
        cost = None if addons else _NOTHING
        return self._operate(
            stored, Action.SETPARAM, params=params, addons=addons, price=price, cost=cost
        )

    def let_end(self, item: int) -> Operation:
        """Switch the seller's renewal of a service off: it ends with its term.

        Raises NotForSale as `prolong` does.
        """
        stored = self.running.item(item)
        return self._operate(stored, Action.SETPARAM, params={"autoprolong": NO_RENEWAL})

    def suspend(self, item: int) -> Operation:
        """Suspend a service at the seller. Raises NotForSale as `prolong` does."""
        return self._operate(self.running.item(item), Action.SUSPEND)

    def resume(self, item: int) -> Operation:
        """Resume a service at the seller. Raises NotForSale as `prolong` does."""
        return self._operate(self.running.item(item), Action.RESUME)

    def close(self, item: int) -> Operation:
        """Delete a service at the seller; an item that was never opened there is just closed.

        Raises NotForSale while another operation runs.
        """
        return self._operate(self.running.item(item), Action.CLOSE)

    def repeat(self, operation: int) -> Operation:
        """Start a failed operation again, after looking for a result of the first try.

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
        """Send operations that are new, or that an earlier run left unfinished."""
        waiting = self.running.operations(OperationState.NEW, OperationState.SENT)
        return tuple(map(self._runner.run, waiting))

    def check_event(self) -> Pulled:
        """Pull changes from the sellers now, whether due or not."""
        return self._events.pull()

    def tick(self) -> Pulled | None:
        """Every five minutes of the clock, send waiting operations and pull changes.

        To be called at any interval, as by cron; returns None when it was not due.
        """
        if not self._events.is_due():
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
        operation = Operation(
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
        return self._runner.run(self.running.add(None, operation, department=department)[1])

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
