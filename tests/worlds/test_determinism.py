"""The same seed and the same calls give the same bytes, in any process, after any restart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from emulator.testing import Seller
from tests.worlds.determinism import CALLS

ROOT = Path(__file__).parents[2]


def answers(folder: Path, *how: str, python: str = sys.executable, hash_seed: int = 1) -> list[str]:
    """The answers in a process of its own, a line each."""
    folder.mkdir()
    path = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    done = subprocess.run(
        [python, "-m", "tests.worlds.determinism", str(folder), *how],
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The answers of a seller that has one world and is never restarted."""
    lines = answers(tmp_path_factory.mktemp("determinism") / "first")
    assert len(lines) > 3 * len(CALLS)
    refused = [line for line in lines if "<error" in line]
    assert len(refused) < len(lines) / 4
    return lines


@pytest.mark.one_of("the same bytes")
def test_other_worlds_a_restart_and_another_hash_seed_change_no_byte(
    expected: list[str], tmp_path: Path
) -> None:
    assert answers(tmp_path / "second", "others", "restart", hash_seed=77) == expected


def other_pythons() -> list[str]:
    """Other versions of Python that are installed beside this one, as pyenv does."""
    folders = Path(sys.base_prefix).parent.glob("3.*/bin/python3")
    return [str(path) for path in sorted(folders) if Path(sys.base_prefix) not in path.parents]


@pytest.mark.one_of("the same bytes")
def test_another_version_of_python_gives_the_same_bytes(
    expected: list[str], tmp_path: Path
) -> None:
    usable = []
    for python in other_pythons():
        command = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            usable.append(python)
    if not usable:
        pytest.skip("no other Python of 3.11 or newer is installed beside this one")
    assert answers(tmp_path / "other", python=usable[-1], hash_seed=5) == expected


def test_ids_of_sessions_are_never_guessed_where_the_clock_runs_and_never_used_twice() -> None:
    with Seller() as running, Seller() as alike, Seller(as_of="2027-01-31") as standing:
        login = {"username": "reseller", "password": "secret", "out": "json"}
        ids = [json.loads(seller.call("auth", **login).text)["doc"]["auth"]["$id"]
               for seller in (running, alike)]  # fmt: skip
        assert ids[0] != ids[1]
        first = standing.call("auth", username="reseller", password="secret").field("auth")
        standing.call("logon", auth=first)
        second = standing.call("auth", username="reseller", password="secret").field("auth")
        assert first != second
        refused = standing.call("whoami", auth=first).error
        assert refused is not None
        assert refused.type == "access"


def test_ids_of_sessions_are_alike_while_the_clock_stands_and_no_longer_once_it_runs() -> None:
    def log_in(seller: Seller) -> str:
        return seller.call("auth", username="reseller", password="secret").field("auth")

    with Seller(as_of="2027-01-31") as first, Seller(as_of="2027-01-31") as second:
        assert log_in(first) == log_in(second) != ""
        for seller in (first, second):
            seller.clock.real()
        assert log_in(first) != log_in(second)
