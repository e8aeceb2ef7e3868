"""What a custom billing does with services of every product type.

It orders past the basket, renews by itself (never by the seller's autoprolong), and looks for what
an answer that got lost may have left: its own id of a service is the `remoteid`, so that even a
process that died between order and answer finds what it bought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from reseller_client.errors import Missed
from reseller_client.services.product_types import Form, Row
from reseller_client.transport.retry import again

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.services.product_functions import ProductFunctions

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Renewal:
    """A term that was bought: its end before (None if not shown) and now."""

    license_id: int
    before_on: date | None
    ends_on: date


def check_remoteid(remoteid: str) -> None:
    """Check that an order has the id of ours by which it is found again. Raises ValueError."""
    if not remoteid:
        raise ValueError("a custom billing orders under its own id: set remoteid")


class CustomProducts(Generic[Form, Row]):
    """Services of one product type. What is repeated here looks at the seller before it acts."""

    def __init__(self, client: Client, products: ProductFunctions[Form, Row]) -> None:
        """Keep the client and the functions of the product type."""
        self._client = client
        self._products = products

    def get(self, service_id: int) -> Form:
        """Return one service. Raises Missed."""
        return self._repeat(lambda: self._products.get(service_id))

    def renew(self, service_id: int, period: int = 1, *, ends_on: date | None = None) -> Renewal:
        """Buy another term: from the end date, or from today if the service was suspended.

        `ends_on` is the end by our own records; by default it is read at the seller. If the
        seller's end is later already, the term was bought before, and is not bought again: after
        UnknownOutcome the same call may be repeated, with the same `ends_on`. Raises
        NotEnoughMoney, and BadValue for a trial or a period that is not sold.
        """
        before = self.get(service_id).expires_on if ends_on is None else ends_on
        itemtype = self._products.product.code

        def buy() -> date:
            now = self._products.get(service_id).expires_on
            if before is not None and now is not None and now > before:
                return now
            return self._client.services.prolong(service_id, period, itemtype=itemtype)

        return Renewal(service_id, before, self._repeat(buy))

    def close(self, service_id: int) -> None:
        """Delete the service at the seller, without a refund. Raises MinimumTerm.

        Nothing is sent for one that is gone, or will end with its paid term.
        """

        def delete() -> None:
            try:
                if self._products.get(service_id).scheduled_close:
                    return
            except Missed:
                return
            self._products.delete(service_id)

        self._repeat(delete)

    def _repeat(self, attempt: Callable[[], Result]) -> Result:
        """Call again what was not answered."""
        return again(attempt, self._client.retry_policy)
