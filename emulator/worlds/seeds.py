"""Initial states of worlds, prepared once and copied."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from emulator import __version__
from emulator.clock import SystemClock
from emulator.domain.world import Rules
from emulator.store import sqlite, tables
from emulator.worlds import fixtures, seeding
from emulator.worlds.fixtures import WorldFixture
from emulator.worlds.storage import Origin


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
        key = seed_key(origin, read_from, self._system_clock)
        file = self._folder / f"{key}.db"
        if not os.access(file, os.R_OK):
            fixture = read_fixture(origin, read_from)
            file = self._prepared() / f"{key}.db"
            self._make(file, fixture, origin)
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
            database = sqlite.create(Path(folder) / "seed.db")
            try:
                with database.writing():
                    seeding.write(database, fixture, origin.seed, self._system_clock, origin.as_of)
                closed = Path(folder) / "closed.db"
                database.copy_to(closed)
            finally:
                database.close()
            closed.replace(file)


def seed_key(origin: Origin, read_from: str, system_clock: SystemClock) -> str:
    """Everything that the initial state depends on, in 32 digits; ``read_from``: the fixture."""
    content = _content(read_from) + _other_input()
    day = system_clock.now().date() if origin.as_of is None else origin.as_of
    source = f"{__version__}/{tables.VERSION}/{origin.seed}/{day}/{origin.fixture}/"
    return hashlib.sha256(source.encode() + content).hexdigest()[:32]


def read_fixture(origin: Origin, read_from: str) -> WorldFixture:
    """The fixture of an origin, with a name. Raises FixtureError."""
    fixture = fixtures.load_world(read_from)
    return replace(fixture, name=fixture.name or Path(origin.fixture).stem)


def _content(name: str) -> bytes:
    """The content of a fixture's file; empty for an unknown name."""
    folder = fixtures.fixtures_folder()
    own = Path(name) if Path(name).suffix else folder / "worlds" / f"{name}.yaml"
    files = [*sorted((folder / "tariffs").glob("*.yaml")), own]
    return b"".join(path.read_bytes() for path in files if path.is_file())


def _other_input() -> bytes:
    """Everything else a seed depends on: the tables, the rules, and the code that fills them."""
    rules = repr(Rules())
    return (sqlite.schema() + rules).encode() + Path(seeding.__file__).read_bytes()
