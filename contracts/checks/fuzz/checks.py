"""What generated requests and walks hold a seller to, declared in ``checks.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.registry import Check, read_checks

CHECKS: Final = read_checks(Path(__file__).with_name("checks.yaml"))
"""By id."""


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """A check that does not hold, by its id, and what was found."""

    rule: str
    message: str

    @property
    def check(self) -> Check:
        """The declaration. Raises KeyError for an id that is not declared."""
        return CHECKS[self.rule]
