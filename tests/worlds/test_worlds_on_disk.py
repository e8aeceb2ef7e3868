from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from emulator.domain.accounts.sessions import prefix_of
from emulator.domain.world import Provisioning, Rules, read, set_rules
from emulator.settings import Settings
from emulator.store.sqlite import SqliteDatabase
from emulator.worlds.fixtures import FixtureError
from emulator.worlds.worlds import NoWorld, WorldError, WorldExists, Worlds
from tests.worlds.places import folder_of, snapshot_file

OWN = Rules(poor_order="basket")


def changed(worlds: Worlds, name: str) -> bool:
    return read(worlds.connect(name)).rules.poor_order == "basket"


def change(worlds: Worlds, name: str) -> None:
    with worlds.locked(name) as db, db.writing():
        set_rules(db, OWN, Provisioning())


@pytest.mark.parametrize("name", ["", "A", "a/b", "..", "a b", "a" * 41, "ä", "a\n", "a\x00"])
def test_a_name_is_judged_before_the_disk_is_touched(worlds: Worlds, name: str) -> None:
    assert not worlds.exists(name)
    for act in (worlds.connect, worlds.reset, worlds.remove):
        with pytest.raises(WorldError, match="is not a name of a world"):
            act(name)
    with pytest.raises(WorldError, match="is not a name of a world"):
        worlds.create(name, "empty")
    assert not folder_of(worlds).root.exists()


def test_there_is_one_world_of_a_name(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    with pytest.raises(WorldExists, match='the world "a" exists already'):
        worlds.create("a", "empty")
    assert worlds.names() == ["a"]


def test_what_nobody_made_is_missed(worlds: Worlds) -> None:
    for act in (worlds.connect, worlds.reset, worlds.remove, worlds.snapshots):
        with pytest.raises(NoWorld):
            act("nobody")


def test_an_unknown_fixture_leaves_nothing_behind(worlds: Worlds) -> None:
    with pytest.raises(FixtureError):
        worlds.create("a", "no-such-fixture")
    assert worlds.names() == []


def test_the_default_world_stays(worlds: Worlds) -> None:
    worlds.ensure_default()
    worlds.ensure_default()
    with pytest.raises(WorldError, match="cannot be removed"):
        worlds.remove("default")


def test_a_world_knows_its_own_name(worlds: Worlds) -> None:
    worlds.create("first", "empty")
    worlds.fork("first", "second")
    assert read(worlds.connect("first")).name == "first"
    assert read(worlds.connect("second")).name == "second"


def test_a_reset_turns_the_pointer_to_a_new_file(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    before = worlds.connect("a")
    change(worlds, "a")
    worlds.reset("a")
    after = worlds.connect("a")
    assert after.path != before.path
    assert not changed(worlds, "a")


def test_few_generations_are_kept(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    for _ in range(5):
        worlds.reset("a")
    assert len(list((folder_of(worlds).root / "a").glob("gen-*.db"))) == 2


def test_another_worker_follows_the_pointer(worlds: Worlds, tmp_path: Path) -> None:
    other = Worlds(Settings(data=tmp_path))
    worlds.create("a", "empty")
    assert not changed(other, "a")
    change(worlds, "a")
    assert changed(other, "a")
    worlds.reset("a")
    assert not changed(other, "a")
    other.close()


def test_a_world_made_again_is_not_mistaken_for_the_old_one(worlds: Worlds, tmp_path: Path) -> None:
    other = Worlds(Settings(data=tmp_path))
    worlds.create("a", "empty")
    change(worlds, "a")
    assert changed(other, "a")
    worlds.remove("a")
    worlds.create("a", "empty")
    assert not changed(other, "a")
    other.close()


def test_a_reset_that_overtakes_a_waiting_writer_is_what_he_writes_to(
    worlds: Worlds, tmp_path: Path
) -> None:
    other = Worlds(Settings(data=tmp_path))
    worlds.create("a", "empty")
    other.connect("a")
    worlds.reset("a")
    change(other, "a")
    assert changed(worlds, "a")
    other.close()


def test_snapshots_survive_resets_and_are_listed(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    change(worlds, "a")
    worlds.snapshot("a", "kept")
    worlds.reset("a")
    worlds.restore("a", "kept")
    assert changed(worlds, "a")
    assert worlds.snapshots("a") == ["kept"]


def test_a_snapshot_of_another_version_is_refused(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    file = snapshot_file(worlds, "a", "new")
    with sqlite3.connect(file) as driver:
        driver.execute("UPDATE world SET version = 999")
    driver.close()
    with pytest.raises(WorldError, match="version 999"):
        worlds.restore("a", "new")


def test_a_world_made_from_a_file_of_ones_own_can_be_made_again(
    worlds: Worlds, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "about: mine\ncurrency: RUB\ntariffs: all\naccounts:\n  - {login: me, password: secret,"
        ' balance: "1.00", realname: Me, email: me@example.com}\n',
        encoding="utf-8",
    )
    worlds.create("a", "empty")
    worlds.remake("a", str(file))
    assert read(worlds.connect("a")).currency == "RUB"
    worlds.reset("a")
    assert read(worlds.connect("a")).made_from == "own"
    worlds.remake("b", str(file))
    assert worlds.names() == ["a", "b"]


def test_a_file_named_in_one_folder_is_found_from_another(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.yaml").write_text("about: mine\ncurrency: RUB\ntariffs: all\n")
    monkeypatch.chdir(tmp_path)
    worlds.create("a", "own.yaml")
    monkeypatch.chdir("/")
    worlds.reset("a")
    assert read(worlds.connect("a")).made_from == "own"


def test_a_user_without_a_home_has_worlds_all_the_same(tmp_path: Path) -> None:
    made = Worlds(Settings(data=tmp_path / "data", seeds=Path("/proc/none/seeds")))
    made.create("a", "empty")
    assert read(made.connect("a")).made_from == "empty"
    assert len(list((tmp_path / "data" / "seeds").glob("*.db"))) == 1
    made.close()


def test_a_session_id_finds_its_world(worlds: Worlds) -> None:
    worlds.create("first", "empty")
    worlds.create("second", "empty")
    assert worlds.by_session(prefix_of("second") + "0" * 20) == "second"
    assert worlds.by_session("ffffffffffff") in {None, "first", "second"}
    worlds.remove("second")
    assert worlds.by_session(prefix_of("second") + "0" * 20) is None


def test_a_closed_copy_needs_no_second_file(worlds: Worlds) -> None:
    worlds.create("a", "empty")
    file = snapshot_file(worlds, "a", "closed")
    database = SqliteDatabase(file)
    assert read(database).name == "a"
    database.close()
    assert [path.name for path in file.parent.iterdir()] == ["closed.db"]
