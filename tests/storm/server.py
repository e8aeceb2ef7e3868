"""A real server with several workers that is killed and started again. Linux: it reads /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from random import Random

from emulator.settings import PREFIX
from tests.postgres import AT_ONCE, TestEngine
from tests.processes import has_ended

START = 60
"""Seconds that a server may take to start, on a busy computer too."""
BANNER_BEGINS = "http://"


class KilledServer:
    """``mockseller serve`` on a port of its own for each start; ``url`` is None while it is down.

    Every process that is killed was started by this one, and is named by its own number.
    ``engine``: where the worlds are, in place of ``data``, which then has the log alone.
    """

    def __init__(self, data: Path, workers: int = 3, engine: TestEngine | None = None) -> None:
        self.data = data
        self.engine = engine
        self.starts = 0
        self._workers = workers
        self._process: subprocess.Popen[str] | None = None
        self._url: str | None = None
        self._changed = threading.Condition()

    def start(self) -> None:
        """Starts the server and waits until all workers answer. Raises RuntimeError."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
        worlds = str(self.data) if self.engine is None else self.engine.address
        command = ["serve", "--port", "0", "--data", worlds, "--threads", "4"]
        with (self.data / "server.log").open("a", encoding="utf-8") as log_file:
            process = subprocess.Popen(
                [sys.executable, "-m", "emulator.cli", *command, "--workers", str(self._workers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log_file,
                text=True,
                env={**environment, "PYTHONUNBUFFERED": "1"},
            )
        assert process.stdout is not None
        for line in process.stdout:
            address = next((w for w in line.split() if w.startswith(BANNER_BEGINS)), None)
            if address is not None:
                break
        else:
            process.wait(START)
            log = (self.data / "server.log").read_text(encoding="utf-8")
            raise RuntimeError(f"the server did not start: {log[-2000:]}")
        self._process = process
        with self._changed:
            self.starts += 1
            self._url = "/".join(address.split("/")[:3])
            self._changed.notify_all()

    def url(self) -> str:
        """The address of the server, as soon as it is up. Raises RuntimeError if it stays down."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._url is not None, START):
                raise RuntimeError("the server stays down")
            assert self._url is not None
            return self._url

    def workers(self) -> list[int]:
        """The numbers of the worker processes."""
        assert self._process is not None
        number = self._process.pid
        text = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii")
        return [int(word) for word in text.split()]

    def kill_worker(self, chance: Random) -> bool:
        """Kills one worker at once; gunicorn starts another. False: there was none."""
        workers = self.workers()
        if not workers:
            return False
        with suppress(ProcessLookupError):
            os.kill(chance.choice(workers), signal.SIGKILL)
        return True

    def kill_engine(self) -> None:
        """Kills the engine and starts it again; clients wait meanwhile, the server goes on."""
        assert self.engine is not None
        with self._changed:
            url, self._url = self._url, None
        self.engine.stop(AT_ONCE)
        self.engine.start()
        with self._changed:
            self._url = url
            self._changed.notify_all()

    def kill(self) -> None:
        """Kills all of the server at once, and waits until nothing of it runs."""
        assert self._process is not None
        assert self._process.stdout is not None
        with self._changed:
            self._url = None
        # Stopped first, so that it does not start a worker that nobody knows of.
        self._process.send_signal(signal.SIGSTOP)
        workers = self.workers()
        for number in workers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        for number in workers:
            if not has_ended(number):
                raise RuntimeError(f"the worker {number} does not end")

    def stop(self) -> None:
        """Ends the server if it runs."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
