"""The licenses of a reseller, by family: order, read, change, re-key, suspend, resume, delete.

Source: docs/trade.md sections 3, 6, 7 and 13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.errors import KeyNotIssued, Missed
from reseller_client.services.families import SOFT, Family
from reseller_client.services.license_orders import (
    LicenseOrder,
    order_license,
    order_license_v2,
    send_order,
)
from reseller_client.services.license_reading import read_license, read_license_row
from reseller_client.services.models import Closing
from reseller_client.services.services import Services
from reseller_client.transport.listing import PAGE, every_page
from reseller_client.transport.values import Status, write_autoprolong, write_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from reseller_client.services.models import License, LicenseRow, Ordered
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field

_KEY_READS = 30


class Licenses:
    """Licenses of one family of the account, by id.

    Reached as `client.licenses` (the vendor's own), `client.third_party` (`softexternal`) and
    `client.platforms` (`platform`). Where a source below says `soft`, the others have the same
    function under their own name.
    """

    def __init__(self, caller: Caller, family: Family = SOFT) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller
        self.family = family
        self._services = Services(caller)
        self._filter: dict[str, Field] = {}

    def order(self, wish: LicenseOrder) -> Ordered:
        """Order one license, once, even if the answer gets lost.

        Charged at once unless `wish.skipbasket` is off. After an unknown outcome the license is
        looked for by its `remoteid` before the order is repeated. Raises NotEnoughMoney with the
        amount, AlreadyExists or BadValue for a taken address, BadValue for anything malformed,
        UnknownOutcome where it could not be told whether the order happened, and ValueError, before
        anything is sent, for what this family does not take.
        Source: `soft.order.param` (documented; replies observed).
        """
        return order_license(self._caller, wish, self.rows_for_search, self.family)

    def order_v2(self, wish: LicenseOrder) -> Ordered:
        """Order by the newer form, in which the period is `order_period` and autoprolong on or off.

        Never repeated by itself, since a position of the newer cart is not in the license list.
        Source: `v2.soft.order.param` (documented).
        """
        return order_license_v2(self._caller, wish, self.rows_for_search, self.family)

    def order_once(self, wish: LicenseOrder) -> Ordered:
        """Send an order a single time, with no search after a lost answer.

        For callers who reconcile in their own way. Raises ValueError without a `remoteid`.
        """
        return send_order(self._caller, wish, self.family)

    def list(self) -> tuple[LicenseRow, ...]:
        """Return all licenses of the account as the list shows them, without keys."""
        return tuple(self.iterate())

    def iterate(self, *, page: int = PAGE) -> Iterator[LicenseRow]:
        """Iterate over the list, reading `page` rows at a time. Source: `soft`."""
        for _, rows in self._pages(page):
            yield from rows

    def get(self, license_id: int) -> License:
        """Return one license with its key. Raises Missed. Source: `soft.edit` without `sok`."""
        return read_license(self._call("edit", {"elid": license_id}))

    def change(
        self,
        license_id: int,
        *,
        licname: str | None = None,
        ip: str | None = None,
        remoteip: str | None = None,
        remoteid: str | None = None,
        comment: str | None = None,
    ) -> License:
        """Change what is given and leave the rest; returns the license afterwards.

        `comment` is the name of a platform, which has no other.

        Raises BadValue, Missed, and a refusal where the address changed too lately. Source:
        `soft.edit` with `sok`; fields come back above or in the inner document.
        """
        fields: dict[str, Field] = {"licname": licname, "ip": ip, "comment": comment}
        return self._edit(license_id, {**fields, "remoteip": remoteip, "remoteid": remoteid})

    def rename(self, license_id: int, licname: str) -> License:
        """Change the name of a license, or the comment of a platform."""
        return self._edit(license_id, {self.family.named_by: licname})

    def readdress(self, license_id: int, ip: str) -> License:
        """Move a license to another address; sellers may allow it once a month only."""
        return self.change(license_id, ip=ip)

    def set_autoprolong(self, license_id: int, months: int | None) -> License:
        """Let the seller renew by that many months at the end, or not at all.

        A third-party license renews by its own period only: ValueError for any other number.
        """
        if self.family.strict_autoprolong and months is not None:
            self.family.check_autoprolong(months, self.get(license_id).period)
        return self._edit(license_id, {"autoprolong": write_autoprolong(months)})

    def set_addons(self, license_id: int, addons: Mapping[int, int]) -> License:
        """Set quantities of addons, such as nodes; more of them may be charged at once.

        Raises NotEnoughMoney with the sum, and BadValue for a quantity outside minimum, maximum and
        step or an addon its client may not change; the error's `value` is what was sent.
        """
        return self._edit(license_id, _addon_fields(addons))

    def new_key(self, license_id: int) -> str:
        """Replace the key; the old one stops working. Returns the new one, waiting if need be.

        Source: `soft.edit` with the button `newkey` (observed).
        """
        fields: dict[str, Field] = {"elid": license_id, "clicked_button": "newkey", "sok": "ok"}
        key = self._call("edit", fields).value("lickey").strip()
        return key or self.wait_for_key(license_id).key

    def wait_for_key(self, license_id: int, reads: int = _KEY_READS) -> License:
        """Read the license until it has a key, `reads` times at most, pausing in between.

        Keys are issued after the order has been answered. Raises KeyNotIssued.
        """
        for left in reversed(range(reads)):
            license = self.get(license_id)
            if license.key:
                return license
            if left:
                self._caller.retry_policy.wait(self._caller.retry_policy.pause)
        raise KeyNotIssued(license_id, reads)

    def suspend(self, license_id: int | Sequence[int]) -> None:
        """Switch a license off, or several. Its term keeps running. Source: `soft.suspend`."""
        self._call("suspend", {"elid": write_ids(license_id)})

    def resume(self, license_id: int | Sequence[int]) -> None:
        """Switch a license on again; an expired one is prolonged instead. Source: `soft.resume`."""
        self._call("resume", {"elid": write_ids(license_id)})

    def delete(self, license_id: int | Sequence[int]) -> None:
        """Delete a license for good, or at its paid end where the tariff says so (see `close`).

        Raises MinimumTerm, DeletionForbidden, OperationRunning, Missed. Source: `soft.delete`.
        """
        self._call("delete", {"elid": write_ids(license_id), "sok": "ok"})

    def check_address(self, tariff: int, period: int, ip: str) -> None:
        """Ask whether a license of this tariff could be ordered for an address.

        Returns if so; raises the refusal otherwise. Source: `soft.checkip` (observed).
        """
        self._call("checkip", {"pricelist": tariff, "period": period, "ip": ip})

    def prolong(self, license_id: int, period: int = 1) -> date:
        """Buy more months, once, even if the answer gets lost. See `Services.prolong`."""
        return self._services.prolong(license_id, period, itemtype=self.family.code)

    def change_tariff(self, license_id: int, tariff: int, period: int | None = None) -> None:
        """Change the tariff, once. See `Services.change_tariff`."""
        self._services.change_tariff(license_id, tariff, period, itemtype=self.family.code)

    def close(self, license_id: int) -> Closing:
        """Delete a license and read what that did: a tariff may let it live to its paid end.

        Raises as `delete` does. Source: `scheduledclose` of a row (documented).
        """
        self.delete(license_id)
        try:
            license = self.get(license_id)
        except Missed:
            return Closing(gone=True)
        if license.scheduled_close:
            return Closing(gone=False, ends_on=license.expires_on)
        return Closing(gone=license.status is Status.DELETED)

    def filter(self, conditions: Mapping[str, Field]) -> None:
        """Narrow the list for the rest of the session, by fields such as `ip` or `status`.

        Sticky at the seller, for sessions. Source: `soft.filter` with `sok` (observed).
        """
        self._call("filter", {**conditions, "sok": "ok"})
        self._filter = dict(conditions)

    def clear_filter(self) -> None:
        """Show the whole list again."""
        self.filter(dict.fromkeys(self._filter, ""))
        self._filter = {}

    def rows_for_search(self) -> tuple[LicenseRow, ...] | None:
        """Return every license, past any filter of ours; None if the seller filters all the same.

        A filtered list must never be taken for a proof that an order did not happen.
        """
        conditions = dict(self._filter)
        if conditions:
            self.clear_filter()
        found: list[LicenseRow] = []
        for answer, rows in self._pages(PAGE):
            saved = answer.field("saved_filters")
            if saved is not None and not saved.is_empty():
                return None
            found.extend(rows)
        if conditions:
            self.filter(conditions)
        return tuple(found)

    def _call(self, action: str, fields: Mapping[str, Field]) -> Answer:
        return self._caller.call(f"{self.family.code}.{action}", fields)

    def _pages(self, page: int) -> Iterator[tuple[Answer, tuple[LicenseRow, ...]]]:
        for answer, rows in every_page(self._caller, self.family.code, page=page):
            read = (read_license_row(row) for row in rows)
            yield answer, tuple(row for row in read if row is not None)

    def _edit(self, license_id: int, fields: Mapping[str, Field]) -> License:
        answer = self._call("edit", {**fields, "elid": license_id, "sok": "ok"})
        # Some sellers answer a save with no more than `ok`: then the form is read again.
        complete = answer.value("elid", "id") and answer.value("pricelist")
        return read_license(answer) if complete else self.get(license_id)


def _addon_fields(addons: Mapping[int, int]) -> dict[str, Field]:
    return {f"addon_{code}": quantity for code, quantity in addons.items()}
