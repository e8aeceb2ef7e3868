"""Worlds in a database of PostgreSQL, which several servers share.

A world is a schema, its *generation*. Whatever replaces the whole state makes a new schema and
changes the row of the world in the registry, in one transaction; readers of the former one go on
with it, and it is removed later. Locks are advisory locks of the engine (docs/adr/0007).
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Table

from emulator.clock import SystemClock
from emulator.domain.catalogue.catalogue import Tariff
from emulator.store import postgres_dialect, sqlite, tables
from emulator.store.engine import ConnectionLost
from emulator.store.postgres import Connection, PostgresDatabase, lock_key
from emulator.worlds import archive, pricelist, seeding
from emulator.worlds.connections import (
    NAME,
    NoWorld,
    WorldError,
    WorldExists,
    is_outdated,
    label_before_upgrade,
    upgrade,
)
from emulator.worlds.seeds import read_fixture, seed_key
from emulator.worlds.storage import Origin

REGISTRY: Final = "mockseller"
"""The schema of the registry, where the address names no other."""
SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}\Z", re.ASCII)
GRACE: Final = "60 seconds"
"""How long a schema that is no longer used stays, for calls that are reading it."""
SWEPT: Final = 5
"""Schemas removed at once: each table costs a lock of the engine."""
TEMPLATES_STAY: Final = "2 days"
"""An initial state depends on the day; later nobody asks for it."""
MOST_CHECKED: Final = 1000
COPIED: Final = (*tables.metadata.sorted_tables, postgres_dialect.NUMBERS)
COMMON: Final = "mockseller_common"
"""The schema of what all registries of a database share: initial states, and a function."""
COMMON_SCRIPT: Final = f"""
CREATE SCHEMA {COMMON};
CREATE TABLE {COMMON}.template (
    key text PRIMARY KEY, state text NOT NULL, made_at timestamptz NOT NULL DEFAULT now());
"""
REGISTRY_SCRIPT: Final = """
CREATE SCHEMA IF NOT EXISTS {registry};
CREATE TABLE {registry}.world (
    name text COLLATE "C" PRIMARY KEY, generation text NOT NULL, seed text,
    origin text NOT NULL, fixture text,
    made_at double precision NOT NULL DEFAULT extract(epoch FROM clock_timestamp()));
CREATE TABLE {registry}.snapshot (
    world text COLLATE "C" NOT NULL REFERENCES {registry}.world (name) ON DELETE CASCADE,
    label text COLLATE "C" NOT NULL, state text NOT NULL, PRIMARY KEY (world, label));
CREATE TABLE {registry}.retired (
    state text PRIMARY KEY, world text NOT NULL, at timestamptz NOT NULL DEFAULT now());
"""


class PostgresStorage:
    """The worlds of one registry. Each thread has one connection, or all share one."""

    def __init__(
        self,
        address: str,
        system_clock: SystemClock,
        *,
        shared: bool = False,
        durable: bool = True,
    ) -> None:
        self._address = address
        self._conninfo, self._registry = read_address(address)
        self._system_clock = system_clock
        self._durable = durable
        self._open = SimpleNamespace() if shared else threading.local()
        self._of_this_version: set[str] = set()

    def shared(self) -> PostgresStorage:
        """The same worlds over a connection that all threads share, one at a time."""
        return PostgresStorage(
            self._address, self._system_clock, shared=True, durable=self._durable
        )

    # The connection of this thread, and what it knows of worlds.

    def _connection(self) -> Connection:
        """This thread's connection; the first one of all makes the registry."""
        connection: Connection | None = getattr(self._open, "connection", None)
        if connection is None:
            connection = Connection(self._conninfo, COMMON, durable=self._durable)
            connection.ensure()
            if not self._has_registry(connection):
                try:
                    self._make_registry(connection)
                except psycopg.ProgrammingError as error:
                    line = " ".join(str(error).split())
                    raise WorldError(f"data: the database cannot have worlds: {line}") from None
            self._open.connection = connection
        return connection

    def close(self) -> None:
        """Closes this thread's connection."""
        connection: Connection | None = getattr(self._open, "connection", None)
        if connection is not None:
            connection.close()

    def _make_registry(self, connection: Connection) -> None:
        with connection.locked(lock_key(COMMON)), connection.transaction():
            if self._has_registry(connection):
                return  # another process was faster
            if connection.row("SELECT to_regnamespace(%(name)s)", name=COMMON) == (None,):
                connection.execute(COMMON_SCRIPT)
                connection.execute(postgres_dialect.casefold_function(COMMON))
                connection.execute(postgres_dialect.note_function(COMMON))
            connection.execute(REGISTRY_SCRIPT.format(registry=self._registry))

    def _has_registry(self, connection: Connection) -> bool:
        row = connection.row("SELECT to_regclass(%(name)s)", name=self._in("retired"))
        return row != (None,)

    def discard(self) -> None:
        """Removes all worlds with the registry: of a seller that is thrown away."""
        connection = self._connection()
        connection.ensure()
        row = connection.row(
            "SELECT array_agg(nspname) FROM pg_namespace WHERE nspname ~ %(pattern)s",
            pattern=self._pattern(),
        )
        for schema in [*(row[0] or () if row else ()), self._registry]:
            with self._changing(connection):
                connection.execute(f"DROP SCHEMA {schema} CASCADE")

    def _pattern(self) -> str:
        """What the schemas of states are called, as a regular expression."""
        return f"^{self._registry}_[0-9a-f]{{16}}$"

    def _in(self, table: str) -> str:
        return f"{self._registry}.{table}"

    def _key(self, *names: str) -> int:
        return lock_key(self._registry, *names)

    def names(self) -> list[str]:
        """Names of all worlds, sorted."""
        connection = self._connection()
        row = connection.find(f"SELECT array_agg(name ORDER BY name) FROM {self._in('world')}")  # noqa: S608 - the schema is checked
        return [] if row is None or row[0] is None else list(row[0])

    def exists(self, name: str) -> bool:
        """Whether there is a world of that name, readable or not."""
        if NAME.match(name) is None:
            return False
        query = f"SELECT 1 FROM {self._in('world')} WHERE name = %(name)s"  # noqa: S608 - as above
        return self._connection().find(query, name=name) is not None

    def require(self, name: str) -> None:
        """Checks that a world is there, readable or not. Raises NoWorld, WorldError."""
        if NAME.match(name) is None:
            raise WorldError(f'"{name}" is not a name of a world: use a-z, 0-9 and -')
        if not self.exists(name):
            raise NoWorld(f'there is no world "{name}"')

    def is_new(self) -> bool:
        """Whether there is no world."""
        return not self.names()

    def connect(self, name: str) -> PostgresDatabase:
        """The present state of a world. Raises NoWorld, WorldError, ConnectionLost."""
        connection = self._connection()
        if NAME.match(name) is None:
            self.require(name)
        query = f"SELECT generation FROM {self._in('world')} WHERE name = %(name)s"  # noqa: S608 - as above
        row = connection.find(query, name=name)
        if row is None:
            raise NoWorld(f'there is no world "{name}"')
        return self._current(connection, name, row[0])

    @contextmanager
    def locked(self, name: str) -> Iterator[PostgresDatabase]:
        """The present state under the world's lock, so that it is not replaced meanwhile."""
        with self._while_locked(name) as connection:
            yield self._current(connection, name, self._field(connection, name, "generation"))

    @contextmanager
    def _while_locked(self, name: str) -> Iterator[Connection]:
        """Holds the world's lock. Raises NoWorld."""
        self.require(name)
        connection = self._connection()
        with connection.locked(self._key(name)):
            yield connection

    def _field(self, connection: Connection, name: str, field: str) -> str:
        """What the registry says of a world. Raises NoWorld."""
        query = f"SELECT {field} FROM {self._in('world')} WHERE name = %(name)s"  # noqa: S608 - names of ours
        row = connection.row(query, name=name)
        if row is None:
            raise NoWorld(f'there is no world "{name}"')
        value: str = row[0]
        return value

    def _current(self, connection: Connection, name: str, generation: str) -> PostgresDatabase:
        """The generation; one of an earlier version is upgraded, and a copy of it stays."""
        database = PostgresDatabase(connection, generation, self._key(name))
        if generation not in self._of_this_version:
            if is_outdated(database):
                with database.locked():
                    if is_outdated(database):
                        self._upgrade(connection, name, database)
            if len(self._of_this_version) > MOST_CHECKED:
                self._of_this_version.clear()
            self._of_this_version.add(generation)
        return database

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Holds a lock of the registry: one at a time among all servers."""
        connection = self._connection()
        connection.ensure()
        # No name of a world begins with a dot.
        with connection.locked(self._key(f".{purpose}")):
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for what is not complete, removed afterwards."""
        with tempfile.TemporaryDirectory(prefix="mockseller-") as folder:
            yield Path(folder)

    # What becomes of schemas. All of it happens in a transaction that the caller has.

    @contextmanager
    def _changing(self, connection: Connection) -> Iterator[None]:
        """A transaction that makes or removes schemas: one at a time, for the engine's locks."""
        with connection.transaction():
            key = lock_key(COMMON, ".schemas")
            connection.execute("SELECT pg_advisory_xact_lock(%(key)s)", {"key": key})
            yield

    def _new_schema(self, connection: Connection, prefix: str = "") -> str:
        name = f"{prefix or self._registry}_{secrets.token_hex(8)}"
        connection.execute(f"CREATE SCHEMA {name}")
        return name

    def _copy(self, connection: Connection, source: str) -> str:
        """A new schema with the rows of another one."""
        target = self._new_schema(connection)
        rows = [
            f"INSERT INTO {target}.{table} ({columns}) SELECT {columns} FROM {source}.{table}"  # noqa: S608 - as above
            for table, columns in map(_quoted, COPIED)
        ]
        script = [postgres_dialect.tables_script(), *rows, postgres_dialect.rest_script()]
        connection.execute(";".join(script), None, target)
        return target

    def _retire(self, connection: Connection, name: str, *states: str | None) -> None:
        """Lets schemas be removed once nobody can be reading them, and removes others now."""
        for state in filter(None, states):
            connection.execute(
                f"INSERT INTO {self._in('retired')} (state, world) VALUES (%(state)s, %(world)s)",  # noqa: S608 - as above
                {"state": state, "world": name},
            )
        self._sweep(connection)

    def _sweep(self, connection: Connection) -> None:
        old = connection.execute(
            f"DELETE FROM {self._in('retired')} WHERE state IN (SELECT state FROM"  # noqa: S608 - as above
            f" {self._in('retired')} WHERE at < now() - interval '{GRACE}' LIMIT {SWEPT})"
            " RETURNING state"
        ).fetchall()
        for (state,) in old:
            connection.execute(f"DROP SCHEMA IF EXISTS {state} CASCADE")

    def _activate(self, connection: Connection, name: str, state: str) -> None:
        """Makes a schema the state of a world that is locked."""
        former = self._field(connection, name, "generation")
        connection.execute(f"UPDATE {state}.world SET name = %(name)s", {"name": name})  # noqa: S608 - as above
        self._set(connection, name, generation=state)
        self._retire(connection, name, former)

    def _set(self, connection: Connection, name: str, **fields: str | None) -> None:
        written = ", ".join(f"{field} = %({field})s" for field in fields)
        query = f"UPDATE {self._in('world')} SET {written} WHERE name = %(name)s"  # noqa: S608 - as above
        connection.execute(query, {**fields, "name": name})

    def _upgrade(self, connection: Connection, name: str, database: PostgresDatabase) -> None:
        """Upgrades a world of an earlier version; a snapshot has it as it was."""
        label = label_before_upgrade(database, self.snapshots(name))
        with self._changing(connection):
            self._save(connection, name, label, self._copy_as_is(connection, database.path))
        upgrade(database)

    def _copy_as_is(self, connection: Connection, source: str) -> str:
        """A new schema with the tables and rows that another one has, whatever its version."""
        target = self._new_schema(connection)
        present = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %(schema)s",
            {"schema": source},
        ).fetchall()
        for (table,) in present:
            connection.execute(
                f'CREATE TABLE {target}."{table}" (LIKE {source}."{table}" INCLUDING ALL);'  # noqa: S608 - as above
                f'INSERT INTO {target}."{table}" SELECT * FROM {source}."{table}"'
            )
        return target

    def remove_leftovers(self) -> None:
        """Removes schemas that nobody uses any longer; an unfinished one cannot stay behind."""
        connection = self._connection()
        connection.ensure()
        with self._changing(connection):
            self._sweep(connection)

    def size(self) -> int:
        """Bytes of all schemas of this registry."""
        row = self._connection().find(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname ~ %(pattern)s",
            pattern=self._pattern(),
        )
        return 0 if row is None else int(row[0])

    # Worlds.

    def origin(self, name: str) -> Origin:
        """What a world was created from. Raises NoWorld."""
        self.require(name)
        return Origin.read(self._field(self._connection(), name, "origin"))

    def made_at(self, name: str) -> float:
        """When a world was made, in seconds of real time. Raises NoWorld."""
        self.require(name)
        return float(self._field(self._connection(), name, "made_at"))

    def create(self, name: str, origin: Origin) -> None:
        """Makes a world. Raises WorldExists, FixtureError."""
        template = self._template(origin)
        with self._making(name, origin) as connection:
            self._begin(connection, name, self._copy(connection, template))

    @contextmanager
    def _making(self, name: str, origin: Origin) -> Iterator[Connection]:
        """A transaction with a new row of the registry. Raises WorldExists."""
        connection = self._connection()
        connection.ensure()
        with connection.locked(self._key(name)), self._changing(connection):
            added = connection.execute(
                f"INSERT INTO {self._in('world')} (name, generation, origin, fixture)"  # noqa: S608 - as above
                " VALUES (%(name)s, '', %(origin)s, %(fixture)s) ON CONFLICT DO NOTHING",
                {"name": name, **_described(origin)},
            )
            if not added.rowcount:
                raise WorldExists(f'the world "{name}" exists already')
            yield connection

    def _begin(self, connection: Connection, name: str, state: str) -> None:
        """Gives a new world its first state."""
        connection.execute(f"UPDATE {state}.world SET name = %(name)s", {"name": name})  # noqa: S608 - as above
        self._set(connection, name, generation=state)
        self._sweep(connection)

    def _template(self, origin: Origin, copy: str | None = None) -> str:
        """The schema with the initial state of an origin; made once per origin, version and day.

        ``copy``: what the file of the fixture said when the world was made from it.
        """
        with self.scratch() as folder:
            read_from = origin.fixture
            if copy is not None:
                read_from = str(folder / "fixture.yaml")
                Path(read_from).write_text(copy, encoding="utf-8")
            key = seed_key(origin, read_from, self._system_clock)
            connection = self._connection()
            query = f"SELECT state FROM {COMMON}.template WHERE key = %(key)s"  # noqa: S608 - as above
            row = connection.find(query, key=key)
            if row is not None:
                return str(row[0])
            fixture = read_fixture(origin, read_from)
            with self._changing(connection):
                row = connection.row(query, key=key)
                if row is not None:
                    return str(row[0])  # another process was faster
                state = self._new_schema(connection, COMMON)
                database = PostgresDatabase(connection, state, 0)
                database.create_schema()
                seeding.write(database, fixture, origin.seed, self._system_clock, origin.as_of)
                connection.execute(
                    f"INSERT INTO {COMMON}.template (key, state) VALUES (%(key)s, %(state)s)",  # noqa: S608 - as above
                    {"key": key, "state": state},
                )
                self._forget_templates(connection)
            return state

    def _forget_templates(self, connection: Connection) -> None:
        old = connection.execute(
            f"DELETE FROM {COMMON}.template"  # noqa: S608 - as above
            f" WHERE made_at < now() - interval '{TEMPLATES_STAY}' RETURNING state"
        ).fetchall()
        for (state,) in old:
            connection.execute(f"DROP SCHEMA IF EXISTS {state} CASCADE")

    def _seed_of(self, connection: Connection, name: str) -> str:
        """The schema that a reset of this world copies; the caller has the lock."""
        saved = self._field(connection, name, "seed")
        if saved:
            return saved
        origin = Origin.read(self._field(connection, name, "origin"))
        return self._template(origin, self._field(connection, name, "fixture"))

    def reset(self, name: str) -> None:
        """Puts a world back to its initial state. Raises NoWorld."""
        with self._while_locked(name) as connection:
            source = self._seed_of(connection, name)
            with self._changing(connection):
                self._activate(connection, name, self._copy(connection, source))

    def remake(self, name: str, origin: Origin) -> None:
        """Puts a world into the initial state of another origin. Raises FixtureError, NoWorld."""
        template = self._template(origin)
        with self._while_locked(name) as connection, self._changing(connection):
            self._retire(connection, name, self._field(connection, name, "seed"))
            self._set(connection, name, seed=None, **_described(origin))
            self._activate(connection, name, self._copy(connection, template))

    def remove(self, name: str) -> None:
        """Removes a world with its snapshots. Raises NoWorld."""
        with self._while_locked(name) as connection, self._changing(connection):
            states = [self._field(connection, name, field) for field in ("generation", "seed")]
            of_snapshots = connection.execute(
                f"SELECT state FROM {self._in('snapshot')} WHERE world = %(name)s",  # noqa: S608 - as above
                {"name": name},
            ).fetchall()
            query = f"DELETE FROM {self._in('world')} WHERE name = %(name)s"  # noqa: S608 - as above
            connection.execute(query, {"name": name})
            self._retire(connection, name, *states, *(state for (state,) in of_snapshots))

    # Snapshots and copies.

    def snapshots(self, name: str) -> list[str]:
        """Labels of the snapshots of a world, sorted. Raises NoWorld."""
        self.require(name)
        row = self._connection().find(
            f"SELECT array_agg(label ORDER BY label) FROM {self._in('snapshot')}"  # noqa: S608 - as above
            " WHERE world = %(name)s",
            name=name,
        )
        return [] if row is None or row[0] is None else list(row[0])

    def snapshot(self, name: str, label: str) -> None:
        """Saves the present state under a label. Raises NoWorld."""
        with self.locked(name) as db:
            connection = self._connection()
            with self._changing(connection):
                self._save(connection, name, label, self._copy(connection, db.path))

    def _save(self, connection: Connection, name: str, label: str, state: str) -> None:
        self._forget_snapshot(connection, name, label)
        connection.execute(
            f"INSERT INTO {self._in('snapshot')} (world, label, state)"  # noqa: S608 - as above
            " VALUES (%(name)s, %(label)s, %(state)s)",
            {"name": name, "label": label, "state": state},
        )

    def _forget_snapshot(self, connection: Connection, name: str, label: str) -> bool:
        """Removes a snapshot, if there is one."""
        row = connection.row(
            f"DELETE FROM {self._in('snapshot')}"  # noqa: S608 - as above
            " WHERE world = %(name)s AND label = %(label)s RETURNING state",
            name=name,
            label=label,
        )
        self._retire(connection, name, row[0] if row else None)
        return row is not None

    def restore(self, name: str, label: str) -> None:
        """Restores a snapshot. Raises NoWorld without it, WorldError where its version differs."""
        with self._while_locked(name) as connection:
            row = connection.row(
                f"SELECT state FROM {self._in('snapshot')}"  # noqa: S608 - as above
                " WHERE world = %(name)s AND label = %(label)s",
                name=name,
                label=label,
            )
            if row is None:
                raise NoWorld(f'the world "{name}" has no snapshot "{label}"')
            outdated = is_outdated(PostgresDatabase(connection, row[0], 0))
            with self._changing(connection):
                copy = (self._copy_as_is if outdated else self._copy)(connection, row[0])
                self._activate(connection, name, copy)
            if outdated:
                upgrade(PostgresDatabase(connection, copy, 0))

    def remove_snapshot(self, name: str, label: str) -> None:
        """Removes a snapshot. Raises NoWorld without it."""
        with self._while_locked(name) as connection, self._changing(connection):
            if not self._forget_snapshot(connection, name, label):
                raise NoWorld(f'the world "{name}" has no snapshot "{label}"')

    def fork(self, name: str, into: str) -> None:
        """Copies a world into a new one, which resets to it. Raises NoWorld, WorldExists."""
        origin = self.origin(name)
        with self.locked(name) as db, self._making(into, origin) as connection:
            seed = self._copy(connection, db.path)
            fixture = self._field(connection, name, "fixture")
            self._set(connection, into, seed=seed, fixture=fixture)
            self._begin(connection, into, self._copy(connection, seed))

    def sell(self, name: str, tariffs: tuple[Tariff, ...]) -> list[int]:
        """Replaces the tariffs, now and for every reset; returns the ids of old ones that stay."""
        with self.locked(name) as db:
            connection = self._connection()
            source = self._seed_of(connection, name)
            with self._changing(connection):
                seed = self._copy(connection, source)
                pricelist.replace_in(PostgresDatabase(connection, seed, 0), tariffs)
                still_used = pricelist.replace_in(db, tariffs)
                self._retire(connection, name, self._field(connection, name, "seed"))
                self._set(connection, name, seed=seed)
        return still_used

    # Worlds as files.

    def dump(self, name: str, folder: Path) -> None:
        """Writes the files of an archive, as SQLite has them. Raises NoWorld."""
        with self.locked(name) as db:
            connection = self._connection()
            _write_file(connection, db.path, folder / archive.STATE)
            _write_file(connection, self._seed_of(connection, name), folder / archive.SEED)
            origin = self._field(connection, name, "origin")
        (folder / archive.ORIGIN).write_text(origin, encoding="utf-8")

    def load(self, name: str, folder: Path) -> None:
        """Makes a world of the files of an archive. Raises WorldExists, WorldError."""
        origin = Origin.read((folder / archive.ORIGIN).read_text(encoding="utf-8"))
        with self._making(name, origin) as connection:
            self._set(connection, name, seed=self._read_file(connection, folder / archive.SEED))
            self._begin(connection, name, self._read_file(connection, folder / archive.STATE))

    def _read_file(self, connection: Connection, file: Path) -> str:
        """A new schema with the rows of a file. Raises WorldError for what no world has."""
        state = self._new_schema(connection)
        connection.execute(postgres_dialect.tables_script(), None, state)
        try:
            with closing(sqlite3.connect(file)) as driver:
                for table in COPIED:
                    name, columns = _quoted(table)
                    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
                        sql.Identifier(state, table.name),
                        sql.SQL(", ").join(sql.Identifier(c.name) for c in table.columns),
                    )
                    with connection.copy(into) as copy:
                        for row in driver.execute(f"SELECT {columns} FROM {name}"):  # noqa: S608 - as above
                            copy.write_row(row)
            connection.execute(postgres_dialect.rest_script(), None, state)
        except (sqlite3.DatabaseError, psycopg.DataError, psycopg.IntegrityError) as error:
            line = " ".join(str(error).split())
            raise WorldError(f"its {file.name} cannot be read: {line}") from None
        return state


def _write_file(connection: Connection, state: str, file: Path) -> None:
    """Writes the rows of a schema into a closed file of SQLite."""
    sqlite.create(file).close()
    with closing(sqlite3.connect(file)) as driver, driver:
        for table in COPIED:
            name, columns = _quoted(table)
            if table is postgres_dialect.NUMBERS:  # SQLite has counted what was just written
                driver.execute(f"DELETE FROM {name}")  # noqa: S608 - as above
            places = ", ".join("?" for _ in table.columns)
            rows = connection.execute(f"SELECT {columns} FROM {state}.{name}")  # noqa: S608 - as above
            driver.executemany(f"INSERT INTO {name} ({columns}) VALUES ({places})", rows)  # noqa: S608 - as above


def _quoted(table: Table) -> tuple[str, str]:
    """The name of a table and those of its columns, for SQL."""
    return f'"{table.name}"', ", ".join(f'"{column.name}"' for column in table.columns)


def _described(origin: Origin) -> dict[str, str | None]:
    """What the registry says of an origin; of a file also what it says, for a later reset."""
    own = Path(origin.fixture)
    fixture = own.read_text(encoding="utf-8") if own.suffix and own.is_file() else None
    return {"origin": json.dumps(origin.as_dict()), "fixture": fixture}


def read_address(address: str) -> tuple[str, str]:
    """The address for the driver, and the schema of the registry. Raises WorldError.

    ``?schema=NAME`` lets several sellers have worlds of their own in one database.
    """
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    registry = query.pop("schema", REGISTRY)
    if SCHEMA_NAME.match(registry) is None:
        raise WorldError(f'data: "{registry}" is no name of a schema: use a-z, 0-9 and _')
    conninfo = urlunsplit(parts._replace(query=urlencode(query)))
    try:
        conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise WorldError(f"data: {error}") from None
    return conninfo, registry


__all__ = ["ConnectionLost", "PostgresStorage", "read_address"]
