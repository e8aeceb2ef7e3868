"""Calls functions in worker processes and yields their results in order.

A worker that has to stop (because somebody interrupted the command, or because nobody wants the
remaining results) gets SIGTERM, which ends its call as an exception: every ``with`` and ``finally``
cleans up.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from types import FrameType
from typing import Final, Generic, TypeVar

R = TypeVar("R")

FIRST_MODULE: Final = "mockseller.own"
"""Imported first in a worker, so that no folder of the user's project hides our packages."""


@dataclass(frozen=True, slots=True)
class _Worker(Generic[R]):
    """A process, with the parent's end of the connection over which it gets calls."""

    process: ForkServerProcess
    connection: Connection

    def receive(self, results: dict[int, R]) -> None:
        """Take the result that was sent. Raises RuntimeError in place of a missing one."""
        try:
            number, result, problem = self.connection.recv()
        except (EOFError, OSError):
            raise RuntimeError("a worker process ended before its result came") from None
        if problem:
            raise RuntimeError(problem)
        results[number] = result

    def stop(self) -> None:
        """Stop the process, whatever it is doing, and wait until it has cleaned up."""
        self.process.terminate()
        self.process.join()
        self.connection.close()


def run_in_workers(
    calls: Sequence[Callable[[], R]], count: int | None = None
) -> Generator[R, None, None]:
    """Yield what each call returns, in their order; as many run at once as there are processors.

    ``calls`` can be pickled: functions of modules, or ``functools.partial`` of them. ``count`` is
    the number of workers. Raises RuntimeError if a worker dies or a call raises; closing the
    iterator stops the workers.
    """
    context = get_context("forkserver")
    modules = {_module_of(call) for call in calls}
    context.set_forkserver_preload([FIRST_MODULE, *sorted(modules)])
    waiting = deque(enumerate(calls))
    results: dict[int, R] = {}
    workers: list[_Worker[R]] = []
    try:
        for _ in range(min(count or os.cpu_count() or 1, len(calls))):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            workers.append(_Worker(process, ours))
            ours.send(waiting.popleft())
        for number in range(len(calls)):
            while number not in results:
                ready = wait([worker.connection for worker in workers])
                for worker in workers:
                    if worker.connection in ready:
                        worker.receive(results)
                        if waiting:
                            worker.connection.send(waiting.popleft())
            yield results.pop(number)
    finally:
        for worker in workers:
            worker.stop()


def _module_of(call: Callable[[], object]) -> str:
    return str((call.func if isinstance(call, partial) else call).__module__)


def _work(connection: Connection) -> None:
    """What a worker does: calls what it gets, one after another, until it is stopped."""
    for number in (signal.SIGINT, signal.SIGHUP):
        # They come to the parent as well, which stops its workers.
        signal.signal(number, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the parent is gone
        while True:
            number, call = connection.recv()
            connection.send((number, *_result_of(call)))


def _result_of(call: Callable[[], R]) -> tuple[R | None, str]:
    """What a call returns, and an empty text; or None, and the problem."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        return call(), ""
    except Exception:  # noqa: BLE001 - whatever it is, the parent reports it
        return None, traceback.format_exc()
    finally:
        # A worker without a call has nothing to clean up.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stop(_: int, __: FrameType | None) -> None:
    sys.exit()
