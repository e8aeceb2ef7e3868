"""A world as one file: a zip with the database, what it resets to, and a manifest.

The manifest is read first: a file that a newer version wrote is refused before anything is made. A
file may come from anywhere, so no part of it is read into memory before its size is known.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import struct
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from emulator import __version__
from emulator.domain import world
from emulator.store import tables
from emulator.store.sqlite import SqliteDatabase
from emulator.worlds.connections import NAME, WorldError, upgrade
from emulator.worlds.storage import Origin

FORMAT = 1
SUFFIX = ".mockseller"
"""How the name of such a file ends, where a file may also be something else."""
MANIFEST = "manifest.json"
STATE = "state.db"
SEED = "seed.db"
ORIGIN = "origin.json"
LARGEST: Mapping[str, int] = MappingProxyType(
    {MANIFEST: 65_536, ORIGIN: 65_536, STATE: 1024**3, SEED: 1024**3}
)
"""Bytes that each file in an archive may have when it is unpacked."""
KINDS = (ZIP_STORED, ZIP_DEFLATED)
"""The others are unpacked in pieces of any size."""
END = struct.Struct("<4s4H2LH")
"""The end of a zip without a comment: signature, four counts, size and place of its directory."""
LOCATOR = struct.Struct("<4sLQL")
"""Before the end, in a zip whose directory is described elsewhere."""
LONGEST_DIRECTORY = 4096
"""Bytes; it is read into memory as it stands, and ours has 240."""
VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    ``tables``: the version of its tables; ``mockseller``: the version that wrote it.
    """

    format: int
    tables: int
    mockseller: str
    world: str


def pack(folder: Path, world_name: str, target: IO[bytes]) -> None:
    """Writes an archive of the files in a folder."""
    manifest = Manifest(FORMAT, tables.VERSION, __version__, world_name)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        for name in (STATE, SEED, ORIGIN):
            archive.write(folder / name, name)


def unpack(source: IO[bytes], folder: Path) -> Manifest:
    """Writes the files of an archive into a folder; its databases are then of this version.

    Raises WorldError for a file that a newer version wrote, is torn, or is something else; the line
    does not name the file.
    """
    try:
        _require_end(source)
        with ZipFile(source) as archive:
            for name in LARGEST:
                _require_bounds(archive.getinfo(name))
            manifest = _manifest(archive.read(MANIFEST))
            for name in (STATE, SEED, ORIGIN):
                archive.extract(name, folder)
    except (BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError, RuntimeError):
        # Of a file that was cut, is damaged, or lacks a part.
        raise WorldError("it is no whole archive of a world") from None
    _require_origin(folder / ORIGIN)
    for name in (STATE, SEED):
        _require_world(folder / name)
    return manifest


def _require_end(source: IO[bytes]) -> None:
    """Raises BadZipFile for a file that does not end with a directory of about our length."""
    length = END.size + LOCATOR.size
    if source.seek(0, os.SEEK_END) < length:
        raise BadZipFile
    source.seek(-length, os.SEEK_END)
    last = source.read(length)
    locator, *_ = LOCATOR.unpack_from(last)
    end, *_, size, _place, comment = END.unpack_from(last, LOCATOR.size)
    if end != b"PK\5\6" or locator == b"PK\6\7" or comment or size > LONGEST_DIRECTORY:
        raise BadZipFile


def _require_bounds(part: ZipInfo) -> None:
    """Raises WorldError for a part that is too large, BadZipFile for one packed in another way."""
    most = LARGEST[part.filename]
    if part.file_size > most:
        raise WorldError(f"its {part.filename} is larger than {most} bytes")
    if part.compress_type not in KINDS:
        raise BadZipFile


def _manifest(content: bytes) -> Manifest:
    """Reads a manifest. Raises WorldError, and KeyError for what is none."""
    try:
        read = json.loads(content)
        manifest = Manifest(
            int(read["format"]), int(read["tables"]), str(read["mockseller"]), str(read["world"])
        )
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise KeyError(MANIFEST) from None
    if VERSION.match(manifest.mockseller) is None or NAME.match(manifest.world) is None:
        raise KeyError(MANIFEST)
    if manifest.format > FORMAT or manifest.tables > tables.VERSION:
        raise WorldError(
            f"it was written by mockseller {manifest.mockseller}, which is newer than this"
            f" one ({__version__})"
        )
    return manifest


def _require_origin(file: Path) -> None:
    """Raises WorldError for an origin that a reset could not read."""
    try:
        Origin.read(file.read_text(encoding="utf-8"))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise WorldError(f"its {file.name} does not say what the world was made from") from None


def _require_world(file: Path) -> None:
    """Brings a database to this version. Raises WorldError for one that is no world's, or damaged.

    A world's database has tables and nothing that would act by itself.
    """
    try:
        with closing(sqlite3.connect(file)) as driver:
            _require_only_tables(driver)
        with closing(SqliteDatabase(file)) as database:
            upgrade(database)
            world.read(database)
        with closing(sqlite3.connect(file)) as driver:
            _require_every_column(driver)
    except WorldError as error:
        raise WorldError(f"its {file.name}: {error}") from None
    except Exception as error:  # noqa: BLE001 - whatever reading it raises, it is no world
        reason = str(error) if isinstance(error, sqlite3.Error) else "it is no world's"
        raise WorldError(f"its {file.name} cannot be read: {reason}") from None


def _require_only_tables(driver: sqlite3.Connection) -> None:
    driver.execute("PRAGMA trusted_schema=OFF")
    (verdict,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise WorldError("it is damaged")
    foreign = "SELECT 1 FROM sqlite_master WHERE type NOT IN ('table', 'index')"
    if driver.execute(foreign).fetchone():
        raise WorldError("it has triggers or views, and a world has none")


def _require_every_column(driver: sqlite3.Connection) -> None:
    for table in tables.metadata.sorted_tables:
        present = {row[1] for row in driver.execute(f'PRAGMA table_info("{table.name}")')}
        missing = next((c.name for c in table.columns if c.name not in present), None)
        if missing is not None:
            raise WorldError(f"its table {table.name} has no column {missing}")
