"""What programs and shells read of the command line: JSON, and completion."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from emulator.cli import mockseller
from emulator.testing import Seller
from tests.test_commands import walk

SHOWS = ("List", "Show")
WITHOUT_JSON = ("panel", "demo", "resell")
"""Groups that are no commands of a seller: they tell a story, or list rows with tabs."""
PAGE = (Path(__file__).parents[1] / "docs/command-line.md").read_text(encoding="utf-8")
SHOWING = [
    "account payments reseller",
    "account show reseller",
    "clock show",
    "exercise list",
    "fault list",
    "functions",
    "journal",
    "world list",
]


def completed(shell: str, what: str, **words: str) -> str:
    """What the command prints when a shell asks it."""
    process = subprocess.run(
        [sys.executable, "-m", "mockseller"], capture_output=True, text=True, check=False,
        env={**os.environ, "_MOCKSELLER_COMPLETE": f"{shell}_{what}", **words},
    )  # fmt: skip
    return process.stdout


def test_every_command_of_a_seller_that_lists_or_shows_something_has_json() -> None:
    lacking = [
        path
        for path, command, _ in walk(mockseller, None, "mockseller")
        if not isinstance(command, click.Group)
        and (command.help or "").lstrip().startswith(SHOWS)
        and path.split()[1] not in WITHOUT_JSON
        and not any("--json" in option.opts for option in command.params)
    ]
    assert lacking == []


@pytest.mark.parametrize("words", SHOWING)
def test_json_is_one_document(seller: Seller, words: str) -> None:
    data = [] if words == "functions" else ["--data", seller.folder]
    result = CliRunner().invoke(mockseller, [*words.split(), "--json", *data])
    assert result.exit_code == 0, result.output
    assert isinstance(json.loads(result.stdout), list | dict)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script_and_completes_with_it(shell: str) -> None:
    assert f"_MOCKSELLER_COMPLETE={shell}_source mockseller" in PAGE
    assert re.search(r"_mockseller_completion\b", completed(shell, "source"))
    place = "ex" if shell == "fish" else "2"
    answer = completed(shell, "complete", COMP_WORDS="mockseller world ex", COMP_CWORD=place)
    assert "export" in answer
    assert "create" not in answer
