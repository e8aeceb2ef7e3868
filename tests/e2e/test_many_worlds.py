"""Many worlds in one server, each driven by a client of its own, at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest

from emulator.testing import SellerServer

LIST = {"authinfo": "reseller:secret", "func": "soft", "out": "bjson", "p_cnt": "500"}


@dataclass(frozen=True)
class Observation:
    """What one client sees at the end; ``callers``: the names in the orders of its journal."""

    new_licenses: int
    license_names: set[str]
    balance: Decimal
    callers: set[str]


def drive(base: str, name: str, orders: int) -> Observation:
    """One client: makes a world, orders so many licenses there, and says what it sees."""
    control, api = f"{base}/_mockseller", f"{base}/w/{name}/billmgr"
    with httpx.Client(trust_env=False, timeout=120) as client:
        made = client.post(f"{control}/worlds", json={"name": name})
        assert made.status_code == 201, made.text
        before = len(client.post(api, data=LIST).json()["elem"])
        for _ in range(orders):
            form = {
                "authinfo": "reseller:secret", "func": "soft.order.param", "pricelist": "55227",
                "period": "1", "ip": "0.0.0.0", "licname": name, "skipbasket": "on",  # noqa: S104 - an address of the trade
                "clicked_button": "finish", "sok": "ok", "out": "bjson",
            }  # fmt: skip
            assert "id" in client.post(api, data=form).json()
        rows = client.post(api, data=LIST).json()["elem"]
        account = client.get(f"{control}/accounts/reseller", params={"world": name}).json()
        calls = client.get(
            f"{control}/journal",
            params={"world": name, "func": "soft.order.param", "limit": "1000"},
        ).json()
    return Observation(
        new_licenses=len(rows) - before,
        license_names={str(row.get("licname")) for row in rows},
        balance=Decimal(account["balance"]),
        callers={entry["params"]["licname"] for entry in calls["entries"]},
    )


@pytest.mark.full_only("tests/worlds/test_worlds_at_once.py has two clients at one world")
def test_a_hundred_clients_in_a_hundred_worlds_see_only_their_own() -> None:
    names = [f"world-{number}" for number in range(100)]
    with SellerServer() as server, ThreadPoolExecutor(len(names)) as clients:
        base = server.base
        futures = {
            name: clients.submit(drive, base, name, 1 + place % 3)
            for place, name in enumerate(names)
        }
        seen = {name: future.result(120) for name, future in futures.items()}
    for place, name in enumerate(names):
        orders = 1 + place % 3
        assert seen[name].new_licenses == orders
        assert seen[name].balance == Decimal("1000.00") - 5 * orders
        assert seen[name].callers == {name}
        assert not (set(names) - {name}).intersection(seen[name].license_names)
