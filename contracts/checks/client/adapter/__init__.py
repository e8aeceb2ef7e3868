"""The reference adapter: our own client as a graded client, and an example for integrators.

An adapter translates the protocol of docs/grading.md for an existing client. It decides nothing:
each step becomes the call that users of the client make, and the result becomes the report.
"""

from __future__ import annotations

from contracts.checks.client.adapter.billmanager import BillmanagerAdapter
from contracts.checks.client.adapter.common import Adapter, StepFields, carry_out
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
    "StepFields",
    "WhmcsAdapter",
    "carry_out",
]
