"""The licenses of a reseller, by product type: order, read, change, new key, suspend, delete.

Source: docs/trade.md sections 3, 6, 7 and 13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.errors import KeyNotIssued, Missed, NotReady
from reseller_client.services.models import Closing, License, LicenseRow
from reseller_client.services.ordering import (
    LicenseOrder,
    addon_fields,
    place_order,
    require_number,
    send_new_order,
    send_order,
)
from reseller_client.services.product_functions import ProductFunctions
from reseller_client.services.product_types import SOFT, ProductType
from reseller_client.services.services import Services
from reseller_client.transport.listing import PAGE
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reseller_client.services.models import Ordered
    from reseller_client.transport.call import Caller
    from reseller_client.transport.values import Field

_KEY_READS = 30


class Licenses(ProductFunctions[License, LicenseRow]):
    """Licenses of one type of the account, by id.

    Reached as `client.licenses` (the vendor's own), `client.third_party` (`softexternal`) and
    `client.platforms` (`platform`). Where a source names a function of `soft`, the other types have
    the same function under their own name.
    """

    def __init__(self, caller: Caller, product: ProductType[License, LicenseRow] = SOFT) -> None:
        """Keep the client that makes the calls, and the product type."""
        super().__init__(caller, product)
        self._services = Services(caller)
        self._filter: dict[str, Field] = {}

    def order(self, order: LicenseOrder) -> Ordered:
        """Order one license, once, even if the answer gets lost.

        Charged at once if `order.skipbasket`. After an unknown outcome the license is looked for by
        its `remoteid` before the order is sent again. Raises NotEnoughMoney with the amount,
        AlreadyExists or BadValue for an address in use, BadValue for anything malformed,
        UnknownOutcome where it cannot be found out whether the order happened, and ValueError,
        before anything is sent, for what this type does not take.
        Source: `soft.order.param` (documented; answers observed).
        """
        return place_order(self._caller, self.product, order, self.rows_for_search)

    def order_v2(self, order: LicenseOrder) -> Ordered:
        """Order by the newer form, with the period as `order_period` and autoprolong on or off.

        Raises as `order` does. Never sent again, because a position of the new cart is not in the
        list of licenses. Source: `v2.soft.order.param` (documented).
        """
        return place_order(
            self._caller,
            self.product,
            order,
            self.rows_for_search,
            send=send_new_order,
            attempts=1,
        )

    def order_once(self, order: LicenseOrder) -> Ordered:
        """Send an order a single time, without a search after a lost answer.

        Raises the errors of `order`, ValueError for an order without a `remoteid`, and
        UnknownOutcome for an answer without any number.
        """
        if not order.remoteid:
            raise ValueError("an order needs a remoteid, by which it can be found again")
        return require_number(send_order(self._caller, self.product, order))

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
        """Change the fields that are not None; returns the license afterwards.

        A platform has a `comment` for its name. Raises BadValue, Missed, and Refused where the
        address was changed too recently. Source: `soft.edit` with `sok`.
        """
        fields: dict[str, Field] = {"licname": licname, "ip": ip, "comment": comment}
        return self._edit(license_id, {**fields, "remoteip": remoteip, "remoteid": remoteid})

    def rename(self, license_id: int, licname: str) -> License:
        """Change the name of a license, or the comment of a platform. Raises Missed."""
        return self._edit(license_id, {self.product.named_by: licname})

    def readdress(self, license_id: int, ip: str) -> License:
        """Change a license's address, which sellers may allow once a month. Raises as `change`."""
        return self.change(license_id, ip=ip)

    def set_autoprolong(self, service_id: int, months: int | None) -> License:
        """Set by how many months the seller renews at the end of the term; None is no renewal.

        Raises ValueError for a third-party license if it is not the license's own period.
        """
        if self.product.strict_autoprolong and months is not None:
            self.product.check_autoprolong(months, self.get(service_id).period)
        return super().set_autoprolong(service_id, months)

    def set_addons(self, license_id: int, addons: Mapping[int, int]) -> License:
        """Set quantities of addons, such as nodes; more of them may be charged at once.

        Raises NotEnoughMoney with the sum, and BadValue for a quantity outside minimum, maximum and
        step or for an addon that clients may not change; the error's `value` is what was sent.
        """
        return self._edit(license_id, addon_fields(addons))

    def new_key(self, license_id: int) -> str:
        """Replace the key; the old one stops working. Returns the new one, waiting if need be.

        Raises KeyNotIssued. Source: `soft.edit` with the button `newkey` (observed).
        """
        fields: dict[str, Field] = {"elid": license_id, "clicked_button": "newkey", "sok": "ok"}
        key = self._call("edit", fields).value("lickey").strip()
        return key or self.wait_for_key(license_id).key

    def wait_for_key(self, license_id: int, reads: int = _KEY_READS) -> License:
        """Read a license, with pauses, until it has a key; at most `reads` times.

        Keys are issued some time after the order. Raises KeyNotIssued.
        """
        try:
            return self._wait_until(license_id, lambda license: bool(license.key), reads)
        except NotReady:
            raise KeyNotIssued(license_id, reads) from None

    def check_address(self, tariff: int, period: int, ip: str) -> None:
        """Check that a license of this tariff can be ordered for an address.

        Raises the seller's Refused if it cannot. Source: `soft.checkip` (observed).
        """
        self._call("checkip", {"pricelist": tariff, "period": period, "ip": ip})

    def prolong(self, license_id: int, period: int = 1) -> date:
        """Buy more months, once; returns the new end. Raises as `Services.prolong` does."""
        return self._services.prolong(license_id, period, itemtype=self.product.code)

    def change_tariff(self, license_id: int, tariff: int, period: int | None = None) -> None:
        """Change the tariff, once. Raises as `Services.change_tariff` does."""
        self._services.change_tariff(license_id, tariff, period, itemtype=self.product.code)

    def close(self, license_id: int) -> Closing:
        """Delete a license and return what that did: a tariff may let it run to its paid end.

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
        """Filter `list` and `iterate` until `clear_filter`, by fields such as `ip` or `status`.

        The seller stores it for the login: other programs that read without `filter=off` see only
        these rows, too. Raises BadValue for what the list cannot be filtered by. Source:
        `soft.filter` with `sok` (observed).
        """
        self._call("filter", {**conditions, "sok": "ok"})
        self._filter = dict(conditions)

    def clear_filter(self) -> None:
        """Show the whole list again."""
        self.filter(dict.fromkeys(self._filter, ""))
        self._filter = {}

    def rows_for_search(self) -> tuple[LicenseRow, ...] | None:
        """Return every license, whatever filter is saved; None where the seller filters anyway.

        A filtered list does not prove that an order did not happen.
        """
        all_rows: list[LicenseRow] = []
        for answer, rows in self._pages(PAGE, {}):
            saved = answer.field("saved_filters")
            if saved is not None and not saved.is_empty():
                return None
            all_rows.extend(rows)
        return tuple(all_rows)

    def _list_fields(self) -> Mapping[str, Field]:
        return {"filter": "yes"} if self._filter else {}

    def _all_rows(self) -> tuple[LicenseRow, ...] | None:
        return self.rows_for_search()
