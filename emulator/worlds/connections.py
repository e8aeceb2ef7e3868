"""Connections to worlds, each to the current generation: per thread, or shared by all."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import bindparam, select, update

from emulator.domain.world import new_catalogue_version
from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.store.sqlite import SqliteDatabase

NAME = re.compile(r"[a-z0-9-]{1,40}\Z", re.ASCII)
_VERSION = Statement(select(tables.world.c.version))
_UPGRADED = Statement(
    update(tables.world).values(
        version=bindparam("set_to"), catalogue_version=bindparam("catalogue")
    )
)
SNAPSHOTS = "snapshots"
"""The folder of a world's snapshots, a closed file each."""
OPEN_SHARED = 128
"""Connections for calls that a process keeps open; the least recently used one is closed first. To
open one again costs as much as the call, and an open one takes 0.3 MB and four file descriptors,
of which a process often may have 1024."""
OPEN_OF_A_THREAD = 8
"""The same of each thread, for the control API and pages."""


class WorldError(ValueError):
    """A world cannot be opened or created; the text is one line for people."""


class NoWorld(WorldError):
    """There is no world, or no snapshot, of that name."""


class WorldExists(WorldError):
    """There is a world of that name already."""


class TooManyWorlds(WorldError):
    """There are as many worlds as the settings allow, or they are as large."""


def upgrade(database: Database) -> None:
    """Gives a world of an earlier version the tables of this one. Raises WorldError.

    The caller holds the world's lock, or is alone with the file, which is a copy.
    """
    if not is_outdated(database):
        return
    with database.writing():
        database.add_missing_schema()
        database.run(_UPGRADED, set_to=tables.VERSION, catalogue=new_catalogue_version())


def is_outdated(database: Database) -> bool:
    """Whether a world is of an earlier version. Raises WorldError for one of an unknown version."""
    version = database.value(_VERSION)
    if not tables.OLDEST_VERSION <= (version or 0) <= tables.VERSION:
        raise WorldError(
            f"its tables are of version {version}, and this server reads"
            f" {tables.OLDEST_VERSION} to {tables.VERSION}"
        )
    return bool(version < tables.VERSION)


def label_before_upgrade(database: Database, taken_labels: Collection[str]) -> str:
    """How the snapshot of a world of an earlier version is called: ``version-4``, ``-4-2``."""
    label = f"version-{database.value(_VERSION)}"
    labels = [label, *(f"{label}-{number}" for number in range(2, 1000))]
    return next(name for name in labels if name not in taken_labels)


def _save_before_upgrade(database: SqliteDatabase, folder: Path) -> None:
    """Saves a world of an earlier version as a snapshot, ``version-4`` or ``version-4-2``."""
    folder.mkdir(exist_ok=True)
    free = label_before_upgrade(database, {path.stem for path in folder.glob("*.db")})
    with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as scratch:
        copy = Path(scratch) / "copy.db"
        database.copy_to(copy)
        copy.replace(folder / f"{free}.db")


class OpenDatabases(OrderedDict[str, SqliteDatabase]):
    """The open connections of one thread; closed with the thread."""

    def __del__(self) -> None:
        # SQLite refuses to be closed by another thread; then the process is ending anyway.
        with suppress(sqlite3.ProgrammingError):
            while self:
                self.popitem()[1].close()


def _unreadable(name: str, reason: Exception) -> WorldError:
    return WorldError(
        f'the world "{name}" cannot be read: {reason}; "mockseller world reset {name}" puts it'
        f' back to its initial state, "mockseller world remove {name}" removes it'
    )


class Connections:
    """Opens the worlds under one folder. Connections belong to the thread that asks.

    ``shared``: to whoever asks, one thread at a time, which the caller sees to. What one call has
    read is then still in memory for the next, whichever thread answers it.
    """

    def __init__(self, root: Path, *, shared: bool = False, durable: bool = True) -> None:
        self.root = root
        self.durable = durable
        self._shared = shared
        self._open = SimpleNamespace() if shared else threading.local()

    def connect(self, name: str) -> SqliteDatabase:
        """This thread's connection, a new one after the generation has changed.

        Raises NoWorld, and WorldError for a world whose file cannot be read.
        """
        path = self.current(name)
        open_databases: OpenDatabases | None = getattr(self._open, "databases", None)
        if open_databases is None:
            open_databases = self._open.databases = OpenDatabases()
        database = open_databases.get(name)
        if database is not None and database.path == path:
            open_databases.move_to_end(name)
            return database
        if database is not None:
            open_databases.pop(name).close()
        database = open_databases[name] = self._opened(name, path)
        while len(open_databases) > (OPEN_SHARED if self._shared else OPEN_OF_A_THREAD):
            open_databases.popitem(last=False)[1].close()
        return database

    def _opened(self, name: str, path: str) -> SqliteDatabase:
        """Opens the generation at ``path``, or its successor after a concurrent reset."""
        while True:
            try:
                return self._upgraded(name, path)
            except (sqlite3.DatabaseError, OSError) as error:
                current = self.current(name)
                if current == path:
                    raise _unreadable(name, error) from None
                path = current

    def _upgraded(self, name: str, path: str) -> SqliteDatabase:
        """Opens a generation; one of an earlier version is upgraded, and a copy of it stays."""
        lock = self.root / name / "lock"
        database = SqliteDatabase(path, lock, shared=self._shared, durable=self.durable)
        try:
            if is_outdated(database):
                with database.locked():
                    if is_outdated(database):  # another process may have been faster
                        _save_before_upgrade(database, self.root / name / SNAPSHOTS)
                    upgrade(database)
        except BaseException as error:
            database.close()
            if isinstance(error, WorldError):
                raise _unreadable(name, error) from None
            raise
        return database

    @contextmanager
    def replacing(self, name: str) -> Iterator[None]:
        """Holds the world's lock without its database, which may be unreadable. Raises NoWorld."""
        path = self.root / name / "lock"
        while True:
            self.require(name)
            with path.open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                # A world removed and created again meanwhile has another lock.
                if path.exists() and path.stat().st_ino == os.fstat(lock.fileno()).st_ino:
                    yield
                    return

    @contextmanager
    def locked(self, name: str) -> Iterator[SqliteDatabase]:
        """The current generation under the world's lock, so that it is not replaced meanwhile."""
        database = self.connect(name)
        while True:
            with database.locked():
                # Only compared here: a new connection would close the lock that is held.
                if database.path == self.current(name):
                    yield database
                    return
            database = self.connect(name)

    def close(self) -> None:
        """Closes this thread's connections."""
        open_databases: OpenDatabases | None = getattr(self._open, "databases", None)
        while open_databases:
            open_databases.popitem()[1].close()

    def current(self, name: str) -> str:
        """Path of the world's current generation. Raises NoWorld, WorldError."""
        if NAME.match(name) is None:
            raise WorldError(f'"{name}" is not a name of a world: use a-z, 0-9 and -')
        try:
            return f"{self.root}/{name}/{os.readlink(f'{self.root}/{name}/current')}"  # noqa: PTH115 - a Path costs ten times as much, on every call
        except OSError as error:
            self.require(name)
            raise _unreadable(name, error) from None

    def require(self, name: str) -> None:
        """Checks that a world is there, readable or not. Raises NoWorld, WorldError."""
        if NAME.match(name) is None:
            raise WorldError(f'"{name}" is not a name of a world: use a-z, 0-9 and -')
        if not (self.root / name).is_dir():
            raise NoWorld(f'there is no world "{name}"')
