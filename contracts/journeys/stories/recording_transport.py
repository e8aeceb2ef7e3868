"""A transport that lets a reader see every request and every answer, without the secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import httpx

from contracts.target.redact import format_readable, mask_form


class Overheard(httpx.BaseTransport):
    """Another transport with a listener: ``heard(request fields, answer)`` after each exchange."""

    def __init__(
        self, inner: httpx.BaseTransport, heard: Callable[[Mapping[str, str], str], None]
    ) -> None:
        self._inner = inner
        self._heard = heard

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it on, and tells the listener."""
        response = self._inner.handle_request(request)
        response.read()
        form = dict(parse_qsl(request.read().decode(), keep_blank_values=True))
        self._heard(mask_form(form), format_readable(response.content))
        return response

    def close(self) -> None:
        """Closes the other transport."""
        self._inner.close()
