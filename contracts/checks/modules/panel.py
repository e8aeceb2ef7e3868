"""A control panel as far as an endpoint meets it: what it asks, and what it makes of answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.http_client import Line
from contracts.checks.modules.options import Options
from contracts.checks.modules.results import Sheet
from contracts.checks.modules.strict_reader import Heard, read

_AMOUNT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
ACTIVE, DELETED, OPENING = "2", "4", ("1", "5")
"""States of a module: at work, gone, not open yet. Source: docs/trade.md section 10."""
_CENT: Final = Decimal("0.01")


@dataclass(slots=True)
class Panel:
    """Asks over a line, as the options say, and writes onto a sheet. ``wait`` lets seconds pass."""

    line: Line
    options: Options
    sheet: Sheet
    wait: Callable[[float], None]

    def ask(
        self,
        func: str,
        params: Mapping[str, str] | None = None,
        *,
        label: str = "",
        authinfo: str | None = None,
        method: str = "POST",
        sheet: Sheet | None = None,
    ) -> Heard:
        """Asks one function, with the login unless another ``authinfo`` is given.

        ``sheet``: where the faults of this answer go, where they are no faults of every answer.
        """
        who = self.options.authinfo if authinfo is None else authinfo
        sent = {"authinfo": who} if who else {}
        sent |= {"func": func, "out": "xml", **(params or {})}
        note = label or func
        reply = self.line.send(sent, method=method, note=note)
        return read(reply, note, sheet or self.sheet, slow=self.options.slow)


def amount(text: str) -> Decimal | None:
    """The number in a text like ``12.00 EUR``, or None."""
    found = _AMOUNT.search(text)
    return Decimal(found.group(0)) if found else None


def same_money(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two amounts are the same to the cent; lists have four decimals, sums have two."""
    return one is not None and other is not None and abs(one - other) < _CENT


def named_rows(root: Element | None, name: str) -> list[Element]:
    """The rows of a list that has a name."""
    return [] if root is None else root.findall(f"list[@name='{name}']/elem")


def balance_of(panel: Panel, *, authinfo: str | None = None) -> Decimal | None:
    """What the customer has, or None where the endpoint does not tell."""
    heard = panel.ask(
        "subaccount", label="the balance", sheet=panel.sheet.aside(), authinfo=authinfo
    )
    rows = [] if heard.root is None else heard.root.findall("elem")
    known = [amount(row.findtext("balance") or "") for row in rows]
    sums = [one for one in known if one is not None]
    return sum(sums, Decimal(0)) if sums else None


def modules_of(panel: Panel, *, authinfo: str | None = None) -> Mapping[str, Element]:
    """The customer's modules by their number; one that was deleted may be listed still."""
    heard = panel.ask(
        "addition", label="the list of modules", sheet=panel.sheet.aside(), authinfo=authinfo
    )
    rows = [] if heard.root is None else heard.root.findall("elem")
    named = {(row.findtext("id") or "").strip(): row for row in rows}
    return {number: row for number, row in named.items() if status_of(row) != DELETED}


def status_of(row: Element) -> str:
    """Where a module stands: the number, told by itself or beside its label."""
    label = row.find("item_status")
    told = row.findtext("status") or ("" if label is None else label.get("orig") or label.text)
    return (told or "").strip().partition("_")[0]
