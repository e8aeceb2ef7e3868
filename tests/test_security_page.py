"""docs/security.md: each promise names tests, and each of them exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_test_that_shows_a_promise_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 20
    assert [(path, name) for path, name in named if name not in names_in(path)] == []


def test_every_promise_names_a_test() -> None:
    rows = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if row[0] not in {"| promised", "| ---"}]
    assert len(promises) > 15
    for _, shown in promises:
        assert re.fullmatch(rf"{NAMED.pattern}(, {NAMED.pattern})* \|", shown), shown
