"""Which functions are the core of the API: those that several independent clients call.

The counts are data (``clients.yaml``) with their source. Everything else is ``extended``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

CORE, EXTENDED, ALL = LEVELS = ("core", "extended", "all")
_FILE: Final = Path(__file__).with_name("clients.yaml")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many clients call a function, how many make it core, and where that was counted."""

    source: str
    core: int
    clients: Mapping[str, int]


@functools.cache
def counts() -> Counts:
    """The counts on file."""
    given = yaml.safe_load(_FILE.read_text("utf-8"))
    return Counts(given["source"], given["core"], MappingProxyType(given["clients"]))


def level_of(func: str) -> str:
    """``core`` or ``extended``."""
    known = counts()
    return CORE if known.clients.get(func, 0) >= known.core else EXTENDED


def family_of(func: str) -> str:
    """The family of a function: ``soft`` of ``soft.edit`` and of ``v2.soft.order.param``."""
    return func.removeprefix("v2.").partition(".")[0]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be judged: ``families`` (all if empty), a level, and a part of the name."""

    families: frozenset[str] = frozenset()
    level: str = ALL
    only: str = ""

    def takes(self, name: str, func: str) -> bool:
        """Whether something of this name that calls this function is to be judged."""
        return (
            self.only in name
            and (not self.families or family_of(func) in self.families)
            and self.level in (ALL, level_of(func))
        )


EVERYTHING: Final = Choice()
