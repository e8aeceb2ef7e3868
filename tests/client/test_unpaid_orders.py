"""What a seller has put into its basket is paid when there is money, and not ordered again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import httpx
import pytest

from emulator.testing import Seller
from reseller_client import (
    Client,
    LicenseOrder,
    ModuleOrder,
    NotEnoughMoney,
    RetryPolicy,
    ServiceOrder,
    Status,
)
from reseller_client.resellers import CustomModules, CustomReseller, CustomServices

Order = Callable[[], object]


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller(fixture="empty") as started:
        started.rules(poor_order="basket")
        yield started


@pytest.fixture
def client(seller: Seller) -> Iterator[Client]:
    line = httpx.WSGITransport(app=seller.wsgi)
    retry_policy = RetryPolicy(wait=lambda _: None)
    with Client(
        seller.url, login="reseller", password="secret", transport=line, retry_policy=retry_policy
    ) as made:
        yield made


def _orders(seller: Seller, client: Client) -> dict[str, Order]:
    def today() -> date:
        return datetime.fromisoformat(seller.clock.now).date()

    panel = seller.order(ip="192.0.2.100", licname="panel", period=12)
    license = LicenseOrder(tariff=55227, ip="192.0.2.7", licname="web-7", remoteid="7")
    machine = ServiceOrder(tariff=6, domain="vm-7.example.com", remoteid="7")
    module = ModuleOrder(tariff=55371, license_id=panel, remoteid="7")
    return {
        "soft": lambda: CustomReseller(client, today=today).order(license),
        "vds": lambda: CustomServices(client, "vds", today=today).order(machine),
        "addition": lambda: CustomModules(client).order(module),
    }


@pytest.mark.parametrize("kind", ["soft", "vds", "addition"])
def test_what_waits_in_the_basket_is_paid_and_not_ordered_again(
    seller: Seller, client: Client, kind: str
) -> None:
    order = _orders(seller, client)[kind]
    seller.account(balance="0.10")
    with pytest.raises(NotEnoughMoney):
        order()
    seller.account(balance="500.00")
    order()
    order()
    states = [row.status for row in client.products(kind).list() if row.remoteid == "7"]
    assert states == [Status.ACTIVE]
    assert client.orders.view().items == ()
