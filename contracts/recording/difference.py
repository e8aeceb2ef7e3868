"""One difference between sellers, and how much it matters."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from contracts.verdicts import ASSUMED, CallRecord


class Severity(enum.Enum):
    """How much a difference matters to whoever relies on the record."""

    BREAKING = "breaking"
    """Software that works with what is on record does not work with this."""
    NOTABLE = "notable"
    """Something new: a field, a type of error, a content type."""
    INFO = "info"
    """Only our assumption does not hold, or it may be the state of the thing that was asked for."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``path``: where in the answer; ``seen``: an answer that shows it."""

    func: str
    out: str
    path: str
    severity: Severity
    told: str
    evidence: str = ASSUMED
    source: str = ""
    seen: CallRecord | None = None

    def __str__(self) -> str:
        """One line for people."""
        whence = f" ({self.evidence}: {self.source})" if self.source else f" ({self.evidence})"
        return f"{self.severity.value}: {self.path}: {self.told}{whence}"
