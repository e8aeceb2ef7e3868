"""The floors: what WSGI, Flask, and Flask with one row written to SQLite cost by themselves.

``python -m tests.benchmarks.floor NAME PORT WORKERS THREADS FILE`` serves one of them with the
seller's own server, so that the ratio says what the seller adds, whatever worker it uses.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ANSWER = "<doc><ok/></doc>"
PATH = "/billmgr"


def wsgi(_: str) -> WSGIApplication:
    """The least a WSGI application can do: read what was sent, answer."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        body = ANSWER.encode()
        headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    return application


def flask(_: str) -> Flask:
    """The least a Flask application can do."""
    app = Flask("flask")
    app.add_url_rule(PATH, view_func=lambda: ANSWER, endpoint="answer", methods=["GET", "POST"])
    return app


def insert(file: str) -> Flask:
    """Reads two parameters and writes one row, over a connection of the thread."""
    app = Flask("insert")
    local = threading.local()
    with sqlite3.connect(file) as driver:
        driver.execute("PRAGMA journal_mode=WAL")
        driver.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, func TEXT, body TEXT)")
    driver.close()

    @app.route(PATH, methods=["GET", "POST"])
    def write() -> str:
        driver: sqlite3.Connection | None = getattr(local, "driver", None)
        if driver is None:
            driver = local.driver = sqlite3.connect(file, isolation_level=None, timeout=30)
            driver.execute("PRAGMA synchronous=NORMAL")
        driver.execute("BEGIN IMMEDIATE")
        row = (request.values.get("func", ""), request.values.get("ip", ""))
        driver.execute("INSERT INTO floor (func, body) VALUES (?, ?)", row)
        driver.execute("COMMIT")
        return ANSWER

    return app


FLOORS: dict[str, Callable[[str], WSGIApplication]] = {
    "wsgi": wsgi,
    "flask": flask,
    "insert": insert,
}


def main() -> None:
    """Serves one floor until it is ended."""
    # Not above: `calls` uses a floor, and is to run over older code.
    from emulator.server.serving import Listeners, Server, bind
    from emulator.settings import Settings

    name, port, workers, threads, file = sys.argv[1:]
    settings = Settings(workers=int(workers), threads=int(threads))
    app = FLOORS[name](file)
    listeners = Listeners(bind("127.0.0.1", int(port)), None)
    Server(app, settings, listeners, ready=lambda: None).run()


if __name__ == "__main__":
    main()
