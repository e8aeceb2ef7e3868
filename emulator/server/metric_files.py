"""The folder through which the workers of a server share what they count.

prometheus_client writes a file for each process there, and reads all of them to answer. They are in
memory, not in the data folder: a full disk must not end a worker that counts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from emulator.server.metrics import MULTIPROCESS

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
PREFIX: Final = "mockseller-metrics-"
LOCK: Final = "lock"
"""Is locked as long as a process of the server runs: whoever can lock it may remove the folder."""


class MetricFiles:
    """A folder for the counts of one server, which has to be made before its workers are.

    Removed by `remove`, or, where a server was killed, by the next that starts. Raises OSError.
    """

    def __init__(self, parent: Path | None = None) -> None:
        parent = parent or _parent()
        _remove_leftovers(parent)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        made = self.folder / f"{LOCK}.new"
        self._lock = made.open("ab")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        made.rename(self.folder / LOCK)  # nobody sees it unlocked

    def use(self) -> None:
        """Lets the processes that are started from now on share their counts there."""
        os.environ[MULTIPROCESS] = str(self.folder)

    def remove(self) -> None:
        """Removes the folder; the server has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()


def _parent() -> Path:
    """Memory, where a system has such a folder."""
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def _remove_leftovers(parent: Path) -> None:
    """Removes the folders of servers that were killed."""
    for lock in parent.glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("ab") as file:  # another user's, or just removed
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
