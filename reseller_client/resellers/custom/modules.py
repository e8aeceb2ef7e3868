"""A custom billing that resells modules of control panels over the API.

As with licenses it orders past the basket, renews by itself, and reconciles what it does not know:
its own id of a module is the `remoteid`, so that even a billing that died between order and answer
finds what it bought.

Source: docs/trade.md section 8 (documented).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from reseller_client.errors import AlreadyExists, Missed, UnknownOutcome
from reseller_client.resellers.custom.licenses import Renewal
from reseller_client.resellers.unpaid import pay_if_waiting
from reseller_client.transport.retry import again

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from reseller_client.client import Client
    from reseller_client.services.module_models import Module, ModuleOrder

Result = TypeVar("Result")


class CustomModules:
    """The life of modules as a custom billing leads it."""

    def __init__(self, client: Client) -> None:
        """Keep the client."""
        self._client = client

    def order(self, wish: ModuleOrder) -> Module:
        """Order and return the module. The same `remoteid` again gives the same, not a second one.

        Raises ValueError without a remoteid; what `client.modules.order` raises; after
        UnknownOutcome the same order may be sent again.
        """
        if not wish.remoteid:
            raise ValueError("a custom billing orders under its own id: set remoteid")
        return self.get(self._surely(lambda: self._ordered(wish)))

    def _ordered(self, wish: ModuleOrder) -> int:
        held = self._held(wish)
        if held is not None:
            return held
        try:
            ordered = self._client.modules.order(replace(wish, autoprolong=None, skipbasket=True))
        except AlreadyExists:
            # Another thread or process of ours was quicker; anybody else's is refused.
            held = self._held(wish)
            if held is None:
                raise
            return held
        if ordered.service_id is None:
            raise UnknownOutcome(f"the order {ordered.order_id} was not opened at once")
        return ordered.service_id

    def _held(self, wish: ModuleOrder) -> int | None:
        held = self._client.modules.find(wish.remoteid)
        if held is None:
            return None
        if (held.license_id, held.tariff) != (wish.license_id, wish.tariff):
            raise UnknownOutcome(f"module {held.id} stands under {wish.remoteid}, another one")
        pay_if_waiting(self._client, held.id, held.status)
        return held.id

    def get(self, module_id: int) -> Module:
        """Read one module. Raises Missed."""
        return self._surely(lambda: self._client.modules.get(module_id))

    def renew(self, module_id: int, period: int = 1, *, ends_on: date | None = None) -> Renewal:
        """Buy another term.

        `ends_on` is the end as our own books have it; left out it is asked for. Where the seller's
        end is later already, the term was bought before, and is not bought again: after
        UnknownOutcome the same call may be repeated, with the same `ends_on`.
        """
        before = self.get(module_id).expires_on if ends_on is None else ends_on

        def bought() -> date:
            now = self._client.modules.get(module_id).expires_on
            if before is not None and now is not None and now > before:
                return now
            return self._client.services.prolong(module_id, period, itemtype="addition")

        return Renewal(module_id, before, self._surely(bought))

    def close(self, module_id: int) -> None:
        """Delete the module at the seller; nothing is refunded. One that is gone is closed."""

        def closed() -> None:
            try:
                if self._client.modules.get(module_id).scheduled_close:
                    return
            except Missed:
                return
            self._client.modules.delete(module_id)

        self._surely(closed)

    def _surely(self, attempt: Callable[[], Result]) -> Result:
        """Do again what was answered with silence; everything handed in looks before it acts."""
        return again(attempt, self._client.retry_policy)
