"""Levels of functions: ``core`` are those that several independent clients call.

The counts and their source are in ``clients.yaml``. All other functions are ``extended``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from mockseller.files import FileError, read_yaml

CORE, EXTENDED, ALL = LEVELS = ("core", "extended", "all")
_FILE: Final = Path(__file__).with_name("clients.yaml")


@dataclass(frozen=True, slots=True)
class Counts:
    """By function, how many clients call it; how many make it core; where that was counted."""

    source: str
    core: int
    clients: Mapping[str, int]


@functools.cache
def counts() -> Counts:
    """Reads ``clients.yaml``, once."""
    source = read_yaml(_FILE, FileError)
    source.check()
    content = source.document
    return Counts(content["source"], content["core"], MappingProxyType(content["clients"]))


def level_of(func: str) -> str:
    """The level of a function: ``core`` or ``extended``."""
    counted = counts()
    return CORE if counted.clients.get(func, 0) >= counted.core else EXTENDED


def family_of(func: str) -> str:
    """The family of a function: ``soft`` of ``soft.edit`` and of ``v2.soft.order.param``."""
    return func.removeprefix("v2.").partition(".")[0]


def select_names(only: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that ``only`` selects: the one that it is, otherwise all that contain it."""
    every = tuple(names)
    return (only,) if only in every else tuple(name for name in every if only in name)


@dataclass(frozen=True, slots=True)
class Choice:
    """Selects what is judged: ``families`` (all if empty), a level, and a part of the name.

    ``out``: the only format in which exchanges are judged; empty: all of them.
    """

    families: frozenset[str] = frozenset()
    level: str = ALL
    only: str = ""
    out: str = ""

    def takes(self, name: str, func: str) -> bool:
        """Whether to judge something by its name and the function that it is about."""
        return self.only in name and self._takes_function(func)

    def takes_part_of(self, name: str, func: str) -> bool:
        """Whether to judge something whose parts have names that begin with its own and a slash."""
        return self._takes_function(func) and (
            self.only in name or self.only.startswith(f"{name}/")
        )

    def _takes_function(self, func: str) -> bool:
        return (not self.families or family_of(func) in self.families) and self.level in (
            ALL, level_of(func)
        )  # fmt: skip


EVERYTHING: Final = Choice()
