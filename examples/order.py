"""Orders a license, reads its key, prolongs it and prints the balance: Python with httpx."""

from __future__ import annotations

import os
import sys
from typing import Any

import httpx

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:1500/billmgr"
LOGIN = os.environ.get("MOCKSELLER_LOGIN", "reseller")
PASSWORD = os.environ.get("MOCKSELLER_PASSWORD", "secret")
ISPMANAGER_LITE = "55227"
ADDRESS = "0.0.0.0"  # noqa: S104 - may have many licenses, so that this runs twice


def call(client: httpx.Client, func: str, **params: str) -> dict[str, Any]:
    """Call one function. Exits with the seller's message where it refuses."""
    form = {"authinfo": f"{LOGIN}:{PASSWORD}", "func": func, "out": "bjson", **params}
    answer = client.post(URL, data=form).raise_for_status().json()
    if "error" in answer:
        sys.exit(f"{func}: {answer['error']['msg']}")
    return dict(answer)


def main() -> None:
    """Run the example."""
    with httpx.Client(timeout=30, trust_env=False) as client:
        order = call(
            client, "soft.order.param", pricelist=ISPMANAGER_LITE, period="1", ip=ADDRESS,
            licname="from-python", skipbasket="on", clicked_button="finish", sok="ok",
        )  # fmt: skip
        license_id = order["id"]["v"]
        print("license", license_id)
        print("key", call(client, "soft.edit", elid=license_id)["model"]["lickey"])
        prolonged = call(client, "service.prolong", elid=license_id, period="1", sok="ok")
        print("paid until", prolonged["newexpiredate"]["v"])
        (account,) = call(client, "subaccount")["elem"]
        print("balance", account["balance"])


if __name__ == "__main__":
    main()
