"""Recognizes what answers in front of a seller: a guard, a proxy, a page to log in.

Source: docs/wire.md section 1: three projects met 403, or 200, with a page of HTML (observed).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotTheSeller

if TYPE_CHECKING:
    from reseller_client.transport.wire import Reply

_TITLE: Final = re.compile(r"<(title|h1)[^>]{0,200}>([^<]{0,400})</", re.IGNORECASE)
_EXCERPT: Final = 160
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
"""A server without an API at this path, not a guard."""
_REDIRECTS: Final = range(300, 400)


def recognize(reply: Reply) -> NotTheSeller | None:
    """Return the error for a reply that is no document of the API, or None for any other fault."""
    text = reply.body[:20_000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    is_page = text[:20].lower().startswith(("<!doctype html", "<html"))
    if reply.status == _NOT_FOUND:
        return None
    if not is_page and reply.status != _FORBIDDEN and reply.status not in _REDIRECTS:
        return None
    title = _TITLE.search(text)
    return NotTheSeller(
        status=reply.status,
        title=" ".join(html.unescape(title[2]).split()) if title else "",
        location=reply.location,
        beginning=text[:_EXCERPT],
    )
