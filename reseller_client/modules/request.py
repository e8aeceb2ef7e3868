"""One request of a control panel: its fields, however they were sent, and the customer.

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

MOST_BYTES: Final = 64 * 1024
"""Largest request in bytes; panels send a few hundred."""
MOST_FIELDS: Final = 100
UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read_fields(environ: WSGIEnvironment) -> dict[str, str]:
    """Return the fields of a request; those of the body win over those of the query.

    A body that is not multipart is read as a form, whatever its Content-Type. Raises ShopRefusal
    for a request that is too long.
    """
    request = Request(environ)
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    request.max_form_parts = MOST_FIELDS
    try:
        if request.mimetype == "multipart/form-data":
            body = request.form.to_dict()
        else:
            text = request.get_data(cache=False).decode("utf-8", "replace")
            body = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (HTTPException, ValueError) as problem:
        raise ShopRefusal("value", "func", "", "The request is too long or unreadable") from problem
    fields = {**request.args.to_dict(), **body}
    return {name: UNREADABLE.sub("", value) for name, value in fields.items()}


@dataclass(frozen=True, slots=True)
class PanelRequest:
    """One call: the fields that were sent, and the customer, None where nobody is logged in."""

    params: Mapping[str, str]
    buyer: Buyer | None

    @property
    def customer(self) -> Buyer:
        """The customer. Raises ShopRefusal where nobody is logged in."""
        if self.buyer is None:
            raise ShopRefusal("access", "", self.params.get("func", ""), "Access denied")
        return self.buyer

    def number(self, name: str) -> int:
        """Return a field that must be a whole number. Raises ShopRefusal if it is not."""
        text = self.params.get(name, "").strip()
        if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < len("9" * 18)):
            raise ShopRefusal("value", name, text, f"The field {name} has an invalid value")
        return int(text)

    def months(self, name: str) -> int | None:
        """Return the months of renewal; anything that is not a number means no renewal."""
        text = self.params.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000") else None

    @property
    def commits(self) -> bool:
        """Whether the form is submitted, not only shown."""
        return bool(self.params.get("sok"))

    def pressed(self, *buttons: str) -> bool:
        """Tell whether the form is submitted by one of these buttons."""
        return self.commits and self.params.get("clicked_button") in buttons
