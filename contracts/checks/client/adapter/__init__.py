"""The reference adapter: our own client under the judge, and an example for integrators.

An adapter stands between the protocol of docs/grading.md and a client as it is. It decides
nothing: each step becomes the call that the client's users make, and what comes of it is told.
"""

from __future__ import annotations

from contracts.checks.client.adapter.billmanager import BillmanagerAdapter
from contracts.checks.client.adapter.common import Adapter, Told, carry_out
from contracts.checks.client.adapter.custom import CustomAdapter
from contracts.checks.client.adapter.whmcs import WhmcsAdapter

ADAPTERS: dict[str, type[Adapter]] = {
    "billmanager": BillmanagerAdapter,
    "custom": CustomAdapter,
    "whmcs": WhmcsAdapter,
}
"""By the kind of reseller, as the command line and the matrix name it."""

__all__ = [
    "ADAPTERS",
    "Adapter",
    "BillmanagerAdapter",
    "CustomAdapter",
    "Told",
    "WhmcsAdapter",
    "carry_out",
]
