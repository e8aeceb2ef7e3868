"""The seller's declarations on record: ``schemas/<family>.json``, one object keyed by function.

A schema that the seller exports cannot prove the seller right. On record and under review it
catches a declaration that changed by accident; what is right is for the exchanges to say.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.app import create_registry
from emulator.openapi import schema_of

FOLDER = Path(__file__).parents[1] / "schemas"
COMMAND = "python -m contracts schemas --write"

Json = dict[str, Any]


def read_declared() -> dict[str, Json]:
    """The schemas that the seller declares now, by function name."""
    return {function.name: schema_of(function) for function in create_registry()}


def read_recorded(folder: Path = FOLDER) -> dict[str, Json]:
    """The schemas on record, by function name, in the order of the files."""
    schemas: dict[str, Json] = {}
    for path in sorted(folder.glob("*.json")):
        schemas |= json.loads(path.read_text("utf-8"))
    return schemas


def write(folder: Path = FOLDER) -> list[str]:
    """Records today's declarations; returns the names of the files that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, Json]] = defaultdict(dict)
    for name, schema in read_declared().items():
        files[f"{schema['family']}.json"][name] = schema
    stale = [path for path in sorted(folder.glob("*.json")) if path.name not in files]
    for path in stale:
        path.unlink()
    changed = [path.name for path in stale]
    for filename, schemas in files.items():
        path = folder / filename
        text = _formatted(schemas, "") + "\n"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(filename)
    return changed


def _formatted(value: object, indent: str) -> str:
    """JSON in which a value without objects inside is one line, so that a review sees fields."""
    inner = indent + " "
    if not isinstance(value, dict) or not any(isinstance(v, dict) for v in value.values()):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    members = (
        f"{inner}{json.dumps(key)}: {_formatted(value[key], inner)}" for key in sorted(value)
    )
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def find_drift(now: dict[str, Json] | None = None, folder: Path = FOLDER) -> list[str]:
    """Every difference between the declarations and the record, one line each.

    ``now`` are the declarations to compare; by default those of the seller.
    """
    now = read_declared() if now is None else now
    record = read_recorded(folder)
    lines = [f"{name}: is not on record" for name in sorted(set(now) - set(record))]
    lines += [f"{name}: is on record, but not declared" for name in sorted(set(record) - set(now))]
    for name in sorted(set(now) & set(record)):
        lines += [f"{name}{line}" for line in _differences(record[name], now[name], "")]
    return lines


def _differences(before: object, now: object, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(set(before) | set(now)):
            if key not in now:
                yield f"{path}.{key}: is gone"
            elif key not in before:
                yield f"{path}.{key}: is new"
            else:
                yield from _differences(before[key], now[key], f"{path}.{key}")
    elif before != now:
        yield f"{path}: was {json.dumps(before)}, is {json.dumps(now)}"
