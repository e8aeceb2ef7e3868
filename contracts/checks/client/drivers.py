"""Who plays the client: an adapter in this process, or any command of somebody's own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx

from contracts.checks.client.adapter import Adapter, carry_out
from contracts.checks.client.adapter.common import Means
from contracts.checks.client.environment import Stage
from contracts.checks.client.middleware import App
from contracts.checks.client.steps import BadReport, Report, Result, Step, read_report
from contracts.target.seller import CannotRun
from reseller_client import RetryPolicy

LONGEST_WORDS: Final = 300
"""Characters of what a failed command wrote that are shown."""


class Folder:
    """A folder for what a client keeps during one play; gone afterwards."""

    def __init__(self) -> None:
        self.path = Path()

    def begin(self, lesson: str) -> None:
        """A new one."""
        self.path = Path(tempfile.mkdtemp(prefix=f"mockseller-{lesson}-"))

    def end(self) -> None:
        """Throws it away."""
        shutil.rmtree(self.path, ignore_errors=True)


class Line(httpx.BaseTransport):
    """A line to the application in this process, on which a client's own time limit holds.

    ``waited`` tells for how many seconds answers were held back so far: what is held back for
    longer than the client waits is a timeout.
    """

    def __init__(self, app: App, waited: Callable[[], float]) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self._waited = waited

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it, and loses what comes too late. Raises ReadTimeout."""
        begun = self._waited()
        answer = self._inner.handle_request(request)
        limit = request.extensions.get("timeout", {}).get("read")
        if limit is not None and self._waited() - begun > limit:
            raise httpx.ReadTimeout("no answer in time", request=request)
        return answer


class InProcess(Folder):
    """An adapter that is called directly. It waits by moving the seller's time."""

    def __init__(self, stage: Stage, make: Callable[[Means], Adapter], *, out: str = "xml") -> None:
        super().__init__()
        self._stage = stage
        self._make = make
        self._out = out

    def do(self, step: Step) -> Report:
        """Carries it out; the step goes as the JSON that a process would get."""
        retry_policy = RetryPolicy(wait=self._stage.times.pass_time)
        line = Line(self._stage.ear, self._stage.held_back)
        adapter = self._make(Means(self.path, retry_policy, line, self._out))
        try:
            return carry_out(adapter, json.loads(step.line()))
        except Exception as crash:  # noqa: BLE001 - a client that falls over has failed, as a process
            return Report(Result.FAILED, reason=f"{type(crash).__name__}: {crash}")


class Command(Folder):
    """A command that is started anew for every step.

    It gets the step on stdin and in the environment, and answers by one line on stdout; ``limit``
    are the seconds it has. One that takes longer is stopped with whatever it started.
    """

    def __init__(self, words: Sequence[str], *, limit: float) -> None:
        super().__init__()
        self._words = tuple(words)
        self._limit = limit

    def do(self, step: Step) -> Report:
        """Runs it once. Raises CannotRun where it cannot be started or does not answer."""
        process = self._started(step)
        try:
            written, complained = process.communicate(step.line() + "\n", timeout=self._limit)
        except subprocess.TimeoutExpired:
            _stop(process)
            return Report(Result.UNKNOWN, reason=f"it did not end in {self._limit:g} seconds")
        except BaseException:
            _stop(process)
            raise
        try:
            report = read_report(written)
        except BadReport as problem:
            if process.returncode:
                words = " ".join(complained.split())[-LONGEST_WORDS:]
                return Report(Result.FAILED, reason=f"exit code {process.returncode}: {words}")
            raise CannotRun(
                f"{shlex.join(self._words)}: step {step.number} of {step.lesson}: {problem}"
            ) from None
        if process.returncode and report.result is Result.OK:
            return Report(Result.FAILED, reason=f"exit code {process.returncode}")
        return report

    def _started(self, step: Step) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(  # noqa: S603 - the command its user named
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, **self._environment(step)},
                start_new_session=True,
            )
        except OSError as problem:
            raise CannotRun(f"{self._words[0]}: {problem.strerror or problem}") from None

    def _environment(self, step: Step) -> Mapping[str, str]:
        return {
            "MOCKSELLER_URL": step.account.url,
            "MOCKSELLER_LOGIN": step.account.login,
            "MOCKSELLER_PASSWORD": step.account.password,
            "MOCKSELLER_NOW": step.account.now,
            "MOCKSELLER_STATE": str(self.path),
            "MOCKSELLER_STEP": step.line(),
        }


def _stop(process: subprocess.Popen[str]) -> None:
    """Ends a command that was not waited for yet, and its own process group with it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
