"""SQLite through SQLAlchemy Core: the column types of the stores, and how their rows are read.

A store declares its tables, with columns named like the fields of a frozen dataclass, and reads and
writes whole dataclasses. Errors are those of `sqlite3`, whatever SQLAlchemy makes of them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from sqlalchemy import Column, Engine, Integer, StaticPool, Text, TypeDecorator, insert, make_url
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from sqlalchemy import Connection, CursorResult, Executable, MetaData, Select, Table
    from sqlalchemy.types import TypeEngine

Item = TypeVar("Item", bound="DataclassInstance")


class Stored(TypeDecorator[Any]):
    """A value that is written to its column as text or number; None stays None.

    `write` makes the text or number of a value, `read` the value of what was written.
    """

    impl = Text
    cache_ok = True

    def __init__(
        self,
        kind: type[Text | Integer],
        write: Callable[[Any], str | int],
        read: Callable[[Any], object],
    ) -> None:
        """Keep how values are written and read."""
        super().__init__()
        self.kind = kind
        self.write = write
        self.read = read

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:  # noqa: ANN401 - as inherited
        """Return the type of the column."""
        return dialect.type_descriptor(self.kind())  # type: ignore[no-any-return] # of an Any

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ANN401, ARG002 - as inherited
        """Write a value."""
        return None if value is None else self.write(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:  # noqa: ANN401, ARG002 - as inherited
        """Read a value."""
        return None if value is None else self.read(value)


def _write_json(value: Mapping[str, object]) -> str:
    return json.dumps(dict(value), default=str, ensure_ascii=False, sort_keys=True)


def _read_json(text: str) -> Mapping[str, Any]:
    return MappingProxyType(json.loads(text))


# SQLite has no exact numbers with a decimal point, so money is the text of a Decimal.
EXACT: Final = Stored(Text, str, Decimal)
DAY: Final = Stored(Text, date.isoformat, date.fromisoformat)
MOMENT: Final = Stored(Text, datetime.isoformat, datetime.fromisoformat)
SWITCH: Final = Stored(Integer, int, bool)
JSON: Final = Stored(Text, _write_json, _read_json)


def choice(kind: type[Enum], column: type[Text | Integer] = Text) -> Stored:
    """Return the type of a column that holds the value of an enumeration's member."""
    return Stored(column, lambda member: member.value, kind)


def required(name: str, kind: Any, **options: Any) -> Column[Any]:  # noqa: ANN401 - SQLAlchemy's own
    """Return a column that is never NULL."""
    return Column(name, kind, nullable=False, **options)


def values_of(row: DataclassInstance, *without: str) -> dict[str, object]:
    """Return the fields of a dataclass by name, except those named."""
    names = (field.name for field in fields(row) if field.name not in without)
    return {name: getattr(row, name) for name in names}


@cache
def _shared() -> tuple[SQLiteDialect_pysqlite, dict[Any, Any]]:
    """SQLAlchemy's dialect and its cache of compiled statements, shared by all databases.

    `create_engine` makes both anew, and so would every opening of a store compile its statements.
    """
    return SQLiteDialect_pysqlite(dbapi=sqlite3), {}


@cache
def _schema(metadata: MetaData) -> tuple[str, ...]:
    """Return the statements that make the missing tables and indexes."""
    dialect, _ = _shared()
    statements: list[CreateTable | CreateIndex] = []
    for table in metadata.sorted_tables:
        statements.append(CreateTable(table, if_not_exists=True))
        statements += [CreateIndex(index, if_not_exists=True) for index in table.indexes]
    return tuple(str(statement.compile(dialect=dialect)) for statement in statements)


class Database:
    """One SQLite connection, used through SQLAlchemy Core. Safe for several threads.

    Every statement outside `writing` is a transaction of its own. What the caller of `sqlite3` left
    uncommitted on the connection is committed before the first statement.
    """

    def __init__(self, driver: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._driver = driver
        self._lock = threading.RLock()
        self._opened: Connection | None = None
        self._writes = False

    def create(self, metadata: MetaData) -> None:
        """Create the tables and indexes that are missing, all or none. Raises sqlite3.Error."""
        with self.writing():
            for statement in _schema(metadata):
                self._driver.execute(statement)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._driver.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make everything inside one transaction: all of it is kept, or nothing.

        Other processes wait meanwhile, so nothing inside may call the seller. Not to be nested.
        Raises sqlite3.Error, such as for a database that another process keeps locked.
        """
        with self._lock:
            if self._writes:
                raise RuntimeError("a transaction of this store is open already")
            self._driver.commit()
            self._driver.execute("BEGIN IMMEDIATE")
            self._writes = True
            try:
                yield
            except BaseException:
                self._driver.rollback()
                raise
            else:
                self._driver.commit()
            finally:
                self._writes = False

    def run(self, statement: Executable) -> CursorResult[Any]:
        """Execute a statement that writes. Raises sqlite3.Error."""
        with self._lock:
            if self._writes:
                return self._execute(statement)
            with self.writing():
                return self._execute(statement)

    def add(self, table: Table, values: Mapping[str, object]) -> int:
        """Insert a row and return its number. Raises sqlite3.Error, such as for a key in use."""
        return int(self.run(insert(table).values(values)).lastrowid)

    def add_missing(self, table: Table, values: Mapping[str, object]) -> int:
        """Insert a row unless its key is in use; returns how many rows that added, 0 or 1."""
        return self.run(insert(table).prefix_with("OR IGNORE").values(values)).rowcount

    def put(self, table: Table, values: Mapping[str, object]) -> None:
        """Insert a row in place of the one with the same key, if there is one."""
        self.run(insert(table).prefix_with("OR REPLACE").values(values))

    def rows(self, statement: Select[Any]) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises sqlite3.Error."""
        with self._lock:
            return [tuple(row) for row in self._execute(statement)]

    def read(self, kind: type[Item], statement: Select[Any]) -> tuple[Item, ...]:
        """Return the rows of a query as dataclasses with the same fields. Raises sqlite3.Error."""
        names = statement.selected_columns.keys()
        return tuple(kind(**dict(zip(names, row, strict=True))) for row in self.rows(statement))

    def _connection(self) -> Connection:
        """Return SQLAlchemy's side of the connection. Its own transactions are never ended."""
        if self._opened is None:
            if not self._writes:
                self._driver.commit()
            dialect, compiled = _shared()
            pool = StaticPool(lambda: self._driver, reset_on_return=None)  # type: ignore[arg-type] # a connection of the driver
            self._opened = (
                Engine(pool, dialect, make_url("sqlite://"))
                .connect()
                .execution_options(preserve_rowcount=True, compiled_cache=compiled)
            )
        return self._opened

    def _execute(self, statement: Executable) -> CursorResult[Any]:
        try:
            return self._connection().execute(statement)
        except DBAPIError as problem:
            error = problem.orig or problem
            raise error.with_traceback(None) from problem


class Rows:
    """Rows in a SQLite database the caller opened; call `prepare` once before use.

    Every method raises sqlite3.Error where the database cannot be read or written.
    """

    tables: ClassVar[MetaData]

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._rows = Database(connection)

    def prepare(self) -> None:
        """Create the tables if they are not there."""
        self._rows.create(self.tables)
