"""Bad circumstances: one clear line, nothing lost, and no other world touched."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import bindparam, insert

from emulator.app import create_app
from emulator.cli.group import mockseller
from emulator.domain.world import Provisioning, Rules, read, set_rules
from emulator.settings import Settings
from emulator.store import engine, sqlite, tables
from emulator.store.engine import Statement
from emulator.store.sqlite import SqliteDatabase
from emulator.worlds.worlds import WorldError, Worlds
from tests.clocks import noon_of
from tests.worlds.places import folder_of, snapshot_file
from tests.worlds.test_versions import write_version_4

CODE = Statement(insert(tables.promo_code).values(code=bindparam("code"), percent=1, type=None))
LONG = "x" * 100_000


@pytest.fixture
def full(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """A world whose file cannot grow, as on a full disk."""
    database = sqlite.create(tmp_path / "world.db")
    with closing(sqlite3.connect(tmp_path / "world.db")) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0]
    database._driver.execute(f"PRAGMA max_page_count={pages + 4}")  # noqa: SLF001 - of this connection
    yield database
    database.close()


def codes(database: SqliteDatabase) -> int:
    return database.counts("promo_code")["promo_code"]


def test_a_transaction_that_finds_the_disk_full_ends_and_the_next_can_begin(
    full: SqliteDatabase,
) -> None:
    for _ in range(2):
        with (
            pytest.raises(sqlite3.OperationalError, match="full") as caught,
            full.writing(),
            full.savepoint(),
        ):
            full.run(CODE, code=LONG)
        assert engine.is_storage_error(caught.value)
    with full.writing():
        full.run(CODE, code="short")
    assert codes(full) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(folder)]
    try:
        subprocess.run(mounting, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk (tmpfs) cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def order(app: Flask, world: str, name: str) -> str:
    """Orders a license; the number of what is bought, or the type of the error."""
    form = {
        "func": "soft.order.param", "authinfo": "reseller:secret", "pricelist": "55227",
        "period": "1", "ip": "0.0.0.0", "licname": name, "skipbasket": "on",  # noqa: S104 - none yet
        "clicked_button": "finish", "sok": "ok", "out": "json", "comment": LONG,
    }  # fmt: skip
    doc = app.test_client().post(f"/w/{world}/billmgr", data=form).get_json()["doc"]
    return str(doc["error"]["$type"] if "error" in doc else doc["id"]["$"])


def account(app: Flask, world: str) -> dict[str, str]:
    answer = app.test_client().get(f"/_mockseller/accounts/reseller?world={world}")
    content: dict[str, str] = answer.get_json()
    return content


def test_a_full_disk_refuses_in_a_line_and_loses_nothing(
    small_disk: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(Settings(data=small_disk, seeds=tmp_path / "seeds", fixture="empty"))
    worlds: Worlds = app.extensions["mockseller"]
    worlds.create("shop", "empty")
    filler = small_disk / "filler"
    left = os.statvfs(small_disk)
    filler.write_bytes(b"0" * (left.f_bavail * left.f_frsize - 300_000))
    bought: list[str] = []
    while (result := order(app, "shop", f"n{len(bought)}")).isdigit():
        bought.append(result)
    assert bought, "the disk was full from the beginning"
    lines = [record for record in caplog.records if "full" in record.getMessage()]
    assert lines
    assert all(record.exc_info is None for record in lines)
    created = app.test_client().post("/_mockseller/worlds", json={"name": "more"})
    assert created.status_code == 507
    assert "No space left" in created.get_json()["error"]
    filler.unlink()
    assert order(app, "shop", "after").isdigit()
    spent = 5 * (len(bought) + 1)
    money = account(app, "shop")
    assert money["balance"] == money["ledger"] == f"{1000 - spent}.00"
    assert account(app, "default")["balance"] == "1000.00"
    assert worlds.names() == ["default", "shop"]
    worlds.close()


def test_a_world_of_an_earlier_version_is_upgraded_and_a_copy_stays(worlds: Worlds) -> None:
    worlds.create("shop", "empty")
    path = Path(folder_of(worlds).current("shop"))
    write_version_4(path)
    assert worlds.connect("shop").counts()["service"] == 2
    assert worlds.snapshots("shop") == ["version-4"]
    copy = folder_of(worlds).root / "shop" / "snapshots" / "version-4.db"
    with closing(sqlite3.connect(copy)) as driver:
        assert driver.execute("SELECT version FROM world").fetchone() == (4,)
    worlds.reset("shop")
    worlds.restore("shop", "version-4")
    assert worlds.connect("shop").counts()["service"] == 2


def test_a_copy_of_a_second_upgrade_replaces_none(worlds: Worlds) -> None:
    worlds.create("shop", "empty")
    worlds.snapshot("shop", "version-4")
    worlds.close()
    write_version_4(Path(folder_of(worlds).current("shop")))
    worlds.connect("shop")
    assert worlds.snapshots("shop") == ["version-4", "version-4-2"]


def test_a_snapshot_is_removed_by_command_and_over_the_control_api(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path, fixture="empty"))
    worlds: Worlds = app.extensions["mockseller"]
    worlds.snapshot("default", "first")
    worlds.snapshot("default", "second")
    command = ["world", "forget", "default", "first", "--data", str(tmp_path)]
    assert CliRunner().invoke(mockseller, command).exit_code == 0
    path = "/_mockseller/worlds/default/snapshots/second"
    headers = {"Content-Type": "application/json"}
    answer = app.test_client().delete(path, headers=headers)
    assert (answer.status_code, answer.get_json()["snapshots"]) == (200, [])
    assert app.test_client().delete(path, headers=headers).status_code == 404
    refused = CliRunner().invoke(mockseller, command)
    assert (refused.exit_code, "no snapshot" in refused.output) == (2, True)
    with pytest.raises(WorldError, match="is not a name of a snapshot"):
        worlds.remove_snapshot("default", "../seed")
    worlds.close()


@pytest.mark.parametrize("version", [3, 999])
def test_a_world_of_an_unknown_version_is_refused_in_a_line(worlds: Worlds, version: int) -> None:
    worlds.create("shop", "empty")
    path = Path(folder_of(worlds).current("shop"))
    with closing(sqlite3.connect(path)) as driver, driver:
        driver.execute("UPDATE world SET version = ?", (version,))
    content = path.read_bytes()
    with pytest.raises(WorldError, match=f"tables are of version {version}") as caught:
        worlds.connect("shop")
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    assert worlds.snapshots("shop") == []


def test_a_torn_file_is_named_and_the_world_beside_it_works(worlds: Worlds) -> None:
    worlds.create("shop", "empty")
    worlds.create("torn", "empty")
    path = Path(folder_of(worlds).current("torn"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    app = create_app(Settings(data=worlds.settings.data, fixture="empty"))
    assert order(app, "torn", "n").isalpha()
    assert order(app, "shop", "n").isdigit()
    app.extensions["mockseller"].close()


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_world_that_another_program_keeps_locked_is_refused_and_the_others_are_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, lock: str
) -> None:
    app = create_app(Settings(data=tmp_path, fixture="empty"))
    worlds: Worlds = app.extensions["mockseller"]
    worlds.create("shop", "empty")
    before = account(app, "shop")
    for opened in (worlds, *worlds._shared_ones):  # noqa: SLF001 - of the control API, and of calls
        driver = opened.connect("shop")._driver  # type: ignore[attr-defined]  # noqa: SLF001 - the same
        assert driver.execute("PRAGMA busy_timeout").fetchone() == (5000,)
        driver.execute("PRAGMA busy_timeout=10")
    file = folder_of(worlds).current("shop")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"BEGIN {lock}")
        assert order(app, "shop", "first") == "internal"
        assert order(app, "default", "first").isdigit()
        line = 'the world "shop": database is locked; func=soft.order.param was not done'
        assert [record.getMessage() for record in caplog.records] == [line]
        assert account(app, "shop") == before
        changed = app.test_client().patch(
            "/_mockseller/accounts/reseller?world=shop", json={"balance": "7.00"}
        )
        assert changed.status_code == 507
        assert "database is locked" in changed.get_json()["error"]
        other.execute("ROLLBACK")
    assert order(app, "shop", "second").isdigit()
    assert account(app, "shop")["balance"] == account(app, "shop")["ledger"] == "995.00"
    worlds.close()


def test_a_folder_that_is_read_only_is_refused_in_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m,ro", "none", str(folder)]
    try:
        subprocess.run(mounted, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a read-only folder (tmpfs) cannot be mounted here")
    try:
        refused = subprocess.run(
            [sys.executable, "-m", "emulator.cli", "serve", "--port", "0", "--data", str(folder)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "Read-only file system" in refused.stderr


def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, fixture="empty")
    create_app(settings).extensions["mockseller"].close()
    root = tmp_path / "worlds"
    for name in (".part-killed", ".new-former", ".gone-former"):
        (root / name / "shop").mkdir(parents=True)
    pointer = root / "default" / ".current-killed"
    pointer.symlink_to("gen-000009-none.db")
    app = create_app(settings)
    assert [path.name for path in root.iterdir() if path.is_dir()] == ["default"]
    app.extensions["mockseller"].reset("default")
    assert not pointer.is_symlink()
    app.extensions["mockseller"].close()


def test_a_server_removes_nothing_while_another_one_builds(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    other = Worlds(worlds.settings)
    with folder_of(worlds)._building("b"):  # noqa: SLF001 - the instant in between
        other.remove_leftovers()
    assert worlds.names() == ["a", "b"]
    other.close()


def test_an_import_does_not_apply_the_journal_of_one_that_was_killed(worlds: Worlds) -> None:
    """SQLite applies a journal to whatever file lies beside it, so parts share no name."""
    worlds.create("shop", "empty")
    db = worlds.connect("shop")
    tariffs = tuple(worlds.catalogue(db, read(db)).all())
    part = folder_of(worlds).root / "shop" / "seed.part"
    shutil.copyfile(snapshot_file(worlds, "shop", "start"), part)
    killed = SqliteDatabase(part)
    with killed.writing():
        set_rules(killed, Rules(poor_order="basket"), Provisioning())
    journal = part.with_name("seed.part-wal")
    written = journal.read_bytes()
    killed.close()
    journal.write_bytes(written)
    worlds.sell("shop", tariffs)
    worlds.reset("shop")
    assert read(worlds.connect("shop")).rules.poor_order == Rules().poor_order


def test_two_servers_share_a_folder_and_its_worlds(tmp_path: Path) -> None:
    first, second = (create_app(Settings(data=tmp_path, fixture="empty")) for _ in range(2))
    results = [order(app, "default", f"n{n}") for n, app in enumerate([first, second] * 5)]
    assert len(set(results)) == 10
    assert account(first, "default") == account(second, "default")
    assert account(first, "default")["balance"] == "950.00"
    for app in (first, second):
        app.extensions["mockseller"].close()


def test_a_clock_that_is_set_back_changes_no_service_and_no_money(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, fixture="empty")
    now = create_app(settings, noon_of(date(2027, 1, 31)))
    number = order(now, "default", "first")
    path = f"/_mockseller/services/{number}"
    before = now.test_client().get(path).get_json()
    now.extensions["mockseller"].close()
    back = create_app(settings, noon_of(date(2026, 11, 30)))
    assert back.test_client().get(path).get_json() == before
    assert order(back, "default", "second").isdigit()
    money = account(back, "default")
    assert money["balance"] == money["ledger"] == "990.00"
    assert back.test_client().get(path).get_json() == before
    back.extensions["mockseller"].close()
