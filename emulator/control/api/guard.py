"""Access control of the control API.

Neither a page in the user's browser nor somebody behind a proxy may use it. So a request
must carry one of the server's own names as ``Host``; changes must be JSON, without CORS; and a
request that does not certainly come from this computer needs the token, in the header
``Authorization`` or, from a browser that opened the link with the token, in a cookie.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from werkzeug.wrappers import Request

from emulator.settings import Settings, is_loopback

THROUGH_A_PROXY = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip"})
FORWARDED = "x-forwarded-"
"""Proxies add headers that begin like this: -For, -Host, -Proto, -Port, -Server."""
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
CHANGES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
JSON = "application/json"
COOKIE = "mockseller_token"


class Refusal(Exception):
    """A request that is refused: an HTTP status and one line."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status
        self.line = line


class Guard:
    """Checks requests against the server's settings."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token.encode()
        self._local = settings.is_local
        self._behind_proxy = bool(settings.trusted_proxy)
        self._names = OWN_NAMES | {settings.host.strip("[]").lower()}
        self._names |= {name.lower() for name in (*settings.allowed_hosts, *settings.tls_name)}

    def check(
        self, http: Request, *, kinds: tuple[str, ...] = (JSON,), may_anyone: bool = False
    ) -> None:
        """Raises Refusal: 403 for a foreign Host, 401 without the token, 415 for another body.

        ``may_anyone``: the token is not asked for.
        """
        name = hostname(http.environ.get("HTTP_HOST", ""))
        if name not in self._names and (self._local or not _is_address(name)):
            raise Refusal(
                403,
                f'"{name[:100]}" is not a name of this server; add it to the setting allowed_hosts',
            )
        is_known = may_anyone or self._is_near(http) or self.is_token(http.cookies.get(COOKIE, ""))
        if not is_known:
            self._check_token(http.headers.get("Authorization", ""))
        if http.method in CHANGES and http.mimetype not in kinds:
            raise Refusal(415, f"a change needs the header Content-Type: {' or '.join(kinds)}")

    def _is_near(self, http: Request) -> bool:
        # The client's address counts too: under another WSGI server our setting `host` may not be
        # where that server listens.
        here = self._local and is_loopback(http.remote_addr or "")
        if self._behind_proxy and hostname(http.environ.get("HTTP_HOST", "")) not in OWN_NAMES:
            return False  # a proxy of this computer that forgets the client, but not the name
        names = (name.lower() for name in http.headers.keys())  # noqa: SIM118 - Headers are pairs
        return here and not any(n in THROUGH_A_PROXY or n.startswith(FORWARDED) for n in names)

    def is_token(self, text: str) -> bool:
        """Whether this is the token of the server; never where it has none."""
        same = hmac.compare_digest(text.encode("utf-8", "replace"), self._token)
        return bool(self._token) and same

    def _check_token(self, header: str) -> None:
        scheme, _, brought = header.partition(" ")
        if not self._token:
            raise Refusal(
                401,
                "the control API is closed to requests from other computers;"
                " start the server with MOCKSELLER_TOKEN=... to open it",
            )
        if scheme.lower() != "bearer" or not self.is_token(brought.strip()):
            raise Refusal(
                401, "the server's token is missing or wrong; send Authorization: Bearer TOKEN"
            )


def _is_address(name: str) -> bool:
    """Whether a Host is an IP address, which no foreign page can make a name of its own."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def require_same_origin(http: Request) -> None:
    """Raises Refusal unless the browser says that a page of this server sent the request.

    A foreign page, open in the same browser, must not be able to send it.
    """
    site = http.headers.get("Sec-Fetch-Site", "")
    origin = http.headers.get("Origin", "")
    same = origin.partition("://")[2] == http.host
    if (site and site != "same-origin") or not (same or site == "same-origin"):
        raise Refusal(403, "only a page of this server may send changes here")


def hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
