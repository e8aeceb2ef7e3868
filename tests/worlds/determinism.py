"""A program of `test_determinism`: prints the answers to the same calls, one JSON line each.

``python -m tests.worlds.determinism FOLDER [others] [restart]``: the worlds are in FOLDER;
``others``: another world of the same seller is used in between; ``restart``: the seller is stopped
and started again in the middle.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from emulator.testing import Seller, World

ORDER: Final = {
    "pricelist": 55227, "period": 1, "ip": "192.0.2.201", "licname": "first",
    "skipbasket": "on", "sok": "ok", "clicked_button": "finish",
}  # fmt: skip
MACHINE: Final = {
    "pricelist": 6, "period": 1, "domain": "web-1.example.com", "addon_10": 2,
    "ostempl": "ISPsystem__Debian-12-amd64", "skipbasket": "on", "sok": "ok",
}  # fmt: skip
PAYMENT: Final = {"amount": "10.00", "paymethod": 1, "profile": 1, "sok": "ok"}
CALLS: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("whoami", {}), ("menu", {"out": "devel"}), ("soft", {}), ("soft", {"out": "csv"}),
    ("pricelist.export", {"out": "json"}), ("soft.order.param", ORDER),
    ("soft.order.param", ORDER), ("soft.order.param", {**ORDER, "ip": "0.0.0.0"}),  # noqa: S104 - of a license
    ("soft", {"out": "JSONdata"}), ("soft.edit", {"elid": 1}), ("soft.order", {"out": "xjson"}),
    ("vds.order.param", MACHINE), ("vds", {"out": "bjson"}), ("vds.order", {}),
    ("auth", {"username": "reseller", "password": "secret"}), ("session", {}),
    ("auth", {"username": "reseller", "password": "secret", "out": "json"}),
    ("auth", {"username": "reseller", "password": "wrong"}), ("loginlog", {}),
    ("session.newkey", {"username": "reseller", "key": "a-key-of-sixteen"}),
    ("payment", {}), ("payment.add", {}), ("payment.add.setting", PAYMENT), ("expense", {}),
    ("subaccount", {}), ("usrparam", {}), ("profile", {"out": "sjson"}), ("country", {}),
    ("clientticket", {}), ("dashboard", {}), ("desktop", {}), ("tld", {}), ("datacenter", {}),
    ("softinfo", {}), ("basket", {}), ("service", {}), ("item", {"out": "text"}), ("nosuch", {}),
)  # fmt: skip


def make_calls(seller: World) -> None:
    """Calls everything, and the forms of some licenses and machines."""
    for func, params in CALLS:
        show(seller, func, **params)
    for func in ("soft", "vds"):
        for row in seller.call(func).rows()[:4]:
            show(seller, f"{func}.edit", elid=row["id"])


def show(seller: World, func: str, /, **params: Any) -> None:  # noqa: ANN401 - as `World.call` sends them
    """Prints one answer as it was sent."""
    answer = seller.call(func, **params)
    headers = sorted(answer.headers.items())
    print(json.dumps([func, answer.status, headers, answer.text]))  # noqa: T201 - its purpose


def main(folder: Path, how: list[str]) -> None:
    """Three rounds: at first, after forty days, after a reset."""
    settings: dict[str, Any] = {"as_of": "2027-01-31", "data": str(folder / "data")}
    seller = Seller("busy", seeds=folder / "seeds", **settings)
    if "others" in how:
        other = seller.world("other", "small")
        other.order()
        other.call("auth", username="reseller", password="secret")
        other.clock.advance("3 months")
    make_calls(seller)
    seller.faults.add("long", func="country")
    show(seller, "country")
    seller.faults.clear()
    if "restart" in how:
        seller.close()
        seller = Seller("busy", seeds=folder / "seeds", **settings)
    if "others" in how:
        seller.world("third", "small").order()
    seller.clock.advance("40 days")
    make_calls(seller)
    seller.reset()
    make_calls(seller)
    seller.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
