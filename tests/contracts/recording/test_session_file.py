"""A session's file: whole after every exchange, and readable after a crash."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.record.document import Node
from contracts.record.fields import ExchangeError
from contracts.recording.file import SessionFile
from contracts.recording.session import RecordedExchange, Session, read, write_entry

BEGUN = Session("s", "https://seller.example/billmgr", datetime(2026, 11, 26, 12, tzinfo=UTC))


def _entry(func: str = "soft", text: str = "<doc/>", **params: str) -> RecordedExchange:
    return RecordedExchange(
        func=func, at=datetime(2026, 11, 26, 12, tzinfo=UTC), today=date(2026, 11, 26), seconds=0.5,
        method="GET", body="none", login="authinfo login1", out="xml", params=params, status=200,
        content_type="text/xml", kind="listing", doc=Node("doc", None, {}, (Node("id", "<id:1>"),)),
        text=text,
    )  # fmt: skip


def _recorded(path: Path, *entries: RecordedExchange) -> bytes:
    with SessionFile(path, BEGUN) as file:
        for entry in entries:
            file.append(entry)
    return path.read_bytes()


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    _recorded(path, _entry(elid="1"), _entry("soft.edit", sok="on", note="null"))
    session = read(path)
    assert [entry.func for entry in session.entries] == ["soft", "soft.edit"]
    assert session.entries[1] == _entry("soft.edit", sok="on", note="null")
    assert (session.name, session.torn) == ("s", "")


@given(st.text(min_size=1), st.text())
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, text: str, param: str) -> None:
    path = tmp_path_factory.mktemp("any") / "s.yaml"
    _recorded(path, _entry(text=text, param=param))
    assert read(path).entries[0].text == text
    assert read(path).entries[0].params == {"param": param}


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    _recorded(tmp_path / "s.yaml", _entry())
    assert stat.S_IMODE((tmp_path / "s.yaml").stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", [1, 5, 100])
def test_what_a_crash_cut_off_is_told_and_the_rest_is_read(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "s.yaml"
    whole = _recorded(path, _entry(elid="1"), _entry(elid="2"))
    path.write_bytes(whole[:-cut])
    session = read(path)
    assert [entry.params["elid"] for entry in session.entries] == ["1"]
    assert session.torn


def test_who_goes_on_with_a_torn_file_cuts_off_what_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes(_recorded(path, _entry(elid="1"), _entry(elid="2"))[:-9])
    _recorded(path, _entry(elid="3"))
    assert [entry.params["elid"] for entry in read(path).entries] == ["1", "3"]
    assert not read(path).torn


def test_two_recorders_do_not_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    with (
        SessionFile(path, BEGUN),
        pytest.raises(ExchangeError, match="recorded by another process"),
    ):
        SessionFile(path, BEGUN)
    with SessionFile(path, BEGUN) as file:
        assert file.append(_entry()) == 1


def test_an_exchange_is_put_in_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    with SessionFile(path, BEGUN) as file:
        for elid in ("1", "2", "3"):
            file.append(_entry(elid=elid))
        file.put(2, _entry(elid="new"))
        assert [entry.params["elid"] for entry in read(path).entries] == ["1", "new", "3"]
        assert file.append(_entry(elid="4")) == 4
    assert len(read(path).entries) == 4
    assert sorted(file.name for file in tmp_path.iterdir()) == ["s.yaml"]


def test_a_text_that_looks_like_an_end_is_none(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    _recorded(path, _entry(text="<doc>\n...\n---\n</doc>\n"), _entry(elid="2"))
    assert len(read(path).entries) == 2


FAULTS = [
    ("mockseller: session 1", "mockseller: session 9", '"session 9" is not one of session 1'),
    ("func: soft\n", "", "exchange 1: func: is missing"),
    ("at: '2026-11-26T12:00:00+00:00'", "at: noon", 'exchange 1: at: "noon" is no moment'),
    ("+00:00'\ntoday", "'\ntoday", "has no time zone"),
    ("status: '200'", "status: fine", '"fine" is not a count'),
    ("  doc:\n    id: <id:1>\n", "  doc: []\n", "answer.doc: /doc: is a list, not one document"),
    ("seconds: '0.500'", "seconds: long", '"long" is no number'),
    ("func: soft", "func: [", "is not YAML: line 12, column 1: expected"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_file_that_is_wrong_is_told_in_one_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "s.yaml"
    text = _recorded(path, _entry()).decode()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ExchangeError) as caught:
        read(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="cannot be read"):
        read(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(ExchangeError, match="nothing in it is whole"):
        read(tmp_path / "empty.yaml")


def test_an_exchange_is_one_document() -> None:
    assert write_entry(_entry()).startswith(b"---\nfunc: soft\n")
    assert write_entry(_entry()).endswith(b"\n...\n")


def test_nothing_is_left_beside_a_session(tmp_path: Path) -> None:
    _recorded(tmp_path / "s.yaml", _entry())
    assert [path.name for path in tmp_path.iterdir()] == ["s.yaml"]
