"""Planning faults in a world, listing and removing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator import faults, names
from emulator.control.api.names import KnownNames, require_login
from emulator.domain.world import read
from emulator.faults import BadFault
from emulator.results import FaultInfo, MagicValueInfo
from emulator.worlds.worlds import Worlds


def all_of(worlds: Worlds, name: str) -> list[FaultInfo]:
    """Every planned fault with its counts, oldest first."""
    db = worlds.connect(name)
    with db.reading():
        return [fault.as_dict() for fault in faults.planned(db)]


def magic_values(worlds: Worlds, name: str) -> list[MagicValueInfo]:
    """The values of an order that fail in this world."""
    db = worlds.connect(name)
    with db.reading():
        is_on = read(db).rules.magic_values
    return [value.as_dict() for value in faults.MAGIC_VALUES] if is_on else []


def checked(
    worlds: Worlds, name: str, rule: Mapping[str, Any], known_names: KnownNames
) -> faults.Fault:
    """The fault a rule describes. Raises BadFault with one line.

    Its pattern must match a function of the world, its account must be one: otherwise the fault
    would never hit. An ``answer`` may be for a function that there is not.
    """
    fault = faults.read(rule)
    anything = fault.kind.for_unknown_functions and "*" not in fault.func
    try:
        if not anything:
            names.require_match("function", fault.func, known_names.functions_in(worlds, name))
    except names.UnknownName as problem:
        raise BadFault(f"func: {problem}") from None
    try:
        if fault.account:
            require_login(worlds, name, fault.account)
    except names.UnknownName as problem:
        raise BadFault(f"account: {problem}") from None
    return fault


def add(worlds: Worlds, name: str, rule: Mapping[str, Any], known_names: KnownNames) -> FaultInfo:
    """Plans a fault and returns it as a dict. Raises BadFault as `checked` does."""
    fault = checked(worlds, name, rule, known_names)
    with worlds.locked(name) as db, db.writing():
        return faults.add(db, fault, read(db).clock.now(worlds.system_clock)).as_dict()


def remove(worlds: Worlds, name: str, number: int) -> None:
    """Removes a fault by its number. Raises NoFault."""
    with worlds.locked(name) as db, db.writing():
        faults.remove(worlds.shop(db, read(db)), number)


def clear(worlds: Worlds, name: str) -> int:
    """Removes all faults; returns how many there were."""
    with worlds.locked(name) as db, db.writing():
        return faults.clear(worlds.shop(db, read(db)))
