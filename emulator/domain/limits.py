"""What an annotation may say about a field's values beside their type.

A declaration such as ``id: Annotated[int, Between(1, 9)]`` is read by whoever checks values from
outside: files of worlds (``worlds.fixtures.reading``) and the control API (``domain.world``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def anchored(pattern: re.Pattern[str]) -> str:
    """A pattern for whole texts, as JSON Schema writes it."""
    return "^" + pattern.pattern.removesuffix("\\Z") + "$"


@dataclass(frozen=True, slots=True)
class Between:
    """A whole number from ``least`` to ``most``, or one of ``besides``."""

    least: int
    most: int
    besides: tuple[int, ...] = ()

    def allows(self, number: int) -> bool:
        """Whether a number is one of them."""
        return self.least <= number <= self.most or number in self.besides


@dataclass(frozen=True, slots=True)
class Matches:
    """A text that a pattern matches; ``kind`` says in words what such a text is."""

    pattern: re.Pattern[str]
    kind: str


class NotEmpty:
    """A text with more than blanks in it."""


class BothLanguages:
    """A mapping of the two languages, ``en`` and ``ru``, to texts."""


class ById:
    """A mapping by number, written in a file as a list whose elements hold their ``id``."""
