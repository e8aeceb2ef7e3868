"""`make audit` fails on a known vulnerability, and on nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from tests.audit import summary, vulnerable

SAFE: dict[str, Any] = {"name": "safe", "version": "1", "vulns": []}
HOLED: dict[str, Any] = {
    "name": "holed",
    "version": "2",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["2.1", "3"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}
UNKNOWN: dict[str, Any] = {"name": "own", "skip_reason": "not found"}


def test_each_vulnerability_is_a_line_with_the_version_that_has_it_no_more() -> None:
    assert list(vulnerable({"dependencies": [SAFE, HOLED, UNKNOWN]})) == [
        "holed 2: PYSEC-1, fixed in 2.1, 3",
        "holed 2: PYSEC-2, fixed in no version",
    ]


@pytest.mark.parametrize(
    ("packages", "line"),
    [
        ([SAFE, HOLED], "2 packages asked"),
        ([SAFE, UNKNOWN], "1 packages asked, 1 not asked"),
        ([UNKNOWN], "not asked: the index knows nothing of these 1 packages"),
    ],
)
def test_what_nothing_is_known_of_does_not_count_as_safe(
    packages: list[dict[str, Any]], line: str
) -> None:
    assert summary({"dependencies": packages}) == line


def test_without_a_network_it_says_that_nobody_was_asked_and_does_not_fail() -> None:
    nowhere = "http://127.0.0.1:9"
    environ = {**os.environ, "HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere, "https_proxy": nowhere}
    environ |= {"NO_PROXY": "", "no_proxy": ""}
    command = [sys.executable, "-m", "tests.audit"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("vulnerabilities: not asked: ")
    assert done.stdout.count("\n") == 1
