"""Pages that ask by themselves what is new, for some time: the parts of it on the server."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from werkzeug.wrappers import Response

from emulator.clock import SystemClock
from emulator.control.console.frame import SAFE, Visit, read_number

STOP_POLLING = 286
"""htmx shows the answer and asks no further."""


class Live(NamedTuple):
    """``since``: when a page began to ask, in seconds of real time; ``is_over``: long enough ago.

    ``mark``: what the browser has; None where it loads the page itself.
    """

    since: int
    is_over: bool
    mark: str | None

    def has(self, mark: str) -> bool:
        """Whether the browser asks in vain: it has this already."""
        return self.mark == mark and not self.is_over

    @property
    def live_since(self) -> int | None:
        """What the page is to ask with; None: it asks no further."""
        return None if self.is_over else self.since

    def finish(self, response: Response) -> Response:
        """Tells a page that has asked for long enough to stop."""
        if self.mark is not None and self.is_over:
            response.status_code = STOP_POLLING
        return response


def read_live(visit: Visit, system_clock: SystemClock, longest: int) -> Live:
    """Of a page that asks for ``longest`` seconds, by the query of its address."""
    args = visit.http.args
    seconds = int(system_clock.elapsed())
    since = read_number(args.get("live_since", "")) or seconds
    return Live(since, seconds - since > longest, args.get("after"))


def nothing_new() -> Response:
    """The answer to a browser that has all there is."""
    return Response(status=HTTPStatus.NO_CONTENT, headers=SAFE)
