"""The texts of the console's pages in two languages, from ``emulator/data/console/*.json``.

A text is named by its file and its key: ``journal.title``. It may have places for values,
``{count}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from emulator import data
from emulator.texts import Words, in_language

FOLDER = "console"


@cache
def all_texts() -> Mapping[str, Words]:
    """Every text by its full name."""
    folder = Path(data.__file__).parent / FOLDER
    return {
        f"{path.stem}.{key}": texts
        for path in sorted(folder.glob("*.json"))
        for key, texts in data.read(f"{FOLDER}/{path.name}").items()
    }


def text(name: str, lang: str, values: Mapping[str, object]) -> str:
    """A text with its values. Raises KeyError for a text or a value that there is not."""
    return in_language(all_texts()[name], lang).format_map(values)
