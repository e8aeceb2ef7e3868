"""`make release` refuses what must not be released, and says why in a line for each."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.release import ROOT, check_changelog, check_repository, check_version, check_wheel

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2027-01-31\n\n### Added\n\n- It.\n"


@pytest.mark.parametrize("version", ["1.2", "1.2.3.dev0", "v1.2.3", ""])
def test_a_version_has_three_numbers(version: str) -> None:
    assert list(check_version("1.2.3")) == []
    assert len(list(check_version(version))) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[Unreleased]\n", "[Unreleased]\n\n- Something.\n", "Unreleased"),
        ("[1.2.3]", "[1.2.2]", "the first released section is not [1.2.3]"),
        (" - 2027-01-31", "", "has no date"),
    ],
)
def test_the_changelog_begins_with_the_version(old: str, new: str, message: str) -> None:
    assert list(check_changelog(CHANGELOG, "1.2.3")) == []
    (problem,) = check_changelog(CHANGELOG.replace(old, new), "1.2.3")
    assert message in problem


def test_a_tag_on_another_commit_and_open_changes_are_refused(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("commit", "--allow-empty", "-m", "One")
    assert list(check_repository(tmp_path, "1.2.3")) == []
    git("tag", "v1.2.3")
    assert list(check_repository(tmp_path, "1.2.3")) == []
    git("commit", "--allow-empty", "-m", "Two")
    (tmp_path / "new").touch()
    changes, tag = check_repository(tmp_path, "1.2.3")
    assert "not committed" in changes
    assert "v1.2.3 is on another commit" in tag


def test_a_wheel_carries_its_version_and_the_packages_alone(tmp_path: Path) -> None:
    wheel = tmp_path / "mockseller-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mockseller/__init__.py", "")
        archive.writestr("emulator/__init__.py", "")
        archive.writestr("reseller_client/__init__.py", "")
        archive.writestr("contracts/__init__.py", "")
        archive.writestr("mockseller-1.2.3.dist-info/METADATA", "Name: x\nVersion: 1.2.3\n")
    assert list(check_wheel(wheel, "1.2.3")) == []
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("tests/x.py", "")
    version, strange = check_wheel(wheel, "1.2.4")
    assert "does not say version 1.2.4" in version
    assert strange.endswith("does not belong there: tests")


def test_what_was_released_stands_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert changelog.index("## [Unreleased]") < changelog.index("## [0.1.0] - 2026-11-26")
