"""Planning faults in a world, listing and removing them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from emulator import faults
from emulator.domain.world import read
from emulator.faults import BadFault
from emulator.worlds.worlds import Worlds


def all_of(worlds: Worlds, name: str) -> list[dict[str, object]]:
    """Every planned fault with its counts, oldest first."""
    db = worlds.connect(name)
    with db.reading():
        return [fault.as_dict() for fault in faults.planned(db)]


def checked(rule: Mapping[str, Any], functions: Collection[str] = ()) -> faults.Fault:
    """The fault a rule describes. Raises BadFault with one line.

    Where the names of all ``functions`` are passed, its pattern must match one of them: otherwise
    the fault would never hit.
    """
    fault = faults.read(rule)
    if functions and not any(fault.covers(name) for name in functions):
        raise BadFault(f"func: there is no function that matches {fault.func}")
    return fault


def add(
    worlds: Worlds, name: str, rule: Mapping[str, Any], functions: Collection[str] = ()
) -> dict[str, object]:
    """Plans a fault and returns it as a dict. Raises BadFault as `checked` does."""
    fault = checked(rule, names_in(worlds, name, functions))
    with worlds.locked(name) as db, db.writing():
        return faults.add(db, fault, read(db).clock.now(worlds.system_clock)).as_dict()


def names_in(worlds: Worlds, name: str, functions: Collection[str]) -> set[str]:
    """The names of all functions in a world, those of its own product types too."""
    db = worlds.connect(name)
    with db.reading():
        types = worlds.catalogue(db, read(db)).types.values()
    own = {
        function.replace(own.like, own.intname, 1)
        for own in types
        for function in functions
        if function.removeprefix("v2.").partition(".")[0] == own.like
    }
    return {*functions, *own}


def remove(worlds: Worlds, name: str, number: int) -> None:
    """Removes a fault by its number. Raises NoFault."""
    with worlds.locked(name) as db, db.writing():
        faults.remove(worlds.shop(db, read(db)), number)


def clear(worlds: Worlds, name: str) -> int:
    """Removes all faults; returns how many there were."""
    with worlds.locked(name) as db, db.writing():
        return faults.clear(worlds.shop(db, read(db)))
