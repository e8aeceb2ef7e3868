"""Worlds in PostgreSQL: statements executed on psycopg, a world a schema.

Needs the extra ``postgres``. A thread has one connection, whatever the number of worlds: the
schema that statements mean is the first of its search path.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.adapt import AdaptersMap
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown
from sqlalchemy.schema import CreateIndex, CreateTable

from emulator.store import postgres_dialect
from emulator.store.engine import Compiled, ConnectionLost, Database, Row, Statement
from emulator.store.row_changes import RowChange, RowCollector
from emulator.store.tables import metadata

READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
SECONDS_TO_CONNECT: Final = 10
PREPARED: Final = 500
"""Statements that a connection keeps prepared; there are three hundred, and lists of any shape."""
BEGIN_RECORDING: Final = """
CREATE TEMP TABLE IF NOT EXISTS row_change (
    number bigint GENERATED ALWAYS AS IDENTITY, name text, before jsonb, after jsonb)
    ON COMMIT DELETE ROWS;
DELETE FROM pg_temp.row_change;
SET LOCAL mockseller.recording TO on
"""


class _Switch(Int8Dumper):
    """A switch is 0 or 1."""

    def dump(self, obj: Any) -> bytes:  # noqa: ANN401 - psycopg's
        return b"1" if obj else b"0"


class _Text(StrDumperUnknown):
    """PostgreSQL has no texts with the character 0; the sign for what is no character stands there.

    Of no type: a text is what it is compared with.
    """

    def dump(self, obj: str) -> Any:  # noqa: ANN401 - psycopg's
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in obj else obj)


class _Sum(psycopg.adapt.Loader):
    """A sum of integers, which PostgreSQL makes a numeric."""

    def load(self, data: Any) -> int | float:  # noqa: ANN401 - psycopg's
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _Switch)
    adapters.register_dumper(str, _Text)
    adapters.register_loader("numeric", _Sum)
    return adapters


def lock_key(*names: str) -> int:
    """The number of an advisory lock. Two names with one number would only wait for each other."""
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Connection:
    """A connection to PostgreSQL that comes back after the engine was away.

    ``number`` counts how often: locks and transactions of an earlier one are gone, so nothing that
    relies on them may go on with a later one. ``functions``: the schema that has ``casefold``.
    ``durable``: whether a commit waits for the disk.
    """

    def __init__(self, address: str, functions: str, *, durable: bool = True) -> None:
        self._address = address
        self._functions = functions
        self._durable = durable
        self._driver: psycopg.Connection[Row] | None = None
        self._schema = ""
        self._locks = 0
        self.number = 0

    def close(self) -> None:
        """Closes it; it opens again when it is next asked for something."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def __del__(self) -> None:
        # With the thread that had it.
        self.close()

    def ensure(self) -> None:
        """Opens it where it is not open, unless a lock is held. Raises ConnectionLost."""
        if self._driver is not None and not self._driver.closed:
            return
        if self._locks:
            raise ConnectionLost("PostgreSQL: the connection was lost, and its locks with it")
        self._schema = ""
        self.number += 1
        self._driver = _opened(self._address, durable=self._durable)

    def execute(
        self, query: str, values: Mapping[str, object] | None = None, schema: str = ""
    ) -> psycopg.Cursor[Row]:
        """Runs a statement, in a world's schema where one is named. Raises ConnectionLost."""
        if self._driver is None:
            raise ConnectionLost("the connection to PostgreSQL is closed")
        try:
            if schema and schema != self._schema:
                self._use(self._driver, schema)
            # Several statements in one text cannot be prepared, and have no values.
            return self._driver.execute(query, values, prepare=None if values else False)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise _lost(error) from None
        except psycopg.errors.UndefinedTable as error:
            # Of a world that was replaced twice, or removed, while it was read.
            raise _lost(error) from None

    def execute_many(self, query: str, rows: Sequence[Mapping[str, object]], schema: str) -> int:
        """Runs a statement for many rows; returns how many there were."""
        self.execute("SELECT", {}, schema)
        assert self._driver is not None  # noqa: S101 - it has just answered
        with self._driver.cursor() as cursor:
            try:
                cursor.executemany(query, rows)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                raise _lost(error) from None
        return len(rows)

    def _use(self, driver: psycopg.Connection[Row], schema: str) -> None:
        path = sql.SQL("SET search_path TO {}, {}").format(
            sql.Identifier(schema), sql.Identifier(self._functions)
        )
        self._schema = ""
        driver.execute(path)
        self._schema = schema

    def row(self, query: str, **values: object) -> Row | None:
        """The first row of a query. Raises ConnectionLost."""
        return self.execute(query, values).fetchone()

    def find(self, query: str, **values: object) -> Row | None:
        """The first row of a query outside of all transactions; asked again on a new connection.

        So an engine that was restarted since the last call costs that call nothing.
        """
        was_open = self._driver is not None
        self.ensure()
        try:
            return self.row(query, **values)
        except ConnectionLost:
            if not was_open or (self._driver is not None and not self._driver.closed):
                raise
        self.ensure()
        return self.row(query, **values)

    @contextmanager
    def transaction(self, begin: str = "BEGIN", schema: str = "") -> Iterator[None]:
        """A transaction, rolled back on an exception."""
        self.execute(begin, None, schema)
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        """Rolls back what is open; the search path may go back with it."""
        self._schema = ""
        if self._driver is None or self._driver.closed:
            return
        if self._driver.info.transaction_status != TransactionStatus.IDLE:
            with suppress(ConnectionLost):
                self.execute("ROLLBACK")

    @contextmanager
    def locked(self, key: int) -> Iterator[None]:
        """Holds an advisory lock of the engine, which ends with the connection at the latest."""
        self.execute("SELECT pg_advisory_lock(%(key)s)", {"key": key})
        self._locks += 1
        try:
            yield
        finally:
            self._locks -= 1
            with suppress(ConnectionLost):
                self.execute("SELECT pg_advisory_unlock(%(key)s)", {"key": key})

    def copy(self, query: sql.Composed) -> AbstractContextManager[psycopg.Copy]:
        """A COPY, in or out."""
        assert self._driver is not None  # noqa: S101 - within a transaction
        return self._driver.cursor().copy(query)


def _opened(address: str, *, durable: bool) -> psycopg.Connection[Row]:
    settings: dict[str, Any] = {
        "application_name": "mockseller",
        "connect_timeout": SECONDS_TO_CONNECT,
    }
    settings |= conninfo_to_dict(address)
    try:
        driver = psycopg.Connection[Row].connect(**settings, autocommit=True, context=_adapters())
        driver.prepared_max = PREPARED
        if not durable:
            driver.execute("SET synchronous_commit TO off")
    except psycopg.OperationalError as error:
        raise _lost(error) from None
    return driver


def _lost(error: Exception) -> ConnectionLost:
    return ConnectionLost(f"PostgreSQL: {' '.join(str(error).split())}")


class PostgresDatabase(Database):
    """A thread's connection to the present state of one world, a schema.

    Readers see one state by REPEATABLE READ; writers hold the world's advisory lock. It serves no
    longer than the connection on which it was made: its lock would be gone with that.
    """

    path: str

    def __init__(self, connection: Connection, schema: str, lock: int) -> None:
        self.path = schema
        self._connection = connection
        self._number = connection.number
        self._lock = lock
        self._changes = 0

    def close(self) -> None:
        """Nothing: the connection belongs to all worlds of its thread."""

    def _run(self, compiled: Compiled, values: Mapping[str, object]) -> psycopg.Cursor[Row]:
        self._require_connection()
        return self._connection.execute(compiled.sql, compiled.parameters(values), self.path)

    def _require_connection(self) -> None:
        if self._number != self._connection.number:
            raise ConnectionLost("PostgreSQL: the connection was lost")

    def rows(self, statement: Statement, /, **values: object) -> list[Row]:
        """Every row, converted."""
        compiled = statement.postgres
        return [compiled.convert(row) for row in self._run(compiled, values)]

    def row(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row, or None."""
        compiled = statement.postgres
        row = self._run(compiled, values).fetchone()
        return None if row is None else compiled.convert(row)

    def unread(self, statement: Statement, /, **values: object) -> Row | None:
        """The first row unconverted, so that callers can cache the conversion of equal rows."""
        return self._run(statement.postgres, values).fetchone()

    def insert(self, statement: Statement, /, **values: object) -> int:
        """Runs an INSERT; returns the new row's id, 0 where its key is another."""
        cursor = self._run(statement.postgres, values)
        self._changes += cursor.rowcount
        row = cursor.fetchone() if cursor.description else None
        return 0 if row is None else int(row[0])

    def run(self, statement: Statement, /, **values: object) -> int:
        """Runs an UPDATE or DELETE; returns the number of rows affected."""
        count = self._run(statement.postgres, values).rowcount
        self._changes += count
        return count

    def many(self, statement: Statement, rows: list[dict[str, object]]) -> None:
        """Runs one INSERT for many rows."""
        compiled = statement.postgres
        self._require_connection()
        parameters = [compiled.parameters(row) for row in rows]
        if parameters:
            self._changes += self._connection.execute_many(compiled.sql, parameters, self.path)

    @property
    def changes(self) -> int:
        """How many rows were changed here so far, also those rolled back."""
        return self._changes

    def reading(self) -> AbstractContextManager[None]:
        """A read transaction: one state of the world for all reads inside."""
        self._require_connection()
        return self._connection.transaction(READ, self.path)

    def locked(self) -> AbstractContextManager[None]:
        """Holds the world's advisory lock: one writer among all workers of all servers."""
        self._require_connection()
        return self._connection.locked(self._lock)

    def writing(self) -> AbstractContextManager[None]:
        """A write transaction, rolled back on an exception. The caller holds the lock."""
        self._require_connection()
        return self._connection.transaction(schema=self.path)

    @contextmanager
    def savepoint(self, name: str = "handler") -> Iterator[None]:
        """A savepoint, rolled back on an exception. ``name`` must not come from a client."""
        self._require_connection()
        self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            with suppress(ConnectionLost):
                self._connection.execute(f"ROLLBACK TO {name}; RELEASE {name}")
            raise
        self._connection.execute(f"RELEASE {name}")

    @contextmanager
    def recording(self) -> Iterator[list[RowChange]]:
        """Collects what is done to rows inside; the list is filled when the block ends.

        Triggers note it in a table of this connection. They are made when a world first records,
        and cost the calls that do not record a look at a variable for each row.
        """
        has_triggers = self._connection.row(
            "SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'note_row' AND c.relnamespace = to_regnamespace(%(schema)s) LIMIT 1",
            schema=self.path,
        )
        if has_triggers is None:
            self._declare(postgres_dialect.recording_script())
        self._declare(BEGIN_RECORDING)
        changes: list[RowChange] = []
        yield changes
        collector = RowCollector()
        for name, before, after in self._connection.execute(
            "SELECT name, before, after FROM pg_temp.row_change ORDER BY number"
        ).fetchall():
            columns = metadata.tables[name].columns
            old, new = ([row[c.name] for c in columns] if row else [] for row in (before, after))
            collector.note(name, old, new)
        changes += collector.summary()
        self._connection.execute("SET LOCAL mockseller.recording TO off")

    def defer_references(self) -> None:
        """Lets references between rows be checked at the commit of this transaction only."""
        self._connection.execute("SET CONSTRAINTS ALL DEFERRED", None, self.path)

    def create_schema(self) -> None:
        """Creates all tables in the schema, which is there and empty."""
        script = [postgres_dialect.tables_script(), postgres_dialect.rest_script()]
        script.append(postgres_dialect.first_numbers())
        self._connection.execute(";".join(script), None, self.path)

    def add_missing_schema(self) -> None:
        """Adds the tables, columns and indexes that a world of an earlier version lacks."""
        rows = self._connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = %(schema)s",
            {"schema": self.path},
        )
        present = set(rows)
        tables = {table for table, _ in present}
        for table in metadata.sorted_tables:
            if table.name not in tables:
                self._declare(str(CreateTable(table).compile(dialect=postgres_dialect.DIALECT)))
                continue
            for column in table.columns:
                if (table.name, column.name) not in present:
                    declaration = postgres_dialect.added_column(column)
                    self._declare(f'ALTER TABLE "{table.name}" ADD COLUMN {declaration}')
        for table in metadata.sorted_tables:
            for index in table.indexes:
                statement = CreateIndex(index, if_not_exists=True)
                self._declare(str(statement.compile(dialect=postgres_dialect.DIALECT)))

    def _declare(self, statement: str) -> None:
        self._connection.execute(statement, None, self.path)
