"""The judge, started by the console: a command of its own in a process of its own.

One at a time for all workers of a server: the process holds a lock of the data folder as long as it
or anything that it started lives. It judges sellers that it makes itself, so no world here is
touched. Its files are those of the latest run.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Subject = Literal["seller", "own"]
COMMANDS: Mapping[Subject, Sequence[str]] = {
    "seller": ("verify", "seller", "--in-process"),
    "own": ("verify", "own"),
}
"""What can be judged, and the command for it."""
LONGEST_RUN = 1200
"""Seconds after which a run is ended."""
LINES = 40
"""How many lines of progress are shown."""
MOST_FAILURES = 100
TRIES, TRY_SECONDS = 20, 0.01
OUTPUT_BYTES = 20_000
GOOD = frozenset({"pass", "skip", "does not apply", "unsupported", "known"})
"""Outcomes of which nothing is listed."""


@dataclass(frozen=True, slots=True)
class JudgeState:
    """The run that there is, if any. ``lines``: the latest of what it printed."""

    is_running: bool
    command: str = ""
    lines: Sequence[str] = ()
    summary: Mapping[str, Any] | None = None


class JudgeRuns:
    """Starts, shows and ends runs. ``folder``: where their files are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._output = folder / "output.txt"
        self._stop = folder / "stop"
        self._command = folder / "command.json"
        self._summary = folder / "summary.json"
        self.report = folder / "report.html"
        self.saved = folder / "report.json"

    def start(self, subject: str, families: Sequence[str] = ()) -> None:
        """Starts a run. Raises ValueError where one is running, or for an unknown subject."""
        chosen = next((command for name, command in COMMANDS.items() if name == subject), None)
        if chosen is None:
            raise ValueError(
                f'"{subject[:40]}" cannot be judged here; one of {", ".join(COMMANDS)}'
            )
        words = [*chosen, *(word for family in families for word in ("--family", family))]
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock(fcntl.LOCK_EX) as lock:
            if lock is None:
                raise ValueError("a run is not over yet; cancel it or wait")
            for path in (self._stop, self._summary, self.report, self.saved):
                path.unlink(missing_ok=True)
            self._command.write_text(json.dumps(words))
            process = self._spawn(words, lock)
        threading.Thread(target=_hold, args=(process,), daemon=True).start()

    def _spawn(self, words: Sequence[str], lock: int) -> subprocess.Popen[bytes]:
        own = {n: text for n, text in os.environ.items() if not n.startswith("MOCKSELLER_")}
        watched = [sys.executable, "-m", "mockseller.watched", str(self._stop), str(LONGEST_RUN)]
        reports = ["--save", str(self.saved), "--html", str(self.report)]
        with self._output.open("wb") as output:
            return subprocess.Popen(  # noqa: S603 - words of our own
                [*watched, *words, *reports],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env={**own, "COLUMNS": "100", "NO_COLOR": "1"},
                pass_fds=[lock],
                start_new_session=True,
            )

    def cancel(self) -> None:
        """Asks the run to end; it writes what it has judged so far. Without a run nothing."""
        if self._is_running():
            self._stop.touch()

    def state(self) -> JudgeState:
        """What there is to show."""
        if not self._command.exists():
            return JudgeState(is_running=False)
        is_running = self._is_running()
        command = "mockseller " + " ".join(json.loads(self._command.read_text()))
        summary = None if is_running else self._summarise()
        return JudgeState(is_running, command, self._latest_lines(), summary)

    def _is_running(self) -> bool:
        if not self._folder.is_dir():
            return False
        with self._lock(fcntl.LOCK_SH) as lock:
            return lock is None

    @contextmanager
    def _lock(self, how: int) -> Iterator[int | None]:
        """The lock's descriptor, or None while a run has it. A process that gets it keeps it.

        Whoever looks has it for an instant too, so a start tries again.
        """
        with (self._folder / "lock").open("ab") as file:
            for _ in range(TRIES):
                with suppress(BlockingIOError):
                    fcntl.flock(file, how | fcntl.LOCK_NB)
                    yield file.fileno()
                    return
                if how == fcntl.LOCK_SH:
                    break
                threading.Event().wait(TRY_SECONDS)
            yield None

    def _latest_lines(self) -> list[str]:
        with suppress(FileNotFoundError), self._output.open("rb") as file:
            file.seek(max(0, self._output.stat().st_size - OUTPUT_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()[-LINES:]
        return []

    def _summarise(self) -> Mapping[str, Any] | None:
        """What the page shows of the saved report, which is large: so it is made once."""
        with suppress(FileNotFoundError, ValueError):
            shown: Mapping[str, Any] = json.loads(self._summary.read_text())
            return shown
        try:
            report = json.loads(self.saved.read_text())
        except (FileNotFoundError, ValueError):
            return None
        summary = {"matrix": report["matrix"], "runs": [_shorten(run) for run in report["runs"]]}
        made = self._summary.with_suffix(f".{os.getpid()}")
        made.write_text(json.dumps(summary))
        made.replace(self._summary)
        return summary


def _hold(process: subprocess.Popen[bytes]) -> None:
    """Keeps the process's stdin open until its end, which takes it off the table of processes."""
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _shorten(run: Mapping[str, Any]) -> Mapping[str, Any]:
    """A run without its exchanges: how much of what came out, and what did not hold."""
    failures = [verdict for verdict in run["verdicts"] if verdict["outcome"] not in GOOD]
    names = ("name", "out", "outcome", "about", "cost", "told")
    return {
        **{name: run[name] for name in ("judge", "target", "seconds", "counts", "exit_code")},
        "failures": [{name: each[name] for name in names} for each in failures[:MOST_FAILURES]],
        "left_off": max(0, len(failures) - MOST_FAILURES),
    }
