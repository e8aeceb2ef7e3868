"""Worlds on disk: created, reset to their seed, copied, chosen, opened.

A world is a folder; ``current`` in it points to a *generation*, one database file. Whatever
replaces the whole state (reset, restore) writes a new generation and turns the pointer, in one
atomic step: replacing or overwriting a live file would corrupt it, or leave workers writing to
a dead one (docs/adr/0002).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import bindparam, select, update

from emulator import __version__, fixtures_files, worldmaking
from emulator.clock import Machine
from emulator.domain import catalogue
from emulator.domain.catalogue import Catalogue
from emulator.domain.sessions import PREFIX_LENGTH, prefix_of
from emulator.domain.world import Shop, World
from emulator.fixtures_files import WorldFixture
from emulator.settings import Settings
from emulator.store import engine, tables
from emulator.store.engine import Database, Statement

DEFAULT = "default"
NAME = re.compile(r"[a-z0-9-]{1,40}\Z", re.ASCII)
OPEN_AT_ONCE = 32
"""Connections a thread keeps; the longest unused goes first."""

_VERSION = Statement(select(tables.world.c.version))
_NAME = Statement(update(tables.world).values(name=bindparam("set_to")))


class WorldError(ValueError):
    """A world cannot be had; the text is one line for people."""


class Worlds:
    """Every world under one data folder. One per process; connections belong to threads."""

    def __init__(self, settings: Settings, machine: Machine | None = None) -> None:
        self.settings = settings
        self.machine = machine or Machine()
        self.root = settings.data / "worlds"
        self._open = threading.local()
        self._prefixes: dict[str, str] = {}
        self._catalogues: OrderedDict[tuple[str, int], Catalogue] = OrderedDict()

    # -- which there are ---------------------------------------------------------------

    def names(self) -> list[str]:
        """Names of all worlds, sorted."""
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if NAME.match(p.name) and self.exists(p.name))

    def exists(self, name: str) -> bool:
        """Whether there is a world of that name; the name is checked before the disk is touched."""
        return NAME.match(name) is not None and (self.root / name / "current").is_symlink()

    def by_session(self, session_id: str) -> str | None:
        """The world a session id belongs to: its first signs are made from the world's name."""
        prefix = session_id[:PREFIX_LENGTH]
        known = self._prefixes.get(prefix)
        if known is not None and self.exists(known):
            return known
        for name in self.names():
            if prefix_of(name) == prefix:
                self._prefixes[prefix] = name
                return name
        return None

    # -- opening ------------------------------------------------------------------------

    @contextmanager
    def using(self, name: str) -> Iterator[Database]:
        """This thread's connection to the world's current generation."""
        yield self.connect(name)

    def connect(self, name: str) -> Database:
        """This thread's connection; a new one where the pointer has turned since."""
        path = self._current(name)
        kept: OrderedDict[str, Database] | None = getattr(self._open, "kept", None)
        if kept is None:
            kept = self._open.kept = OrderedDict()
        database = kept.get(name)
        if database is not None and database.path == path:
            kept.move_to_end(name)
            return database
        if database is not None:
            kept.pop(name).close()
        database = kept[name] = Database(path, self.root / name / "lock")
        while len(kept) > OPEN_AT_ONCE:
            kept.popitem(last=False)[1].close()
        return database

    @contextmanager
    def locked(self, name: str) -> Iterator[Database]:
        """The current generation under the world's lock: the pointer cannot turn meanwhile."""
        database = self.connect(name)
        while True:
            with database.locked():
                current = self.connect(name) if database.path != self._current(name) else database
                if current is database:
                    yield database
                    return
            database = self.connect(name)

    def close(self) -> None:
        """Gives up this thread's connections."""
        kept: OrderedDict[str, Database] = getattr(self._open, "kept", OrderedDict())
        while kept:
            kept.popitem()[1].close()

    def _current(self, name: str) -> str:
        if NAME.match(name) is None:
            raise WorldError(f'"{name}" is not a name of a world: use a-z, 0-9 and -')
        try:
            return f"{self.root}/{name}/{os.readlink(f'{self.root}/{name}/current')}"
        except OSError:
            raise WorldError(f'there is no world "{name}"') from None

    def catalogue(self, db: Database, world: World) -> Catalogue:
        """The world's catalogue, kept per process until its version changes."""
        key = (str(db.path), world.catalogue_version)
        kept = self._catalogues.get(key)
        if kept is None:
            kept = self._catalogues[key] = catalogue.load(db)
            while len(self._catalogues) > OPEN_AT_ONCE:
                self._catalogues.popitem(last=False)
        return kept

    def shop(self, db: Database, world: World) -> Shop:
        """The seller of this world, now."""
        now = world.clock.now(self.machine)
        return Shop(db, world, now, self.catalogue(db, world), self.machine)

    # -- making and unmaking -------------------------------------------------------------

    def create(self, name: str, fixture: str, seed: int | None = None) -> None:
        """A new world made from a fixture (a shipped name, or the path of a file)."""
        if NAME.match(name) is None:
            raise WorldError(f'"{name}" is not a name of a world: use a-z, 0-9 and -')
        if self.exists(name):
            raise WorldError(f'the world "{name}" exists already')
        chosen = self.settings.seed if seed is None else seed
        source = self._seed_file(fixture, chosen)
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        origin = {"fixture": fixture, "seed": chosen}
        (folder / "origin.json").write_text(json.dumps(origin), encoding="utf-8")
        (folder / "lock").touch()
        self._turn(name, source)

    def ensure_default(self) -> None:
        """Makes the world ``default`` where there is none yet."""
        if not self.exists(DEFAULT):
            self.create(DEFAULT, self.settings.fixture)

    def reset(self, name: str) -> None:
        """Back to the seed: as if the world had just been created."""
        self._current(name)
        saved = self.root / name / "seed.db"
        if saved.is_file():
            source = saved
        else:
            text = (self.root / name / "origin.json").read_text(encoding="utf-8")
            origin = json.loads(text)
            source = self._seed_file(origin["fixture"], origin["seed"])
        with self.locked(name):
            self._turn(name, source)

    def remove(self, name: str) -> None:
        """Throws a world away, with everything in it."""
        self._current(name)
        with self.locked(name):
            gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=self.root))
            (self.root / name).rename(gone / name)
        shutil.rmtree(gone)

    def snapshot(self, name: str, label: str) -> Path:
        """Keeps the present state under a label; the file."""
        target = self._snapshot_file(name, label)
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.locked(name) as db:
            part = target.with_suffix(".part")
            part.unlink(missing_ok=True)
            db.copy_to(part)
            part.replace(target)
        return target

    def restore(self, name: str, label: str) -> None:
        """Goes back to a snapshot."""
        self._current(name)
        source = self._snapshot_file(name, label)
        if not source.is_file():
            raise WorldError(f'the world "{name}" has no snapshot "{label}"')
        _refuse_other_versions(source)
        with self.locked(name):
            self._turn(name, source)

    def fork(self, name: str, into: str) -> None:
        """A second world in the state of the first; its seed is that state."""
        self._current(name)
        if NAME.match(into) is None:
            raise WorldError(f'"{into}" is not a name of a world: use a-z, 0-9 and -')
        if self.exists(into):
            raise WorldError(f'the world "{into}" exists already')
        folder = self.root / into
        folder.mkdir(parents=True, exist_ok=True)
        with self.locked(name) as db:
            db.copy_to(folder / "seed.db")
            shutil.copyfile(self.root / name / "origin.json", folder / "origin.json")
        (folder / "lock").touch()
        self._turn(into, folder / "seed.db")

    def reseed(self, name: str) -> None:
        """Makes the present state the one that a reset returns to."""
        with self.locked(name) as db:
            part = self.root / name / "seed.part"
            part.unlink(missing_ok=True)
            db.copy_to(part)
            part.replace(self.root / name / "seed.db")

    def _snapshot_file(self, name: str, label: str) -> Path:
        if NAME.match(label) is None:
            raise WorldError(f'"{label}" is not a name of a snapshot: use a-z, 0-9 and -')
        return self.root / name / "snapshots" / f"{label}.db"

    def _turn(self, name: str, source: Path) -> None:
        """A copy of ``source`` becomes the current generation."""
        folder = self.root / name
        numbers = [int(p.stem[4:]) for p in folder.glob("gen-*.db")]
        number = max(numbers, default=0) + 1
        target = folder / f"gen-{number:06d}.db"
        shutil.copyfile(source, target)
        database = Database(target)
        try:
            database.use_wal()
            database.run(_NAME, set_to=name)
        finally:
            database.close()
        pointer = folder / f".current-{os.getpid()}-{threading.get_ident()}"
        pointer.symlink_to(target.name)
        pointer.replace(folder / "current")
        # The last one but this stays: a worker may be about to open it.
        for old in numbers:
            if old < number - 1:
                for leftover in folder.glob(f"gen-{old:06d}.db*"):
                    leftover.unlink(missing_ok=True)

    def _seed_file(self, fixture: str, seed: int) -> Path:
        """The closed file a world begins as; made once per fixture, seed, version and day."""
        content = _content(fixture)
        told = f"{__version__}/{tables.VERSION}/{seed}/{self.machine.now().date()}/{fixture}/"
        key = hashlib.sha256(told.encode() + content).hexdigest()[:32]
        kept = self.settings.seeds / f"{key}.db"
        if not kept.is_file():
            self.settings.seeds.mkdir(parents=True, exist_ok=True)
            self._make_seed(kept, _fixture(fixture), seed)
        return kept

    def _make_seed(self, kept: Path, fixture: WorldFixture, seed: int) -> None:
        with tempfile.TemporaryDirectory(dir=self.settings.seeds) as folder:
            database = engine.create(Path(folder) / "seed.db")
            try:
                with database.writing():
                    worldmaking.write(database, fixture, seed, self.machine)
                closed = Path(folder) / "closed.db"
                database.copy_to(closed)
            finally:
                database.close()
            closed.replace(kept)


def _content(name: str) -> bytes:
    """What tells a fixture from its earlier self; empty for a name nobody knows."""
    folder = fixtures_files.fixtures_folder()
    own = Path(name) if Path(name).suffix else folder / "worlds" / f"{name}.yaml"
    files = [*sorted((folder / "tariffs").glob("*.yaml")), own]
    return b"".join(path.read_bytes() for path in files if path.is_file())


def _fixture(name: str) -> WorldFixture:
    loaded = fixtures_files.load_world(name)
    return replace(loaded, name=loaded.name or Path(name).stem)


def _refuse_other_versions(path: Path) -> None:
    database = Database(path)
    try:
        version = database.value(_VERSION)
    finally:
        database.close()
    if version != tables.VERSION:
        raise WorldError(f"{path.name} is of version {version}, this server reads {tables.VERSION}")

