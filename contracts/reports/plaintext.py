"""Text from any source, made safe to display anywhere.

Characters that control a terminal, that XML cannot contain, or that change the direction of a line
are written as their code.
"""

from __future__ import annotations

import re
from typing import Final

_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Controls except tab and newline, direction marks, surrogates, and noncharacters."""


def shown(text: str) -> str:
    r"""The text with unsafe characters as ``\x1b`` or ``\u202e``, and with plain newlines."""
    return _UNSAFE.sub(_code, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The safe text on one line, for a title or an attribute."""
    return " ".join(shown(text).split())


def cut(text: str, length: int) -> str:
    """The text, or its first ``length`` characters and a note of how many were cut."""
    if len(text) <= length:
        return text
    return f"{text[:length]}\n[cut here: {len(text) - length:,} more characters]"


def _code(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\u{number:04x}" if number >> 8 else f"\\x{number:02x}"
