"""Servers on loopback, each in a process of its own: floors, the seller, peers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from emulator.settings import PREFIX
from tests.benchmarks.load import HOST, Call, is_right, send

START = 60.0
"""Seconds a server has to start."""
PYTHON = (sys.executable, "-m")
TABLE = "bench"
ITEMS = 10_000
"""Items that the table of a peer has, as many as the seller has licenses."""
BATCH = 25


@dataclass(frozen=True, slots=True)
class Running:
    """A server that accepts connections; ``start`` and ``process`` belong to its command."""

    port: int
    process: subprocess.Popen[bytes]
    started_at: float
    """Of `time.perf_counter`, when its command was started."""


@contextmanager
def running(
    command: tuple[str, ...], port: int, folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Starts a command and stops it. Raises RuntimeError with its output if it does not listen.

    ``environ``: what differs from our own environment, whose settings of sellers do not count.
    """
    output = folder / f"{port}.log"
    ours = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    started_at = time.perf_counter()
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, env={**ours, **(environ or {})}, cwd=folder, stdout=log, stderr=log
        )
    try:
        _wait_for(port, process, output)
        yield Running(port, process, started_at)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.perf_counter() + START
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.005)  # noqa: TID251 - waiting for another process, outside any world
        else:
            return
    text = output.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"{' '.join(command_of(process))} does not listen: {text[-2000:]}")


def command_of(process: subprocess.Popen[bytes]) -> list[str]:
    """The command of a process, as it was started."""
    return [str(part) for part in process.args] if isinstance(process.args, (list, tuple)) else []


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def floor(name: str, folder: Path, workers: int, threads: int) -> Iterator[Running]:
    """A floor under the seller's own server."""
    port = free_port()
    shape = (str(port), str(workers), str(threads), str(folder / f"{name}.db"))
    paths = {"PYTHONPATH": import_path()}
    with running((*PYTHON, "tests.benchmarks.floor", name, *shape), port, folder, paths) as server:
        yield server


def import_path() -> str:
    """Where the modules of this tree are, for a process in another folder."""
    inherited = os.environ.get("PYTHONPATH")
    return os.pathsep.join((str(Path(__file__).parents[2]), *([inherited] if inherited else [])))


@contextmanager
def seller(
    data: Path, *options: str, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """The seller over a data folder, as users start it."""
    port = free_port()
    command = (*PYTHON, "mockseller", "serve", "--port", str(port), "--data", str(data), *options)
    seeds = {"MOCKSELLER_SEEDS": str(data / "seeds"), **(environ or {"PYTHONPATH": import_path()})}
    with running(command, port, data, seeds) as server:
        yield server


def installed_peers() -> list[str]:
    """The peers of the extra ``bench`` that are installed."""
    return [name for name in ("ministack", "moto") if find_spec(name) is not None]


@contextmanager
def peer(name: str, folder: Path) -> Iterator[Running]:
    """A peer as its own command starts it, with a table of ITEMS items in its DynamoDB."""
    port = free_port()
    command, environ = {
        "ministack": (
            (*PYTHON, "ministack"),
            {
                "GATEWAY_PORT": str(port), "BIND_HOST": HOST, "SERVICES": "dynamodb",
                "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "LOG_LEVEL": "ERROR",
            },
        ),
        "moto": ((*PYTHON, "moto.server", "-H", HOST, "-p", str(port)), {}),
    }[name]  # fmt: skip
    with running(command, port, folder, environ) as server:
        _fill(port)
        yield server


def dynamodb(operation: str, body: str, marker: str) -> Call:
    """A call of DynamoDB, in the form in which both peers take it; neither checks signatures."""
    credential = "Credential=bench/20260101/us-east-1/dynamodb/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0",
    }
    return Call(body, marker, "/", headers, range(1, ITEMS + 1))


def item(number: str) -> dict[str, dict[str, str]]:
    """An item with about as much in it as a license has."""
    texts = {
        "id": number, "licname": f"bench-{number}", "ip": "192.0.2.10", "pricelist": "55227",
        "period": "1", "status": "2", "account": "reseller", "remoteid": number,
        "createdate": "2026-01-01", "expiredate": "2026-02-01", "cost": "5.00", "currency": "EUR",
    }  # fmt: skip
    return {name: {"S": text} for name, text in texts.items()}


def _fill(port: int) -> None:
    attribute = {"AttributeName": "id"}
    table = {
        "TableName": TABLE,
        "KeySchema": [{**attribute, "KeyType": "HASH"}],
        "AttributeDefinitions": [{**attribute, "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    _must(port, "CreateTable", table)
    for begin in range(1, ITEMS + 1, BATCH):
        puts = [{"PutRequest": {"Item": item(str(n))}} for n in range(begin, begin + BATCH)]
        _must(port, "BatchWriteItem", {"RequestItems": {TABLE: puts}})


def _must(port: int, operation: str, body: Mapping[str, object]) -> None:
    call = dynamodb(operation, json.dumps(body), "")
    answer = send(port, call)
    if not is_right(call, answer):
        raise RuntimeError(f"{operation}: {answer[:1000]!r}")
