"""Data files of the package: texts in two languages, countries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read(name: str) -> Any:  # noqa: ANN401 - what the file holds
    """The content of a JSON file beside this one."""
    return json.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
