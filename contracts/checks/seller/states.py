"""States of services at a seller: read, waited for, and brought about by ordinary calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contracts.record.document import Node
from contracts.target.purchases import BUSY, DELETE_ATTEMPTS, read_rows
from contracts.target.seller import CannotRun, Seller
from contracts.target.transports import Refusal
from reseller_client import RetryPolicy

ACTIVE, SUSPENDED, GONE = "2", "3", "4"
"""The status of a service (docs/trade.md section 2)."""
UNKNOWN: Final = ""

Service = tuple[str, int]
"""A family and a number in it."""


def state_of(told: Node) -> str:
    """The state in a row or a form; UNKNOWN where none is told."""
    status = told.first("status")
    if status is None:
        return UNKNOWN
    return (status.attrs.get("orig") or status.text or "").removeprefix("status_")


@dataclass(frozen=True, slots=True)
class States:
    """What services come to. ``retry_policy``: how long the seller is waited for."""

    seller: Seller
    retry_policy: RetryPolicy

    def of(self, family: str, number: int) -> str:
        """The state it comes to; what the seller is at work on is waited for."""
        for _ in range(self.retry_policy.long_reads):
            form, refusal = self.seller.ask({"func": f"{family}.edit", "elid": str(number)})
            if refusal.startswith((Refusal.NO_FUNCTION, Refusal.NO_RIGHT)):
                # A seller that shows nothing of it is believed to have it.
                return ACTIVE
            if form is None:
                return GONE if refusal.startswith(Refusal.NO_ELEMENT) else UNKNOWN
            state = state_of(form)
            if state in (UNKNOWN, ACTIVE, SUSPENDED, GONE):
                return state or ACTIVE
            self.retry_policy.wait(self.retry_policy.pause)
        return UNKNOWN

    def work_again(self, func: str, family: str, number: int) -> str:
        """The state it comes to after ``func``, resumed where it was suspended."""
        state = self.of(family, number)
        if state == SUSPENDED:
            _, refusal = self.seller.ask({"func": f"{family}.resume", "elid": str(number)})
            if refusal and BUSY not in refusal:
                raise CannotRun(f"after {func}: {family} {number} does not work again: {refusal}")
            state = self.of(family, number)
        return state

    def rests(self, family: str, number: int) -> bool:
        """Suspends it, and tells whether it is."""
        self.seller.ask({"func": f"{family}.suspend", "elid": str(number)})
        return self.of(family, number) == SUSPENDED

    def delete(self, family: str, number: int) -> str:
        """Deletes it; why that did not work, or nothing."""
        asked, refusal = {"func": f"{family}.delete", "elid": str(number), "sok": "ok"}, ""
        for _ in range(DELETE_ATTEMPTS):
            _, refusal = self.seller.ask(asked)
            if BUSY not in refusal:
                break
            self.pause([(family, number)])
        return refusal

    def wait_until_gone(self, family: str, number: int) -> None:
        """Waits for what was deleted to leave the list: its form may be gone before."""
        for _ in range(self.retry_policy.long_reads):
            row = (read_rows(self.seller.ask, family) or {}).get(number)
            if row is None or state_of(row) == GONE:
                break
            self.pause([(family, number)])

    def pause(self, services: Iterable[Service]) -> None:
        """Lets some time pass, and looks: some sellers are at work until they are looked at."""
        self.retry_policy.wait(self.retry_policy.pause)
        for family, number in services:
            self.seller.ask({"func": f"{family}.edit", "elid": str(number)})
