"""SIGTERM and SIGHUP interrupt a command as Ctrl-C does.

CI systems end a job with SIGTERM, a closed terminal sends SIGHUP. By default both end the process
at once: servers that a command started keep running, and its temporary folders stay. Here they
raise KeyboardInterrupt, so that every ``with`` and ``finally`` cleans up. Servers that finish their
running answers (``serve``, ``resell modules serve``) install their own handlers while they serve;
for gunicorn SIGHUP means new workers.
"""

from __future__ import annotations

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_signals() -> None:
    """Makes SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does.

    Only once: a supervisor that repeats the signal does not break off the clean-up, a second Ctrl-C
    does. A signal that is ignored, as under ``nohup``, stays ignored.
    """
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(_: int, __: FrameType | None) -> None:
    for number in SIGNALS:
        if signal.getsignal(number) is _interrupt:
            # A function, not SIG_IGN, which child processes would inherit.
            again = signal.default_int_handler if number is signal.SIGINT else _ignore
            signal.signal(number, again)
    raise KeyboardInterrupt


def _ignore(_: int, __: FrameType | None) -> None:
    """Do nothing: the first signal is being handled."""
