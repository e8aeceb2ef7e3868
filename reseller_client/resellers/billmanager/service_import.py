"""Takes over services that the account at a seller has already, into items of customers.

Source: docs/resale.md section 3.3 (documented: the import; which requests it sends is assumed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.resellers.billmanager.models import Item, NotForSale
from reseller_client.resellers.billmanager.seller_side import SellerSide, addon_quantities
from reseller_client.resellers.billmanager.terms import own_price, read_amounts
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.resellers.billmanager.item_types import ItemTypes
    from reseller_client.resellers.billmanager.models import OwnTariff, ProcessingModule
    from reseller_client.resellers.billmanager.running_store import RunningStore
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.services.models import Service, ServiceRow

_MONTH = 1


@dataclass(frozen=True, slots=True)
class SellerService:
    """A service at the seller; `itemtype` is the list it is in, `item` ours, None if not ours."""

    itemtype: str
    row: ServiceRow
    item: int | None


class ServiceImport:
    """What the account at a seller has, and how it becomes an item. `now` is the clock."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        running: RunningStore,
        client: Callable[[ProcessingModule], Client],
        types: ItemTypes,
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Keep the stores, the connections to sellers, and the product types."""
        self._catalogue = catalogue
        self._running = running
        self._client = client
        self._types = types
        self._now = now

    def services(self, module: int) -> tuple[SellerService, ...]:
        """Return the services of a module's product type that are not deleted.

        Lists of subtypes that the seller's menu names are read too: at some sellers `vds` is empty
        and the machines are in `vds.vps`. Raises UnknownOutcome where a list is filtered, Refused,
        TransportError.
        """
        stored = self._catalogue.module(module)
        items = {
            item.seller_id: item.id
            for item in self._running.items()
            if item.module in self._catalogue.modules_at(stored.seller)
        }
        services: dict[int, SellerService] = {}
        for code in self._lists(stored):
            for row in self._rows(stored, code):
                service = SellerService(code, row, items.get(row.id))
                services.setdefault(row.id, service)
        return tuple(services.values())

    def take_over(self, module: int, service: int, customer: str) -> Item:
        """Make an item of a service, for a customer; the next pull reads its details.

        Nothing is bought or changed at the seller. Raises NotForSale for a service that has an item
        already, is not of the module's type, or whose tariff was not imported, and for a period
        without an own price; the seller's Missed.
        """
        stored = self._catalogue.module(module)
        owned = {each.row.id: each for each in self.services(module)}.get(service)
        if owned is None or owned.itemtype != stored.itemtype:
            where = f" but of {owned.itemtype}" if owned else ""
            raise NotForSale(f"service {service} is not of {stored.itemtype}{where}")
        if owned.item is not None:
            raise NotForSale(f"service {service} is item {owned.item} already")
        form = SellerSide(self._client(stored), self._types.get(stored.itemtype)).form(service)
        return self._running.add_item(self._item(stored, form, customer))

    def _lists(self, module: ProcessingModule) -> Iterator[str]:
        below = f"{module.itemtype}."
        yield module.itemtype
        for name in self._client(module).account.service_lists():
            if name.startswith(below):
                yield name

    def _rows(self, module: ProcessingModule, code: str) -> Iterator[ServiceRow]:
        rows = SellerSide(self._client(module), self._types.get(code)).rows()
        if rows is None:
            raise UnknownOutcome(f"the list of {code} is filtered: clear the filter")
        return (each.row for each in rows if each.row.status is not Status.DELETED)

    def _item(self, module: ProcessingModule, form: Service, customer: str) -> Item:
        own = self._tariff(module, form)
        source = self._catalogue.sources(own.id)[module.id]
        period = form.period or _MONTH
        amounts = read_amounts(source, addon_quantities(form))
        return Item(
            0, customer, own.id, module.id, period, own_price(own, period, amounts),
            self._now().date(), status=form.status, expires_on=form.expires_on,
            seller_id=form.id, seller_period=period, seller_expires_on=form.expires_on,
            addons=amounts,
        )  # fmt: skip

    def _tariff(self, module: ProcessingModule, form: Service) -> OwnTariff:
        for own in self._catalogue.tariffs():
            source = self._catalogue.sources(own.id).get(module.id)
            if source is not None and source.id == form.tariff:
                return own
        raise NotForSale(f"tariff {form.tariff} of service {form.id} was not imported")
