"""Planning faults in a world, and taking them back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from emulator import faults
from emulator.domain.services import withheld_keys
from emulator.domain.world import read
from emulator.faults import BadFault
from emulator.store.engine import Database
from emulator.worlds.worlds import Worlds


def all_of(worlds: Worlds, name: str) -> list[dict[str, object]]:
    """Every planned fault with its counts, oldest first."""
    db = worlds.connect(name)
    with db.reading():
        return [fault.told() for fault in faults.planned(db)]


def wanted_of(given: Mapping[str, Any], functions: Collection[str] = ()) -> faults.Fault:
    """What is to be planned, checked. Raises BadFault with one line.

    Of ``functions``, where they are told, the pattern must mean one: else it would never strike.
    """
    wanted = faults.read(given)
    if functions and not any(wanted.means(one) for one in functions):
        raise BadFault(f"func: there is no function that is {wanted.func}")
    return wanted


def add(
    worlds: Worlds, name: str, given: Mapping[str, Any], functions: Collection[str] = ()
) -> dict[str, object]:
    """Plans one; as it is told. Raises BadFault as `wanted_of` does."""
    wanted = wanted_of(given, functions)
    with worlds.locked(name) as db, db.writing():
        return faults.add(db, wanted, read(db).clock.now(worlds.machine)).told()


def remove(worlds: Worlds, name: str, number: int) -> None:
    """Takes one back. Raises NoFault."""
    with worlds.locked(name) as db, db.writing():
        faults.remove(db, number)
        _hand_over(worlds, db)


def clear(worlds: Worlds, name: str) -> int:
    """Takes all of them back; how many there were."""
    with worlds.locked(name) as db, db.writing():
        gone = faults.clear(db)
        _hand_over(worlds, db)
        return gone


def _hand_over(worlds: Worlds, db: Database) -> None:
    """Keys arrive where no fault withholds them any more."""
    if not any(isinstance(fault.kind, faults.NoKey) for fault in faults.planned(db)):
        withheld_keys.hand_over(worlds.shop(db, read(db)))
