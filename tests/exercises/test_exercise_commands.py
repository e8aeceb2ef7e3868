"""``mockseller exercise``: lists, starts and shows."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from emulator.cli import mockseller
from tests.exercises.test_files import OWN, write


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(mockseller, ["exercise", *words, "--data", str(folder / "data")])


def test_an_exercise_is_started_and_its_next_step_shown(tmp_path: Path) -> None:
    started = run(tmp_path, "start", "late-key", "--world", "trainee-1")
    assert started.output == "trainee-1: The late key; its address is /w/trainee-1/billmgr\n"
    shown = run(tmp_path, "show", "--world", "trainee-1").output.splitlines()
    assert shown[0] == "The late key: 0 of 3 steps, 0 calls, 0.00 EUR charged"
    assert shown[1] == "[>] Order a license"
    assert shown[-1] == "[ ] Wait for the key"
    progress = json.loads(run(tmp_path, "show", "--world", "trainee-1", "--json").output)
    assert (progress["id"], progress["finished"]) == ("late-key", False)


def test_a_list_names_what_is_wrong_in_files_of_ones_own(tmp_path: Path) -> None:
    write(tmp_path, "own", OWN)
    listed = run(tmp_path, "list", "--exercises", str(tmp_path))
    assert listed.exit_code == 0
    assert "Own (1 steps)" in listed.output
    write(tmp_path, "broken", OWN)
    refused = run(tmp_path, "list", "--exercises", str(tmp_path))
    assert refused.exit_code == 1
    assert 'broken.yaml: id: "own" is not the name of the file (line 1)' in refused.output
