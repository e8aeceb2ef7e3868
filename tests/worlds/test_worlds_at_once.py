"""Several threads and several workers at one world: nothing is lost, nothing is corrupt."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from emulator.domain.accounts import accounts
from emulator.domain.billing import payments
from emulator.domain.world import read
from emulator.settings import Settings
from emulator.testing import Seller
from emulator.worlds.worlds import WorldExists, Worlds
from tests.worlds.places import folder_of


def sound(worlds: Worlds, name: str) -> str:
    """What SQLite itself says about the current file."""
    with sqlite3.connect(folder_of(worlds).current(name)) as driver:
        result = str(driver.execute("PRAGMA integrity_check").fetchone()[0])
    driver.close()
    return result


T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Runs them in threads that start together; raises what one of them raised."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


@pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
def test_a_thread_keeps_few_worlds_open_and_calls_of_all_threads_share_more(worlds: Worlds) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    names = [f"w{number}" for number in range(20)]
    for name in names:
        worlds.create(name, "empty")
    before = open_files()
    for name in names:
        worlds.connect(name).counts("account")
    of_a_thread = open_files() - before
    shared = worlds.with_shared_connections()
    for name in names:
        shared.connect(name).counts("account")
    of_calls = open_files() - before - of_a_thread
    assert 8 <= of_a_thread <= 8 * 4
    assert 20 * 3 <= of_calls <= 20 * 4


def test_of_two_makers_of_one_world_one_wins(tmp_path: Path) -> None:
    def make() -> bool:
        worlds = Worlds(Settings(data=tmp_path))
        try:
            worlds.create("a", "empty")
        except WorldExists:
            return False
        finally:
            worlds.close()
        return True

    assert sorted(map(bool, at_once(make, make, make, make))) == [False, False, False, True]
    worlds = Worlds(Settings(data=tmp_path))
    assert sound(worlds, "a") == "ok"
    assert [p.name for p in folder_of(worlds).root.iterdir()] == ["a"]


def test_two_workers_spend_one_balance_exactly(tmp_path: Path) -> None:
    worlds = Worlds(Settings(data=tmp_path))
    worlds.create("a", "empty")

    def spend() -> int:
        own = Worlds(Settings(data=tmp_path))
        for _ in range(40):
            with own.locked("a") as db, db.writing():
                shop = own.shop(db, read(db))
                account = accounts.read(db, 1)
                assert account is not None
                payments.charge(shop, account, account.balance / account.balance, "open", {})
        own.close()
        return 40

    assert sum(int(str(n)) for n in at_once(spend, spend, spend)) == 120
    db = worlds.connect("a")
    account = accounts.read(db, 1)
    assert account is not None
    assert account.balance == payments.compute_ledger(db, 1) == 880
    worlds.close()


def test_resets_while_others_write_leave_a_sound_world(tmp_path: Path) -> None:
    worlds = Worlds(Settings(data=tmp_path))
    worlds.create("a", "empty")

    def write() -> None:
        own = Worlds(Settings(data=tmp_path))
        for _ in range(60):
            with own.locked("a") as db, db.writing():
                account = accounts.read(db, 1)
                assert account is not None
                payments.credit(own.shop(db, read(db)), account, account.balance, "test")
                payments.set_balance(own.shop(db, read(db)), account, account.balance)
        own.close()

    def reset() -> None:
        own = Worlds(Settings(data=tmp_path))
        for _ in range(20):
            own.reset("a")
        own.close()

    at_once(write, write, reset)
    assert sound(worlds, "a") == "ok"
    db = worlds.connect("a")
    account = accounts.read(db, 1)
    assert account is not None
    assert account.balance == payments.compute_ledger(db, 1)
    worlds.close()


def test_calls_during_resets_get_documents_never_faults(seller: Seller) -> None:
    def order() -> list[str]:
        errors = []
        for place in range(15):
            answer = seller.call(
                "soft.order.param", pricelist=55227, period=1, ip=f"10.0.0.{place}", licname="x",
                skipbasket="on", sok="ok", clicked_button="finish",
            )  # fmt: skip
            errors.append(answer.error.type if answer.error else "ok")
        return errors

    def look() -> list[str]:
        return [e.type if (e := seller.call("soft").error) else "ok" for _ in range(30)]

    def reset() -> list[str]:
        for _ in range(15):
            seller.reset()
        return []

    outcomes = {word for words in at_once(order, look, reset) for word in words}
    assert outcomes <= {"ok", "exists"}


def test_a_session_id_finds_its_world_whatever_the_path(seller: Seller) -> None:
    ids = {}
    for name in ("alpha", "beta"):
        world = seller.world(name)
        answer = world.call("auth", login="", username="reseller", password="secret")
        ids[name] = answer.xml.findtext("auth") or ""
    seller.account(realname="Of default")
    for name, session in ids.items():
        seller.control("PATCH", f"/accounts/reseller?world={name}", {"realname": f"Of {name}"})
        assert f"Of {name}" in seller.call("whoami", auth=session).text
