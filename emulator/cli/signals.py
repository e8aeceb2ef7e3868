"""How a command ends before its time: a supervisor's signal is heeded as Ctrl-C is.

CI systems end a job by SIGTERM, a terminal that is closed sends SIGHUP. Left to themselves both
end the process on the spot: servers that a command has started go on for ever, and its temporary
folders stay. Here they become a KeyboardInterrupt, so that every ``with`` and ``finally`` on the
way out does its work. This is the only place that does so for commands; servers that finish what
they are answering (``serve``, ``resell modules serve``) replace it while they serve, and to
gunicorn SIGHUP means new workers.
"""

from __future__ import annotations

import signal
from types import FrameType

HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heed_signals() -> None:
    """From now on SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does.

    Once: the cleaning up that follows is not broken off by a supervisor that says it again. Ctrl-C
    twice does break it off. A signal that is ignored, as under ``nohup``, stays so.
    """
    for one in HEEDED:
        if signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, _interrupt)


def _interrupt(_: int, __: FrameType | None) -> None:
    for one in HEEDED:
        if signal.getsignal(one) is _interrupt:
            # A function, not SIG_IGN: programs that are started would inherit that.
            again = signal.default_int_handler if one is signal.SIGINT else _go_on
            signal.signal(one, again)
    raise KeyboardInterrupt


def _go_on(_: int, __: FrameType | None) -> None:
    """It was heard the first time."""
