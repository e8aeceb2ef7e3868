"""Interrupts that wait until a process that was started can be stopped again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Holds SIGINT, SIGTERM and SIGHUP back to the end of the block, which starts a process.

    An interrupt inside `subprocess.Popen` ends the caller without the process, which then runs on.
    Only Python functions are held back, and only in the main thread, where they run.
    """
    pending: list[tuple[int, FrameType | None]] = []

    def hold(number: int, frame: FrameType | None) -> None:
        pending.append((number, frame))

    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    functions = {number: handler for number, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread():
        functions = {}
    for number in functions:
        signal.signal(number, hold)
    try:
        yield
    finally:
        for number, handler in functions.items():
            signal.signal(number, handler)
        for signum, frame in pending:
            functions[signal.Signals(signum)](signum, frame)
