"""A custom billing that resells machines, accounts and names over the API.

As with licenses it orders past the basket, renews by itself, and reconciles what it does not know:
its own id of a service is the `remoteid`, so that even a billing that died between order and answer
finds what it bought.

Source: docs/resale.md sections 2.2 to 2.6 (documented, and observed in clients of this kind).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from reseller_client.errors import Missed, UnknownOutcome
from reseller_client.resellers.custom.licenses import Renewal
from reseller_client.resellers.unpaid import pay_if_waiting
from reseller_client.transport.retry import again
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from reseller_client.client import Client
    from reseller_client.services.product_models import Service, ServiceOrder, ServiceRow

Result = TypeVar("Result")


class CustomServices:
    """The life of services of one product type as a custom billing leads it.

    `today` is the billing's own calendar.
    """

    def __init__(self, client: Client, itemtype: str, *, today: Callable[[], date]) -> None:
        """Keep the client, the product type and the calendar."""
        self._client = client
        self.itemtype = itemtype
        self._products = client.products(itemtype)
        self._today = today

    def order(self, wish: ServiceOrder) -> Service:
        """Order and deliver: returns the service with what is needed to log in.

        The same `remoteid` again gives the same service, not a second one. Raises ValueError
        without a remoteid; NotEnoughMoney, BadValue; NotReady, after which `deliver` goes on;
        UnknownOutcome, after which the same order may be sent again.
        """
        if not wish.remoteid:
            raise ValueError("a custom billing orders under its own id: set remoteid")
        return self.deliver(self._surely(lambda: self._ordered(wish)))

    def _ordered(self, wish: ServiceOrder) -> int:
        held = self._find(wish.remoteid)
        if held is not None:
            pay_if_waiting(self._client, held, self._products.get(held).status)
            return held
        ordered = self._products.order(replace(wish, autoprolong=None, skipbasket=True))
        if ordered.service_id is None:
            raise UnknownOutcome(f"the order {ordered.order_id} was not opened at once")
        return ordered.service_id

    def deliver(self, service_id: int) -> Service:
        """Wait until the seller has made it and return it. Raises NotReady."""
        return self._surely(lambda: self._products.wait_until_ready(service_id))

    def reconcile(self, remoteid: str) -> Service | None:
        """Find the living service under an id of ours, after an outcome that is not known.

        Raises UnknownOutcome if there are several, which only a person can put right.
        """
        held = self._surely(lambda: self._find(remoteid))
        return None if held is None else self.get(held)

    def get(self, service_id: int) -> Service:
        """Read one service. Raises Missed."""
        return self._surely(lambda: self._products.get(service_id))

    def _find(self, remoteid: str) -> int | None:
        living = [
            row.id
            for row in self._products.list()
            if row.status is not Status.DELETED and self._remoteid(row) == remoteid
        ]
        if len(living) > 1:
            ids = ", ".join(map(str, living))
            raise UnknownOutcome(f"several services stand under {remoteid}: {ids}")
        return living[0] if living else None

    def _remoteid(self, row: ServiceRow) -> str:
        """Return our id of a row, from its form where the seller's list does not carry it."""
        if row.remoteid is not None:
            return row.remoteid
        return self._products.get(row.id).remoteid

    def renew(self, service_id: int, period: int = 1, *, ends_on: date | None = None) -> Renewal:
        """Buy another term: from the end date, or from today if it was suspended.

        `ends_on` is the end as our own books have it; left out it is asked for. Where the seller's
        end is later already, the term was bought before, and is not bought again: after
        UnknownOutcome the same call may be repeated, with the same `ends_on`. Raises
        NotEnoughMoney, BadValue for a trial or a period not sold.
        """
        before = self.get(service_id).expires_on if ends_on is None else ends_on

        def bought() -> date:
            now = self._products.get(service_id).expires_on
            if before is not None and now is not None and now > before:
                return now
            return self._client.services.prolong(service_id, period, itemtype=self.itemtype)

        return Renewal(service_id, before, self._surely(bought))

    def resize(self, service_id: int, addons: Mapping[int, int | bool]) -> Service:
        """Change resources; what is dearer is paid at once. Repeating it costs nothing more."""
        return self._surely(lambda: self._products.resize(service_id, addons))

    def change_tariff(self, service_id: int, tariff: int) -> Service:
        """Change the tariff, paying the difference, and return the service as it is then."""

        def changed() -> Service:
            if self._products.get(service_id).tariff != tariff:
                self._client.services.change_tariff(service_id, tariff, itemtype=self.itemtype)
            return self._products.get(service_id)

        return self._surely(changed)

    def reinstall(self, service_id: int, ostempl: str) -> Service:
        """Install an operating system anew and wait for the machine and its new password."""
        before = self.get(service_id)

        def installed() -> Service | None:
            now = self._products.get(service_id)
            begun = now.status is Status.PROCESSING or now.password != before.password
            return now if begun else None

        self._surely(
            lambda: installed() or self._products.reinstall(service_id, ostempl),
        )
        return self.deliver(service_id)

    def suspend(self, service_id: int) -> None:
        """Switch the service off; its paid term keeps running."""
        self._surely(lambda: self._products.suspend(service_id))

    def resume(self, service_id: int, period: int = 1) -> Service:
        """Switch the service on again; one whose term is over is renewed by `period` instead."""
        service = self.get(service_id)
        if service.expires_on is not None and self._today() >= service.expires_on:
            self.renew(service_id, period, ends_on=service.expires_on)
        else:
            self._surely(lambda: self._products.resume(service_id))
        return self.get(service_id)

    def close(self, service_id: int) -> None:
        """Delete the service at the seller; nothing is refunded. Raises MinimumTerm.

        One that is not there, or is to end with its paid term, is closed already.
        """

        def closed() -> None:
            try:
                if self._products.get(service_id).scheduled_close:
                    return
            except Missed:
                return
            self._products.delete(service_id)

        self._surely(closed)

    def _surely(self, attempt: Callable[[], Result]) -> Result:
        """Do again what was answered with silence; everything handed in looks before it acts."""
        return again(attempt, self._client.retry_policy)
