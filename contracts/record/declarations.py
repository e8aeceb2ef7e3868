"""The declarations of the seller on record: ``schemas/<func>.json``.

A schema that the seller exports cannot prove the seller right. On record and under review it
catches a declaration that changed by accident; what is right is for the exchanges to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.app import create_registry
from emulator.openapi import schema_of

FOLDER = Path(__file__).parents[1] / "schemas"
COMMAND = "python -m contracts schemas --write"

Json = dict[str, Any]


def declared() -> dict[str, Json]:
    """What the seller declares now, by function."""
    return {function.name: schema_of(function) for function in create_registry()}


def recorded(folder: Path = FOLDER) -> dict[str, Json]:
    """What is on record, by function."""
    found: dict[str, Json] = {}
    for path in sorted(folder.glob("*.json")):
        found[path.stem] = json.loads(path.read_text("utf-8"))
    return found


def write(folder: Path = FOLDER) -> list[str]:
    """Puts today's declarations on record; the names of the files that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    now = declared()
    changed: list[str] = []
    for path in sorted(folder.glob("*.json")):
        if path.stem not in now:
            path.unlink()
            changed.append(path.name)
    for name, schema in now.items():
        path = folder / f"{name}.json"
        text = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path.name)
    return changed


def drift(now: dict[str, Json] | None = None, folder: Path = FOLDER) -> list[str]:
    """Every difference between the declarations and the record, one line each."""
    now = declared() if now is None else now
    kept = recorded(folder)
    told = [f"{name}: is not on record" for name in sorted(set(now) - set(kept))]
    told += [f"{name}: is on record, but not declared" for name in sorted(set(kept) - set(now))]
    for name in sorted(set(now) & set(kept)):
        told += [f"{name}{line}" for line in _differences(kept[name], now[name], "")]
    return told


def _differences(kept: object, now: object, path: str) -> Iterator[str]:
    if isinstance(kept, dict) and isinstance(now, dict):
        for key in sorted(set(kept) | set(now)):
            if key not in now:
                yield f"{path}.{key}: is gone"
            elif key not in kept:
                yield f"{path}.{key}: is new"
            else:
                yield from _differences(kept[key], now[key], f"{path}.{key}")
    elif kept != now:
        yield f"{path}: was {json.dumps(kept)}, is {json.dumps(now)}"
