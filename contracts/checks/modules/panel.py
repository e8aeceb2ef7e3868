"""A control panel, as far as an endpoint meets it: what it requests, and how it reads answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.answer import Answer, read
from contracts.checks.modules.http_client import EndpointClient
from contracts.checks.modules.options import Options
from contracts.checks.runner import Results

ACTIVE, DELETED, CHANGING = "2", "4", ("1", "5")
"""States of a module; CHANGING: being opened or closed. Source: docs/trade.md section 10."""
_AMOUNT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CENT: Final = Decimal("0.01")


@dataclass(slots=True)
class Panel:
    """Calls an endpoint as the options say, and notes results. ``wait`` lets seconds pass."""

    client: EndpointClient
    options: Options
    results: Results
    wait: Callable[[float], None]

    def ask(
        self,
        func: str,
        params: Mapping[str, str] | None = None,
        *,
        label: str = "",
        authinfo: str | None = None,
        method: str = "POST",
        results: Results | None = None,
    ) -> Answer:
        """Call a function, with the login of the options unless another ``authinfo`` is given.

        ``results``: where the faults of this answer are noted instead. Raises CannotRun where the
        first call of all reaches nobody.
        """
        login = self.options.authinfo if authinfo is None else authinfo
        form = {"authinfo": login} if login else {}
        form |= {"func": func, "out": "xml", **(params or {})}
        note = label or func
        raw = self.client.send(form, method=method, note=note)
        return read(raw, note, results or self.results, slow=self.options.slow)


def read_amount(text: str) -> Decimal | None:
    """The number in a text like ``12.00 EUR``, or None."""
    match = _AMOUNT.search(text)
    return Decimal(match.group(0)) if match else None


def same_amount(first: Decimal | None, second: Decimal | None) -> bool:
    """Whether two amounts are equal to the cent: lists have four decimals, totals have two."""
    return first is not None and second is not None and abs(first - second) < _CENT


def rows_of_list(root: Element | None, name: str) -> list[Element]:
    """The rows of a named list."""
    return [] if root is None else root.findall(f"list[@name='{name}']/elem")


def read_balance(panel: Panel, *, authinfo: str | None = None) -> Decimal | None:
    """The customer's balance, or None where the endpoint does not show it."""
    answer = panel.ask(
        "subaccount", label="the balance", results=panel.results.detached(), authinfo=authinfo
    )
    rows = [] if answer.root is None else answer.root.findall("elem")
    amounts = [read_amount(row.findtext("balance") or "") for row in rows]
    balances = [amount for amount in amounts if amount is not None]
    return sum(balances, Decimal(0)) if balances else None


def read_modules(panel: Panel, *, authinfo: str | None = None) -> Mapping[str, Element]:
    """The customer's modules by number, without those that are listed as deleted."""
    answer = panel.ask(
        "addition",
        label="the list of modules",
        results=panel.results.detached(),
        authinfo=authinfo,
    )
    rows = [] if answer.root is None else answer.root.findall("elem")
    by_number = {(row.findtext("id") or "").strip(): row for row in rows}
    return {number: row for number, row in by_number.items() if status_of(row) != DELETED}


def status_of(row: Element) -> str:
    """The status of a module: its number, in a field of its own or beside its label."""
    label = row.find("item_status")
    status = row.findtext("status") or ("" if label is None else label.get("orig") or label.text)
    return (status or "").strip().partition("_")[0]
