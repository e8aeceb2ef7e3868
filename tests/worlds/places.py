"""Where the worlds of a test are."""

from __future__ import annotations

from pathlib import Path

from emulator.worlds.folder import FolderStorage
from emulator.worlds.worlds import Worlds


def folder_of(worlds: Worlds) -> FolderStorage:
    """The folder of worlds that are files."""
    assert isinstance(worlds.storage, FolderStorage)
    return worlds.storage


def snapshot_file(worlds: Worlds, name: str, label: str) -> Path:
    """Takes a snapshot of a world that is a file; returns the file."""
    worlds.snapshot(name, label)
    return folder_of(worlds).root / name / "snapshots" / f"{label}.db"
