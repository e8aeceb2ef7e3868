"""Worlds as of a day: the same answers every day, and a reset to what a world was made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli.group import mockseller
from emulator.clock import SystemClock
from emulator.domain.accounts import accounts
from emulator.settings import Settings
from emulator.testing import Seller
from emulator.worlds.fixtures import FixtureError
from emulator.worlds.worlds import Worlds

DAY = "2027-01-31"
NOW = datetime(2027, 1, 31, tzinfo=UTC)
FILE = """
about: a reseller with little money
country: null
currency: EUR
tariffs: all
accounts:
  - {login: reseller, password: secret, realname: R, email: r@example.com, balance: "%s"}
"""


def ends(seller: Seller) -> dict[str, str]:
    return {row["id"]: row["expiredate"] for row in seller.call("soft").rows()}


def test_a_world_as_of_a_day_is_the_same_on_any_other_day(tmp_path: Path) -> None:
    later = SystemClock(now=lambda: datetime(2031, 5, 7, 8, tzinfo=UTC))
    states = []
    for system_clock in (SystemClock(), later):
        with Seller(as_of=DAY, system_clock=system_clock, seeds=tmp_path) as seller:
            assert seller.clock.now == "2027-01-31T00:00:00+00:00"
            before = ends(seller)
            seller.clock.advance("1 day")
            seller.control("POST", "/worlds/default/reset")
            assert seller.clock.now == "2027-01-31T00:00:00+00:00"
            assert ends(seller) == before
            states.append(before)
    assert states[0] == states[1]
    assert all(end > DAY for end in list(states[0].values())[:1])


def test_a_day_is_given_to_one_world_by_control_command_and_setting(tmp_path: Path) -> None:
    with Seller() as seller:
        fresh = seller.world("then", as_of="2027-01-31T10:00:00Z")
        assert fresh.clock.now == "2027-01-31T10:00:00+00:00"
        assert seller.clock.now != fresh.clock.now
    options = ["--as-of", DAY, "--data", str(tmp_path)]
    made = CliRunner().invoke(mockseller, ["world", "create", "then", *options])
    assert made.exit_code == 0, made.output
    shown = CliRunner().invoke(
        mockseller, ["clock", "show", "--world", "then", "--data", str(tmp_path)]
    )
    assert "2027-01-31 00:00:00 UTC, frozen" in shown.output
    refused = CliRunner().invoke(
        mockseller, ["world", "create", "x", "--as-of", "soon", *options[2:]]
    )
    assert refused.exit_code == 2
    assert '"soon" is not an instant' in refused.output


def test_a_marker_chooses_fixture_and_day(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.mockseller(fixture="strict", as_of="2027-01-31")
        def test_then(seller):
            assert seller.clock.now.startswith("2027-01-31")
            assert seller.control("GET", "/worlds/default")["made_from"] == "strict"

        @pytest.mark.mockseller(fxture="strict")
        def test_misspelled(seller):
            pass
    """)
    result = pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(['*@pytest.mark.mockseller: there is no option "fxture"'])


def test_a_world_of_a_file_resets_to_what_the_file_had(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FILE % "10.00", encoding="utf-8")
    settings = Settings(data=tmp_path / "data", seeds=tmp_path / "seeds")
    days = iter(range(9))
    clock = replace(SystemClock(), now=lambda: NOW + timedelta(days=next(days, 9)))
    worlds = Worlds(settings, clock)
    worlds.create("mine", str(file))
    file.write_text(FILE % "99.00", encoding="utf-8")
    worlds.reset("mine")
    assert balance(worlds) == 10
    file.unlink()
    worlds.reset("mine")
    assert balance(worlds) == 10
    with pytest.raises(FixtureError):
        worlds.create("again", str(file))
    worlds.close()


def balance(worlds: Worlds) -> Decimal:
    db = worlds.connect("mine")
    (owner,) = accounts.list_accounts(db)
    return owner.balance
