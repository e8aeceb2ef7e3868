"""The worlds of a server: how many there may be, how old, what they are made from.

Where and how they are stored is a `Storage`: files, or an engine.
"""

from __future__ import annotations

import logging
import tempfile
from collections import OrderedDict
from contextlib import AbstractContextManager, suppress
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
from emulator.worlds import archive
from emulator.worlds.connections import NAME, NoWorld, TooManyWorlds, WorldError, WorldExists
from emulator.worlds.folder import FolderStorage
from emulator.worlds.seeds import Seeds
from emulator.worlds.storage import Origin, Storage

LOG = logging.getLogger("mockseller")
DEFAULT = "default"
LOOK_EVERY = 60.0
"""Seconds of real time between two looks for worlds that are too old, in each process."""
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


def open_storage(settings: Settings, system_clock: SystemClock, *, durable: bool) -> Storage:
    """The place that the settings name."""
    if settings.database:
        return _open_database(settings.database, system_clock, durable=durable)
    seeds = Seeds(settings.seeds, system_clock, otherwise=settings.data / "seeds")
    return FolderStorage(settings.data / "worlds", seeds, durable=durable)


def _open_database(address: str, system_clock: SystemClock, *, durable: bool) -> Storage:
    """Worlds in PostgreSQL. Raises WorldError where its driver is not installed."""
    try:
        from emulator.worlds.postgres import PostgresStorage  # noqa: PLC0415 - an extra
    except ImportError:
        raise WorldError(
            "data: a database needs the driver of PostgreSQL: pip install 'mockseller[postgres]'"
        ) from None
    return PostgresStorage(address, system_clock, durable=durable)


class Worlds:
    """Every world in one place. One per process; connections belong to threads.

    ``catalogues``: a cache that several of these share. ``durable``: False for what is thrown away
    with its process. ``storage``: an open one in place of that of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        system_clock: SystemClock | None = None,
        *,
        catalogues: CatalogueCache | None = None,
        storage: Storage | None = None,
        durable: bool = True,
    ) -> None:
        self.settings = settings
        self.bounds = journal.Bounds(
            settings.journal_rows, settings.journal_bytes, settings.journal_body
        )
        self.system_clock = system_clock or SystemClock()
        self.storage = storage or open_storage(settings, self.system_clock, durable=durable)
        self._shared_ones: list[Worlds] = []
        self._prefixes: dict[str, str] = {}
        self._catalogues = catalogues or CatalogueCache()
        self._next_look = self.system_clock.elapsed() + LOOK_EVERY

    def with_shared_connections(self) -> Worlds:
        """The same worlds over connections that all threads share, one at a time.

        Closed together with this one.
        """
        shared = Worlds(
            self.settings,
            self.system_clock,
            catalogues=self._catalogues,
            storage=self.storage.shared(),
        )
        self._shared_ones.append(shared)
        return shared

    def close(self) -> None:
        """Closes this thread's connections, and the shared ones."""
        self.storage.close()
        for shared in self._shared_ones:
            shared.close()

    def connect(self, name: str) -> Database:
        """This thread's connection, a new one after the world was replaced.

        Raises NoWorld, and WorldError for a world that cannot be read.
        """
        return self.storage.connect(name)

    def locked(self, name: str) -> AbstractContextManager[Database]:
        """The present state under the world's lock, so that it is not replaced meanwhile."""
        return self.storage.locked(name)

    def alone(self, purpose: str) -> AbstractContextManager[None]:
        """Holds a lock of all worlds: one at a time, among all servers that have them."""
        return self.storage.alone(purpose)

    def is_new(self) -> bool:
        """Whether no world was ever made here."""
        return self.storage.is_new()

    def remove_leftovers(self) -> None:
        """Removes what processes left that were killed in the middle of their work."""
        self.storage.remove_leftovers()

    def names(self) -> list[str]:
        """Names of all worlds, sorted."""
        return self.storage.names()

    def exists(self, name: str) -> bool:
        """Whether there is a world of that name, readable or not."""
        return self.storage.exists(name)

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

        A file may be an exported world (``.mockseller``), which has its own seed and clock.
        ``as_of``: an instant instead of the present, at which its clock stands. Raises WorldExists,
        FixtureError, or WorldError for an invalid name or such a file that cannot be used.
        """
        if Path(fixture).suffix == archive.SUFFIX:
            if seed is not None or as_of is not None:
                raise WorldError(f"{fixture}: an exported world has its own seed and clock")
            if not Path(fixture).is_file():
                raise WorldError(f"{fixture}: there is no such file")
            self.import_archive(Path(fixture), name)
            return
        self._require_free(name)
        self.storage.create(name, self._origin_of(fixture, seed, as_of))

    def _origin_of(self, fixture: str, seed: int | None, as_of: datetime | None = None) -> Origin:
        return Origin(_located(fixture), self.settings.seed if seed is None else seed, as_of)

    def origin(self, name: str) -> Origin:
        """What a world was created from. Raises NoWorld."""
        return self.storage.origin(name)

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
        if size and count and size <= self.storage.size():
            raise TooManyWorlds(
                f"the worlds are larger than the {size} bytes of the setting max_worlds_bytes;"
                " remove some"
            )

    def remove_expired(self) -> None:
        """Removes the worlds that are older than the settings let them be; never ``default``."""
        if not self.settings.worlds_expire:
            return
        oldest = self.system_clock.elapsed() - self.settings.worlds_expire
        for name in self.names():
            with suppress(OSError, NoWorld):  # another process may remove it at the same time
                if self.storage.made_at(name) < oldest and name != DEFAULT:
                    self.remove(name)
                    LOG.warning(
                        'the world "%s" was removed: it was older than worlds_expire, %d seconds',
                        name,
                        self.settings.worlds_expire,
                    )

    def look_for_expired(self) -> None:
        """Removes the worlds that are too old if the last look was a while ago.

        For requests that are answered anyway: it raises nothing, and what fails is logged.
        """
        now = self.system_clock.elapsed()
        if now < self._next_look or not self.settings.worlds_expire:
            return
        self._next_look = now + LOOK_EVERY
        try:
            self.remove_expired()
        except Exception:
            LOG.exception("worlds that are too old were not removed")

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
        self.storage.reset(name)

    def remake(
        self, name: str, fixture: str, seed: int | None = None, as_of: datetime | None = None
    ) -> None:
        """Recreates a world from another fixture, or creates it. Raises FixtureError."""
        if not self.exists(name):
            self.create(name, fixture, seed, as_of)
            return
        self.storage.remake(name, self._origin_of(fixture, seed, as_of))

    def remove(self, name: str) -> None:
        """Removes a world. Raises NoWorld, and WorldError for ``default``."""
        self.storage.require(name)
        if name == DEFAULT:
            raise WorldError(f'the world "{DEFAULT}" cannot be removed; reset it')
        self.storage.remove(name)

    def snapshot(self, name: str, label: str) -> None:
        """Saves the present state under a label. Raises NoWorld, WorldError."""
        self.storage.snapshot(name, _label(label))

    def restore(self, name: str, label: str) -> None:
        """Restores a snapshot. Raises NoWorld without it, WorldError where its version differs."""
        self.storage.restore(name, _label(label))

    def snapshots(self, name: str) -> list[str]:
        """Labels of the snapshots of a world, sorted. Raises NoWorld."""
        return self.storage.snapshots(name)

    def remove_snapshot(self, name: str, label: str) -> None:
        """Removes a snapshot. Raises NoWorld without it."""
        self.storage.remove_snapshot(name, _label(label))

    def fork(self, name: str, into: str) -> None:
        """Copies a world into a new one, which resets to it. Raises NoWorld, WorldExists."""
        self.storage.require(name)
        self._require_free(into)
        self.storage.fork(name, into)

    def export(self, name: str, target: Path) -> None:
        """Writes the present state of a world, and what it resets to, into one file, in one step.

        Raises NoWorld, and OSError where the file cannot be written.
        """
        self.storage.require(name)
        part = target.with_name(f".{target.name}.part")
        try:
            with part.open("wb") as file:
                self.export_to(name, file)
            part.replace(target)
        except OSError as error:  # of the file that was asked for, not of a part of it
            raise OSError(error.errno, error.strerror, str(target)) from None
        finally:
            part.unlink(missing_ok=True)

    def export_to(self, name: str, file: IO[bytes]) -> None:
        """The same into an open file. Raises NoWorld."""
        with self.storage.scratch() as folder:
            self.storage.dump(name, folder)
            archive.pack(folder, name, file)

    def scratch_file(self) -> IO[bytes]:
        """A file without a name, closed by the caller: whatever ends this process, it is gone.

        Beside the worlds, which need as much room; in the folder for temporary files where the
        worlds are no files.
        """
        folder = self.settings.data if self.settings.data.is_dir() else None
        return tempfile.TemporaryFile(dir=folder)

    def import_archive(self, file: Path, name: str | None = None) -> str:
        """Makes a world of an exported file, under its own name or another; returns the name.

        Raises WorldExists, and WorldError for a file that is torn or newer than this version.
        """
        with file.open("rb") as source:
            return self.import_from(source, name, title=file.name)

    def import_from(self, source: IO[bytes], name: str | None = None, *, title: str) -> str:
        """The same of an open file; ``title`` is how a refusal calls it."""
        with self.storage.scratch() as unpacked:
            try:
                own_name = archive.unpack(source, unpacked).world
            except WorldError as error:
                raise WorldError(f"{title}: {error}") from None
            name = own_name if name is None else name
            self._require_free(name)
            self.storage.load(name, unpacked)
        return name

    def sell(self, name: str, tariffs: tuple[Tariff, ...]) -> list[int]:
        """Replaces the tariffs, now and for every reset; returns the ids of old ones that stay.

        A tariff that services use stays, so that they can be read and prolonged.
        """
        return self.storage.sell(name, tariffs)


def _label(label: str) -> str:
    if NAME.match(label) is None:
        raise WorldError(f'"{label}" is not a name of a snapshot: use a-z, 0-9 and -')
    return label


def _located(fixture: str) -> str:
    """A file's absolute path: a reset may be called in another folder."""
    return str(Path(fixture).resolve()) if Path(fixture).suffix else fixture


__all__ = ["DEFAULT", "NAME", "NoWorld", "TooManyWorlds", "WorldError", "WorldExists", "Worlds"]
