"""What a recording or a comparison is to do: the options of ``mockseller record`` and ``drift``.

This module imports nothing heavy: the command line loads it for every ``--help``.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

FUNC: Final = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)*")
"""The name of a function."""
ON_MISS: Final = ("error", "404", "upstream")
AGAINST: Final = ("both", "contracts", "emulator")


class Severity(enum.Enum):
    """How much a difference matters to whoever relies on the record, the gravest first."""

    BREAKING = "breaking"
    """Software that works with what is on record does not work with this."""
    NOTABLE = "notable"
    """Something new: a field, a type of error, a content type."""
    INFO = "info"
    """Only our assumption does not hold, or the field may depend on the state of the service."""

    @property
    def rank(self) -> int:
        """Its place in the order; 0 is the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """What to compare with, one of `AGAINST`, and from which severity on a difference fails.

    ``only``: a part of the names of functions; ``out``: the only format, empty for all;
    ``max_age``: of a recording, older ones warn.
    """

    against: str = "both"
    only: str = ""
    out: str = ""
    fail_on: Severity = Severity.BREAKING
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """What a proxy records or replays, where to, and which calls and data it lets through.

    ``on_miss``, one of `ON_MISS`: how a request that is not in a replayed recording is answered;
    ``allow_paying``: functions that may spend money; ``personal``: further fields with personal
    data; ``insecure``: any certificate of the seller is accepted.
    """

    upstream: str | None = None
    to: Path | None = None
    replay: Path | None = None
    on_miss: str = "error"
    rewrite: bool = False
    allow_paying: tuple[str, ...] = ()
    keep_personal: bool = False
    personal: tuple[str, ...] = ()
    seller_version: str = ""
    insecure: bool = False

    def check(self) -> None:
        """Raises ValueError, with one line, for options that exclude or need each other."""
        for name in self.allow_paying:
            if not FUNC.fullmatch(name):
                raise ValueError(f'--allow-paying "{name}": name one function exactly')
        if self.replay is None and (self.upstream is None or self.to is None):
            raise ValueError("give --upstream URL and --to SESSION, or --replay SESSION")
        if self.replay is not None and (self.to is not None or self.rewrite):
            raise ValueError("--replay goes with neither --to nor --rewrite")
        if self.on_miss == "upstream" and (self.upstream is None or self.replay is None):
            raise ValueError("--on-miss upstream needs --replay and --upstream")
