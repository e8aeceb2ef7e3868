"""The requests a reselling BILLmanager sends, with its own ids as `remoteid`.

The only module of this package that knows functions and fields of the wire.

Source: docs/resale.md sections 2 and 3; the request for events is not public, so the lists are
read instead [assumed].
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reseller_client.errors import UnknownOutcome
from reseller_client.resellers.billmanager.models import NO_RENEWAL
from reseller_client.resellers.unpaid import pay_if_waiting
from reseller_client.services.models import Service, ServiceRow
from reseller_client.services.services import Services
from reseller_client.transport.listing import every_page
from reseller_client.transport.reading import read_form, read_row
from reseller_client.transport.values import Status, read_flag, read_int

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from reseller_client.client import Client
    from reseller_client.services.product_types import ProductType
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field


@dataclass(frozen=True, slots=True)
class SellerRow:
    """A row of the seller's list; `mark` is a hash of all its fields."""

    row: ServiceRow
    mark: str


def addon_quantities(service: Service) -> dict[int, int]:
    """Return the quantities of a form's addons by id; a switch is 0 or 1."""
    quantities: dict[int, int] = {}
    for number, text in service.addons.items():
        if text:
            quantity = read_int(text)
            quantities[number] = int(read_flag(text)) if quantity is None else quantity
    return quantities


class SellerSide:
    """One product type at one seller, through one account.

    Every method raises the seller's Refused, or TransportError where its answer is not known.
    """

    def __init__(self, client: Client, product: ProductType[Any, Any]) -> None:
        """Keep the client and the product type."""
        self._client = client
        self.product = product

    def order(
        self, tariff: int, period: int, fields: Mapping[str, Field], *, remoteid: str
    ) -> int | None:
        """Order past the basket with a single request; returns the service's id if it is shown.

        What the seller has put into the basket all the same is paid. Raises NotEnoughMoney, after
        which it waits there, and UnknownOutcome where its number is not shown.
        """
        paid: dict[str, Field] = {"skipbasket": True, "clicked_button": "finish", "sok": "ok"}
        terms: dict[str, Field] = {"pricelist": tariff, "period": period, "autoprolong": NO_RENEWAL}
        answer = self._call("order.param", {**terms, **fields, "remoteid": remoteid, **paid})
        number, waits = (
            read_int(answer.value("id", "item.id")),
            answer.value("billorder", "lineitem.id"),
        )
        if waits and number is None:
            raise UnknownOutcome(f"the order waits unpaid in the basket as {waits}")
        if waits and number is not None:
            self.pay_if_waiting(number)
        return number

    def pay_if_waiting(self, number: int) -> None:
        """Pay a service that waits in the basket. Raises NotEnoughMoney, UnknownOutcome."""
        pay_if_waiting(self._client, number, self.form(number).status)

    def rows(self) -> tuple[SellerRow, ...] | None:
        """Return the whole list; None where the seller filters it, because it proves nothing."""
        rows: list[SellerRow] = []
        for answer, nodes in every_page(self._client, self.product.code):
            saved = answer.field("saved_filters")
            if saved is not None and not saved.is_empty():
                return None
            for node in nodes:
                row = read_row(ServiceRow, node)
                if row is not None:
                    rows.append(SellerRow(row, _hash(node.fields())))
        return tuple(rows)

    def find(self, remoteid: str, *, since: date, tariff: int) -> tuple[int, ...]:
        """Return the services, not deleted, with an id of ours that were created after `since`.

        Raises UnknownOutcome where the list is filtered, or neither list nor form has a remoteid.
        """
        rows = self.rows()
        if rows is None:
            raise UnknownOutcome(f"the list of {self.product.code} is filtered: clear the filter")
        candidates = (listed.row for listed in rows if listed.row.tariff in {None, tariff})
        named = self.with_remoteid(candidates, since=since)
        return tuple(row.id for row in named if row.remoteid == remoteid)

    def with_remoteid(self, rows: Iterable[ServiceRow], *, since: date) -> tuple[ServiceRow, ...]:
        """Return the rows, not deleted, that were created after `since`, each with its `remoteid`.

        Where the list does not have it, the form is read. Raises UnknownOutcome where that does not
        have it either.
        """
        recent = (
            row
            for row in rows
            if row.status is not Status.DELETED
            and (row.created_on is None or row.created_on >= since)
        )
        return tuple(row if row.remoteid is not None else self._add_remoteid(row) for row in recent)

    def _add_remoteid(self, row: ServiceRow) -> ServiceRow:
        form = self.form(row.id)
        if "remoteid" not in form.fields:
            raise UnknownOutcome(
                f"{self.product.code} {row.id}: neither list nor form has a remoteid"
            )
        return replace(row, remoteid=form.remoteid)

    def form(self, number: int) -> Service:
        """Return a service as its form shows it, with the texts of all fields. Raises Missed."""
        return read_form(Service, self._call("edit", {"elid": number}))

    def change(self, number: int, fields: Mapping[str, Field]) -> None:
        """Change fields and addons; a higher price is charged at once."""
        self._call("edit", {**fields, "elid": number, "sok": "ok"})

    def prolong(self, number: int, period: int) -> date:
        """Buy another term with a single request; returns the new end."""
        return Services(self._client).prolong_once(number, period, itemtype=self.product.code)

    def suspend(self, number: int) -> None:
        """Suspend a service."""
        self._call("suspend", {"elid": number})

    def resume(self, number: int) -> None:
        """Resume a service."""
        self._call("resume", {"elid": number})

    def delete(self, number: int) -> None:
        """Delete a service."""
        self._call("delete", {"elid": number, "sok": "ok"})

    def balance(self) -> Decimal:
        """Return the balance of the account at the seller, in the account's currency."""
        return self._client.account.balance().amount

    def _call(self, action: str, fields: Mapping[str, Field]) -> Answer:
        return self._client.call(f"{self.product.code}.{action}", fields)


def _hash(fields: Mapping[str, str]) -> str:
    """Return a short hash of a row: rows are stored by it, not by their content."""
    written = json.dumps(fields, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:16]
