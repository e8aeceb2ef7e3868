"""The log as JSON, one object per line on stderr: each call of the API, and each error.

Nothing in it is secret: no parameter and no query string, only what the calls were and what became
of them. docs/deploy.md lists the fields.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from emulator.api.answered_call import AnsweredCall
from emulator.clock import SystemClock

STDERR: Final = 2
LONGEST: Final = 200
"""Characters of a name that a client sends."""


class CallLog:
    """Writes a line for each call. ``write``: takes a whole one, so that no line breaks another."""

    def __init__(
        self,
        system_clock: SystemClock,
        write: Callable[[bytes], object] | None = None,
    ) -> None:
        self._system_clock = system_clock
        self._write = write or partial(os.write, STDERR)

    def observe(self, call: AnsweredCall) -> None:
        """Writes the line of one call; where nobody takes it, the call is answered all the same."""
        fields: dict[str, object] = {
            "at": _instant(self._system_clock.elapsed()),
            "level": "info",
            "world": call.world[:LONGEST],
            "func": call.func[:LONGEST],
            "outcome": call.outcome[: 2 * LONGEST],
            "status": None if call.reply.dropped else call.reply.status,
            "ms": round(call.seconds * 1000, 3),
            "login": call.login,
        }
        with suppress(OSError):
            self._write(_line(fields).encode())


class JsonFormatter(logging.Formatter):
    """A record of the log as one line of JSON: ``at``, ``level``, ``message``, ``traceback``."""

    def format(self, record: logging.LogRecord) -> str:
        """Without a line break at its end, which handlers add."""
        fields: dict[str, object] = {
            "at": _instant(record.created),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return _line(fields).rstrip()


def log_errors_as_json() -> None:
    """Lets the seller's own errors be lines of JSON too, in this process and those it starts."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("mockseller")
    logger.handlers = [handler]
    logger.propagate = False


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _line(fields: dict[str, object]) -> str:
    """ASCII: no terminal and no collector of logs sees a character that moves its cursor."""
    return json.dumps(fields) + "\n"
