"""Compiled statements, executed directly on the sqlite3 driver.

SQLAlchemy Core describes tables and statements, but executes none of them: a
:class:`Statement` keeps the compiled SQL and the conversions of its columns, and a
:class:`Database` runs it on ``sqlite3`` directly (docs/adr/0001 has the measurements).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import BindParameter, Executable, Table, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from emulator.store.row_changes import RowChange, RowRecorder
from emulator.store.tables import FIRST_SERVICE, metadata
from emulator.store.types import Stored

DIALECT = sqlite.dialect(paramstyle="named")

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


def is_storage_error(error: Exception) -> bool:
    """Whether the disk or a file is at fault: full, read-only, damaged, locked."""
    if isinstance(error, sqlite3.DatabaseError):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in STORAGE_CODES
    return isinstance(error, OSError)


def _storing(of: TypeEngine[Any]) -> Convert | None:
    return of.store if isinstance(of, Stored) else of.dialect_impl(DIALECT).bind_processor(DIALECT)


def _loading(of: TypeEngine[Any]) -> Convert | None:
    if isinstance(of, Stored):
        return of.load
    return of.dialect_impl(DIALECT).result_processor(DIALECT, None)


def _casefold(text: str | None) -> str | None:
    """The function ``casefold`` of SQL: letters of every alphabet without their case."""
    return None if text is None else text.casefold()


def _results(element: Executable) -> list[tuple[int, Convert]]:
    """The columns of a row that are converted, by their place."""
    if not isinstance(element, Select):
        return []
    loading = enumerate(_loading(column.type) for column in element.selected_columns)
    return [(place, load) for place, load in loading if load is not None]


COMPILED = frozenset({"sql", "_binds", "_defaults", "_results"})
"""What a statement has once it is compiled."""


class Statement:
    """One Core statement. Make it once, at import, and run it with its parameters.

    It is compiled when it is first run: a server that starts has no need of most of them.
    """

    __slots__ = ("_binds", "_defaults", "_element", "_results", "sql")

    sql: str
    _binds: dict[str, Convert]
    _defaults: dict[str, object]
    _results: list[tuple[int, Convert]]

    def __init__(self, element: Executable) -> None:
        self._element = element

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of a slot that is still empty
        if name not in COMPILED:
            raise AttributeError(name)
        self._compile()
        return getattr(self, name)

    def _compile(self) -> None:
        # Typed as any compiled element; a statement's is an SQLCompiler, which has binds.
        element: Executable = self._element
        if not isinstance(element, ClauseElement):  # pragma: no cover - typing only
            raise TypeError(element)
        compiled = cast("SQLCompiler", element.compile(dialect=DIALECT))
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


def every_column(table: Table, *without: str) -> dict[str, BindParameter[Any]]:
    """What an INSERT or UPDATE writes: each column of a row by its name, but those named."""
    return {name: bindparam(name) for name in _columns(table, without)}


def values_of(record: object, table: Table, *without: str) -> dict[str, object]:
    """The values for those columns: what a record has in the fields of their names."""
    return {name: getattr(record, name) for name in _columns(table, without)}


@cache
def _columns(table: Table, without: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if column.name not in without)


class Database:
    """One thread's connection to one generation of one world.

    All reads inside :meth:`reading` see one state. Writers take the world's file lock and
    ``BEGIN IMMEDIATE`` before they read what they change: of two transactions that begin as readers
    SQLite lets only one become a writer, and fails the other without waiting.

    ``durable``: whether commits reach the disk in time to outlive a crash of the machine; False for
    files that are thrown away with their process.
    """

    def __init__(
        self,
        path: Path | str,
        lock: Path | None = None,
        *,
        shared: bool = False,
        durable: bool = True,
    ) -> None:
        self.path = path
        self._driver = sqlite3.connect(
            path if path == ":memory:" else f"file:{path}?mode=rw",
            uri=path != ":memory:",
            isolation_level=None,
            cached_statements=512,
            timeout=30,
            check_same_thread=not shared,
        )
        try:
            self._driver.create_function("casefold", 1, _casefold, deterministic=True)
            self._driver.execute("PRAGMA foreign_keys=ON")
            self._driver.execute(f"PRAGMA synchronous={'NORMAL' if durable else 'OFF'}")
            # A checkpoint waits for the disk; sixteen megabytes of log between two of them.
            self._driver.execute("PRAGMA wal_autocheckpoint=4000")
            self._lock: IO[bytes] | None = None if lock is None else lock.open("ab")
        except (sqlite3.DatabaseError, OSError):
            self._driver.close()
            raise
        self._recorder = RowRecorder(self._driver)

    def close(self) -> None:
        """Closes the connection and the lock file."""
        self._driver.close()
        if self._lock is not None:
            self._lock.close()

    def rows(self, statement: Statement, /, **values: object) -> list[Row]:
        """Every row, converted."""
        rows = self._driver.execute(statement.sql, statement.parameters(values)).fetchall()
        return [statement.convert(row) for row in rows]

    def row(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row, or None."""
        row = self._driver.execute(statement.sql, statement.parameters(values)).fetchone()
        return None if row is None else statement.convert(row)

    def unread(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row unconverted, so that callers can cache the conversion of equal rows."""
        row: Row | None = self._driver.execute(
            statement.sql, statement.parameters(values)
        ).fetchone()
        return row

    def value(self, statement: Statement, /, **values: object) -> Any:  # noqa: ANN401 - a column's value
        """The first column of the first row, or None."""
        row = self.row(statement, **values)
        return None if row is None else row[0]

    def plan(self, statement: Statement, /, **values: object) -> list[str]:
        """SQLite's query plan, a line for each step; for tests of the indexes used."""
        query = f"EXPLAIN QUERY PLAN {statement.sql}"
        return [row[3] for row in self._driver.execute(query, statement.parameters(values))]

    def insert(self, statement: Statement, /, **values: object) -> int:
        """Runs an INSERT; returns the new row's id."""
        cursor = self._driver.execute(statement.sql, statement.parameters(values))
        return cursor.lastrowid or 0

    def run(self, statement: Statement, /, **values: object) -> int:
        """Runs an UPDATE or DELETE; returns the number of rows affected."""
        return self._driver.execute(statement.sql, statement.parameters(values)).rowcount

    def many(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """Runs one INSERT for many rows."""
        self._driver.executemany(statement.sql, [statement.parameters(row) for row in rows])

    @property
    def changes(self) -> int:
        """How many rows this connection has changed so far, also those rolled back."""
        return self._driver.total_changes

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A read transaction: one state of the world for all reads inside."""
        self._driver.execute("BEGIN")
        try:
            yield
        finally:
            if self._driver.in_transaction:
                self._driver.execute("COMMIT")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the world's file lock: one writer among all workers."""
        if self._lock is None:
            yield
            return
        descriptor = self._lock.fileno()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A write transaction, rolled back on an exception. The caller holds the lock."""
        self._driver.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._driver.execute("COMMIT")
        except BaseException:
            # On a full disk SQLite rolls back by itself, or leaves open what it could not commit.
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK")
            raise

    @contextmanager
    def savepoint(self, name: str = "handler") -> Iterator[None]:
        """A savepoint, rolled back on an exception. ``name`` must not come from a client."""
        self._driver.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if self._driver.in_transaction:
                self._driver.execute(f"ROLLBACK TO {name}")
                self._driver.execute(f"RELEASE {name}")
            raise
        self._driver.execute(f"RELEASE {name}")

    def recording(self) -> AbstractContextManager[list[RowChange]]:
        """Collects what is done to rows inside; the list is filled when the block ends."""
        return self._recorder.recording()

    def use_wal(self) -> None:
        """Switches the file to WAL mode: readers beside one writer."""
        self._driver.execute("PRAGMA journal_mode=WAL")

    def copy_to(self, path: Path) -> None:
        """A consistent copy in one closed file, in WAL mode as this one (SQLite's backup API)."""
        target = sqlite3.connect(path, isolation_level=None)
        try:
            self._driver.backup(target)
        finally:
            target.close()

    def counts(self, *tables: str) -> dict[str, int]:
        """The number of rows of these tables, or of all."""
        return {
            name: self._driver.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own
            for name in tables or metadata.tables
        }

    def create_schema(self) -> None:
        """Creates all tables of an empty file, in WAL mode, with service ids starting high."""
        self.use_wal()
        with self.writing():
            for statement in schema().split(";"):
                self._driver.execute(statement)
            self._driver.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('service', ?)",
                (FIRST_SERVICE - 1,),
            )

    def add_missing_schema(self) -> None:
        """Adds the tables, columns and indexes that a file of an earlier version lacks.

        A new column of an old table takes its ``server_default`` in every row.
        """
        for table in metadata.sorted_tables:
            present = {row[1] for row in self._driver.execute(f'PRAGMA table_info("{table.name}")')}
            if not present:
                self._driver.execute(str(CreateTable(table).compile(dialect=DIALECT)))
                continue
            for column in table.columns:
                if column.name not in present:
                    declaration = CreateColumn(column).compile(dialect=DIALECT)
                    self._driver.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {declaration}')
        for table in metadata.sorted_tables:
            for index in table.indexes:
                statement = CreateIndex(index, if_not_exists=True)
                self._driver.execute(str(statement.compile(dialect=DIALECT)))


@cache
def schema() -> str:
    """The statements that make all tables and indexes, separated by semicolons."""
    statements: list[CreateTable | CreateIndex] = []
    for table in metadata.sorted_tables:
        statements.append(CreateTable(table))
        statements += [
            CreateIndex(index) for index in sorted(table.indexes, key=lambda i: str(i.name))
        ]
    return ";".join(str(statement.compile(dialect=DIALECT)) for statement in statements)


def create(path: Path) -> Database:
    """Creates an empty world file at ``path`` and opens it."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    os.close(descriptor)
    database = Database(path)
    database.create_schema()
    return database


def in_memory() -> Database:
    """Creates a world in memory; for tests of rules."""
    database = Database(":memory:")
    database.create_schema()
    return database
