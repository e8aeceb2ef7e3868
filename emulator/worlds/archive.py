"""A world as one file: a zip with the database, what it resets to, and a manifest.

The manifest is read first: a file that a newer version wrote is refused before anything is made.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from emulator import __version__
from emulator.store import tables
from emulator.worlds.connections import NAME, WorldError

FORMAT = 1
MANIFEST = "manifest.json"
STATE = "state.db"
SEED = "seed.db"
ORIGIN = "origin.json"
LARGEST = 1024 * 1024 * 1024
"""Bytes that a file in an archive may have when it is unpacked."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    ``tables``: the version of its tables; ``mockseller``: the version that wrote it.
    """

    format: int
    tables: int
    mockseller: str
    world: str


def pack(folder: Path, world: str, target: Path) -> None:
    """Writes an archive of the files in a folder, in one step."""
    manifest = Manifest(FORMAT, tables.VERSION, __version__, world)
    part = target.with_name(f".{target.name}.part")
    try:
        with ZipFile(part, "w", ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
            for name in (STATE, SEED, ORIGIN):
                archive.write(folder / name, name)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def unpack(file: Path, folder: Path) -> Manifest:
    """Writes the files of an archive into a folder.

    Raises WorldError for a file that a newer version wrote, is torn, or is something else.
    """
    try:
        with ZipFile(file) as archive:
            manifest = _manifest(archive.read(MANIFEST))
            for name in (STATE, SEED, ORIGIN):
                if archive.getinfo(name).file_size > LARGEST:
                    raise WorldError(f"{file.name}: {name} is larger than {LARGEST} bytes")
                archive.extract(name, folder)
    except (BadZipFile, KeyError, EOFError, zlib.error, NotImplementedError, RuntimeError):
        # Of a file that was cut, is damaged, or lacks a part.
        raise WorldError(f"{file.name} is no whole archive of a world") from None
    return manifest


def _manifest(content: bytes) -> Manifest:
    """Reads a manifest. Raises WorldError, and KeyError for what is none."""
    try:
        read = json.loads(content)
        manifest = Manifest(
            int(read["format"]), int(read["tables"]), str(read["mockseller"]), str(read["world"])
        )
    except (ValueError, TypeError):
        raise KeyError(MANIFEST) from None
    if manifest.format > FORMAT or manifest.tables > tables.VERSION:
        raise WorldError(
            f"it was written by mockseller {manifest.mockseller[:40]}, which is newer than this"
            f" one ({__version__})"
        )
    if NAME.match(manifest.world) is None:
        raise KeyError(MANIFEST)
    return manifest
