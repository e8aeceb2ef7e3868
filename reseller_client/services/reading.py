"""What the rows and forms of everything that is bought have in common, as sellers vary it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reseller_client.transport.values import read_date, read_int, read_money, read_status

if TYPE_CHECKING:
    from datetime import date

    from reseller_client.transport.document import Node
    from reseller_client.transport.values import Money

_ADDON: Final = re.compile(r"addon_([0-9]+)")


def read_state(row: Node) -> str:
    """Return the raw state of a row.

    Lists show a translated label and keep the number in an attribute or a field beside it; some
    write the number itself. A label alone says nothing that could be relied on, and gives "".
    """
    shown = row.first("item_status")
    candidates = (
        "" if shown is None else shown.value("orig"),
        row.value("item_status_orig"),
        row.value("status"),
        "" if shown is None else shown.text,
    )
    return next((text.strip() for text in candidates if read_status(text) is not None), "")


def read_end(node: Node) -> date | None:
    """Read the end date; daily charged services write a phrase and the date elsewhere."""
    return read_date(node.value("expiredate")) or read_date(node.value("real_expiredate"))


def read_tariff(row: Node) -> int | None:
    """Read the tariff's code from a row; some show its name in `pricelist`, some the code."""
    return read_int(row.value("pricelist_id")) or read_int(row.value("pricelist"))


def read_cost(row: Node) -> Money | None:
    """Read what a period costs from a row, by itself or as an amount with its currency."""
    cost = read_money(row.value("item_cost"), row.value("currency_str"))
    return cost or read_money(row.value("cost"))


def read_addons(form: Node) -> dict[int, str]:
    """Read the values of `addon_N` fields by their number."""
    fields = form.fields()
    return {
        int(match[1]): text for name, text in fields.items() if (match := _ADDON.fullmatch(name))
    }
