"""A transport that lets a reader see every request and every answer, without the secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl
from xml.etree.ElementTree import ParseError, indent, tostring

import httpx
from defusedxml.ElementTree import fromstring

SECRETS: Final = frozenset({"authinfo", "auth", "password", "passwd", "key", "qrcode"})
HIDDEN: Final = "***"
SESSION: Final = re.compile(r"(<auth[^>]*?id=\")[^\"]*(\"[^>]*>)[^<]*")


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
        self._heard(masked(form), readable(response.content))
        return response

    def close(self) -> None:
        """Closes the other transport."""
        self._inner.close()


def masked(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request with its secrets hidden; a login stays, its password does not."""
    shown: dict[str, str] = {}
    for name, text in form.items():
        if name == "authinfo":
            shown[name] = f"{text.partition(':')[0]}:{HIDDEN}"
        else:
            shown[name] = HIDDEN if name in SECRETS else text
    return shown


def readable(body: bytes) -> str:
    """An answer for people: xml with a line for each element, session ids hidden."""
    try:
        root = fromstring(body)
    except (ParseError, ValueError):
        text = body.decode("utf-8", "replace")
    else:
        indent(root)
        text = tostring(root, encoding="unicode")
    return SESSION.sub(rf"\1{HIDDEN}\2{HIDDEN}", text)
