"""Processor time of a call in this process, without sockets and workers.

``python -m tests.benchmarks.calls`` prints a line of JSON for each line it reads: microseconds of a
call by name. So two checkouts, each with such a process, can be measured in turns.
"""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import emulator
from emulator.app import create_app
from emulator.settings import Settings
from tests.benchmarks import floor
from tests.benchmarks.load import PLACEHOLDER
from tests.benchmarks.subjects import FORMS
from tests.benchmarks.world import FIRST_ID, grown_fixture

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

LICENSES = 200
COUNT = 100
"""Calls of a kind in one round."""
KINDS = ("read", "list", "order")
FLOOR = "bare Flask"


def main() -> None:
    """Measures one round for every line on stdin; the first line says which code it measures."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        measure = _prepared(Path(folder))
        sys.stdout.write(json.dumps({"code": str(Path(emulator.__file__).parents[1])}) + "\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            sys.stdout.write(json.dumps(measure()) + "\n")
            sys.stdout.flush()


def _prepared(folder: Path) -> Callable[[], dict[str, float]]:
    fixture = folder / "bench.yaml"
    fixture.write_text(grown_fixture(LICENSES))
    app = create_app(Settings(data=folder, seeds=folder / "seeds", fixture=str(fixture)))
    bare = floor.flask("")
    numbers = itertools.count(1)
    for name in KINDS:
        _call(app, _body(FORMS[name][0], next(numbers)), FORMS[name][1].encode())
    # As the server does before it forks.
    gc.collect()
    gc.freeze()

    def measure() -> dict[str, float]:
        took = {FLOOR: _time(bare, [_body(FORMS["read"][0], n) for n in range(COUNT)], b"<ok/>")}
        for name in KINDS:
            form, marker = FORMS[name]
            bodies = [_body(form, next(numbers)) for _ in range(COUNT)]
            took[name] = _time(app, bodies, marker.encode())
        return took

    return measure


def _body(form: str, number: int) -> bytes:
    values = {
        "ID": str(FIRST_ID + number % LICENSES),
        "NUMBER": str(number),
        "ADDRESS": f"10.{200 + (number >> 16)}.{number >> 8 & 255}.{number & 255}",
    }
    return PLACEHOLDER.sub(lambda match: values[match[1]], form).encode()


def _time(app: WSGIApplication, bodies: list[bytes], marker: bytes) -> float:
    begun = time.process_time()
    for body in bodies:
        _call(app, body, marker)
    return (time.process_time() - begun) / len(bodies) * 1e6


def _call(app: WSGIApplication, body: bytes, marker: bytes) -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": "/billmgr", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip
    answer = app(environ, _start_response)
    received = b"".join(answer)
    if marker not in received or b"<error" in received:
        raise RuntimeError(f"{body!r} was answered {received[:500]!r}")
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _start_response(*_: object) -> Callable[[bytes], object]:
    return bytearray().extend


class Process:
    """A process that measures one round at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.code = self._line()["code"]
        """The folder of the code that it measures."""

    def measure(self) -> dict[str, float]:
        """One round: microseconds of processor time of a call, by name."""
        if self._process.stdin is None:
            raise RuntimeError("the process has no stdin")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("the process that measures calls has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def process(environ: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """Starts such a process; ``environ``: what differs from our own environment.

    It ends, and removes its folder, when its stdin is closed.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.calls"],
        env={**os.environ, **environ}, cwd=folder,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as started:  # fmt: skip
        yield Process(started)


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Of every kind of call the median of the rounds."""
    return {name: round(statistics.median(r[name] for r in rounds), 1) for name in rounds[0]}


if __name__ == "__main__":
    main()
