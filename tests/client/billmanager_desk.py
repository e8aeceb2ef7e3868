"""A reselling BILLmanager at the emulator in this process, on a line that can lose answers."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx

from reseller_client.resellers.billmanager.models import Item, ProcessingModule
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller, SellerAccount
from reseller_client.shop.store import StorefrontStore
from tests.client.emulated import LossyLine, client_of

if TYPE_CHECKING:
    from emulator.testing import Seller
    from reseller_client import Client
    from tests.client.conftest import Waits

PRO, LITE, NODES = 55228, 55227, 55230
FROZEN = "2027-01-31T12:00:00Z"


class PricedLine(LossyLine):
    """A lossy line on which a price list can be put that the seller has not.

    `filtered` makes lists tell of a filter, as sellers do whose lists are narrowed. `brief` is the
    function of a list that does not carry `remoteid`.
    """

    prices: str = ""
    filtered = False
    brief = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.prices and b"func=pricelist.export" in request.content:
            return httpx.Response(200, content=self.prices.encode())
        response = super().__call__(request)
        body = response.content
        if self.filtered:
            filters = b'<saved_filters><filter name="ip"/></saved_filters>'
            body = body.replace(b"<saved_filters/>", filters)
        if self.brief and self.calls[-1]["func"] == self.brief:
            body = body.replace(b"remoteid", b"unknown")
        return httpx.Response(response.status_code, content=body)


@dataclass
class SellerAndReseller:
    """The reseller, its line to the seller, and the seller itself with its clock."""

    shop: Seller
    line: PricedLine
    client: Client
    connection: sqlite3.Connection
    reseller: BillmanagerReseller

    def now(self) -> datetime:
        return datetime.fromisoformat(self.shop.clock.now)

    def module(self, itemtype: str = "soft", **more: object) -> int:
        module = ProcessingModule(0, itemtype, "main", f"{itemtype} of main", **more)  # type: ignore[arg-type]
        return self.reseller.add_module(module).id

    def tariff(self, code: int, itemtype: str = "soft", **more: object) -> int:
        """Import and enable a tariff through a module of its own."""
        own = self.reseller.tariffs.import_tariff(self.module(itemtype, **more), code)
        self.reseller.tariffs.enable(own.id)
        return own.id

    def item(self, number: int) -> Item:
        return self.reseller.running.item(number)

    def calls(self, func: str) -> int:
        return sum(form["func"] == func for form in self.line.calls)

    def balance(self) -> Decimal:
        return self.client.account.balance().amount


def desk_at(shop: Seller, waits: Waits, out: str, *, currency: str = "") -> SellerAndReseller:
    """Open a new reseller at a seller whose clock stands still."""
    shop.clock.freeze(FROZEN)
    line = PricedLine(shop)
    client = client_of(line, waits, out=out)  # type: ignore[arg-type]
    connection = sqlite3.connect(":memory:")
    books = StorefrontStore(connection)
    reseller = BillmanagerReseller(
        connection,
        {"main": SellerAccount(client, books)},
        now=lambda: datetime.fromisoformat(shop.clock.now),
        currency=currency,
    )
    reseller.prepare()
    return SellerAndReseller(shop, line, client, connection, reseller)
