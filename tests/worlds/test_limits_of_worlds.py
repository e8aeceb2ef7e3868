"""Worlds that are too old, too many or too large."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.settings import Settings, SettingsError, load
from emulator.testing import ControlError, MovableClock, Seller, World
from emulator.worlds.folder import FolderStorage
from emulator.worlds.seeds import Seeds
from emulator.worlds.worlds import TooManyWorlds, Worlds
from tests.worlds.places import folder_of

Open = Callable[..., Worlds]


@pytest.fixture
def open_worlds(tmp_path: Path) -> Iterator[Open]:
    """Opens the worlds of one data folder with the settings of a server."""
    opened: list[Worlds] = []

    def open_with(**settings: int) -> Worlds:
        opened.append(Worlds(Settings(data=tmp_path, **settings)))  # type: ignore[arg-type]
        return opened[-1]

    yield open_with
    for worlds in opened:
        worlds.close()


def make_older(worlds: Worlds, name: str, seconds: int) -> None:
    made = time.time() - seconds  # noqa: TID251 - the age of a file
    os.utime(folder_of(worlds).root / name / "origin.json", (made, made))


def test_a_world_is_removed_at_its_age_and_default_never(open_worlds: Open) -> None:
    worlds = open_worlds(worlds_expire=7200)
    worlds.ensure_default()
    for name, age in (("young", 7000), ("old", 7300)):
        worlds.create(name, "empty")
        make_older(worlds, name, age)
    make_older(worlds, "default", 90_000)
    worlds.create("new", "empty")
    assert worlds.names() == ["default", "new", "young"]


def test_the_log_says_which_world_was_too_old(
    open_worlds: Open, caplog: pytest.LogCaptureFixture
) -> None:
    worlds = open_worlds(worlds_expire=7200)
    worlds.create("old", "empty")
    make_older(worlds, "old", 7300)
    worlds.remove_expired()
    line = 'the world "old" was removed: it was older than worlds_expire, 7200 seconds'
    assert [record.getMessage() for record in caplog.records] == [line]


def test_worlds_stay_for_ever_unless_an_age_is_set(open_worlds: Open) -> None:
    worlds = open_worlds()
    worlds.create("old", "empty")
    make_older(worlds, "old", 10**8)
    worlds.create("new", "empty")
    assert worlds.names() == ["new", "old"]


def test_a_world_that_goes_on_being_used_is_removed_at_the_start_of_the_next_server(
    open_worlds: Open,
) -> None:
    worlds = open_worlds(worlds_expire=60)
    worlds.create("old", "empty")
    make_older(worlds, "old", 61)
    assert worlds.connect("old").counts("account")
    open_worlds(worlds_expire=60).ensure_default()
    assert worlds.names() == ["default"]


@pytest.mark.parametrize("asking", ["a call", "a call in the old world", "a health check"])
def test_a_server_that_only_answers_removes_what_is_too_old_within_a_minute(asking: str) -> None:
    ask: dict[str, Callable[[Seller], object]] = {
        "a call": lambda seller: seller.call("soft"),
        "a call in the old world": lambda seller: World(seller._send, "", "old").call("soft"),  # noqa: SLF001 - the same wire
        "a health check": lambda seller: seller.control("GET", "/health"),
    }
    with Seller(worlds_expire="1h") as seller:
        seller.world("old")
        seller.time.pass_time(3590)
        ask[asking](seller)
        assert seller.worlds.names() == ["default", "old"]
        seller.time.pass_time(59)
        ask[asking](seller)
        assert seller.worlds.names() == ["default", "old"], (
            "it was looked at less than a minute ago"
        )
        seller.time.pass_time(1)
        ask[asking](seller)
        assert seller.worlds.names() == ["default"]


class Unlisted(FolderStorage):
    """Worlds in a folder that can no longer be read."""

    def names(self) -> list[str]:
        raise OSError(errno.EIO, "Input/output error")


def test_a_look_that_fails_is_logged_and_raises_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = MovableClock()
    settings = Settings(data=tmp_path, worlds_expire=60)
    seeds = Seeds(tmp_path, clock.system_clock(), otherwise=tmp_path)
    worlds = Worlds(settings, clock.system_clock(), storage=Unlisted(tmp_path, seeds))
    worlds.look_for_expired()
    assert caplog.text == ""
    clock.pass_time(61)
    worlds.look_for_expired()
    assert "worlds that are too old were not removed" in caplog.text
    worlds.close()


@pytest.mark.parametrize("make", ["create", "fork", "import"])
def test_one_world_too_many_is_refused_in_one_line_that_names_the_setting(
    open_worlds: Open, tmp_path: Path, make: str
) -> None:
    worlds = open_worlds(max_worlds=2)
    worlds.ensure_default()
    worlds.create("second", "empty")
    file = tmp_path / "archive"
    worlds.export("second", file)
    makers: dict[str, Callable[[], object]] = {
        "create": lambda: worlds.create("third", "empty"),
        "fork": lambda: worlds.fork("second", "third"),
        "import": lambda: worlds.import_archive(file, "third"),
    }
    with pytest.raises(TooManyWorlds, match="2 worlds, as many as the setting max_worlds allows"):
        makers[make]()
    worlds.remove("second")
    if make != "fork":
        makers[make]()
        assert worlds.names() == ["default", "third"]


def test_worlds_that_are_too_large_let_no_other_be_made(open_worlds: Open) -> None:
    worlds = open_worlds(max_worlds_bytes=1000)
    worlds.ensure_default()
    with pytest.raises(TooManyWorlds, match="larger than the 1000 bytes of the setting"):
        worlds.create("second", "empty")
    open_worlds().create("second", "empty")


def test_the_control_api_refuses_one_world_too_many_with_409() -> None:
    with (
        Seller(max_worlds=1) as seller,
        pytest.raises(ControlError, match=r"409.*as many as the setting max_worlds allows"),
    ):
        seller.control("POST", "/worlds", {"name": "second"})


@pytest.mark.parametrize(
    ("text", "seconds"), [("2h", 7200), ("30m", 1800), ("1d", 86_400), ("90", 90), ("0", 0)]
)
def test_an_age_has_a_unit(text: str, seconds: int) -> None:
    assert load({"worlds_expire": text}, {}).worlds_expire == seconds


@pytest.mark.parametrize("text", ["", "2 weeks", "-1h", "h", "1.5h"])
def test_an_age_without_sense_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="is no age such as 2h, 30m or 1d"):
        load({"worlds_expire": text}, {})
