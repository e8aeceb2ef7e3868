"""Worlds of earlier versions are upgraded, those that cannot be read are named."""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.app import create_app
from emulator.cli.group import mockseller
from emulator.settings import Settings
from emulator.store import sqlite, tables
from emulator.worlds.worlds import WorldError, Worlds
from tests.worlds.places import folder_of, snapshot_file

VERSION_4 = Path(__file__).parent / "data" / "version-4.sql.gz"
"""A world ``empty`` as 0.1.0 left it: one license, one order in the basket, one ticket."""


def test_tables_do_not_change_without_their_version() -> None:
    """After a change of the tables raise VERSION, and put the new digest here."""
    digest = hashlib.sha256(sqlite.schema().encode()).hexdigest()[:12]
    assert (tables.VERSION, digest) == (10, "cafd2db3c070")


def write_version_4(path: Path) -> None:
    path.unlink(missing_ok=True)
    driver = sqlite3.connect(path)
    driver.executescript(gzip.decompress(VERSION_4.read_bytes()).decode())
    driver.close()


def overwrite(path: Path) -> None:
    path.write_bytes(b"no database" * 99)


def make_unreadable(path: Path) -> None:
    """Makes a world look as if an older version had made it."""
    driver = sqlite3.connect(path)
    driver.execute("UPDATE world SET version = 3")
    driver.commit()
    driver.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, seeds=tmp_path / "seeds", fixture="empty")


@pytest.fixture
def worlds(settings: Settings) -> Worlds:
    """The worlds ``default`` and ``shop``, both closed."""
    worlds = Worlds(settings)
    worlds.create("default", "empty")
    worlds.create("shop", "empty")
    worlds.close()
    return worlds


def call(settings: Settings, func: str, **fields: str) -> dict[str, object]:
    app = create_app(settings)
    try:
        form = {"authinfo": "reseller:secret", "func": func, "out": "json", **fields}
        answer = app.test_client().post("/w/shop/billmgr", data=form)
        doc: dict[str, object] = json.loads(answer.data)["doc"]
        return doc
    finally:
        app.extensions["mockseller"].close()


def columns(path: str) -> dict[str, set[str]]:
    driver = sqlite3.connect(path)
    names = [row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    by_table = {
        name: {row[1] for row in driver.execute(f"PRAGMA table_info({name})")} for name in names
    }
    driver.close()
    return by_table


def test_a_world_of_version_4_keeps_its_content(settings: Settings, worlds: Worlds) -> None:
    write_version_4(Path(folder_of(worlds).current("shop")))
    licenses = call(settings, "soft")["elem"]
    assert [row["licname"]["$"] for row in licenses] == ["second", "first"]  # type: ignore[attr-defined]
    assert "id" in call(
        settings, "soft.order.param", pricelist="3541", period="1", ip="192.0.2.12",
        licname="third", skipbasket="on", sok="ok",
    )  # fmt: skip
    assert columns(folder_of(worlds).current("shop")) == columns(
        folder_of(worlds).current("default")
    )


def test_every_table_of_version_4_is_still_written(settings: Settings, worlds: Worlds) -> None:
    """What 0.1.0 recorded is read by the functions that show it."""
    write_version_4(Path(folder_of(worlds).current("shop")))
    for func, rows in (("payment", 1), ("expense", 1), ("clientticket", 1), ("soft", 2)):
        assert len(call(settings, func)["elem"]) == rows, func  # type: ignore[arg-type]
    assert call(settings, "basket")["total_sum"]


def test_a_snapshot_and_a_seed_of_version_4_are_restored(worlds: Worlds) -> None:
    snapshot = snapshot_file(worlds, "shop", "old")
    write_version_4(snapshot)
    worlds.fork("shop", "copy")
    write_version_4(folder_of(worlds).root / "copy" / "seed.db")
    worlds.restore("shop", "old")
    worlds.reset("copy")
    for name in ("shop", "copy"):
        assert worlds.connect(name).counts()["service"] == 2
        assert columns(folder_of(worlds).current(name)) == columns(
            folder_of(worlds).current("default")
        )
    assert sqlite3.connect(snapshot).execute("SELECT version FROM world").fetchone() == (4,)
    worlds.close()


@pytest.mark.parametrize("damage", [make_unreadable, overwrite])
def test_an_unreadable_world_is_named_and_stays_as_it_is(
    damage: Callable[[Path], None],
    settings: Settings,
    worlds: Worlds,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = Path(folder_of(worlds).current("shop"))
    damage(path)
    content = path.read_bytes()
    error = call(settings, "soft")["error"]
    assert (error["$type"], error["$object"]) == ("missed", "world")  # type: ignore[index]
    assert 'the world "shop" cannot be read' in caplog.text
    assert '"mockseller world reset shop"' in caplog.text
    assert path.read_bytes() == content
    with pytest.raises(WorldError, match='"mockseller world remove shop" removes it'):
        worlds.connect("shop")
    listed = CliRunner().invoke(mockseller, ["world", "list", "--data", str(settings.data)])
    assert (listed.exit_code, "default " in listed.stdout, "shop" in listed.stderr) == (
        0,
        True,
        True,
    )


@pytest.mark.parametrize("command", ["reset", "remove"])
def test_an_unreadable_world_can_be_reset_and_removed(
    command: str, settings: Settings, worlds: Worlds
) -> None:
    make_unreadable(Path(folder_of(worlds).current("shop")))
    done = CliRunner().invoke(mockseller, ["world", command, "shop", "--data", str(settings.data)])
    assert done.exit_code == 0, done.output
    assert worlds.unreadable() == {}
    assert ("shop" in worlds.names()) is (command == "reset")
    worlds.close()


def test_an_unreadable_default_world_refuses_the_start(settings: Settings, worlds: Worlds) -> None:
    make_unreadable(Path(folder_of(worlds).current("default")))
    with pytest.raises(WorldError, match="tables are of version 3, and this server reads 4 to 10"):
        create_app(settings)


@pytest.mark.parametrize("damage", [make_unreadable, overwrite])
def test_an_unreadable_snapshot_is_refused_and_changes_nothing(
    damage: Callable[[Path], None], worlds: Worlds
) -> None:
    damage(snapshot_file(worlds, "shop", "old"))
    before = folder_of(worlds).current("shop")
    with pytest.raises(WorldError, match=r"old\.db cannot be read"):
        worlds.restore("shop", "old")
    assert folder_of(worlds).current("shop") == before
    assert len(list((folder_of(worlds).root / "shop").glob("gen-*.db"))) == 1
    worlds.close()
