"""What a judge has bought, written down before it is asked for, and given back at the end.

An entry is made before an order is sent, under an id of the judge's own (``remoteid``): so what a
lost answer or an interrupted run leaves behind is still known, and can be looked for. Nothing that
was there before the order is ever taken for it, whatever the seller answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from contracts.record.document import Node
from contracts.target.sums import Ask, Sum

DELETED: Final = "4"
"""The status of a service that is gone (docs/trade.md section 2)."""
ATTEMPTS: Final = 5
"""Times that something is told to go while the seller is at work on it."""
BUSY: Final = "runningoperation"
PAGE, MOST_PAGES = 500, 200
"""Rows of a page, and pages that are read before a list counts as without end."""
_NUMBERS: Final = ("id", "item.id")


@dataclass(slots=True)
class Purchase:
    """One order. ``number`` is None until the seller told it; ``left`` why it is still there.

    ``before``: the numbers its family's list had; None where it could not be read. ``waits``: it
    went into the basket, unpaid.
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
    """All that was ordered in a run."""

    token: str = field(default_factory=lambda: secrets.token_hex(4))
    all: list[Purchase] = field(default_factory=list)

    def begin(
        self, ask: Ask, family: str, remoteid: str, tariff: str, price: Sum | None
    ) -> Purchase:
        """Notes an order that is about to be sent; without an id it gets one."""
        named = remoteid or f"judge-{self.token}-{len(self.all) + 1}"
        rows = rows_of(ask, family)
        before = None if rows is None else frozenset(rows)
        self.all.append(Purchase(family, named, tariff, price, before))
        return self.all[-1]

    def numbers(self) -> set[str]:
        """The numbers of all that was bought, as far as they are known."""
        return {str(one.number) for one in self.all if one.number is not None}

    def of(self, family: str) -> list[Purchase]:
        """What was bought of a family and is not known to be gone, as far as it has a number."""
        return [one for one in self.standing() if one.family == family and one.number is not None]

    def price_of(self, number: str) -> Sum | None:
        """What was told that something costs which was bought in this run."""
        bought = (one for one in self.all if number and str(one.number) == number)
        return next((one.price for one in bought), None)

    def standing(self) -> Iterator[Purchase]:
        """What was bought, or may have been, and is not known to be gone; the newest first."""
        return (one for one in reversed(self.all) if not one.gone and not one.refused)

    def clean_up(self, ask: Ask, pause: Callable[[], None]) -> list[Purchase]:
        """Deletes all that stands by ordinary calls; what could not be, each with its reason.

        ``ask`` asks in the account's name; ``pause`` lets time pass for a seller that is still at
        work on something. Modules were ordered after their licenses and go first. Who does not
        want to wait (KeyboardInterrupt) is told what stands then.
        """
        try:
            for left in reversed(range(ATTEMPTS)):
                for purchase in list(self.standing()):
                    _give_back(ask, purchase)
                if not left or not any(BUSY in one.left for one in self.standing()):
                    break
                pause()
        except KeyboardInterrupt:
            for one in self.standing():
                one.left = one.left or "cleaning up was interrupted"
        return list(self.standing())

    def locate(self, ask: Ask, purchase: Purchase) -> None:
        """Looks an order up whose answer told no number, where the list shows it already."""
        if purchase.number is None and not purchase.refused:
            purchase.number = _located(ask, purchase, rows_of(ask, purchase.family) or {})

    def told(self, document: Node, purchase: Purchase) -> None:
        """Reads the number of an order off its answer, or that it was refused."""
        if document.first("error") is not None:
            purchase.refused = True
            return
        for place in (document, *document.all("doc")):
            for name in _NUMBERS:
                number = _number(place.first(name))
                if number is not None and number not in (purchase.before or ()):
                    purchase.number = purchase.number or number


def _give_back(ask: Ask, purchase: Purchase) -> None:
    if purchase.before is None:
        purchase.left = "what was there before could not be read, so nothing is deleted"
        return
    if purchase.number is None:
        rows = rows_of(ask, purchase.family)
        if rows is None:
            purchase.left = "its number was not told, and the list cannot be read"
            return
        purchase.number = _located(ask, purchase, rows)
    if purchase.number is None:
        # Nothing new under its id: it was never opened.
        purchase.gone = True
        return
    if not _is_there(ask, purchase):
        purchase.gone = True
        return
    _, refusal = ask(
        {"func": f"{purchase.family}.delete", "elid": str(purchase.number), "sok": "ok"}
    )
    if refusal:
        purchase.left = f"could not be deleted: {refusal}"
    elif _is_there(ask, purchase):
        purchase.left = "was told to go and is still there, perhaps until its paid term ends"
    else:
        purchase.gone = True


def _is_there(ask: Ask, purchase: Purchase) -> bool:
    """Whether the service still is one. A seller that does not answer has not said that it went."""
    doc, refusal = ask({"func": f"{purchase.family}.edit", "elid": str(purchase.number)})
    if doc is None:
        return not refusal.startswith("missed")
    status = doc.first("status")
    return status is None or (status.text or "").removeprefix("status_") != DELETED


def _located(ask: Ask, purchase: Purchase, rows: Mapping[int, Node]) -> int | None:
    """An order in the list: what is new there, under its id."""
    if purchase.before is None:
        return None
    fresh = [number for number in rows if number not in purchase.before]
    found = (
        number
        for number in fresh
        if _remoteid(ask, purchase.family, rows[number], number) == purchase.remoteid
    )
    return next(found, None)


def rows_of(ask: Ask, family: str) -> dict[int, Node] | None:
    """The whole list of a family by number; None where it cannot be read to its end."""
    found: dict[int, Node] = {}
    for page in range(1, MOST_PAGES + 1):
        doc, _ = ask({"func": family, "p_cnt": str(PAGE), "p_num": str(page)})
        if doc is None:
            return None
        fresh = {
            number: row
            for row in doc.all("elem")
            if (number := _number(row.first("id"))) is not None and number not in found
        }
        found |= fresh
        total = _number(doc.first("p_elems"))
        if not fresh or total is None or len(found) >= total:
            return found
    return None


def _number(node: Node | None) -> int | None:
    text = (node.text or "") if node is not None else ""
    return int(text) if text.isdigit() else None


def _remoteid(ask: Ask, family: str, row: Node, number: int) -> str:
    told = row.first("remoteid")
    if told is None:
        form, _ = ask({"func": f"{family}.edit", "elid": str(number)})
        told = form.first("remoteid") if form is not None else None
    return (told.text or "") if told is not None else ""
