"""The journal: a ring bounded by count and by bytes, secrets masked before they are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emulator import journal
from emulator.journal import PRUNE_EVERY, Bounds, Entry
from emulator.store import sqlite


def entry(answer: str = "x") -> Entry:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Entry(
        at, 1.0, "reseller", "127.0.0.1", "GET", "/billmgr", "soft", "xml", None, "{}", answer
    )


@pytest.mark.parametrize(
    ("bounds", "length", "rows_left"),
    [(Bounds(50, 10**9, 10**6), 10, 50), (Bounds(10**6, 20_000, 10**6), 998, 20)],
)
def test_the_oldest_go_by_count_and_by_bytes(bounds: Bounds, length: int, rows_left: int) -> None:
    db = sqlite.in_memory()
    for number in range(300):
        journal.write(db, entry(f"{number:<{length}}"), bounds)
    assert rows_left <= journal.count(db) < rows_left + PRUNE_EVERY
    assert journal.find(db, limit=1)[0].answer.strip() == "299"


def test_a_journal_of_no_rows_writes_nothing() -> None:
    db = sqlite.in_memory()
    journal.write(db, entry(), Bounds(0, 10**9, 10**6))
    assert journal.count(db) == 0


def test_secrets_are_masked_and_long_values_cut() -> None:
    sent = {"authinfo": "reseller:top secret", "auth": "0123456789ab", "ip": "192.0.2.1"}
    masked = journal.masked_params(sent, 1000)
    assert masked == '{"authinfo":"reseller:***","auth":"***","ip":"192.0.2.1"}'
    hidden = journal.secrets_in(sent)
    assert journal.masked_text("<auth>0123456789ab</auth>", hidden, 15) == "<auth>***</auth"


@pytest.mark.parametrize("name", ["old_passwd", "userpassword", "TOKEN", " apiKey", "billmgrses5"])
def test_a_secret_is_known_by_its_name_whoever_knows_the_parameter(name: str) -> None:
    sent = {name: "s3cret-word", "changepassword_at": "2027-01-31"}
    assert journal.masked_params(sent, 1000) == (
        f'{{"{name}":"***","changepassword_at":"2027-01-31"}}'
    )
    assert journal.secrets_in(sent) == ["s3cret-word"]
