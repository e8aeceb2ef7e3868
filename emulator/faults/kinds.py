"""What can go wrong, each kind a small class: its settings, their limits, and when it can strike.

``before``: nothing has happened yet, and where the kind answers in place of the call nothing will.
``after``: it happened and is committed; what is in doubt is only whether the client learns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

When = Literal["before", "after"]
BOTH: tuple[When, ...] = ("before", "after")
Limits = Mapping[str, tuple[float, float]]
LONGEST_WAIT = 600.0
LONGEST_BODY = 100_000
LEAST_CODE = 400
"""HTTP statuses below it are no refusals."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The base: ``name`` on all doors, ``times`` at which it can strike, the usual one first."""

    name: ClassVar[str] = ""
    strikes: ClassVar[tuple[When, ...]] = BOTH
    limits: ClassVar[Limits] = {}
    """The least and the most of each number among the settings."""

    def check(self) -> None:
        """Raises ValueError naming a setting that is out of its limits."""
        values = self.settings()
        for name, (least, most) in self.limits.items():
            value = values[name]
            if value is not None and not least <= value <= most:
                msg = f"{name} is not between {least:g} and {most:g}"
                raise ValueError(msg)

    def settings(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Delay(Kind):
    """The answer takes ``seconds`` longer; nobody else waits for it."""

    name = "delay"
    limits: ClassVar[Limits] = {"seconds": (0, LONGEST_WAIT)}
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Refuse(Kind):
    """An error document: ``type``, ``object``, ``value``; ``msg`` in place of the usual text."""

    name = "error"
    type: str = "internal"
    object: str = ""
    value: str = ""
    msg: str = ""


@dataclass(frozen=True, slots=True)
class Status(Kind):
    """An HTTP status with a page in place of a document, as a proxy in front would send it."""

    name = "status"
    limits: ClassVar[Limits] = {"code": (LEAST_CODE, 599)}
    code: int = 502
    body: str = "<html><body><h1>Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Drop(Kind):
    """The connection is closed without an answer. ``after``: it happened, and nobody learns it."""

    name = "drop"


@dataclass(frozen=True, slots=True)
class Truncate(Kind):
    """A part of the answer is sent under the length of the whole, then the line goes dead."""

    name = "truncate"
    strikes = ("after",)
    limits: ClassVar[Limits] = {"percent": (0, 99), "bytes": (0, LONGEST_BODY)}
    percent: int = 50
    bytes: int | None = None
    """So many instead, but never the whole."""

    def part(self, whole: int) -> int:
        """How many bytes of ``whole`` are sent."""
        wanted = whole * self.percent // 100 if self.bytes is None else self.bytes
        return max(0, min(wanted, whole - 1))


@dataclass(frozen=True, slots=True)
class Garbage(Kind):
    """``bytes`` of noise in place of the document; the same noise each time."""

    name = "garbage"
    strikes = ("after",)
    limits: ClassVar[Limits] = {"bytes": (0, LONGEST_BODY)}
    bytes: int = 200


@dataclass(frozen=True, slots=True)
class Long(Kind):
    """A page with a link (``long...billmgr``); the answer is behind it in ``seconds``."""

    name = "long"
    strikes = ("after",)
    limits: ClassVar[Limits] = {"seconds": (0, LONGEST_WAIT)}
    seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class RateLimit(Kind):
    """More than ``calls`` of a login in ``seconds`` are refused, by ``code`` or by a document."""

    name = "rate_limit"
    strikes = ("before",)
    limits: ClassVar[Limits] = {
        "calls": (0, 1_000_000),
        "seconds": (0.001, 86_400),
        "code": (0, 599),
    }
    calls: int = 10
    seconds: float = 1.0
    code: int = 0
    """0: an error document of the type ``limit``."""

    def check(self) -> None:
        """The code of a refusal, or none."""
        Kind.check(self)
        if 0 < self.code < LEAST_CODE:
            msg = f"code is neither 0 nor between {LEAST_CODE} and 599"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Stale(Kind):
    """A look is answered as it was answered at the first strike; what acts is left alone."""

    name = "stale"
    strikes = ("before",)


@dataclass(frozen=True, slots=True)
class OneRow(Kind):
    """A list of one row has it as an object, not in an array (json formats)."""

    name = "one_row"
    strikes = ("after",)


@dataclass(frozen=True, slots=True)
class NoKey(Kind):
    """What the struck call opens stays in status 5 without a key until the fault is taken back."""

    name = "no_key"
    strikes = ("before",)


KINDS: Mapping[str, type[Kind]] = {
    kind.name: kind
    for kind in (
        Delay, Refuse, Status, Drop, Truncate, Garbage, Long, RateLimit, Stale, OneRow, NoKey,
    )
}  # fmt: skip
"""Every kind by its name."""
