"""Names that people type: what does not exist is refused, with the nearest name that does."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from fnmatch import fnmatchcase

CLOSE = 0.6
"""How alike the nearest name must be to be worth naming, from 0 to 1."""
LONGEST = 60
"""Characters of a typed name that are repeated."""


class UnknownName(ValueError):
    """There is nothing of such a name; the text is one line."""


def find_nearest(name: str, known_names: Collection[str], alike: float = CLOSE) -> str:
    """The known name that is most like ``name``; empty where none is ``alike`` enough."""
    return next(iter(get_close_matches(name, known_names, 1, alike)), "")


def require(what: str, name: str, known_names: Collection[str]) -> str:
    """The name, if it is known. Raises UnknownName; ``what`` is a function, a family, a login."""
    if name not in known_names:
        raise UnknownName(_refusal(what, name, known_names))
    return name


def require_match(what: str, pattern: str, known_names: Collection[str]) -> str:
    """The pattern, if any known name matches it (``soft.*``). Raises UnknownName."""
    if not any(fnmatchcase(name, pattern) for name in known_names):
        raise UnknownName(_refusal(what, pattern, known_names))
    return pattern


def _refusal(what: str, name: str, known_names: Collection[str]) -> str:
    nearest = find_nearest(name, known_names)
    hint = f'; the nearest is "{nearest}"' if nearest else ""
    return f'there is no {what} "{name[:LONGEST]}"{hint}'
