"""Recognizes what answers in front of a seller: a guard, a proxy, a page to log in.

Source: docs/wire.md section 1: three projects met 403, or 200, with a page of HTML (observed).
"""

from __future__ import annotations

import html
import re
from typing import Final

import httpx

_TITLE: Final = re.compile(r"<(title|h1)[^>]{0,200}>([^<]{0,400})</", re.IGNORECASE)
_BEGINNING: Final = 20_000


def recognize(response: httpx.Response) -> str:
    """What answered in place of the seller, in one line; empty for what may be a document."""
    text = response.content[:_BEGINNING].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    is_page = text[:20].lower().startswith(("<!doctype html", "<html"))
    forbidden = response.status_code == httpx.codes.FORBIDDEN
    if response.status_code == httpx.codes.NOT_FOUND:
        return ""  # a server without an API at this path
    if not is_page and not forbidden and not response.is_redirect:
        return ""
    heading = _TITLE.search(text)
    title = f", {' '.join(html.unescape(heading[2]).split())!r}" if heading else ""
    location = response.headers.get("Location", "")
    leads = f", to {location}" if location else ""
    return f"something in front of the seller answered: HTTP {response.status_code}{title}{leads}"
