"""A line to the emulator in this process, on which answers get lost, and clients of it."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import httpx

from reseller_client import Client, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.testing import Seller
    from reseller_client.transport.call import Out


class LossyLine:
    """A line to the emulator in this process, on which answers get lost as a test plans it.

    `plan` holds, for a function, how its next answers go: "before" loses the request, "after" the
    answer alone, "" loses nothing. `hide` are fields whose names its answers then do not carry.
    """

    def __init__(self, shop: Seller) -> None:
        self._inner = httpx.WSGITransport(app=shop.wsgi)
        self.plan: dict[str, deque[str]] = {}
        self.hide: tuple[str, ...] = ()
        self.calls: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = {
            **request.url.params,
            **dict(parse_qsl(request.content.decode(), keep_blank_values=True)),
        }
        self.calls.append(form)
        plan = self.plan.get(form.get("func", ""))
        lost = plan.popleft() if plan else ""
        if lost == "before":
            raise httpx.ReadTimeout("silence", request=request)
        response = self._inner.handle_request(request)
        body = response.read()
        if lost == "after":
            raise httpx.ReadTimeout("silence", request=request)
        for name in self.hide:
            body = re.sub(rb'(?<=[<"/])%b(?=[>"/])' % name.encode(), b"hidden", body)
        return httpx.Response(response.status_code, content=body)

    def sendings(self, func: str) -> int:
        """How often a function was asked to do something."""
        return sum(form.get("func") == func and "sok" in form for form in self.calls)


def client_of(
    handler: Callable[[httpx.Request], httpx.Response],
    waits: Callable[[float], None],
    *,
    out: Out = "xml",
    login: str = "reseller",
    password: str = "secret",  # noqa: S107 - of the shipped worlds
    session: bool = False,
) -> Client:
    """Make a client of a seller in this process, whose waiting only counts."""
    return Client(
        "http://127.0.0.1/billmgr",
        login=login,
        password=password,
        out=out,
        session=session,
        transport=httpx.MockTransport(handler),
        retry_policy=RetryPolicy(wait=waits, pause=2.0, attempts=3, looks=2, long_reads=3),
    )
