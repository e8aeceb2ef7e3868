"""Planning faults in a world, and taking them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator import faults
from emulator.domain.world import read
from emulator.worlds import Worlds


def all_of(worlds: Worlds, name: str) -> list[dict[str, object]]:
    """Every planned fault with its counts, oldest first."""
    db = worlds.connect(name)
    with db.reading():
        return [fault.told() for fault in faults.planned(db)]


def add(worlds: Worlds, name: str, given: Mapping[str, Any]) -> dict[str, object]:
    """Plans one; as it is told. Raises BadFault with one line."""
    wanted = faults.read(given)
    with worlds.locked(name) as db, db.writing():
        return faults.add(db, wanted, read(db).clock.now(worlds.machine)).told()


def remove(worlds: Worlds, name: str, number: int) -> None:
    """Takes one back. Raises NoFault."""
    with worlds.locked(name) as db, db.writing():
        faults.remove(db, number)


def clear(worlds: Worlds, name: str) -> int:
    """Takes all of them back; how many there were."""
    with worlds.locked(name) as db, db.writing():
        return faults.clear(db)
