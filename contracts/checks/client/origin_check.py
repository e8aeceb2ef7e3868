"""Who may knock at a door of this machine: programs, and pages of the door itself.

A port of loopback is open to every page in every browser here, and ports are guessed in a minute. A
page that orders where a client is graded would be graded in its place.
"""

from __future__ import annotations

from typing import Final

from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Request

OURS: Final = ("127.0.0.1", "localhost")
"""Names of this machine; another one is somebody's who has his name point here."""


def check_ours(request: Request) -> None:
    """Raises Forbidden for another host's name, and for pages of another origin.

    Programs send neither ``Origin`` nor ``Sec-Fetch-Site``; browsers do, also with what an image or
    a form of a foreign page asks for.
    """
    if request.host.partition(":")[0].lower() not in OURS:
        raise Forbidden("it is called 127.0.0.1 or localhost, and by no other name")
    origin = request.headers.get("Origin")
    own = origin is None or origin == f"http://{request.host}"
    if not own or request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        raise Forbidden("a page of another origin asked: only programs and its own pages may")
