"""A custom billing that resells licenses over the API.

It orders past the basket, renews by itself (never by the seller's autoprolong), and reconciles what
it does not know. Its own id of a service is the `remoteid`, one service one license, so that even a
billing that died between order and answer finds its license again.

Source: docs/trade.md sections 3, 4, 5 and 6 (observed in clients of this kind).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.resellers.unpaid import pay_if_waiting
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.services.license_orders import LicenseOrder
    from reseller_client.services.models import License, LicenseRow


@dataclass(frozen=True, slots=True)
class Renewal:
    """A term bought: the end before (None if not shown) and the end now."""

    license_id: int
    before_on: date | None
    ends_on: date


class CustomReseller:
    """The life of a license as a custom billing leads it. `today` is the billing's own calendar."""

    def __init__(self, client: Client, *, today: Callable[[], date]) -> None:
        """Keep the client and the calendar."""
        self._client = client
        self._today = today

    def order(self, wish: LicenseOrder) -> License:
        """Order and deliver: returns the license with its key.

        The same `remoteid` again gives the same license, not a second one. Raises ValueError
        without a remoteid; NotEnoughMoney, AlreadyExists, BadValue; KeyNotIssued, after which
        `deliver_key` goes on; UnknownOutcome, after which the same order may be sent again.
        """
        if not wish.remoteid:
            raise ValueError("a custom billing orders under its own id: set remoteid")
        held = self.reconcile(wish.remoteid)
        if held is not None:
            pay_if_waiting(self._client, held.id, held.status)
            return held if held.key else self.deliver_key(held.id)
        self._client.licenses.check_address(wish.tariff, wish.period, wish.ip)
        ordered = self._client.licenses.order(replace(wish, autoprolong=None, skipbasket=True))
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
        """Find the living license under an id of ours, after an outcome that is not known.

        Raises UnknownOutcome if there are several, which only a person can put right.
        """
        rows = self._client.licenses.rows_for_search()
        if rows is None:
            raise UnknownOutcome("the license list is filtered; clear the filter first")
        living = [
            row
            for row in rows
            if row.status is not Status.DELETED and self._remoteid(row) == remoteid
        ]
        if not living:
            return None
        if len(living) > 1:
            ids = ", ".join(str(row.id) for row in living)
            raise UnknownOutcome(f"several licenses stand under {remoteid}: {ids}")
        return self._client.licenses.get(living[0].id)

    def _remoteid(self, row: LicenseRow) -> str:
        """Return our id of a row, from its form where the seller's list does not carry it."""
        if row.remoteid is not None:
            return row.remoteid
        return self._client.licenses.get(row.id).remoteid

    def renew(self, license_id: int, period: int = 1) -> Renewal:
        """Buy another term: from the end date, or from today if it was suspended.

        Raises NotEnoughMoney, BadValue for a trial or a period not sold.
        """
        before = self._client.licenses.get(license_id).expires_on
        return Renewal(license_id, before, self._client.services.prolong(license_id, period))

    def readdress(self, license_id: int, ip: str) -> License:
        """Move the license to another server."""
        return self._client.licenses.readdress(license_id, ip)

    def change_tariff(self, license_id: int, tariff: int) -> License:
        """Change the tariff, paying the difference, and return the license as it is then."""
        self._client.services.change_tariff(license_id, tariff)
        return self._client.licenses.get(license_id)

    def suspend(self, license_id: int) -> None:
        """Switch the license off; its paid term keeps running."""
        self._client.licenses.suspend(license_id)

    def resume(self, license_id: int, period: int = 1) -> License:
        """Switch the license on again; one whose term is over is renewed by `period` instead."""
        license = self._client.licenses.get(license_id)
        if license.expires_on is not None and self._today() >= license.expires_on:
            self._client.services.prolong(license_id, period)
        else:
            self._client.licenses.resume(license_id)
        return self._client.licenses.get(license_id)

    def cancel(self, license_id: int) -> None:
        """Delete the license at the seller; nothing is refunded. Raises MinimumTerm."""
        self._client.licenses.delete(license_id)
