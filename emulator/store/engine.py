"""Statements of the tables, and what every engine does with them.

SQLAlchemy Core describes tables and statements, but executes none of them: a
:class:`Statement` keeps the SQL compiled for each engine and the conversions of its columns, and
a :class:`Database` runs it on the engine's driver (docs/adr/0001 has the measurements). There is
no second set of statements: what engines write differently, their dialects do.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, cast

from sqlalchemy import BindParameter, Executable, Table, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from emulator.store.row_changes import RowChange
from emulator.store.tables import metadata
from emulator.store.types import Stored

DIALECT = sqlite.dialect(paramstyle="named")
"""SQLite's, whose representation of values every engine stores."""

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]


STORAGE_CODES = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
    }
)
"""What SQLite answers where the disk or the file is at fault, not the statement."""


class ConnectionLost(OSError):
    """The engine is not there, or has ended the connection; what was not committed is undone."""


def is_storage_error(error: Exception) -> bool:
    """Whether the disk, a file or the engine is at fault: full, damaged, locked, gone."""
    if isinstance(error, sqlite3.DatabaseError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in STORAGE_CODES
    return isinstance(error, OSError)


def _storing(of: TypeEngine[Any]) -> Convert | None:
    return of.store if isinstance(of, Stored) else of.dialect_impl(DIALECT).bind_processor(DIALECT)


def _loading(of: TypeEngine[Any]) -> Convert | None:
    if isinstance(of, Stored):
        return of.load
    return of.dialect_impl(DIALECT).result_processor(DIALECT, None)


def _results(element: Executable) -> list[tuple[int, Convert]]:
    """The columns of a row that are converted, by their place."""
    if not isinstance(element, Select):
        return []
    loading = enumerate(_loading(column.type) for column in element.selected_columns)
    return [(place, load) for place, load in loading if load is not None]


class Compiled:
    """A statement for one engine: its SQL, and what becomes of parameters and rows."""

    __slots__ = ("_binds", "_defaults", "_results", "sql")

    def __init__(self, element: Executable, dialect: Dialect) -> None:
        # Typed as any compiled element; a statement's is an SQLCompiler, which has binds.
        if not isinstance(element, ClauseElement):  # pragma: no cover - typing only
            raise TypeError(element)
        compiled = cast("SQLCompiler", element.compile(dialect=dialect))
        convert = {name: _storing(bind.type) for name, bind in compiled.binds.items()}
        self._binds = {name: store for name, store in convert.items() if store is not None}
        self._defaults = {
            name: self._bound(name, value)
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }
        self._results = _results(element)
        self.sql = str(compiled)

    def _bound(self, name: str, value: object) -> object:
        convert = self._binds.get(name)
        return value if convert is None else convert(value)

    def parameters(self, values: Mapping[str, object]) -> dict[str, object]:
        """The parameters for the driver: the statement's own literals and ``values``, converted."""
        bound = {**self._defaults, **values}
        for name, convert in self._binds.items():
            if name in values:
                bound[name] = convert(values[name])
        return bound

    def convert(self, row: Row) -> Row:
        """A driver's row as Python values."""
        if not self._results:
            return row
        values = list(row)
        for place, process in self._results:
            values[place] = process(values[place])
        return tuple(values)


class Statement:
    """One Core statement. Make it once, at import, and run it with its parameters.

    ``sqlite``, ``postgres``: it as each engine runs it. It is compiled when it is first run: a
    server that starts has no need of most of them.
    """

    __slots__ = ("_element", "postgres", "sqlite")

    postgres: Compiled
    sqlite: Compiled

    def __init__(self, element: Executable) -> None:
        self._element = element

    def __getattr__(self, name: str) -> Compiled:
        # Of a slot that is still empty.
        if name == "sqlite":
            self.sqlite = Compiled(self._element, DIALECT)
            return self.sqlite
        if name == "postgres":
            from emulator.store import postgres_dialect as its  # noqa: PLC0415 - only who uses it

            self.postgres = Compiled(its.adapt(self._element), its.DIALECT)
            return self.postgres
        raise AttributeError(name)

    def convert(self, row: Row) -> Row:
        """A row that `Database.unread` returned, as Python values."""
        return self.sqlite.convert(row)


def every_column(table: Table, *without: str) -> dict[str, BindParameter[Any]]:
    """What an INSERT or UPDATE writes: each column of a row by its name, but those named."""
    return {name: bindparam(name) for name in _columns(table, without)}


def values_of(record: object, table: Table, *without: str) -> dict[str, object]:
    """The values for those columns: what a record has in the fields of their names."""
    return {name: getattr(record, name) for name in _columns(table, without)}


@cache
def _columns(table: Table, without: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if column.name not in without)


class Database(ABC):
    """One thread's connection to the present state of one world.

    All reads inside :meth:`reading` see one state. Writers take the world's lock, then
    :meth:`writing`, before they read what they change.

    ``path``: the state it is connected to; another after the world was reset.
    """

    path: object

    @abstractmethod
    def close(self) -> None:
        """Closes the connection."""

    @abstractmethod
    def rows(self, statement: Statement, /, **values: object) -> list[Row]:
        """Every row, converted."""

    @abstractmethod
    def row(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row, or None."""

    @abstractmethod
    def unread(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row unconverted, so that callers can cache the conversion of equal rows."""

    def value(self, statement: Statement, /, **values: object) -> Any:  # noqa: ANN401 - a column's value
        """The first column of the first row, or None."""
        row = self.row(statement, **values)
        return None if row is None else row[0]

    @abstractmethod
    def insert(self, statement: Statement, /, **values: object) -> int:
        """Runs an INSERT; returns the new row's id."""

    @abstractmethod
    def run(self, statement: Statement, /, **values: object) -> int:
        """Runs an UPDATE or DELETE; returns the number of rows affected."""

    @abstractmethod
    def many(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """Runs one INSERT for many rows."""

    @property
    @abstractmethod
    def changes(self) -> int:
        """How many rows this connection has changed so far, also those rolled back."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """A read transaction: one state of the world for all reads inside."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Holds the world's lock: one writer among all workers."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """A write transaction, rolled back on an exception. The caller holds the lock."""

    @abstractmethod
    def savepoint(self, name: str = "handler") -> AbstractContextManager[None]:
        """A savepoint, rolled back on an exception. ``name`` must not come from a client."""

    @abstractmethod
    def recording(self) -> AbstractContextManager[list[RowChange]]:
        """Collects what is done to rows inside; the list is filled when the block ends."""

    @abstractmethod
    def defer_references(self) -> None:
        """Lets references between rows be checked at the commit of this transaction only."""

    @abstractmethod
    def create_schema(self) -> None:
        """Creates all tables, with service ids starting high."""

    @abstractmethod
    def add_missing_schema(self) -> None:
        """Adds the tables, columns and indexes that a world of an earlier version lacks.

        A new column of an old table takes its ``server_default`` in every row.
        """

    def counts(self, *names: str) -> dict[str, int]:
        """The number of rows of these tables, or of all."""
        return {name: int(self.value(_counting(name))) for name in names or metadata.tables}


@cache
def _counting(name: str) -> Statement:
    return Statement(select(func.count()).select_from(metadata.tables[name]))
