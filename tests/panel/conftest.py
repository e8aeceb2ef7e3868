"""A seller, a reseller's endpoint before it, and a panel that knows both by their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from emulator.panel import BillingLogin, LicenseFolder, Panel, PanelSettings
from emulator.testing import Seller
from reseller_client import Client, RetryPolicy
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore, Product
from tests.clocks import stopped_clock

SELLER, BILLING = "http://127.0.0.1/billmgr", "http://partner.example/billmgr"
ADA = BillingLogin("ada", "her-password")
LICENSE = 100002
PRICE, COST = Decimal("12.00"), Decimal("9.00")


@dataclass
class Trade:
    """Everything of one sale. ``requests`` are those of the panel to the partner."""

    seller: Seller
    shop: ModuleShop
    folder: Path
    http: httpx.Client
    requests: list[httpx.Request] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def panel(self, **settings: str) -> Panel:
        key = str(self.seller.service(LICENSE)["lickey"])
        at = PanelSettings(SELLER, key, **settings)
        return Panel(LicenseFolder(self.folder), self.http, at, wait=self.waited.append)

    def partner(self, mode: str = "automatic", url: str = BILLING) -> None:
        partner = {"url": url, "mode": mode, "addresses": ["192.0.2.0/24"]}
        self.seller.account("reseller", partner=partner)

    def balance(self) -> Decimal:
        return self.shop.customer(ADA.name).balance

    def spent(self) -> Decimal:
        return sum(self.shop.costs().values(), Decimal("0.00"))


class Both(httpx.BaseTransport):
    """Two applications behind two host names."""

    def __init__(self, trade: list[httpx.Request], **hosts: httpx.BaseTransport) -> None:
        self._requests = trade
        self._hosts = hosts

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "partner.example":
            self._requests.append(request)
            return self._hosts["partner"].handle_request(request)
        return self._hosts["seller"].handle_request(request)


@pytest.fixture
def trade(tmp_path: Path) -> Iterator[Trade]:
    with Seller(system_clock=stopped_clock()) as seller:
        seller.clock.freeze("2027-01-10T12:00:00Z")
        line = httpx.WSGITransport(app=seller.wsgi)
        client = Client(
            SELLER, login="reseller", password="secret", transport=line,
            retry_policy=RetryPolicy(wait=seller.time.pass_time),
        )  # fmt: skip
        store = ModuleStore(tmp_path / "shop.sqlite")
        shop = ModuleShop(
            store, client, today=lambda: date.fromisoformat(seller.clock.now[:10]), currency="EUR"
        )
        shop.add_customer(ADA.name, ADA.password)
        shop.top_up(ADA.name, Decimal("30.00"))
        shop.add_license(ADA.name, LICENSE, "ispmanager6_pro")
        shop.offer(Product(277, 955301, "Virusdie", "Virusdie", {1: PRICE, 12: PRICE * 10}))
        requests: list[httpx.Request] = []
        partner = httpx.WSGITransport(app=ModuleEndpoint(shop))
        with httpx.Client(transport=Both(requests, seller=line, partner=partner)) as http:
            yield Trade(seller, shop, tmp_path / "panel", http, requests)
        store.close()
