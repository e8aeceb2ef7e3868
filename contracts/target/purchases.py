"""The orders of a run: written down before they are sent, deleted at the end.

An order is entered before it is sent, under an id of the run's own (``remoteid``), so that it can
be found even if its answer was lost or the run was interrupted. A service that was in the list
before the order is never taken for the order, whatever the seller answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from contracts.record.document import Node
from contracts.target.sums import Ask, Sum

DELETED: Final = "4"
"""The status of a deleted service (docs/trade.md section 2)."""
DELETE_ATTEMPTS: Final = 5
"""How often a deletion is sent while the seller is still working on the service."""
BUSY: Final = "runningoperation"
PAGE, MAX_PAGES = 500, 200
"""Rows of a page, and the pages after which a list counts as endless."""
_NUMBERS: Final = ("id", "item.id")


@dataclass(slots=True)
class Purchase:
    """One order.

    ``before``: the numbers in the list of its family before the order, or None if the list could
    not be read. ``number`` is None until the seller names it. ``waits``: it lies unpaid in the
    basket. ``left``: why it could not be deleted.
    """

    family: str
    remoteid: str
    tariff: str
    price: Sum | None
    before: frozenset[int] | None = None
    number: int | None = None
    refused: bool = False
    gone: bool = False
    waits: bool = False
    left: str = ""

    def __str__(self) -> str:
        """One line for people."""
        which = f"{self.family} {self.number}" if self.number else f"an order of {self.family}"
        why = f": {self.left}" if self.left else ""
        return f"{which} (tariff {self.tariff}, {self.remoteid}){why}"


@dataclass(slots=True)
class Purchases:
    """All orders of a run, the oldest first. ``token`` makes their ids unique among runs."""

    token: str = field(default_factory=lambda: secrets.token_hex(4))
    all: list[Purchase] = field(default_factory=list)

    @property
    def numbers(self) -> set[str]:
        """The numbers of all services that were bought, as far as the seller named them."""
        return {str(purchase.number) for purchase in self.all if purchase.number is not None}

    @property
    def outstanding(self) -> list[Purchase]:
        """Orders that may have opened a service that still exists, the newest first."""
        return [
            purchase
            for purchase in reversed(self.all)
            if not purchase.gone and not purchase.refused
        ]

    def begin(
        self,
        ask: Ask,
        family: str,
        remoteid: str,
        tariff: str,
        price: Sum | None,
        *,
        count: int = 1,
        waits: bool = False,
    ) -> list[Purchase]:
        """Writes down an order that is about to be sent; an empty ``remoteid`` gets a fresh one.

        An order of ``count`` services becomes as many purchases, each with its part of ``price``.
        """
        name = remoteid or f"judge-{self.token}-{len(self.all) + 1}"
        rows = read_rows(ask, family)
        before = None if rows is None else frozenset(rows)
        part = None if price is None else Sum(price.amount / count, price.currency)
        purchases = [
            Purchase(family, name, tariff, part, before, waits=waits) for _ in range(count)
        ]
        self.all += purchases
        return purchases

    def select_family(self, family: str) -> list[Purchase]:
        """Outstanding orders of a family that have a number."""
        return [
            purchase
            for purchase in self.outstanding
            if purchase.family == family and purchase.number is not None
        ]

    def find_price(self, number: str) -> Sum | None:
        """The price of a service that was bought in this run, by its number."""
        prices = (
            purchase.price for purchase in self.all if number and str(purchase.number) == number
        )
        return next(prices, None)

    def clean_up(self, ask: Ask, pause: Callable[[], None]) -> list[Purchase]:
        """Deletes everything outstanding by ordinary calls; returns what is left, with reasons.

        The newest goes first, so modules go before their licenses. ``pause`` lets time pass while
        the seller works on a service. On KeyboardInterrupt the rest is returned at once.
        """
        try:
            for attempts_left in reversed(range(DELETE_ATTEMPTS)):
                for purchase in self.outstanding:
                    self._delete(ask, purchase)
                if not attempts_left or not any(
                    BUSY in purchase.left for purchase in self.outstanding
                ):
                    break
                pause()
        except KeyboardInterrupt:
            for purchase in self.outstanding:
                purchase.left = purchase.left or "cleaning up was interrupted"
        return self.outstanding

    def locate(self, ask: Ask, purchase: Purchase) -> None:
        """Looks in the list for an order whose answer named no number."""
        if purchase.number is None and not purchase.refused:
            purchase.number = self._find_number(ask, purchase, read_rows(ask, purchase.family))

    @staticmethod
    def read_answer(document: Node, purchases: list[Purchase]) -> None:
        """Takes the number of an order, or that it was refused, from its answer.

        The answer to an order of several services has the number of the first.
        """
        first = purchases[0]
        if document.first("error") is not None:
            for purchase in purchases:
                purchase.refused = True
            return
        for place in (document, *document.all("doc")):
            for name in _NUMBERS:
                number = _read_number(place.first(name))
                if number is not None and number not in (first.before or ()):
                    first.number = first.number or number

    def _delete(self, ask: Ask, purchase: Purchase) -> None:
        if purchase.before is None:
            purchase.left = "the list could not be read before the order, so nothing is deleted"
            return
        if purchase.number is None:
            rows = read_rows(ask, purchase.family)
            if rows is None:
                purchase.left = "its answer named no number, and the list cannot be read"
                return
            purchase.number = self._find_number(ask, purchase, rows)
        if purchase.number is None or not _exists(ask, purchase):
            # Without a number nothing new in the list has its id: the order opened nothing.
            purchase.gone = True
            return
        _, refusal = ask(
            {"func": f"{purchase.family}.delete", "elid": str(purchase.number), "sok": "ok"}
        )
        if refusal:
            purchase.left = f"could not be deleted: {refusal}"
        elif _exists(ask, purchase):
            purchase.left = "was deleted and is still there, perhaps until its paid term ends"
        else:
            purchase.gone = True

    def _find_number(
        self, ask: Ask, purchase: Purchase, rows: Mapping[int, Node] | None
    ) -> int | None:
        """The number of a row that is new since the order and has its id, and is no other's."""
        if purchase.before is None:
            return None
        others = {other.number for other in self.all if other.family == purchase.family}
        for number, row in (rows or {}).items():
            is_new = number not in purchase.before and number not in others
            if is_new and _read_remoteid(ask, purchase.family, row, number) == purchase.remoteid:
                return number
        return None


def _exists(ask: Ask, purchase: Purchase) -> bool:
    """Whether the service exists; a seller that does not answer has not said that it is gone."""
    doc, refusal = ask({"func": f"{purchase.family}.edit", "elid": str(purchase.number)})
    if doc is None:
        return not refusal.startswith("missed")
    status = doc.first("status")
    return status is None or (status.text or "").removeprefix("status_") != DELETED


def read_rows(ask: Ask, family: str) -> dict[int, Node] | None:
    """The whole list of a family by number, or None if it cannot be read to its end."""
    rows: dict[int, Node] = {}
    for page in range(1, MAX_PAGES + 1):
        paging = {"p_cnt": str(PAGE), "p_num": str(page)}
        doc, _ = ask({"func": family, "filter": "off", **paging})
        if doc is None:
            return None
        new = {
            number: row
            for row in doc.all("elem")
            if (number := _read_number(row.first("id"))) is not None and number not in rows
        }
        rows |= new
        total = _read_number(doc.first("p_elems"))
        if not new or total is None or len(rows) >= total:
            return rows
    return None


def _read_number(node: Node | None) -> int | None:
    text = (node.text or "") if node is not None else ""
    return int(text) if text.isdigit() else None


def _read_remoteid(ask: Ask, family: str, row: Node, number: int) -> str:
    node = row.first("remoteid")
    if node is None:
        form, _ = ask({"func": f"{family}.edit", "elid": str(number)})
        node = form.first("remoteid") if form is not None else None
    return (node.text or "") if node is not None else ""
