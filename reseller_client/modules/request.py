"""What a panel asked: the fields of one request, however it was sent, and who sent it.

Source: docs/wire.md section 1 (GET and POST alike), section 8.1 (a form without its Content-Type).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from reseller_client.modules.refusals import ShopRefusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from reseller_client.modules.store import Buyer

MOST: Final = 64 * 1024
"""Bytes of a request: panels send a few hundred."""
FIELDS: Final = 100
UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read_fields(environ: WSGIEnvironment) -> dict[str, str]:
    """Read the fields of a request; those of the body win over those of the address.

    A body that is no multipart form is a form, whatever it calls itself. Raises ShopRefusal for
    what is too long.
    """
    request = Request(environ)
    request.max_content_length = request.max_form_memory_size = MOST
    request.max_form_parts = FIELDS
    try:
        if request.mimetype == "multipart/form-data":
            body = request.form.to_dict()
        else:
            text = request.get_data(cache=False).decode("utf-8", "replace")
            body = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS))
    except (HTTPException, ValueError) as fault:
        raise ShopRefusal("value", "func", "", "The request is too long or unreadable") from fault
    sent = {**request.args.to_dict(), **body}
    return {name: UNREADABLE.sub("", value) for name, value in sent.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: what was sent, and who asks."""

    params: Mapping[str, str]
    buyer: Buyer | None

    @property
    def customer(self) -> Buyer:
        """Who asks. Raises ShopRefusal where nobody is logged in."""
        if self.buyer is None:
            raise ShopRefusal("access", "", self.params.get("func", ""), "Access denied")
        return self.buyer

    def number(self, name: str) -> int:
        """A whole number that must be there. Raises ShopRefusal."""
        text = self.params.get(name, "").strip()
        if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < len("9" * 18)):
            raise ShopRefusal("value", name, text, f"The field {name} has an invalid value")
        return int(text)

    def months(self, name: str) -> int | None:
        """Months of renewal; everything that is no number is none."""
        text = self.params.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000") else None

    @property
    def commits(self) -> bool:
        """Whether something is to be done, not only shown."""
        return bool(self.params.get("sok"))

    def button(self, *names: str) -> bool:
        """Whether one of these buttons was pressed."""
        return self.commits and self.params.get("clicked_button") in names
