"""Worlds in files: statements executed directly on the sqlite3 driver."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from emulator.store.engine import DIALECT, Database, Row, Statement
from emulator.store.row_changes import RowChange, RowRecorder
from emulator.store.tables import FIRST_SERVICE, metadata

FOREIGN_LOCK = 5.0
"""Seconds to wait for another program that keeps the file locked: a process answers no other call
meanwhile. Servers of ours wait for each other at a lock of their own."""


def _casefold(text: str | None) -> str | None:
    """The function ``casefold`` of SQL: letters of every alphabet without their case."""
    return None if text is None else text.casefold()


class SqliteDatabase(Database):
    """One thread's connection to one generation of one world, a file.

    Writers take the world's file lock and ``BEGIN IMMEDIATE`` before they read what they change: of
    two transactions that begin as readers SQLite lets only one become a writer, and fails the other
    without waiting.

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
            timeout=FOREIGN_LOCK,
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
        compiled = statement.sqlite
        rows = self._driver.execute(compiled.sql, compiled.parameters(values)).fetchall()
        return [compiled.convert(row) for row in rows]

    def row(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row, or None."""
        compiled = statement.sqlite
        row = self._driver.execute(compiled.sql, compiled.parameters(values)).fetchone()
        return None if row is None else compiled.convert(row)

    def unread(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row unconverted, so that callers can cache the conversion of equal rows."""
        compiled = statement.sqlite
        row: Row | None = self._driver.execute(compiled.sql, compiled.parameters(values)).fetchone()
        return row

    def plan(self, statement: Statement, /, **values: object) -> list[str]:
        """SQLite's query plan, a line for each step; for tests of the indexes used."""
        compiled = statement.sqlite
        query = f"EXPLAIN QUERY PLAN {compiled.sql}"
        return [row[3] for row in self._driver.execute(query, compiled.parameters(values))]

    def insert(self, statement: Statement, /, **values: object) -> int:
        """Runs an INSERT; returns the new row's id."""
        compiled = statement.sqlite
        cursor = self._driver.execute(compiled.sql, compiled.parameters(values))
        return cursor.lastrowid or 0

    def run(self, statement: Statement, /, **values: object) -> int:
        """Runs an UPDATE or DELETE; returns the number of rows affected."""
        compiled = statement.sqlite
        return self._driver.execute(compiled.sql, compiled.parameters(values)).rowcount

    def many(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """Runs one INSERT for many rows."""
        compiled = statement.sqlite
        self._driver.executemany(compiled.sql, [compiled.parameters(row) for row in rows])

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

    def defer_references(self) -> None:
        """Lets references between rows be checked at the commit of this transaction only."""
        self._driver.execute("PRAGMA defer_foreign_keys=ON")

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
        """Adds the tables, columns and indexes that a file of an earlier version lacks."""
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


def create(path: Path) -> SqliteDatabase:
    """Creates an empty world file at ``path`` and opens it."""
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    os.close(descriptor)
    database = SqliteDatabase(path)
    database.create_schema()
    return database


def in_memory() -> SqliteDatabase:
    """Creates a world in memory; for tests of rules."""
    database = SqliteDatabase(":memory:")
    database.create_schema()
    return database
