"""The floors: what Flask costs by itself, and with one honest row written to SQLite.

Served by the same gunicorn with the same workers as the emulator, so that the ratio says what
the emulator adds and not how fast the machine is today.
"""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask, request

FILE = os.environ.get("BENCH_FLOOR_FILE", "")
local = threading.local()

bare = Flask("bare")
insert = Flask("insert")


@bare.route("/billmgr", methods=["GET", "POST"])
def hello() -> str:
    """The least a Flask application can do."""
    return "<doc><ok/></doc>"


def connection() -> sqlite3.Connection:
    """One connection per thread, opened after the fork."""
    connection: sqlite3.Connection | None = getattr(local, "connection", None)
    if connection is None:
        connection = local.connection = sqlite3.connect(FILE, isolation_level=None, timeout=30)
        connection.execute("PRAGMA synchronous=NORMAL")
    return connection


@insert.route("/billmgr", methods=["GET", "POST"])
def write() -> str:
    """Reads two parameters and writes one row."""
    driver = connection()
    driver.execute("BEGIN IMMEDIATE")
    driver.execute(
        "INSERT INTO floor (func, body) VALUES (?, ?)",
        (request.values.get("func", ""), request.values.get("ip", "")),
    )
    driver.execute("COMMIT")
    return "<doc><ok/></doc>"


def prepare(path: str) -> None:
    """The table the second floor writes to."""
    driver = sqlite3.connect(path)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, func TEXT, body TEXT)")
    driver.commit()
    driver.close()
