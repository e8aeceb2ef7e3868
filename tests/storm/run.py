"""One storm: clients at work, kills at random instants, and at the end a comparison of all."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psycopg

from tests.postgres import TestEngine
from tests.storm.client import MONEY, StormClient
from tests.storm.connection import Connection, Difference, Tally
from tests.storm.purchases import differences
from tests.storm.server import KilledServer

SHORT = 110
"""Seconds of a storm where nothing else is said."""
MARKET = "market"
"""The world in which several clients buy with one account at once."""
IN_MARKET = 2
ALONE = 2
WHOLE_SERVER = 0.4
"""Share of the kills that take the whole server; the others take a worker."""
ENGINE = 0.3
"""Share of the kills that take the engine, where there is one."""
LONGEST_PAUSE = 0.7
"""Seconds between two kills, at most; half of it on average."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How long a storm lasts: until one of both is reached. ``seconds`` is elapsed time."""

    seconds: float = SHORT
    kills: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts by what was counted, and every difference in a line."""

    counts: dict[str, int]
    differences: list[str]


def run(data: Path, extent: Extent, seed: int, engine: TestEngine | None = None) -> Outcome:
    """Runs a storm in the empty folder ``data``, or on an engine, which is killed as well."""
    tally = Tally()
    server = KilledServer(data, engine=engine)
    server.start()
    try:
        clients = _clients(server, tally, seed)
        over = threading.Event()
        with ThreadPoolExecutor(len(clients)) as pool:
            jobs = [pool.submit(_work, client, over, tally) for client in clients]
            try:
                _kill_until(server, extent, Random(seed), tally, over)  # noqa: S311 - a test
            finally:
                over.set()
            for job in jobs:
                job.result()
        # Once more from nothing: what only lived in a process would be gone now.
        server.kill()
        server.start()
        _compare_all(server, clients, tally)
    finally:
        server.stop()
    for problem in damaged_files(data):
        tally.differ(problem)
    for leftover in leftovers(data):
        tally.differ(leftover)
    if engine is not None:
        for stray in stray_schemas(engine):
            tally.differ(stray)
    return Outcome(dict(sorted(tally.counts.items())), tally.differences)


def _clients(server: KilledServer, tally: Tally, seed: int) -> list[StormClient]:
    worlds = [(MARKET, False)] * IN_MARKET + [(f"own-{n}", True) for n in range(ALONE)]
    clients = [
        StormClient(
            Connection(server, world, tally),
            f"c{n}",
            Random(f"{seed}/{n}"),  # noqa: S311 - a test
            alone=alone,
        )
        for n, (world, alone) in enumerate(worlds)
    ]
    for client in clients:
        client.prepare()
    return clients


def _work(client: StormClient, over: threading.Event, tally: Tally) -> None:
    """Acts until the storm is over; the first difference ends it, with its line."""
    while not over.is_set():
        try:
            client.step()
        except Difference as difference:
            tally.differ(str(difference))
            over.set()
    client.finish()


def _kill_until(
    server: KilledServer, extent: Extent, chance: Random, tally: Tally, over: threading.Event
) -> None:
    kills, ends = 0, time.monotonic() + extent.seconds
    while not over.wait(chance.uniform(0, LONGEST_PAUSE)):
        if time.monotonic() >= ends or kills == extent.kills:
            return
        if server.engine is not None and chance.random() < ENGINE:
            server.kill_engine()
            tally.count("kills: the engine")
            kills += 1
        elif chance.random() < WHOLE_SERVER:
            server.kill()
            tally.count("kills: the whole server")
            server.start()
            kills += 1
        elif server.kill_worker(chance):
            tally.count("kills: a worker")
            kills += 1


def _compare_all(server: KilledServer, clients: list[StormClient], tally: Tally) -> None:
    for world in sorted({client.world for client in clients}):
        owned = [client.owned for client in clients if client.world == world]
        with closing(Connection(server, world, tally)) as connection:
            for line in differences(connection, owned, MONEY):
                tally.differ(line)


def damaged_files(data: Path) -> Iterator[str]:
    """What SQLite itself finds wrong with the current file of each world; no server runs."""
    for current in sorted(data.glob("worlds/*/current")):
        with _opened(current.resolve()) as driver:
            (verdict,) = driver.execute("PRAGMA integrity_check").fetchone()
            orphans = driver.execute("PRAGMA foreign_key_check").fetchall()
        if verdict != "ok" or orphans:
            yield f"{current.parent.name}: the file is damaged: {verdict} {orphans[:3]}"


def leftovers(data: Path) -> Iterator[str]:
    """Folders of killed calls that the last start of the server has not removed."""
    for path in sorted(data.glob("worlds/.*")):
        if path.is_dir():
            yield f"left behind: {path.relative_to(data)}"


def stray_schemas(engine: TestEngine) -> Iterator[str]:
    """Schemas of worlds that the registry does not know: of calls that were killed."""
    with psycopg.connect(engine.address) as driver:
        rows = driver.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^mockseller_[0-9a-f]{16}$' EXCEPT"
            " (SELECT generation FROM mockseller.world UNION SELECT seed FROM mockseller.world"
            " UNION SELECT state FROM mockseller.snapshot UNION"
            " SELECT state FROM mockseller.retired)"
        ).fetchall()
    for (name,) in rows:
        yield f"left behind: {name}"


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as driver:
        yield driver
