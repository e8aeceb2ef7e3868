"""The requests a reselling BILLmanager sends: those of every client, with `remoteid` as its own id.

The one place that knows function names and fields; all else speaks of items and operations.

Source: docs/resale.md sections 2 and 3; the request for events is not public, so the lists are
read instead [assumed].
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.services.license_reading import read_license, read_license_row
from reseller_client.services.services import Services
from reseller_client.transport.listing import every_page
from reseller_client.transport.values import Status, read_flag, read_int

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from reseller_client.client import Client
    from reseller_client.resellers.billmanager.item_types import ItemType
    from reseller_client.services.models import License, LicenseRow
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field


@dataclass(frozen=True, slots=True)
class SellerRow:
    """A row of the seller's list. `mark` differs as soon as anything in the row does."""

    row: LicenseRow
    mark: str


@dataclass(frozen=True, slots=True)
class SellerForm:
    """A service as its form shows it: what all types have, and every field by name."""

    service: License
    fields: Mapping[str, str]

    @property
    def addons(self) -> dict[int, int]:
        """The amounts of `addon_N` fields; a switch is 0 or 1."""
        found: dict[int, int] = {}
        for name, text in self.fields.items():
            number = read_int(name.removeprefix("addon_")) if name.startswith("addon_") else None
            if number is not None and text:
                amount = read_int(text)
                found[number] = int(read_flag(text)) if amount is None else amount
        return found


class SellerSide:
    """One product type at one seller, through one account."""

    def __init__(self, client: Client, kind: ItemType) -> None:
        """Keep the client and the declaration of the type."""
        self._client = client
        self.kind = kind

    def order(
        self, tariff: int, period: int, fields: Mapping[str, Field], *, remoteid: str
    ) -> int | None:
        """Order past the basket, once and without a search; the service's id if it is told."""
        paid: dict[str, Field] = {"skipbasket": True, "clicked_button": "finish", "sok": "ok"}
        terms: dict[str, Field] = {"pricelist": tariff, "period": period, "autoprolong": "null"}
        answer = self._call("order.param", {**terms, **fields, "remoteid": remoteid, **paid})
        number = read_int(answer.value("id", "item.id"))
        if number is None and (waits := answer.value("billorder", "lineitem.id")):
            raise UnknownOutcome(f"the order waits unpaid in the basket as {waits}")
        return number

    def rows(self) -> tuple[SellerRow, ...] | None:
        """Return the whole list; None if the seller narrows it, for then it proves nothing."""
        found: list[SellerRow] = []
        for answer, nodes in every_page(self._client, self.kind.code):
            saved = answer.field("saved_filters")
            if saved is not None and not saved.is_empty():
                return None
            for node in nodes:
                row = read_license_row(node)
                if row is not None:
                    found.append(SellerRow(row, _mark(node.fields())))
        return tuple(found)

    def find(self, remoteid: str, *, since: date, tariff: int) -> tuple[int, ...]:
        """Return living services under an id of ours that were not there before `since`.

        Raises UnknownOutcome where the list is narrowed, or neither list nor form tells.
        """
        rows = self.rows()
        if rows is None:
            raise UnknownOutcome(f"the list of {self.kind.code} is filtered: clear the filter")
        likely = (one.row for one in rows if one.row.tariff in {None, tariff})
        found = self.named(likely, since=since)
        return tuple(row.id for row in found if row.remoteid == remoteid)

    def named(self, rows: Iterable[LicenseRow], *, since: date) -> tuple[LicenseRow, ...]:
        """Return living services that were not there before `since`, each with its `remoteid`.

        Where the list does not carry it, the form is asked. Raises UnknownOutcome if that has
        no such field either.
        """
        young = (
            row
            for row in rows
            if row.status is not Status.DELETED
            and (row.created_on is None or row.created_on >= since)
        )
        return tuple(row if row.remoteid is not None else self._named(row) for row in young)

    def _named(self, row: LicenseRow) -> LicenseRow:
        form = self.form(row.id)
        if "remoteid" not in form.fields:
            raise UnknownOutcome(f"{self.kind.code} {row.id}: the seller does not tell whose it is")
        return replace(row, remoteid=form.service.remoteid)

    def form(self, number: int) -> SellerForm:
        """Return a service as its form shows it. Raises Missed."""
        answer = self._call("edit", {"elid": number})
        fields = MappingProxyType(answer.form().fields())
        return SellerForm(read_license(answer), fields)

    def change(self, number: int, fields: Mapping[str, Field]) -> None:
        """Change fields and addons; what costs money is charged at once."""
        self._call("edit", {**fields, "elid": number, "sok": "ok"})

    def prolong(self, number: int, period: int) -> date:
        """Buy another term, once and without a search; the new end."""
        return Services(self._client).prolong_once(number, period, itemtype=self.kind.code)

    def suspend(self, number: int) -> None:
        """Switch it off."""
        self._call("suspend", {"elid": number})

    def resume(self, number: int) -> None:
        """Switch it on."""
        self._call("resume", {"elid": number})

    def delete(self, number: int) -> None:
        """Delete it."""
        self._call("delete", {"elid": number, "sok": "ok"})

    def balance(self) -> Decimal:
        """Return the balance of the account at the seller."""
        return self._client.account.balance().amount

    def _call(self, action: str, fields: Mapping[str, Field]) -> Answer:
        return self._client.call(f"{self.kind.code}.{action}", fields)


def _mark(fields: Mapping[str, str]) -> str:
    """Return a short sum over a row: rows are kept by it, not by what stands in them."""
    written = json.dumps(fields, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:16]
