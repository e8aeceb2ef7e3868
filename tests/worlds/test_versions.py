"""A world made by another version of the tables is made anew, never read."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from emulator.app import create_app
from emulator.settings import Settings
from emulator.store import engine, tables
from emulator.worlds.worlds import Worlds


def test_tables_do_not_change_without_their_version() -> None:
    """After a change of the tables raise VERSION, and put the new digest here."""
    digest = hashlib.sha256(engine.schema().encode()).hexdigest()[:12]
    assert (tables.VERSION, digest) == (5, "bc475dc7cbc1")


def age(path: str) -> None:
    """Makes a world look as if an older version had made it."""
    driver = sqlite3.connect(path)
    driver.execute("UPDATE world SET version = 0")
    driver.execute("DROP TABLE expense")
    driver.commit()
    driver.close()


def test_a_world_of_another_version_is_made_anew_at_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, seeds=tmp_path / "seeds")
    before = Worlds(settings)
    before.create("default", "small")
    before.create("shop-b", "russian")
    age(before.current("default"))
    before.close()
    app = create_app(settings)
    worlds: Worlds = app.extensions["mockseller"]
    try:
        assert "expense" in worlds.connect("default").counts()
        assert worlds.rebuild_outdated() == []
        answer = app.test_client().get("/billmgr?authinfo=reseller:secret&func=expense")
        assert b"<p_elems>0</p_elems>" in answer.data
    finally:
        worlds.close()
