"""A PostgreSQL of the tests: in a temporary folder, on a socket in it, ended by its own number."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.processes import has_ended

DEBIAN: Final = Path("/usr/lib/postgresql")
"""Debian keeps the programs of the server off the path, a folder for each version."""
OPTIONS: Final = (
    "listen_addresses=", "fsync=off", "full_page_writes=off",
    "max_locks_per_transaction=256", "autovacuum=off",
)  # fmt: skip
AT_ONCE: Final = signal.SIGQUIT
"""Ends the engine at once, without a word to its clients: as when it is killed, but no process of
it stays behind."""


def find_programs() -> Path | None:
    """The folder of the newest server that is installed, or None."""
    initdb = shutil.which("initdb")
    if initdb is not None:
        return Path(initdb).resolve().parent
    versions = [path for path in DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


def needs_postgres() -> pytest.MarkDecorator:
    """Skips a test where PostgreSQL is not installed."""
    return pytest.mark.skipif(find_programs() is None, reason="PostgreSQL is not installed")


class TestEngine:
    """One server of PostgreSQL. ``address`` has a database in which anybody may make schemas."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        programs = find_programs()
        assert programs is not None
        self._programs, self._folder = programs, folder
        self._owner = _ordinary_user()
        self.address = f"postgresql://mockseller@/postgres?host={folder}"
        if self._owner is not None:
            os.chown(folder, self._owner, -1)
        self._run("initdb", "--username=mockseller", "--auth=trust", "--no-sync", "--encoding=UTF8",
                  "--locale=C.UTF-8")  # fmt: skip

    def start(self) -> None:
        """Starts it, or starts it again; it answers then."""
        settings = (*OPTIONS, f"unix_socket_directories={self._folder}")
        options = [f"-c {setting}" for setting in settings]
        log = str(self._folder / "log")
        self._run("pg_ctl", "--wait", f"--log={log}", f"--options={' '.join(options)}", "start")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends it: in order, or with `AT_ONCE` at once."""
        number = int((self._folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(number, how)
        assert has_ended(number)

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [self._programs / program, f"--pgdata={self._folder / 'data'}", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            cwd=self._folder, user=self._owner, check=False, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _ordinary_user() -> int | None:
    """The server refuses to run as root; nobody else needs another user."""
    import pwd

    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


@contextmanager
def running_engine() -> Iterator[TestEngine]:
    """An engine that is ended and removed after the block."""
    # Short, for the name of a socket may have a hundred characters.
    with tempfile.TemporaryDirectory(prefix="mockseller-pg-") as folder:
        engine = TestEngine(Path(folder))
        engine.start()
        try:
            yield engine
        finally:
            engine.stop()
