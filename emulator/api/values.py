"""A text of an answer that has attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text with attributes beside it: ``<item_status orig="2">Active</item_status>``."""

    text: str
    attrs: Mapping[str, str]
