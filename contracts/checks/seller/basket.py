"""The account's basket: used only if it was empty, and emptied after each use.

An order that is not paid at once waits in the basket. Old and new clients call it ``basket`` and
``cart``; some sellers show the same positions in both (docs/evidence.md 45), so both are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from contracts.record.document import Node
from contracts.target.spending_guard import CallBlocked, SpendingGuard

FUNCTIONS: Final = ("basket", "cart")


@dataclass(slots=True)
class Basket:
    """Lets orders wait unpaid at a seller that is not ours."""

    guard: SpendingGuard
    _blocked_by: str | None = None
    """Why it may not be used; empty if it may, None if that was not checked yet."""
    _functions: tuple[str, ...] = ()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Lets orders wait in the basket while the block runs, then empties it.

        Raises CallBlocked if it holds positions of the account's own, cannot be read, or could not
        be emptied before.
        """
        if self._blocked_by is None:
            self._blocked_by = self._find_obstacle()
        if self._blocked_by:
            raise CallBlocked(self._blocked_by)
        self.guard.allow_baskets = True
        try:
            yield
        finally:
            self.guard.allow_baskets = False
            self.empty()

    def empty(self) -> None:
        """Deletes all positions; what cannot be deleted is a remark, and blocks further use."""
        for func in self._functions:
            for number in self._positions(func) or ():
                _, refusal = self.guard.ask(
                    {"func": func, "id": number, "clicked_button": "delete", "sok": "ok"}
                )
                if refusal or number in (self._positions(func) or ()):
                    self._blocked_by = "not sent: the basket could not be emptied after an order"
                    remark = f"position {number} is left in the {func}: delete it by hand {refusal}"
                    self.guard.budget.remarks.append(remark.strip())

    def _find_obstacle(self) -> str:
        if self.guard.rules.read_only or self.guard.rules.limit is None:
            return "not sent: it would leave an unpaid order behind, and no budget was given"
        positions = {func: self._positions(func) for func in FUNCTIONS}
        self._functions = tuple(func for func, rows in positions.items() if rows is not None)
        if not self._functions:
            return "not sent: the basket cannot be read, so no order is put into it"
        if any(positions.values()):
            return "not sent: the basket holds something of the account's own"
        return ""

    def _positions(self, func: str) -> list[str] | None:
        """The numbers of the positions; None if the seller does not have the function."""
        doc, _ = self.guard.ask({"func": func})
        if doc is None:
            return None
        rows = [row for table in doc.all("list") for row in table.all("elem")]
        return [number for row in rows if (number := _text(row.first("id")))]


def _text(node: Node | None) -> str:
    return (node.text or "") if node is not None else ""
