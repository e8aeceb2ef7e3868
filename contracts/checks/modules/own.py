"""Our own endpoint in front of our own seller, in this process, to be judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Final

import httpx

from contracts.checks.modules.options import Options
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, RetryPolicy
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore, Product

URL: Final = "http://billing.invalid/billmgr"
_LOGIN, _PASSWORD, _LICENSE = "ada", "her-own-password", 100002
_OTHER, _OTHER_PASSWORD = "ben", "his-own-password"
_DAY: Final = "2027-01-10T12:00:00Z"
_PRICES: Final = {1: Decimal("12.00"), 12: Decimal("120.00")}


@contextmanager
def own_endpoint() -> Iterator[tuple[httpx.BaseTransport, Options]]:
    """Yield a transport to the endpoint and the options that judge all of it.

    It sells two modules; one is bought. Seller and endpoint are closed with the context.
    """
    with testing.Seller() as seller:
        seller.clock.freeze(_DAY)
        transport = httpx.WSGITransport(app=seller.wsgi)
        client = Client(
            seller.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=transport,
            retry_policy=RetryPolicy(wait=seller.time.pass_time),
        )  # fmt: skip
        store = ModuleStore()
        try:
            shop = ModuleShop(
                store,
                client,
                today=lambda: date.fromisoformat(seller.clock.now[:10]),
                currency=client.account.balance().currency,
            )
            shop.add_customer(_LOGIN, _PASSWORD)
            shop.top_up(_LOGIN, Decimal("30.00"))
            shop.add_customer(_OTHER, _OTHER_PASSWORD)
            shop.add_license(_LOGIN, _LICENSE, "ispmanager6_pro")
            shop.offer(Product(277, 955301, "Virusdie", "Virusdie", _PRICES))
            shop.offer(Product(278, 955304, "KernelCare", "KernelCare", _PRICES))
            options = Options(
                login=_LOGIN, password=_PASSWORD, license=str(_LICENSE),
                expect=("Virusdie", "KernelCare"), currency=shop.currency,
                buy="Virusdie", delete=True, prolong=True,
                other_login=_OTHER, other_password=_OTHER_PASSWORD,
            )  # fmt: skip
            yield httpx.WSGITransport(app=ModuleEndpoint(shop)), options
        finally:
            store.close()
            client.close()
