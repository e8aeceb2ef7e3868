"""``make bench``: the emulator against its floors, alternating, in one run.

Prints requests a second at one and at sixteen connections, and the ratios: a read of a license
against bare Flask, an order against Flask with one insert. The journal is on. The world holds
10,000 licenses (``--licences``), since a cost that grows with the world would show here.
"""

from __future__ import annotations

import argparse
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks import floor, load
from tests.benchmarks.world import WORLD

LOGIN = "authinfo=reseller%3Asecret"
GUNICORN = (
    "--worker-class",
    "emulator.server.buffering_worker.BufferingWorker",
    "--reuse-port",
    "--preload",
    "--log-level",
    "error",
)


def main() -> int:
    """Measures and prints; exit code 1 where an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--licences", type=int, default=10_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        ports = _servers(stack, folder, options)
        table = _measure(ports, options)
    return _report(table)


def _servers(stack: ExitStack, folder: Path, options: argparse.Namespace) -> dict[str, int]:
    (folder / "bench.yaml").write_text(WORLD.format(each=options.licenses // 10))
    floor.prepare(str(folder / "floor.db"))
    shared = ("--workers", str(options.workers), "--threads", str(options.threads))
    environ = {**os.environ, "BENCH_FLOOR_FILE": str(folder / "floor.db")}
    ports: dict[str, int] = {}
    for name in ("bare", "insert"):
        ports[name] = port = _free_port()
        command = ("gunicorn", *GUNICORN, *shared, "--bind", f"127.0.0.1:{port}")
        stack.enter_context(_server((*command, f"tests.benchmarks.floor:{name}"), port, environ))
    port = _free_port()
    serve = ("serve", "--port", str(port), "--data", str(folder), "--fixture")
    ours = ("emulator", *serve, str(folder / "bench.yaml"), *shared)
    stack.enter_context(_server(ours, port, environ))
    ports["read"] = ports["order"] = port
    return ports


@contextmanager
def _server(command: tuple[str, ...], port: int, environ: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", *command], env=environ, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # noqa: TID251 - waiting for another process, outside any world
        else:
            return
    raise RuntimeError(f"nothing answers on port {port}")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _measure(
    ports: dict[str, int], options: argparse.Namespace
) -> dict[tuple[str, int], list[load.Result]]:
    numbers = itertools.count(1)

    def order() -> bytes:
        n = next(numbers)
        address = f"10.{200 + (n >> 16)}.{n >> 8 & 255}.{n & 255}"
        order = {
            "func": "soft.order.param", "pricelist": "55227", "period": "1", "ip": address,
            "licname": f"bench-{n}", "remoteid": str(n), "skipbasket": "on", "sok": "ok",
            "clicked_button": "finish", "out": "xml",
        }  # fmt: skip
        return load.post("/billmgr", f"{LOGIN}&{urlencode(order)}".encode())

    read = load.post("/billmgr", f"{LOGIN}&func=soft.edit&elid=100001&out=xml".encode())
    subjects = {
        "bare": (lambda: read, b"<ok/>"),
        "read": (lambda: read, b"<lickey>100001-"),
        "insert": (order, b"<ok/>"),
        "order": (order, b"<id>1"),
    }
    table: dict[tuple[str, int], list[load.Result]] = {}
    for name, (make, marker) in subjects.items():
        load.run(ports[name], make, marker, 16, 0.5)
    for _ in range(options.rounds):
        for connections in (1, 16):
            for name, (make, marker) in subjects.items():
                result = load.run(ports[name], make, marker, connections, options.seconds)
                table.setdefault((name, connections), []).append(result)
    return table


def _report(table: dict[tuple[str, int], list[load.Result]]) -> int:
    sys.stdout.write(f"{'':8}{'conn':>5}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'wrong':>7}\n")
    rates: dict[tuple[str, int], float] = {}
    wrong = 0
    for (name, connections), results in sorted(table.items(), key=lambda kv: kv[0][::-1]):
        rates[name, connections] = statistics.median(r.rate for r in results)
        p50 = statistics.median(r.percentile(0.50) for r in results)
        p99 = statistics.median(r.percentile(0.99) for r in results)
        bad = sum(r.wrong for r in results)
        wrong += bad
        rate = rates[name, connections]
        sys.stdout.write(f"{name:8}{connections:5}{rate:9.0f}{p50:9.2f}{p99:9.2f}{bad:7}\n")
    for connections in (1, 16):
        reading = rates["read", connections] / rates["bare", connections]
        ordering = rates["order", connections] / rates["insert", connections]
        sys.stdout.write(
            f"{connections:2} connections: read {reading:.0%} of bare Flask, "
            f"order {ordering:.0%} of Flask with one insert\n"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
