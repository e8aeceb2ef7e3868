"""Data files of the package: texts in two languages, countries, product types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent


def read(name: str) -> Any:  # noqa: ANN401 - what the file holds
    """The content of a JSON file beside this one."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
