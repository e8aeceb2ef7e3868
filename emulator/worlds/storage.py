"""The files of worlds: prepared files to copy (seeds), and generations in use."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, update

from emulator import __version__
from emulator.clock import SystemClock
from emulator.domain.world import Rules
from emulator.store import engine, tables
from emulator.store.engine import Database, Statement
from emulator.worlds import fixtures, seeding
from emulator.worlds.connections import WorldError, upgrade
from emulator.worlds.fixtures import WorldFixture

_NAME = Statement(
    # Most copies have the name already, and nothing has to be written.
    update(tables.world)
    .where(tables.world.c.name != bindparam("set_to"))
    .values(name=bindparam("set_to"))
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a world was created from; ``as_of``: the instant at which its clock stands, if any."""

    fixture: str
    seed: int
    as_of: datetime | None = None

    def as_dict(self) -> dict[str, object]:
        """The origin for JSON."""
        instant = {} if self.as_of is None else {"as_of": self.as_of.isoformat()}
        return {"fixture": self.fixture, "seed": self.seed, **instant}

    @classmethod
    def read(cls, text: str) -> Origin:
        """The origin as a world keeps it in JSON."""
        origin = json.loads(text)
        as_of = datetime.fromisoformat(origin["as_of"]) if "as_of" in origin else None
        return cls(str(origin["fixture"]), int(origin["seed"]), as_of)


class Seeds:
    """Closed database files made from fixtures, kept in a folder that is safe to delete.

    ``otherwise``: the folder where the first one cannot be written, as in a container whose user
    has no home. Raises OSError where neither can.
    """

    def __init__(self, folder: Path, system_clock: SystemClock, *, otherwise: Path) -> None:
        self._folder = folder
        self._system_clock = system_clock
        self._otherwise = otherwise

    def file(self, origin: Origin, copy: Path | None = None) -> Path:
        """The closed file a world begins as; made once per origin, version and day.

        ``copy``: what the file of the fixture said when the world was made from it.
        """
        read_from = origin.fixture if copy is None else str(copy)
        content = _content(read_from) + _other_input()
        day = self._system_clock.now().date() if origin.as_of is None else origin.as_of
        source = f"{__version__}/{tables.VERSION}/{origin.seed}/{day}/{origin.fixture}/"
        key = hashlib.sha256(source.encode() + content).hexdigest()[:32]
        file = self._folder / f"{key}.db"
        if not os.access(file, os.R_OK):
            loaded = fixtures.load_world(read_from)
            file = self._prepared() / f"{key}.db"
            name = loaded.name or Path(origin.fixture).stem
            self._make(file, replace(loaded, name=name), origin)
        return file

    def _prepared(self) -> Path:
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            self._folder = self._otherwise
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def _make(self, file: Path, fixture: WorldFixture, origin: Origin) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            database = engine.create(Path(folder) / "seed.db")
            try:
                with database.writing():
                    seeding.write(database, fixture, origin.seed, self._system_clock, origin.as_of)
                closed = Path(folder) / "closed.db"
                database.copy_to(closed)
            finally:
                database.close()
            closed.replace(file)


def _content(name: str) -> bytes:
    """The content of a fixture's file; empty for an unknown name."""
    folder = fixtures.fixtures_folder()
    own = Path(name) if Path(name).suffix else folder / "worlds" / f"{name}.yaml"
    files = [*sorted((folder / "tariffs").glob("*.yaml")), own]
    return b"".join(path.read_bytes() for path in files if path.is_file())


def _other_input() -> bytes:
    """Everything else a seed depends on: the tables, the rules, and the code that fills them."""
    rules = repr(Rules())
    return (engine.schema() + rules).encode() + Path(seeding.__file__).read_bytes()


def activate(folder: Path, name: str, source: Path, *, durable: bool) -> None:
    """Makes a copy of ``source`` the current generation of the world in ``folder``.

    A copy of an earlier version is upgraded; ``source`` stays as it is. No two generations share a
    name, even of a world that was removed and created again: the name alone shows an open
    connection that its generation is outdated. Raises WorldError for a file that is no world's.
    """
    numbers = [int(path.name[4:10]) for path in folder.glob("gen-*.db")]
    number = max(numbers, default=0) + 1
    target = folder / f"gen-{number:06d}-{secrets.token_hex(6)}.db"
    shutil.copyfile(source, target)
    try:
        _finish(target, name, durable=durable)
    except (sqlite3.DatabaseError, WorldError) as error:
        target.unlink()
        raise WorldError(f"{source} cannot be read: {error}") from None
    # A new name each time: numbers of processes come again, and a killed one may have left its own.
    pointer = folder / f".current-{secrets.token_hex(6)}"
    pointer.symlink_to(target.name)
    pointer.replace(folder / "current")
    # The previous generation stays: a worker may be about to open it.
    for old in numbers:
        if old < number - 1:
            for leftover in folder.glob(f"gen-{old:06d}-*"):
                leftover.unlink(missing_ok=True)
    for unused in folder.glob(".current-*"):
        # Of a process that was killed here: the caller alone holds the lock of the world.
        unused.unlink(missing_ok=True)


def _finish(target: Path, name: str, *, durable: bool) -> None:
    database = Database(target, durable=durable)
    try:
        database.use_wal()
        upgrade(database)
        database.run(_NAME, set_to=name)
    finally:
        database.close()
