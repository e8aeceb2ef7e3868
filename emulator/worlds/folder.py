"""Worlds as files in a folder, on SQLite: created, replaced, copied.

A world is a folder; ``current`` in it points to a *generation*, one database file. Whatever
replaces the whole state (reset, restore) writes a new generation and activates it in one atomic
step: overwriting a file in use would corrupt it, or leave workers writing to an outdated one
(docs/adr/0002).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import bindparam, update

from emulator.domain.catalogue.catalogue import Tariff
from emulator.store import tables
from emulator.store.engine import Statement
from emulator.store.sqlite import SqliteDatabase
from emulator.worlds import archive, pricelist
from emulator.worlds.connections import (
    NAME,
    SNAPSHOTS,
    Connections,
    NoWorld,
    WorldError,
    WorldExists,
    upgrade,
)
from emulator.worlds.seeds import Seeds
from emulator.worlds.storage import Origin

SCRATCH = ".part-"
"""How the folders begin in which something is made before it gets its place in one step."""
FORMER_SCRATCH = (".new-", ".gone-")
"""How they began in 0.1.0."""
IN_USE = "worlds.lock"
"""A lock file beside the worlds, which whoever has such a folder holds, shared."""
COPY = "fixture.yaml"
"""What the file that a world was made from said then, in the folder of the world."""


_NAME = Statement(
    # Most copies have the name already, and nothing has to be written.
    update(tables.world)
    .where(tables.world.c.name != bindparam("set_to"))
    .values(name=bindparam("set_to"))
)


class FolderStorage(Connections):
    """The worlds under one folder, made from prepared files."""

    def __init__(
        self, root: Path, seeds: Seeds, *, shared: bool = False, durable: bool = True
    ) -> None:
        super().__init__(root, shared=shared, durable=durable)
        self._seeds = seeds

    def shared(self) -> FolderStorage:
        """The same worlds over connections that all threads share, one at a time."""
        return FolderStorage(self.root, self._seeds, shared=True, durable=self.durable)

    def is_new(self) -> bool:
        """Whether no world was ever made here."""
        return not self.root.is_dir()

    def names(self) -> list[str]:
        """Names of all worlds, sorted."""
        if not self.root.is_dir():
            return []
        return sorted(
            p.name for p in self.root.iterdir() if NAME.match(p.name) and self.exists(p.name)
        )

    def exists(self, name: str) -> bool:
        """Whether there is a world of that name, readable or not.

        The name is checked before the disk is touched.
        """
        return NAME.match(name) is not None and (self.root / name).is_dir()

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Holds a lock file of this name among the worlds."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f".{purpose}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the disk of the worlds for what is not complete, removed afterwards.

        Never a fixed name: what a killed process left there would be taken for a part of what is
        made now, and SQLite applies even a foreign journal.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with self.root.with_name(IN_USE).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self.root) as folder:
                yield Path(folder)

    def remove_leftovers(self) -> None:
        """Removes what processes left that were killed in the middle of their work.

        Nothing where somebody, even of another server on this folder, is in the middle of it now.
        """
        if not self.root.is_dir():
            return
        with self.root.with_name(IN_USE).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            for prefix in (SCRATCH, *FORMER_SCRATCH):
                for folder in self.root.glob(f"{prefix}*"):
                    shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _building(self, name: str) -> Iterator[Path]:
        """A folder that becomes the world in one atomic step. Raises WorldExists."""
        with self.scratch() as outer:
            folder = outer / name
            folder.mkdir()
            (folder / "lock").touch()
            yield folder
            try:
                folder.rename(self.root / name)
            except OSError as fault:
                if fault.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                raise WorldExists(f'the world "{name}" exists already') from None

    def discard(self) -> None:
        """Removes all worlds: of a seller that is thrown away."""
        shutil.rmtree(self.root, ignore_errors=True)

    def size(self) -> int:
        """Bytes of all files of all worlds."""
        size = 0
        # Others make and remove worlds meanwhile; `os.walk` passes over folders that are gone.
        for folder, _, names in os.walk(self.root):
            for name in names:
                with suppress(OSError):
                    size += Path(folder, name).lstat().st_size
        return size

    def origin(self, name: str) -> Origin:
        """What a world was created from. Raises NoWorld."""
        self.require(name)
        return Origin.read((self.root / name / "origin.json").read_text(encoding="utf-8"))

    def made_at(self, name: str) -> float:
        """When a world was made, in seconds of real time. Raises OSError where it is gone."""
        return (self.root / name / "origin.json").stat().st_mtime

    def create(self, name: str, origin: Origin) -> None:
        """Makes a world. Raises WorldExists, FixtureError."""
        source = self._seeds.file(origin)
        with self._building(name) as folder:
            _write_origin(folder, origin)
            self._activate(folder, name, source)

    def reset(self, name: str) -> None:
        """Resets a world to its seed. Raises NoWorld."""
        source = self._seed_of(name)
        with self.replacing(name):
            self._activate(self.root / name, name, source)

    def _seed_of(self, name: str) -> Path:
        """The prepared file that a reset of this world copies."""
        saved, copy = self.root / name / "seed.db", self.root / name / COPY
        origin = self.origin(name)
        if saved.is_file():
            return saved
        return self._seeds.file(origin, copy if copy.is_file() else None)

    def remake(self, name: str, origin: Origin) -> None:
        """Puts a world into the initial state of another origin. Raises FixtureError, NoWorld."""
        source = self._seeds.file(origin)
        with self.replacing(name):
            (self.root / name / "seed.db").unlink(missing_ok=True)
            with self.scratch() as made:
                _write_origin(made, origin)
                (self.root / name / COPY).unlink(missing_ok=True)
                for part in made.iterdir():
                    part.replace(self.root / name / part.name)
            self._activate(self.root / name, name, source)

    def remove(self, name: str) -> None:
        """Removes a world. Raises NoWorld."""
        with self.scratch() as gone, self.replacing(name):
            (self.root / name).rename(gone / name)

    def snapshots(self, name: str) -> list[str]:
        """Labels of the snapshots of a world, sorted."""
        self.current(name)
        return sorted(path.stem for path in (self.root / name / SNAPSHOTS).glob("*.db"))

    def snapshot(self, name: str, label: str) -> None:
        """Saves the present state under a label. Raises NoWorld."""
        self.current(name)
        target = self._snapshot_file(name, label)
        target.parent.mkdir(exist_ok=True)
        with self.scratch() as folder, self.locked(name) as db:
            db.copy_to(folder / target.name)
            (folder / target.name).replace(target)

    def restore(self, name: str, label: str) -> None:
        """Restores a snapshot. Raises NoWorld without it, WorldError where its version differs."""
        self.current(name)
        source = self._snapshot_file(name, label)
        if not source.is_file():
            raise NoWorld(f'the world "{name}" has no snapshot "{label}"')
        with self.replacing(name):
            self._activate(self.root / name, name, source)

    def remove_snapshot(self, name: str, label: str) -> None:
        """Removes a snapshot. Raises NoWorld without it."""
        self.require(name)
        try:
            self._snapshot_file(name, label).unlink()
        except FileNotFoundError:
            raise NoWorld(f'the world "{name}" has no snapshot "{label}"') from None

    def fork(self, name: str, into: str) -> None:
        """Copies a world into a new one, which resets to it. Raises NoWorld, WorldExists."""
        self.current(name)
        with self._building(into) as folder:
            with self.locked(name) as db:
                db.copy_to(folder / "seed.db")
                shutil.copyfile(self.root / name / "origin.json", folder / "origin.json")
            self._activate(folder, into, folder / "seed.db")

    def dump(self, name: str, folder: Path) -> None:
        """Writes the files of an archive. Raises NoWorld."""
        self.current(name)
        with self.locked(name) as db:
            db.copy_to(folder / archive.STATE)
            shutil.copyfile(self._seed_of(name), folder / archive.SEED)
            shutil.copyfile(self.root / name / "origin.json", folder / archive.ORIGIN)

    def load(self, name: str, folder: Path) -> None:
        """Makes a world of the files of an archive. Raises WorldExists, WorldError."""
        with self._building(name) as made:
            for part in (archive.SEED, archive.ORIGIN):
                shutil.move(folder / part, made / part)
            self._activate(made, name, folder / archive.STATE)

    def _activate(self, folder: Path, name: str, source: Path) -> None:
        activate(folder, name, source, durable=self.durable)

    def sell(self, name: str, tariffs: tuple[Tariff, ...]) -> list[int]:
        """Replaces the tariffs, now and for every reset; returns the ids of old ones that stay.

        A tariff that services use stays, so that they can be read and prolonged.
        """
        source = self._seed_of(name)
        with self.scratch() as folder, self.locked(name) as db:
            part = folder / "seed.db"
            shutil.copyfile(source, part)
            seed = SqliteDatabase(part)
            try:
                upgrade(seed)
                with seed.writing():
                    pricelist.replace_in(seed, tariffs)
            finally:
                seed.close()
            with db.writing():
                still_used = pricelist.replace_in(db, tariffs)
            part.replace(self.root / name / "seed.db")
        return still_used

    def _snapshot_file(self, name: str, label: str) -> Path:
        return self.root / name / SNAPSHOTS / f"{label}.db"


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
    database = SqliteDatabase(target, durable=durable)
    try:
        database.use_wal()
        upgrade(database)
        database.run(_NAME, set_to=name)
    finally:
        database.close()


def _write_origin(folder: Path, origin: Origin) -> None:
    """Writes down what a world is made from; of a file also what it says, for a later reset."""
    (folder / "origin.json").write_text(json.dumps(origin.as_dict()), encoding="utf-8")
    if Path(origin.fixture).suffix:
        shutil.copyfile(origin.fixture, folder / COPY)
