"""A report is written whole or not at all, and where it cannot be, that is told in one line."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from contracts.reports.files import Unwritable, check_writable, write


def test_a_text_replaces_the_one_before_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("yesterday")
    write(path, "день")
    assert path.read_text("utf-8") == "день"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("yesterday")
    with pytest.raises(UnicodeEncodeError):
        write(path, "half\ud800")
    assert path.read_text() == "yesterday"
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    plain, report = tmp_path / "plain", tmp_path / "report"
    plain.write_text("")
    write(report, "")
    assert stat.S_IMODE(report.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(tmp_path / "report")
    write(tmp_path / "latest", "text")
    assert (tmp_path / "latest").is_symlink()
    assert (tmp_path / "report").read_text() == "text"


def test_what_is_no_ordinary_file_is_written_to(tmp_path: Path) -> None:
    null = Path("/dev/null")
    check_writable([null, tmp_path / "report"])
    write(null, "text")
    assert not null.is_file()


def test_missing_folders_are_made_and_nothing_else(tmp_path: Path) -> None:
    check_writable([tmp_path / "build" / "deep" / "report"])
    assert list(tmp_path.rglob("*")) == [tmp_path / "build", tmp_path / "build" / "deep"]


def test_a_folder_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="is a folder"):
        check_writable([tmp_path])


def test_a_folder_below_a_file_is_told_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match=r"file/report: cannot be written: "):
        check_writable([tmp_path / "file" / "report"])


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="cannot be written"):
        check_writable([tmp_path / ("x" * 300) / "report"])


def test_one_file_by_two_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(tmp_path / "report")
    with pytest.raises(Unwritable, match="two reports cannot be written to one file"):
        check_writable([tmp_path / "latest", tmp_path / "report"])
