"""Worlds do the same on every engine: they are made, replaced, copied, sold and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import bindparam, insert, select

from contracts.record.exchange import Exchange, Request, read_all
from contracts.record.roles import OWN_WORLD
from emulator import journal
from emulator.cli import mockseller
from emulator.clock import SystemClock
from emulator.settings import Settings
from emulator.store import tables
from emulator.store.engine import ConnectionLost, Database, Row, Statement
from emulator.testing import Answer, Seller
from emulator.worlds.worlds import NoWorld, TooManyWorlds, WorldError, WorldExists, Worlds
from tests import tiers
from tests.postgres import TestEngine, needs_postgres, running_engine
from tests.rows import read_rows

AS_OF = "2027-01-31"
ENGINES = ["sqlite", pytest.param("postgresql", marks=needs_postgres())]
VERSION = Statement(select(tables.world.c.version))
CODES = Statement(select(tables.promo_code.c.code))
NEW_CODE = Statement(insert(tables.promo_code).values(code=bindparam("new"), percent=1, type=None))
ORDER: dict[str, Any] = {
    "pricelist": 55227, "period": 1, "ip": "0.0.0.0",  # noqa: S104 - none yet
    "licname": "x", "skipbasket": "on", "clicked_button": "finish", "sok": "ok",
}  # fmt: skip


LEDGER = ("payment", "expense", "billorder", "order_item", "history", "notification")


def order(seller: Seller) -> Answer:
    return seller.call("soft.order.param", **ORDER)


def database_of(engine: str, schema: str, request: pytest.FixtureRequest) -> str:
    """The setting for worlds on an engine."""
    if engine == "sqlite":
        return ""
    server: TestEngine = request.getfixturevalue("postgres")
    return f"{server.address}&schema={schema}"


Open = Callable[[], Worlds]


@pytest.fixture(params=ENGINES)
def open_worlds(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same worlds once more, as another process does; there are none yet."""
    database = database_of(request.param, "worlds", request)
    opened: list[Worlds] = []

    def opener() -> Worlds:
        settings = Settings(data=tmp_path, database=database, max_worlds=4)
        opened.append(Worlds(settings, durable=False))
        return opened[-1]

    yield opener
    opened[0].storage.discard()
    for worlds in opened:
        worlds.close()


@pytest.fixture
def worlds(open_worlds: Open) -> Worlds:
    """No worlds yet."""
    return open_worlds()


def codes(worlds: Worlds, name: str) -> set[str]:
    return {code for (code,) in worlds.connect(name).rows(CODES)}


def add_code(worlds: Worlds, name: str, code: str) -> None:
    """Changes a world in a way that every copy of it shows."""
    with worlds.locked(name) as db, db.writing():
        db.run(NEW_CODE, new=code)


def rows_of(db: Database) -> dict[str, list[Row]]:
    """Every row of a world in one order; without one, each engine has its own."""
    return {name: sorted(rows, key=repr) for name, rows in read_rows(db).items()}


def test_a_world_is_reset_saved_restored_forked_and_removed(worlds: Worlds) -> None:
    worlds.create("a", "small")
    before = rows_of(worlds.connect("a"))
    worlds.snapshot("a", "full")
    add_code(worlds, "a", "one")
    worlds.fork("a", "b")
    add_code(worlds, "b", "two")
    assert codes(worlds, "b") - codes(worlds, "a") == {"two"}
    worlds.reset("a")
    worlds.reset("b")
    assert codes(worlds, "b") - codes(worlds, "a") == {"one"}
    add_code(worlds, "a", "three")
    worlds.restore("a", "full")
    assert (rows_of(worlds.connect("a")) == before) is True
    assert worlds.snapshots("a") == ["full"]
    worlds.remove_snapshot("a", "full")
    with pytest.raises(NoWorld, match='no snapshot "full"'):
        worlds.restore("a", "full")
    worlds.remove("b")
    assert worlds.names() == ["a"]
    for act in (worlds.connect, worlds.reset, worlds.remove, worlds.snapshots, worlds.origin):
        with pytest.raises(NoWorld, match='no world "b"'):
            act("b")


def test_a_world_is_remade_from_another_fixture_and_counted(worlds: Worlds) -> None:
    worlds.create("a", "small")
    worlds.remake("a", "empty")
    assert worlds.connect("a").counts("service")["service"] == 0
    worlds.reset("a")
    assert worlds.origin("a").fixture == "empty"
    with pytest.raises(WorldExists, match='"a" exists already'):
        worlds.create("a", "small")
    with pytest.raises(WorldError, match="not a name of a world"):
        worlds.create("A", "small")
    for name in ("b", "c", "d"):
        worlds.create(name, "empty")
    with pytest.raises(TooManyWorlds, match="there are 4 worlds"):
        worlds.create("e", "empty")
    assert worlds.names() == ["a", "b", "c", "d"]
    assert worlds.storage.size() > 100_000


def test_a_world_moves_between_engines_as_one_file(
    worlds: Worlds, tmp_path: Path, postgres: TestEngine
) -> None:
    worlds.create("a", "small")
    add_code(worlds, "a", "moved")
    before = rows_of(worlds.connect("a"))
    worlds.export("a", tmp_path / "file")
    for database in ("", f"{postgres.address}&schema=elsewhere"):
        with closing(Worlds(Settings(data=tmp_path / "other", database=database))) as other:
            other.import_archive(tmp_path / "file")
            moved = rows_of(other.connect("a"))
            assert [name for name in moved if moved[name] != before[name]] == []
            other.export("a", tmp_path / "back")
            other.reset("a")
            assert "moved" not in codes(other, "a")
            other.storage.discard()
        worlds.import_archive(tmp_path / "back", "back")
        rows = rows_of(worlds.connect("back"))
        worlds.remove("back")
        (world,) = rows.pop("world")
        assert "back" in world
        assert [name for name in rows if rows[name] != before[name]] == []


def test_of_makers_of_one_world_at_once_one_wins(open_worlds: Open) -> None:
    open_worlds()

    def make(_: int) -> bool:
        own = open_worlds()
        try:
            own.create("a", "empty")
        except WorldExists:
            return False
        finally:
            own.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, range(4))) == [False, False, False, True]


@pytest.fixture(params=ENGINES)
def seller(request: pytest.FixtureRequest) -> Iterator[Seller]:
    """A seller with its worlds on either engine."""
    database = database_of(request.param, "seller", request) or None
    with Seller(database=database) as made:
        yield made


def test_orders_at_once_are_all_paid_and_numbered_and_the_ledger_is_the_balance(
    seller: Seller,
) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: order(seller), range(24)))
    numbers = [answer.id for answer in answers if answer.error is None]
    assert len(set(numbers)) == len(numbers) == 24
    account = seller.account()
    assert account["balance"] == account["ledger"] == "880.00"
    assert outcomes(seller) == ["bought 5.00"] * 24


def outcomes(seller: Seller) -> list[str]:
    return [entry["outcome"] for entry in seller.journal.entries(func="soft.order.param")]


def text_of(text: str) -> str:
    """A parameter with the numbers of the world ``small`` in place of its roles."""
    kind, _, role = text.strip("<>").partition(":")
    return OWN_WORLD.get((kind, role), text) if text.startswith("<") else text


def send(seller: Seller, request: Request) -> tuple[int, bytes]:
    params = {name: text_of(text) for name, text in request.params.items() if name != "authinfo"}
    login = f"{request.login.name or 'reseller'}:{request.login.password}"
    answer = seller.call(request.func, **{"authinfo": login, **params})
    return answer.status, answer.body


def requests_of(exchange: Exchange) -> list[Request]:
    return [*(step.request for step in exchange.before), exchange.request]


@needs_postgres()
def test_every_exchange_gets_the_same_bytes_on_both_engines(
    postgres: TestEngine, tally: tiers.Tally
) -> None:
    """One after the other, so that what one changed the next one meets."""
    exchanges = read_all()
    address = f"{postgres.address}&schema=exchanges"
    with Seller(as_of=AS_OF) as first, Seller(as_of=AS_OF, database=address) as second:
        differing = []
        for exchange in exchanges:
            for request in requests_of(exchange):
                answer, other = send(first, request), send(second, request)
                # Where no request is sent, a private key is made, which is new each time.
                if answer != other and b"-----BEGIN" not in answer[1]:
                    differing.append(exchange.name)
        assert first.account() == second.account()
        ledgers = [rows_of(each.worlds.connect("default")) for each in (first, second)]
    assert [name for name in LEDGER if ledgers[0][name] != ledgers[1][name]] == []
    assert len(ledgers[0]["expense"]) > 50
    tally("exchanges on both engines", [exchange.name for exchange in exchanges], len(exchanges))
    assert differing == []


@needs_postgres()
def test_a_connection_lost_in_a_call_leaves_nothing_half_written(postgres: TestEngine) -> None:
    settings = Settings(database=f"{postgres.address}&schema=lost")
    with closing(Worlds(settings, durable=False)) as worlds:
        worlds.create("a", "empty")
        with worlds.locked("a") as db, pytest.raises(ConnectionLost, match="terminat"):
            write_in_halves(db, lambda: end_connections(postgres))
        assert codes(worlds, "a") == set()
        add_code(worlds, "a", "whole")
        assert codes(worlds, "a") == {"whole"}
        worlds.storage.discard()


def write_in_halves(db: Database, between: Callable[[], None]) -> None:
    with db.writing():
        db.run(NEW_CODE, new="half")
        between()
        db.run(NEW_CODE, new="other half")


def end_connections(engine: TestEngine) -> None:
    """Ends every connection of sellers, as the administrator of the engine can."""
    with psycopg.connect(engine.address, autocommit=True) as driver:
        driver.execute(
            "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity"
            " WHERE application_name = 'mockseller'"
        )


@needs_postgres()
def test_a_state_that_was_replaced_is_read_on_for_a_minute_and_then_removed(
    postgres: TestEngine,
) -> None:
    settings = Settings(database=f"{postgres.address}&schema=replaced")
    with closing(Worlds(settings, durable=False)) as worlds:
        worlds.create("a", "empty")
        former = worlds.connect("a")
        worlds.reset("a")
        worlds.reset("a")
        assert former.counts("world") == {"world": 1}
        with psycopg.connect(postgres.address, autocommit=True) as driver:
            driver.execute("UPDATE replaced.retired SET at = at - interval '61 seconds'")
        worlds.reset("a")
        with pytest.raises(ConnectionLost, match="does not exist"):
            former.counts("world")
        assert worlds.connect("a").counts("world") == {"world": 1}
        worlds.storage.discard()


@needs_postgres()
def test_a_world_of_an_earlier_version_is_upgraded_and_stays_as_a_snapshot(
    postgres: TestEngine,
) -> None:
    settings = Settings(database=f"{postgres.address}&schema=upgraded")
    with closing(Worlds(settings, durable=False)) as worlds:
        worlds.create("a", "small")
        expected = rows_of(worlds.connect("a"))
        make_older(postgres, str(worlds.connect("a").path))
        worlds.close()
    with closing(Worlds(settings, durable=False)) as worlds:
        db = worlds.connect("a")
        assert db.value(VERSION) == tables.VERSION
        assert journal.find(db) == []
        assert worlds.snapshots("a") == ["version-4"]
        worlds.restore("a", "version-4")
        rows = rows_of(worlds.connect("a"))
        del rows["world"]  # it has another version of the catalogue
        assert [name for name in rows if rows[name] != expected[name]] == []
        worlds.storage.discard()


def make_older(engine: TestEngine, schema: str) -> None:
    """Takes from a world what the oldest version did not have."""
    path = f"-csearch_path={schema}"
    with psycopg.connect(engine.address, autocommit=True, options=path) as driver:
        driver.execute("UPDATE world SET version = 4")
        driver.execute("ALTER TABLE journal DROP agent, DROP changes")
        driver.execute("DROP TABLE exercise")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "Connection refused"),
        ("postgresql://nobody@/none?schema=Bad-", '"Bad-" is no name of a schema'),
        ("postgresql://nobody@/none?colour=red", "invalid URI query parameter"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_in_one_line(address: str, reason: str) -> None:
    done = CliRunner().invoke(mockseller, ["world", "list", "--data", address])
    assert done.exit_code == 2
    assert reason in done.output
    assert done.output.count("\n") == 1


@needs_postgres()
def test_a_user_who_may_make_no_schema_is_told_so(postgres: TestEngine) -> None:
    with psycopg.connect(postgres.address, autocommit=True) as driver:
        driver.execute("CREATE ROLE guest LOGIN")
    address = postgres.address.replace("mockseller@", "guest@") + "&schema=of_guest"
    done = CliRunner().invoke(mockseller, ["world", "list", "--data", address])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "permission denied" in done.output


@needs_postgres()
def test_a_seller_goes_on_after_its_engine_was_away() -> None:
    with running_engine() as engine, Seller(database=engine.address) as seller:
        bought = order(seller)
        engine.stop()
        try:
            refused = order(seller)
            assert refused.error is not None
            assert refused.error.type == "internal"
            assert seller.call("soft").error is not None
        finally:
            engine.start()
        assert seller.call("soft.edit", elid=bought.id).error is None
        assert order(seller).error is None
        assert outcomes(seller) == ["bought 5.00"] * 2


@needs_postgres()
def test_a_seller_has_one_connection_for_calls_and_one_for_each_thread_beside(
    postgres: TestEngine,
) -> None:
    with Seller(database=f"{postgres.address}&schema=bounded") as seller:
        for name in ("a", "b", "c"):
            seller.world(name)
        with ThreadPoolExecutor(6) as pool:
            for answer in pool.map(lambda _: seller.call("soft"), range(12)):
                assert answer.error is None
        with psycopg.connect(postgres.address, autocommit=True) as driver:
            row = driver.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mockseller'"
            ).fetchone()
        assert row == (2,)


def test_a_world_is_removed_at_its_age(open_worlds: Open) -> None:
    worlds = open_worlds()
    worlds.create("old", "empty")
    made = worlds.storage.made_at("old")
    later = SystemClock(elapsed=lambda: made + 7300)
    settings = Settings(
        data=worlds.settings.data, database=worlds.settings.database, worlds_expire=7200
    )
    with closing(Worlds(settings, later)) as aged:
        aged.remove_expired()
        assert aged.names() == []
