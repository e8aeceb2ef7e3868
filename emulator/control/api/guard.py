"""Who may use the control API.

Neither a page that is open in the user's browser may reach it, nor a stranger by a proxy: hence
the server's own ``Host``, JSON for changes, no CORS, and a token wherever the way in is not
certainly this machine.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from emulator.settings import Settings

THROUGH_A_PROXY = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip"})
FORWARDED = "x-forwarded-"
"""Proxies add names of their own behind this: -For, -Host, -Proto, -Port, -Server."""
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
CHANGES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
JSON = "application/json"


class Refusal(Exception):
    """The control API says no: an HTTP status and one line."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status
        self.line = line


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """Judges requests by the server's settings."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token.encode()
        self._local = is_loopback(settings.host)
        self._names = OWN_NAMES | {settings.host.strip("[]").lower()}
        self._names |= {name.lower() for name in settings.allowed_hosts}

    def check(self, http: Request, *, kinds: tuple[str, ...] = (JSON,)) -> None:
        """Raises Refusal: 403 for a foreign Host, 401 without the token, 415 for another body."""
        name = hostname(http.environ.get("HTTP_HOST", ""))
        if name not in self._names:
            raise Refusal(
                403, f'"{name[:100]}" is not a name of this server; allowed_hosts adds names'
            )
        if not self._is_near(http):
            self._check_token(http.headers.get("Authorization", ""))
        if http.method in CHANGES and http.mimetype not in kinds:
            raise Refusal(415, f"changes need Content-Type: {' or '.join(kinds)}")

    def _is_near(self, http: Request) -> bool:
        # The caller's address is asked too: under somebody else's WSGI server our own setting of
        # the host may not be where that server listens.
        here = self._local and is_loopback(http.remote_addr or "")
        names = (name.lower() for name in http.headers.keys())  # noqa: SIM118 - Headers are pairs
        return here and not any(n in THROUGH_A_PROXY or n.startswith(FORWARDED) for n in names)

    def _check_token(self, header: str) -> None:
        scheme, _, brought = header.partition(" ")
        if not self._token:
            raise Refusal(
                401, "from here the control API needs a token, and none is set: set token"
            )
        same = hmac.compare_digest(brought.strip().encode("utf-8", "replace"), self._token)
        if scheme.lower() != "bearer" or not same:
            raise Refusal(401, "this needs the server's token: Authorization: Bearer TOKEN")


def came_from_here(http: Request) -> None:
    """Raises Refusal unless a page of this server sent it, as browsers say themselves.

    A page of somebody else's, open in the same browser, must not be able to drive this one.
    """
    site = http.headers.get("Sec-Fetch-Site", "")
    origin = http.headers.get("Origin", "")
    same = urlsplit(origin).netloc == http.host if origin and origin != "null" else False
    if (site and site != "same-origin") or not (same or site == "same-origin"):
        raise Refusal(403, "a change has to come from a page of this server")


def hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
