"""Items, running operations, tasks and the last pull of a reselling BILLmanager, in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from reseller_client.resellers.billmanager.models import (
    RUNNING,
    Action,
    Item,
    Operation,
    Reason,
    State,
    Task,
)
from reseller_client.transport.values import Status

# Numbers of items are never used again: the seller knows them as `remoteid`.
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS billmanager_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL, tariff INTEGER NOT NULL,
    module INTEGER NOT NULL, period INTEGER NOT NULL, price TEXT NOT NULL,
    ordered_on TEXT NOT NULL, status INTEGER NOT NULL, expires_on TEXT, seller_id INTEGER,
    seller_period INTEGER, seller_expires_on TEXT, params TEXT NOT NULL, addons TEXT NOT NULL,
    given TEXT NOT NULL, mark TEXT NOT NULL, own_term INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS billmanager_operation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL REFERENCES billmanager_item(id),
    action TEXT NOT NULL, created_at TEXT NOT NULL, state TEXT NOT NULL, period INTEGER,
    params TEXT NOT NULL, addons TEXT NOT NULL, price TEXT NOT NULL, cost TEXT,
    asked INTEGER NOT NULL, before_on TEXT, sent_at TEXT, ended_at TEXT, reason TEXT);
CREATE INDEX IF NOT EXISTS billmanager_operation_item ON billmanager_operation (item, state);
CREATE INDEX IF NOT EXISTS billmanager_operation_state ON billmanager_operation (state);
CREATE TABLE IF NOT EXISTS billmanager_task (
    id INTEGER PRIMARY KEY, operation INTEGER NOT NULL UNIQUE, department TEXT NOT NULL,
    title TEXT NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT);
CREATE TABLE IF NOT EXISTS billmanager_pull (id INTEGER PRIMARY KEY, at TEXT NOT NULL);
"""
_ITEM: Final = """
SELECT id, customer, tariff, module, period, price, ordered_on, status, expires_on, seller_id,
    seller_period, seller_expires_on, params, addons, given, mark, own_term
FROM billmanager_item
"""
_SAVE_ITEM: Final = """
UPDATE billmanager_item SET customer = ?, tariff = ?, module = ?, period = ?, price = ?,
    ordered_on = ?, status = ?, expires_on = ?, seller_id = ?, seller_period = ?,
    seller_expires_on = ?, params = ?, addons = ?, given = ?, mark = ?, own_term = ?
WHERE id = ?
"""
_OPERATION: Final = """
SELECT id, item, action, created_at, state, period, params, addons, price, cost, asked, before_on,
    sent_at, ended_at, reason
FROM billmanager_operation
"""
_SAVE_OPERATION: Final = """
UPDATE billmanager_operation SET item = ?, action = ?, created_at = ?, state = ?, period = ?,
    params = ?, addons = ?, price = ?, cost = ?, asked = ?, before_on = ?, sent_at = ?,
    ended_at = ?, reason = ?
WHERE id = ?
"""
_TAKEN: Final = "SELECT seller_id FROM billmanager_item WHERE seller_id IS NOT NULL"
_ADD_ITEM: Final = """
INSERT INTO billmanager_item VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_OPERATION: Final = """
INSERT INTO billmanager_operation VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_TASKS: Final = (
    "SELECT id, operation, department, title, opened_at, closed_at FROM billmanager_task"
)


class RunningStore:
    """The rows in a SQLite database the caller opened; call `prepare` once before use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._connection = connection

    def prepare(self) -> None:
        """Create the tables if they are not there."""
        self._connection.executescript(_TABLES)

    def add(
        self, item: Item | None, operation: Operation, *, department: str
    ) -> tuple[int, Operation]:
        """Keep a new operation with its task, and with it a new item; returns the item's number."""
        with self._connection:
            number = operation.item if item is None else self._add_item(item)
            values = (number, *_operation_values(operation)[1:])
            added = self._connection.execute(_ADD_OPERATION, values).lastrowid
            opened = operation.created_at.isoformat()
            self._connection.execute(
                "INSERT INTO billmanager_task VALUES (NULL, ?, ?, ?, ?, NULL)",
                (added, department, f"{operation.action} of service {number}", opened),
            )
        return number, self.operation(added or 0)

    def _add_item(self, item: Item) -> int:
        return self._connection.execute(_ADD_ITEM, _item_values(item)).lastrowid or 0

    def save(self, item: Item | None = None, operation: Operation | None = None) -> None:
        """Keep what changed of both, all or none; the task closes with a completed operation."""
        with self._connection:
            if item is not None:
                self._connection.execute(_SAVE_ITEM, (*_item_values(item), item.id))
            if operation is not None:
                self._connection.execute(
                    _SAVE_OPERATION, (*_operation_values(operation), operation.id)
                )
                closed = operation.state is State.COMPLETED and operation.ended_at is not None
                self._connection.execute(
                    "UPDATE billmanager_task SET closed_at = ? WHERE operation = ?",
                    (_moment(operation.ended_at) if closed else None, operation.id),
                )

    def items(self) -> tuple[Item, ...]:
        """Return all items, oldest first."""
        return tuple(_item(*values) for values in self._connection.execute(f"{_ITEM} ORDER BY id"))

    def item(self, number: int) -> Item:
        """Return an item. Raises ValueError."""
        found = self._connection.execute(f"{_ITEM} WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise ValueError(f"there is no item {number}")
        return _item(*found)

    def living(self) -> tuple[Item, ...]:
        """Return the items that are not deleted."""
        asked = f"{_ITEM} WHERE status != ? ORDER BY id"
        found = self._connection.execute(asked, (int(Status.DELETED),))
        return tuple(_item(*values) for values in found)

    def seller_ids(self, modules: Sequence[int]) -> frozenset[int]:
        """Return the services at the seller that items of these modules stand for."""
        asked = f"{_TAKEN} AND module IN ({', '.join('?' * len(modules))})"
        return frozenset(number for (number,) in self._connection.execute(asked, modules))

    def operation(self, number: int) -> Operation:
        """Return an operation. Raises ValueError."""
        found = self._connection.execute(f"{_OPERATION} WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise ValueError(f"there is no operation {number}")
        return _operation(*found)

    def operations(self, *states: State, item: int | None = None) -> tuple[Operation, ...]:
        """Return operations in these states (all, if none is named), oldest first."""
        wanted = states or tuple(State)
        chosen = f"state IN ({', '.join('?' * len(wanted))})"
        values: list[object] = [one.value for one in wanted]
        if item is not None:
            chosen += " AND item = ?"
            values.append(item)
        found = self._connection.execute(f"{_OPERATION} WHERE {chosen} ORDER BY id", values)
        return tuple(_operation(*one) for one in found)

    def running(self, item: int) -> Operation | None:
        """Return the operation that runs on an item."""
        return next(iter(self.operations(*RUNNING, item=item)), None)

    def tasks(self, *, only_open: bool = True) -> tuple[Task, ...]:
        """Return tasks, oldest first."""
        where = "WHERE closed_at IS NULL" if only_open else ""
        found = self._connection.execute(f"{_TASKS} {where} ORDER BY id")
        return tuple(_task(*values) for values in found)

    def pulled_at(self) -> datetime | None:
        """Return when events were pulled last."""
        found = self._connection.execute("SELECT at FROM billmanager_pull WHERE id = 1").fetchone()
        return None if found is None else datetime.fromisoformat(found[0])

    def set_pulled(self, at: datetime) -> None:
        """Keep when events were pulled."""
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO billmanager_pull VALUES (1, ?)", (at.isoformat(),)
            )


def _moment(at: date | None) -> str | None:
    return None if at is None else at.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(dict(told), ensure_ascii=False, sort_keys=True)


def _mapping(text: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(text))


def _item_values(item: Item) -> tuple[object, ...]:
    """Return the columns of an item behind its number."""
    return (
        item.customer, item.tariff, item.module, item.period, str(item.price),
        item.ordered_on.isoformat(), int(item.status), _moment(item.expires_on), item.seller_id,
        item.seller_period, _moment(item.seller_expires_on), _json(item.params),
        _json(item.addons), _json(item.given), item.mark,
        int(item.own_term),
    )  # fmt: skip


def _item(*row: Any) -> Item:  # noqa: ANN401 - the columns as SQLite has them
    number, customer, tariff, module, period, price, ordered, status, expires, *rest = row
    seller_id, seller_period, seller_expires, params, addons, given, mark, own_term = rest
    return Item(
        id=number,
        customer=customer,
        tariff=tariff,
        module=module,
        period=period,
        price=Decimal(price),
        ordered_on=date.fromisoformat(ordered),
        status=Status(status),
        expires_on=_day(expires),
        seller_id=seller_id,
        seller_period=seller_period,
        seller_expires_on=_day(seller_expires),
        params=_mapping(params),
        addons=_mapping(addons),
        given=_mapping(given),
        mark=mark,
        own_term=bool(own_term),
    )


def _operation_values(one: Operation) -> tuple[object, ...]:
    """Return the columns of an operation behind its number."""
    told = one.reason
    reason = None if told is None else json.dumps([told.type, told.object, told.message])
    cost = None if one.cost is None else str(one.cost)
    return (
        one.item, one.action.value, one.created_at.isoformat(), one.state.value, one.period,
        _json(one.params), _json(one.addons), str(one.price), cost, int(one.asked),
        _moment(one.before_on), _moment(one.sent_at), _moment(one.ended_at), reason,
    )  # fmt: skip


def _operation(*row: Any) -> Operation:  # noqa: ANN401 - the columns as SQLite has them
    number, item, action, created, state, period, params, addons, price, cost, *rest = row
    asked, before, sent, ended, reason = rest
    return Operation(
        id=number,
        item=item,
        action=Action(action),
        created_at=datetime.fromisoformat(created),
        state=State(state),
        period=period,
        params=_mapping(params),
        addons=_mapping(addons),
        price=Decimal(price),
        cost=None if cost is None else Decimal(cost),
        asked=bool(asked),
        before_on=_day(before),
        sent_at=_time(sent),
        ended_at=_time(ended),
        reason=None if reason is None else Reason(*json.loads(reason)),
    )


def _task(
    number: int, operation: int, department: str, title: str, opened: str, closed: str | None
) -> Task:
    moment = datetime.fromisoformat(opened)
    return Task(number, operation, department, title, moment, _time(closed))
