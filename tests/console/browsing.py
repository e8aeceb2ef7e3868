"""Holds cookies and sends forms as a browser does that shows pages of the console."""

from __future__ import annotations

import html
import re

from werkzeug.test import TestResponse

from emulator.testing import Seller

BASE = "http://127.0.0.1"
CONSOLE = "/_mockseller/console"
HERE = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def read_text(page: str) -> str:
    """What a reader sees of a page: without tags, blanks and lines as one blank."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


class Browsing:
    """Visits the pages of one world, ``default`` unless another is named."""

    def __init__(self, seller: Seller, world: str = "default") -> None:
        self.client = seller.wsgi.test_client()
        self.page = f"{CONSOLE}/{world}"

    def look(self, path: str = "", **headers: str) -> TestResponse:
        """A page by its path below that of the world, or in full."""
        address = path if path.startswith(CONSOLE) else f"{self.page}{path}"
        return self.client.get(address, base_url=BASE, headers=headers)

    def token(self) -> str:
        """What the forms of this browser send."""
        match = TOKEN.search(self.look().text)
        assert match is not None
        return match[1]

    def press(
        self, path: str, headers: dict[str, str] | None = None, /, **form: str
    ) -> TestResponse:
        """Sends a form of a page of the world, with its token unless the form has another."""
        sent = {"csrf": self.token(), **form}
        origin = HERE if headers is None else headers
        return self.client.post(f"{self.page}{path}", base_url=BASE, data=sent, headers=origin)
