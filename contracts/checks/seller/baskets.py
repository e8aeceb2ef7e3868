"""The account's basket: put into only where it is empty, and emptied again.

An order that is not paid at once waits there. Old and new clients call it ``basket`` and ``cart``;
at some sellers both show the same positions (docs/evidence.md 45), so both are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from contracts.record.document import Node
from contracts.target.spending_guard import CallBlocked, SpendingGuard

PLACES: Final = ("basket", "cart")


@dataclass(slots=True)
class Baskets:
    """What waits to be paid."""

    guard: SpendingGuard
    _why_not: str | None = None
    """Why nothing may be put there; nothing where it may, None while nobody has looked."""
    _there: tuple[str, ...] = ()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Lets orders wait in the basket while the block runs; then it is emptied.

        CallBlocked: something of the account's own is in it, or it cannot be read, or not emptied.
        """
        if self._why_not is None:
            self._why_not = self._looked()
        if self._why_not:
            raise CallBlocked(self._why_not)
        self.guard.allow_baskets = True
        try:
            yield
        finally:
            self.guard.allow_baskets = False
            self.empty()

    def empty(self) -> None:
        """Takes out what is in it. What stays is told, and nothing more is put there."""
        for place in self._there:
            for number in self._positions(place) or ():
                taken = {"func": place, "id": number, "clicked_button": "delete", "sok": "ok"}
                _, refusal = self.guard.ask(taken)
                if refusal or number in (self._positions(place) or ()):
                    self._why_not = "not sent: the basket could not be emptied after another order"
                    told = f"position {number} is left in the {place}: take it out by hand"
                    self.guard.budget.remarks.append(f"{told} {refusal}".strip())

    def _looked(self) -> str:
        if self.guard.rules.read_only or self.guard.rules.limit is None:
            return "not sent: it would leave an unpaid order behind, and no budget was given"
        found = {place: self._positions(place) for place in PLACES}
        self._there = tuple(place for place, rows in found.items() if rows is not None)
        if not self._there:
            return "not sent: the basket cannot be read, so nothing is put into it"
        if any(found.values()):
            return "not sent: the basket has something of the account's own in it"
        return ""

    def _positions(self, place: str) -> list[str] | None:
        """The numbers of what waits; None where the seller has no such place."""
        doc, _ = self.guard.ask({"func": place})
        if doc is None:
            return None
        rows = [row for each in doc.all("list") for row in each.all("elem")]
        return [number for row in rows if (number := _text(row.first("id")))]


def _text(node: Node | None) -> str:
    return (node.text or "") if node is not None else ""
