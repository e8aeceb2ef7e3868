"""The client and its resellers trade with both generations of the seller, in both formats."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
import pytest

from emulator.testing import Seller
from reseller_client import Client, LicenseOrder, Money, RetryPolicy, Status, UnknownFunction
from reseller_client.resellers import CustomReseller

TODAY = date(2027, 1, 31)
ORDER = LicenseOrder(tariff=55227, period=1, ip="192.0.2.201", remoteid="r-1")


@pytest.mark.parametrize("out", ["xml", "bjson"])
@pytest.mark.parametrize("generation", [5, 6])
def test_a_license_lives_in_both_generations(generation: int, out: str) -> None:
    with Seller() as seller:
        seller.rules(generation=generation)
        client = Client(
            "http://127.0.0.1/billmgr",
            login="reseller",
            password="secret",
            transport=httpx.WSGITransport(app=seller.wsgi),
            out="bjson" if out == "bjson" else "xml",
            retry_policy=RetryPolicy(wait=lambda _: None),
        )
        assert client.account.dashboard().balance == Money(Decimal("1000.00"), "")
        assert client.account.balance().amount == Decimal("1000.00")
        reseller = CustomReseller(client, today=lambda: TODAY)
        license = reseller.order(ORDER)
        assert license.key
        assert reseller.order(ORDER).id == license.id
        reseller.suspend(license.id)
        assert client.licenses.get(license.id).status is Status.SUSPENDED
        newer = LicenseOrder(tariff=55227, period=1, ip="192.0.2.202", remoteid="r-2")
        if generation == 6:
            client.licenses.order_v2(newer)
        else:
            with pytest.raises(UnknownFunction):
                client.licenses.order_v2(newer)
