"""Writes the reference, or checks it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from emulator.app import create_registry
from emulator.reference import COMMAND
from emulator.reference.control import control_page, example_answers
from emulator.reference.functions import ExampleSeller, family_page, index_page
from emulator.reference.pages import (
    commands_page,
    errors_page,
    faults_page,
    journal_page,
    settings_page,
)
from emulator.reference.worlds import SCHEMA, worlds_page
from emulator.worlds.fixtures.json_schema import world_schema

ROOT = Path(__file__).parents[2] / "docs" / "reference"


def pages() -> dict[str, str]:
    """The text of every page and of the schema of worlds, by the path from docs/reference."""
    registry = create_registry()
    with tempfile.TemporaryDirectory() as folder:
        seller = ExampleSeller(Path(folder))
        written = {
            f"functions/{family.name}.md": family_page(family, seller)
            for family in registry.families
        }
        seller.close()
        written["control.md"] = control_page(example_answers(Path(folder)))
    written["README.md"] = index_page(registry)
    written["errors.md"] = errors_page(registry)
    written["faults.md"] = faults_page()
    written["journal.md"] = journal_page()
    written["settings.md"] = settings_page()
    written["cli.md"] = commands_page()
    written["worlds.md"] = worlds_page()
    written[f"../../fixtures/{SCHEMA}"] = json.dumps(world_schema(), indent=1) + "\n"
    return written


def stale(root: Path, written: Mapping[str, str]) -> list[str]:
    """Pages that differ from the generated text, and pages that are not generated."""
    there = {str(path.relative_to(root)) for path in root.rglob("*.md")}
    differing = {
        name
        for name, text in written.items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    }
    return sorted(differing | (there - set(written)))


def write(root: Path, written: Mapping[str, str]) -> None:
    """Writes the pages and removes all others."""
    for name in stale(root, written):
        (root / name).unlink(missing_ok=True)
    for name, text in written.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns 0, or with ``--check`` 1 where a page differs."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    checks = parser.parse_args(arguments).check
    written = pages()
    if not checks:
        write(ROOT, written)
        return 0
    wrong = stale(ROOT, written)
    for name in wrong:
        path = (ROOT / name).resolve().relative_to(ROOT.parents[1])
        sys.stderr.write(f"{path} is out of date\n")
    if wrong:
        sys.stderr.write(f"Regenerate the reference and look at the difference: {COMMAND}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
