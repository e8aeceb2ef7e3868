"""Worlds on disk: created, reset to their seed, copied, chosen, opened.

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
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from emulator import journal
from emulator.clock import SystemClock
from emulator.domain.accounts.sessions import PREFIX_LENGTH, prefix_of
from emulator.domain.catalogue import rows as catalogue_rows
from emulator.domain.catalogue.catalogue import Catalogue, Tariff
from emulator.domain.world import Shop, WorldRow
from emulator.settings import Settings
from emulator.store.engine import Database
from emulator.worlds import archive, pricelist, storage
from emulator.worlds.connections import (
    NAME,
    SNAPSHOTS,
    Connections,
    NoWorld,
    TooManyWorlds,
    WorldError,
    WorldExists,
    upgrade,
)
from emulator.worlds.storage import Origin, Seeds

DEFAULT = "default"
CATALOGUES = 32
"""Catalogues cached per process; the least recently used one is dropped first."""


class CatalogueCache:
    """Catalogues by their version, which no two different ones share (seeding, ``sell``)."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[int, Catalogue] = OrderedDict()

    def get(self, db: Database, version: int) -> Catalogue:
        """The catalogue of a world, loaded at its first use."""
        loaded = self._loaded.get(version)
        if loaded is None:
            loaded = self._loaded[version] = catalogue_rows.load(db)
            while len(self._loaded) > CATALOGUES:
                self._loaded.popitem(last=False)
        return loaded


SCRATCH = ".part-"
"""How the folders begin in which something is made before it gets its place in one step."""
FORMER_SCRATCH = (".new-", ".gone-")
"""How they began in 0.1.0."""
IN_USE = "worlds.lock"
"""A lock file beside the worlds, which whoever has such a folder holds, shared."""
COPY = "fixture.yaml"
"""What the file that a world was made from said then, in the folder of the world."""


class Worlds(Connections):
    """Every world under one data folder. One per process; connections belong to threads.

    ``catalogues``: a cache that several of these share. ``durable``: see `Database`.
    """

    def __init__(
        self,
        settings: Settings,
        system_clock: SystemClock | None = None,
        *,
        catalogues: CatalogueCache | None = None,
        shared: bool = False,
        durable: bool = True,
    ) -> None:
        super().__init__(settings.data / "worlds", shared=shared, durable=durable)
        self.settings = settings
        self.bounds = journal.Bounds(
            settings.journal_rows, settings.journal_bytes, settings.journal_body
        )
        self.system_clock = system_clock or SystemClock()
        self._seeds = Seeds(settings.seeds, self.system_clock, otherwise=settings.data / "seeds")
        self._shared_ones: list[Worlds] = []
        self._prefixes: dict[str, str] = {}
        self._catalogues = catalogues or CatalogueCache()

    def with_shared_connections(self) -> Worlds:
        """The same worlds over connections that all threads share, one at a time.

        Closed together with this one.
        """
        shared = Worlds(
            self.settings,
            self.system_clock,
            catalogues=self._catalogues,
            shared=True,
            durable=self.durable,
        )
        self._shared_ones.append(shared)
        return shared

    def close(self) -> None:
        """Closes this thread's connections, and the shared ones."""
        super().close()
        for shared in self._shared_ones:
            shared.close()

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

    def by_session(self, session_id: str) -> str | None:
        """The world a session id belongs to, by its prefix, or None."""
        prefix = session_id[:PREFIX_LENGTH]
        world_name = self._prefixes.get(prefix)
        if world_name is not None and self.exists(world_name):
            return world_name
        for name in self.names():
            if prefix_of(name) == prefix:
                self._prefixes[prefix] = name
                return name
        return None

    def catalogue(self, db: Database, world: WorldRow) -> Catalogue:
        """The world's catalogue, cached per process until its version changes."""
        return self._catalogues.get(db, world.catalogue_version)

    def shop(self, db: Database, world: WorldRow) -> Shop:
        """The seller of this world, now."""
        now = world.clock.now(self.system_clock)
        return Shop(db, world, now, self.catalogue(db, world), self.system_clock)

    def create(
        self, name: str, fixture: str, seed: int | None = None, as_of: datetime | None = None
    ) -> None:
        """Creates a world from a fixture (a shipped name, or the path of a file).

        ``as_of``: an instant instead of the present, at which its clock stands. Raises WorldExists,
        FixtureError, or WorldError for an invalid name.
        """
        self._require_free(name)
        origin = self._origin_of(fixture, seed, as_of)
        source = self._seeds.file(origin)
        with self._building(name) as folder:
            _write_origin(folder, origin)
            self._activate(folder, name, source)

    def _origin_of(self, fixture: str, seed: int | None, as_of: datetime | None = None) -> Origin:
        return Origin(_located(fixture), self.settings.seed if seed is None else seed, as_of)

    def origin(self, name: str) -> Origin:
        """What a world was created from. Raises NoWorld."""
        self.require(name)
        return Origin.read((self.root / name / "origin.json").read_text(encoding="utf-8"))

    def _require_free(self, name: str) -> None:
        if NAME.match(name) is None:
            raise WorldError(f'"{name}" is not a name of a world: use a-z, 0-9 and -')
        if self.exists(name):
            raise WorldExists(f'the world "{name}" exists already')
        self.remove_expired()
        if name != DEFAULT:
            self._require_room()

    def _require_room(self) -> None:
        """Raises TooManyWorlds. Makers at the same moment may all be let in."""
        count, size = len(self.names()), self.settings.max_worlds_bytes
        if 0 < self.settings.max_worlds <= count:
            raise TooManyWorlds(
                f"there are {count} worlds, as many as the setting max_worlds allows; remove some"
            )
        if size and count and size <= self._size():
            raise TooManyWorlds(
                f"the worlds are larger than the {size} bytes of the setting max_worlds_bytes;"
                " remove some"
            )

    def _size(self) -> int:
        """Bytes of all files of all worlds."""
        size = 0
        # Others make and remove worlds meanwhile; `os.walk` passes over folders that are gone.
        for folder, _, names in os.walk(self.root):
            for name in names:
                with suppress(OSError):
                    size += Path(folder, name).lstat().st_size
        return size

    def remove_expired(self) -> None:
        """Removes the worlds that are older than the settings let them be; never ``default``."""
        if not self.settings.worlds_expire:
            return
        oldest = self.system_clock.elapsed() - self.settings.worlds_expire
        for name in self.names():
            with suppress(OSError, NoWorld):  # another process may remove it at the same time
                made = (self.root / name / "origin.json").stat().st_mtime
                if made < oldest and name != DEFAULT:
                    self.remove(name)

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
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
        with self._scratch() as outer:
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

    def ensure_default(self) -> None:
        """Creates the world ``default`` if it does not exist; removes worlds that are too old."""
        self.remove_expired()
        if not self.exists(DEFAULT):
            with suppress(WorldExists):
                self.create(DEFAULT, self.settings.fixture, as_of=self.settings.as_of)

    def unreadable(self) -> dict[str, str]:
        """The worlds that cannot be read, and what is wrong with each, in one line."""
        problems = {}
        for name in self.names():
            try:
                self.connect(name)
            except NoWorld:
                continue  # removed meanwhile
            except WorldError as error:
                problems[name] = str(error)
        return problems

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

    def remake(
        self, name: str, fixture: str, seed: int | None = None, as_of: datetime | None = None
    ) -> None:
        """Recreates a world from another fixture, or creates it. Raises FixtureError."""
        if not self.exists(name):
            self.create(name, fixture, seed, as_of)
            return
        origin = self._origin_of(fixture, seed, as_of)
        source = self._seeds.file(origin)
        with self.replacing(name):
            (self.root / name / "seed.db").unlink(missing_ok=True)
            with self._scratch() as made:
                _write_origin(made, origin)
                (self.root / name / COPY).unlink(missing_ok=True)
                for part in made.iterdir():
                    part.replace(self.root / name / part.name)
            self._activate(self.root / name, name, source)

    def remove(self, name: str) -> None:
        """Removes a world. Raises NoWorld, and WorldError for ``default``."""
        self.require(name)
        if name == DEFAULT:
            raise WorldError(f'the world "{DEFAULT}" cannot be removed; reset it')
        with self._scratch() as gone, self.replacing(name):
            (self.root / name).rename(gone / name)

    def snapshot(self, name: str, label: str) -> Path:
        """Saves the present state under a label; returns the file. Raises NoWorld, WorldError."""
        self.current(name)
        target = self._snapshot_file(name, label)
        target.parent.mkdir(exist_ok=True)
        with self._scratch() as folder, self.locked(name) as db:
            db.copy_to(folder / target.name)
            (folder / target.name).replace(target)
        return target

    def restore(self, name: str, label: str) -> None:
        """Restores a snapshot. Raises NoWorld without it, WorldError where its version differs."""
        self.current(name)
        source = self._snapshot_file(name, label)
        if not source.is_file():
            raise NoWorld(f'the world "{name}" has no snapshot "{label}"')
        with self.replacing(name):
            self._activate(self.root / name, name, source)

    def snapshots(self, name: str) -> list[str]:
        """Labels of the snapshots of a world, sorted."""
        self.current(name)
        return sorted(path.stem for path in (self.root / name / SNAPSHOTS).glob("*.db"))

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
        self._require_free(into)
        with self._building(into) as folder:
            with self.locked(name) as db:
                db.copy_to(folder / "seed.db")
                shutil.copyfile(self.root / name / "origin.json", folder / "origin.json")
            self._activate(folder, into, folder / "seed.db")

    def export(self, name: str, target: Path) -> None:
        """Writes the present state of a world, and what it resets to, into one file, in one step.

        Raises NoWorld, and OSError where the file cannot be written.
        """
        self.current(name)
        part = target.with_name(f".{target.name}.part")
        try:
            with part.open("wb") as file:
                self.export_to(name, file)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def export_to(self, name: str, file: IO[bytes]) -> None:
        """The same into an open file. Raises NoWorld."""
        self.current(name)
        with self._scratch() as folder:
            with self.locked(name) as db:
                db.copy_to(folder / archive.STATE)
                shutil.copyfile(self._seed_of(name), folder / archive.SEED)
                shutil.copyfile(self.root / name / "origin.json", folder / archive.ORIGIN)
            archive.pack(folder, name, file)

    def import_archive(self, file: Path, name: str | None = None) -> str:
        """Makes a world of an exported file, under its own name or another; returns the name.

        Raises WorldExists, and WorldError for a file that is torn or newer than this version.
        """
        with file.open("rb") as source:
            return self.import_from(source, name, title=file.name)

    def import_from(self, source: IO[bytes], name: str | None = None, *, title: str) -> str:
        """The same of an open file; ``title`` is how a refusal calls it."""
        with self._scratch() as unpacked:
            try:
                own_name = archive.unpack(source, unpacked).world
            except WorldError as error:
                raise WorldError(f"{title}: {error}") from None
            name = own_name if name is None else name
            self._require_free(name)
            with self._building(name) as folder:
                for part in (archive.SEED, archive.ORIGIN):
                    (unpacked / part).replace(folder / part)
                self._activate(folder, name, unpacked / archive.STATE)
        return name

    def _activate(self, folder: Path, name: str, source: Path) -> None:
        storage.activate(folder, name, source, durable=self.durable)

    def sell(self, name: str, tariffs: tuple[Tariff, ...]) -> list[int]:
        """Replaces the tariffs, now and for every reset; returns the ids of old ones that stay.

        A tariff that services use stays, so that they can be read and prolonged.
        """
        source = self._seed_of(name)
        with self._scratch() as folder, self.locked(name) as db:
            part = folder / "seed.db"
            shutil.copyfile(source, part)
            seed = Database(part)
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
        if NAME.match(label) is None:
            raise WorldError(f'"{label}" is not a name of a snapshot: use a-z, 0-9 and -')
        return self.root / name / SNAPSHOTS / f"{label}.db"


def _located(fixture: str) -> str:
    """A file's absolute path: a reset may be called in another folder."""
    return str(Path(fixture).resolve()) if Path(fixture).suffix else fixture


def _write_origin(folder: Path, origin: Origin) -> None:
    """Writes down what a world is made from; of a file also what it says, for a later reset."""
    (folder / "origin.json").write_text(json.dumps(origin.as_dict()), encoding="utf-8")
    if Path(origin.fixture).suffix:
        shutil.copyfile(origin.fixture, folder / COPY)


__all__ = ["DEFAULT", "NAME", "NoWorld", "TooManyWorlds", "WorldError", "WorldExists", "Worlds"]
