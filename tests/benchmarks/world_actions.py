"""Reset, snapshot, restore and fork of a world over HTTP, in turns."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping
from http.client import HTTPConnection

from tests.benchmarks.load import HOST

JSON = {"Content-Type": "application/json"}


def measure(port: int, world: str, rounds: int) -> dict[str, float]:
    """Median milliseconds of each. Raises RuntimeError where the seller refuses."""
    connection = HTTPConnection(HOST, port, timeout=60)
    base = f"/_mockseller/worlds/{world}"
    actions: dict[str, tuple[str, str, Mapping[str, str]]] = {
        "reset_ms": ("POST", f"{base}/reset", {}),
        "snapshot_ms": ("POST", f"{base}/snapshot", {"name": "bench"}),
        "restore_ms": ("POST", f"{base}/restore", {"name": "bench"}),
        "fork_ms": ("POST", f"{base}/fork", {"into": "bench-fork"}),
    }
    took: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, (method, path, body) in actions.items():
            took[name].append(_milliseconds(connection, method, path, body))
        _milliseconds(connection, "DELETE", "/_mockseller/worlds/bench-fork", {})
    connection.close()
    return {name: round(statistics.median(times), 2) for name, times in took.items()}


def _milliseconds(
    connection: HTTPConnection, method: str, path: str, body: Mapping[str, str]
) -> float:
    begun = time.perf_counter()
    connection.request(method, path, json.dumps(body), JSON)
    answer = connection.getresponse()
    text = answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status not in (200, 201):
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:500]!r}")
    return took
