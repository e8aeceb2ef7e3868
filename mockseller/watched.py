"""A command that a server starts: ``python -m mockseller.watched STOP_FILE SECONDS COMMAND ...``.

It ends, as by Ctrl-C, when the server ends, however that happens, when the file appears, or when
its time is up. The server holds the other end of stdin, which closes with it. The command has to be
started in a session of its own, since what it started is ended with it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from pathlib import Path

from mockseller.__main__ import main as run

LOOK_SECONDS = 0.5
GRACE_SECONDS = 15
"""How long a command may take to clean up."""


def main() -> None:
    """Runs the command; its exit code is that of the process."""
    stop, seconds, *command = sys.argv[1:]
    os.nice(10)  # the server answers first
    threading.Thread(target=_watch, args=(Path(stop), float(seconds)), daemon=True).start()
    sys.argv = ["mockseller", *command]
    run()


def _watch(stop: Path, seconds: float) -> None:
    for _ in range(int(seconds / LOOK_SECONDS)):
        is_closed, _, _ = select.select([sys.stdin], [], [], LOOK_SECONDS)
        if is_closed or stop.exists():
            break
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
