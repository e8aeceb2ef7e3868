"""Text that came from anybody, fit to be shown anywhere.

What a terminal would obey, XML could not hold, or would turn a line around is written as its code.
"""

from __future__ import annotations

import re
from typing import Final

_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Controls but tab and newline, marks of direction, halves of signs, what is no character."""


def shown(text: str) -> str:
    r"""The text with what is unfit written as ``\x1b`` or ``\u202e``; a carriage return goes."""
    return _UNFIT.sub(_code, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same on one line, for a title or an attribute."""
    return " ".join(shown(text).split())


def cut(text: str, most: int) -> str:
    """The text, or its beginning and a note of how much was cut. ``most``: characters."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n[cut here: {len(text) - most:,} more characters]"


def _code(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number >> 8 else f"\\x{number:02x}"
