"""A custom billing that resells licenses over the API.

Source: docs/trade.md sections 3, 4, 5 and 6 (observed in clients of this kind).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.resellers.custom.products import Renewal, check_remoteid
from reseller_client.resellers.unpaid import pay_if_waiting

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.services.models import License
    from reseller_client.services.ordering import LicenseOrder


class CustomReseller:
    """Licenses as a custom billing resells them. `today` returns the billing's current date.

    It orders past the basket and renews by itself, never by the seller's autoprolong. Its own id of
    a service is the `remoteid`, one for each license, so that even a process that died between
    order and answer finds its license again.
    """

    def __init__(self, client: Client, *, today: Callable[[], date]) -> None:
        """Keep the client and the calendar."""
        self._client = client
        self._today = today

    def order(self, order: LicenseOrder) -> License:
        """Order and deliver: returns the license with its key.

        The same `remoteid` again returns the same license. Raises ValueError without a remoteid;
        NotEnoughMoney, AlreadyExists, BadValue; KeyNotIssued, after which `deliver_key` goes on;
        UnknownOutcome, after which the same order may be sent again.
        """
        check_remoteid(order.remoteid)
        existing = self.reconcile(order.remoteid)
        if existing is not None:
            pay_if_waiting(self._client, existing.id, existing.status)
            return existing if existing.key else self.deliver_key(existing.id)
        self._client.licenses.check_address(order.tariff, order.period, order.ip)
        ordered = self._client.licenses.order(replace(order, autoprolong=None, skipbasket=True))
        if ordered.license_id is None:
            raise UnknownOutcome(f"the order {ordered.order_id} was not opened at once")
        if ordered.order_id is not None:
            unpaid = self._client.licenses.get(ordered.license_id)
            pay_if_waiting(self._client, unpaid.id, unpaid.status)
        return self.deliver_key(ordered.license_id)

    def deliver_key(self, license_id: int) -> License:
        """Wait for the key and return the license. Raises KeyNotIssued."""
        return self._client.licenses.wait_for_key(license_id)

    def reconcile(self, remoteid: str) -> License | None:
        """Return the license, not deleted, that has this id of ours, after an unknown outcome.

        Raises UnknownOutcome if there are several, which a person has to sort out.
        """
        row = self._client.licenses.find(remoteid)
        return None if row is None else self._client.licenses.get(row.id)

    def renew(self, license_id: int, period: int = 1) -> Renewal:
        """Buy another term: from the end date, or from today if the license was suspended.

        Raises NotEnoughMoney, and BadValue for a trial or a period that is not sold.
        """
        before = self._client.licenses.get(license_id).expires_on
        return Renewal(license_id, before, self._client.services.prolong(license_id, period))

    def readdress(self, license_id: int, ip: str) -> License:
        """Move the license to another address. Raises BadValue, Missed."""
        return self._client.licenses.readdress(license_id, ip)

    def change_tariff(self, license_id: int, tariff: int) -> License:
        """Change the tariff, paying the difference, and return the license afterwards.

        Raises NotEnoughMoney, BadValue.
        """
        self._client.services.change_tariff(license_id, tariff)
        return self._client.licenses.get(license_id)

    def suspend(self, license_id: int) -> None:
        """Suspend the license; its paid term keeps running."""
        self._client.licenses.suspend(license_id)

    def resume(self, license_id: int, period: int = 1) -> License:
        """Resume the license; one whose term has ended is renewed by `period` instead."""
        license = self._client.licenses.get(license_id)
        if license.expires_on is not None and self._today() >= license.expires_on:
            self._client.services.prolong(license_id, period)
        else:
            self._client.licenses.resume(license_id)
        return self._client.licenses.get(license_id)

    def cancel(self, license_id: int) -> None:
        """Delete the license at the seller, without a refund. Raises MinimumTerm."""
        self._client.licenses.delete(license_id)
