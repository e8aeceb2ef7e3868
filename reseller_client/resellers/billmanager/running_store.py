"""Items, operations, tasks and the time of the last pull of a reselling BILLmanager, in SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, select, update

from reseller_client.resellers.billmanager.models import (
    RUNNING,
    Action,
    Item,
    Operation,
    OperationState,
    Reason,
    Task,
)
from reseller_client.storage import (
    DAY,
    EXACT,
    JSON,
    MOMENT,
    SWITCH,
    Rows,
    Stored,
    choice,
    required,
    values_of,
)
from reseller_client.transport.values import Status

_TABLES: Final = MetaData()
# Numbers of items are never used again: the seller knows them as `remoteid`.
_ITEMS: Final = Table(
    "billmanager_item",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("customer", Text),
    required("tariff", Integer),
    required("module", Integer),
    required("period", Integer),
    required("price", EXACT),
    required("ordered_on", DAY),
    required("status", choice(Status, Integer)),
    Column("expires_on", DAY),
    Column("seller_id", Integer),
    Column("seller_period", Integer),
    Column("seller_expires_on", DAY),
    required("params", JSON),
    required("addons", JSON),
    required("given", JSON, key="details"),
    required("mark", Text),
    required("own_term", SWITCH),
    sqlite_autoincrement=True,
)
_OPERATIONS: Final = Table(
    "billmanager_operation",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("item", Integer, ForeignKey("billmanager_item.id"), nullable=False),
    required("action", choice(Action)),
    required("created_at", MOMENT),
    required("state", choice(OperationState)),
    Column("period", Integer),
    required("params", JSON),
    required("addons", JSON),
    required("price", EXACT),
    Column("cost", EXACT),
    required("asked", SWITCH, key="requested"),
    Column("before_on", DAY),
    Column("sent_at", MOMENT),
    Column("ended_at", MOMENT),
    Column(
        "reason",
        Stored(
            Text,
            lambda reason: json.dumps([reason.type, reason.object, reason.message]),
            lambda text: Reason(*json.loads(text)),
        ),
    ),
    Index("billmanager_operation_item", "item", "state"),
    Index("billmanager_operation_state", "state"),
    sqlite_autoincrement=True,
)
_TASKS: Final = Table(
    "billmanager_task",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("operation", Integer, unique=True),
    required("department", Text),
    required("title", Text),
    required("opened_at", MOMENT),
    Column("closed_at", MOMENT),
)
_PULLS: Final = Table(
    "billmanager_pull",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("at", MOMENT),
)


class RunningStore(Rows):
    """Items, operations, tasks, and when events were pulled last."""

    tables = _TABLES

    def add(
        self, item: Item | None, operation: Operation, *, department: str
    ) -> tuple[int, Operation]:
        """Store a new operation with its task, and with it a new item if there is one.

        Returns the number of the operation's item, and the operation with its own number.
        """
        with self._rows.writing():
            number = operation.item
            if item is not None:
                number = self._rows.add(_ITEMS, values_of(item, "id"))
            values = {**values_of(operation, "id"), "item": number}
            added = self._rows.add(_OPERATIONS, values)
            task = {
                "operation": added,
                "department": department,
                "title": f"{operation.action} of service {number}",
                "opened_at": operation.created_at,
            }
            self._rows.add(_TASKS, task)
        return number, self.operation(added)

    def add_item(self, item: Item) -> Item:
        """Store a new item that no operation opened; returns it with its number."""
        with self._rows.writing():
            number = self._rows.add(_ITEMS, values_of(item, "id"))
        return self.item(number)

    def save(self, item: Item | None = None, operation: Operation | None = None) -> None:
        """Store changes of both, all or none; the task closes with a completed operation."""
        with self._rows.writing():
            if item is not None:
                change = update(_ITEMS).where(_ITEMS.c.id == item.id)
                self._rows.run(change.values(values_of(item, "id")))
            if operation is not None:
                change = update(_OPERATIONS).where(_OPERATIONS.c.id == operation.id)
                self._rows.run(change.values(values_of(operation, "id")))
                completed = operation.state is OperationState.COMPLETED
                close = update(_TASKS).where(_TASKS.c.operation == operation.id)
                self._rows.run(close.values(closed_at=operation.ended_at if completed else None))

    def items(self) -> tuple[Item, ...]:
        """Return all items, oldest first."""
        return self._rows.read(Item, select(_ITEMS).order_by(_ITEMS.c.id))

    def item(self, number: int) -> Item:
        """Return an item. Raises ValueError for a number that no item has."""
        items = self._rows.read(Item, select(_ITEMS).where(_ITEMS.c.id == number))
        if not items:
            raise ValueError(f"there is no item {number}")
        return items[0]

    def living(self) -> tuple[Item, ...]:
        """Return the items that are not deleted, oldest first."""
        query = select(_ITEMS).where(_ITEMS.c.status != Status.DELETED)
        return self._rows.read(Item, query.order_by(_ITEMS.c.id))

    def seller_ids(self, modules: Sequence[int]) -> frozenset[int]:
        """Return the numbers at the seller of all items of these processing modules."""
        query = select(_ITEMS.c.seller_id).where(
            _ITEMS.c.seller_id.is_not(None), _ITEMS.c.module.in_(modules)
        )
        return frozenset(number for (number,) in self._rows.rows(query))

    def operation(self, number: int) -> Operation:
        """Return an operation. Raises ValueError for a number that no operation has."""
        query = select(_OPERATIONS).where(_OPERATIONS.c.id == number)
        operations = self._rows.read(Operation, query)
        if not operations:
            raise ValueError(f"there is no operation {number}")
        return operations[0]

    def operations(self, *states: OperationState, item: int | None = None) -> tuple[Operation, ...]:
        """Return operations in these states (all, if none is named), oldest first."""
        query = select(_OPERATIONS).order_by(_OPERATIONS.c.id)
        if states:
            query = query.where(_OPERATIONS.c.state.in_(states))
        if item is not None:
            query = query.where(_OPERATIONS.c.item == item)
        return self._rows.read(Operation, query)

    def running(self, item: int) -> Operation | None:
        """Return the operation that is running on an item, or None."""
        return next(iter(self.operations(*RUNNING, item=item)), None)

    def tasks(self, *, only_open: bool = True) -> tuple[Task, ...]:
        """Return tasks, oldest first."""
        query = select(_TASKS).order_by(_TASKS.c.id)
        if only_open:
            query = query.where(_TASKS.c.closed_at.is_(None))
        return self._rows.read(Task, query)

    def pulled_at(self) -> datetime | None:
        """Return when events were pulled last, or None."""
        query = select(_PULLS.c.at).where(_PULLS.c.id == 1)
        return next((at for (at,) in self._rows.rows(query)), None)

    def set_pulled(self, at: datetime) -> None:
        """Store when events were pulled."""
        self._rows.put(_PULLS, {"id": 1, "at": at})
