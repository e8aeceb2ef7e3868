"""The states of services at a seller: read them, wait for them, change them by ordinary calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contracts.record.document import Node
from contracts.target.purchases import BUSY, DELETE_ATTEMPTS, read_rows
from contracts.target.seller import CannotRun, Seller
from contracts.target.transports import Refusal
from reseller_client import RetryPolicy

ACTIVE, SUSPENDED, DELETED = "2", "3", "4"
"""The status of a service (docs/trade.md section 2)."""
UNKNOWN: Final = ""


def read_state(node: Node) -> str:
    """The status in a row or a form; UNKNOWN if it has none."""
    status = node.first("status")
    if status is None:
        return UNKNOWN
    return (status.attrs.get("orig") or status.text or "").removeprefix("status_")


@dataclass(frozen=True, slots=True)
class ServiceStates:
    """Reads and changes states; ``retry_policy`` says how long to wait for the seller."""

    seller: Seller
    retry_policy: RetryPolicy

    def read(self, family: str, number: int) -> str:
        """The state of a service, once the seller has finished working on it."""
        for _ in range(self.retry_policy.long_reads):
            form, refusal = self.seller.ask({"func": f"{family}.edit", "elid": str(number)})
            if refusal.startswith((Refusal.NO_FUNCTION, Refusal.NO_RIGHT)):
                # Without a form there is nothing to read; the service is assumed to work.
                return ACTIVE
            if form is None:
                return DELETED if refusal.startswith(Refusal.NO_ELEMENT) else UNKNOWN
            state = read_state(form)
            if state in (UNKNOWN, ACTIVE, SUSPENDED, DELETED):
                return state or ACTIVE
            self.retry_policy.wait(self.retry_policy.pause)
        return UNKNOWN

    def resume_after(self, func: str, family: str, number: int) -> str:
        """The state after ``func``; a suspended service is resumed first.

        Raises CannotRun if it cannot be resumed.
        """
        state = self.read(family, number)
        if state == SUSPENDED:
            _, refusal = self.seller.ask({"func": f"{family}.resume", "elid": str(number)})
            if refusal and BUSY not in refusal:
                raise CannotRun(f"after {func}: {family} {number} could not be resumed: {refusal}")
            state = self.read(family, number)
        return state

    def suspend(self, family: str, number: int) -> bool:
        """Suspends a service; whether it is suspended afterwards."""
        self.seller.ask({"func": f"{family}.suspend", "elid": str(number)})
        return self.read(family, number) == SUSPENDED

    def delete(self, family: str, number: int) -> str:
        """Deletes a service; the refusal, or an empty text."""
        fields, refusal = {"func": f"{family}.delete", "elid": str(number), "sok": "ok"}, ""
        for _ in range(DELETE_ATTEMPTS):
            _, refusal = self.seller.ask(fields)
            if BUSY not in refusal:
                break
            self.pause([(family, number)])
        return refusal

    def wait_until_deleted(self, family: str, number: int) -> None:
        """Waits until a deleted service leaves the list; its form may be gone before."""
        for _ in range(self.retry_policy.long_reads):
            row = (read_rows(self.seller.ask, family) or {}).get(number)
            if row is None or read_state(row) == DELETED:
                break
            self.pause([(family, number)])

    def pause(self, services: Iterable[tuple[str, int]]) -> None:
        """Waits, then reads services (family, number): some sellers work only while read."""
        self.retry_policy.wait(self.retry_policy.pause)
        for family, number in services:
            self.seller.ask({"func": f"{family}.edit", "elid": str(number)})
