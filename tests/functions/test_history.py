"""What the history of a service says to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import testing
from emulator.testing import Seller

VDS, DOMAIN, LICENSE = 100014, 100018, 100001


@pytest.fixture
def seller() -> Iterator[Seller]:
    """A seller of the world ``small``."""
    with testing.Seller() as running:
        running.clock.freeze()
        yield running


def newest(seller: Seller, elid: int, **params: Any) -> dict[str, str]:
    return seller.call("service.history", elid=elid, **params).rows()[0]


def test_122_a_change_is_named_as_it_was_sent_and_alone(seller: Seller) -> None:
    changes: list[tuple[str, int, dict[str, Any], str]] = [
        ("vds.edit", VDS, {"domain": "new.test"}, "domain: vds-1.example.com -> new.test"),
        ("vds.edit", VDS, {"server_name": "front"}, "server_name:  -> front"),
        ("domain.edit", DOMAIN, {"ns1": "ns1.example.com"}, "ns1:  -> ns1.example.com"),
        ("soft.edit", LICENSE, {"licname": "web-x"}, "licname: web-1 -> web-x"),
        ("soft.edit", LICENSE, {"remoteip": "192.0.2.9"}, "remoteip:  -> 192.0.2.9"),
    ]
    for func, elid, sent, expected in changes:
        whole = {
            name: seller.call(func, elid=elid).field(name)
            for name in ("remoteid", "autoprolong", "domain", "licname")
            if name in seller.call(func, elid=elid).text
        }
        assert seller.call(func, **{**whole, **sent, "elid": elid, "sok": "ok"}).error is None
        row = newest(seller, elid)
        assert (row["desc"], row["description"]) == (f"Changed: {expected}", expected)
        before = len(seller.call("service.history", elid=elid).rows())
        assert seller.call(func, **{**sent, "elid": elid, "sok": "ok"}).error is None
        assert len(seller.call("service.history", elid=elid).rows()) == before


def test_122_addons_tariffs_and_systems_have_their_names(seller: Seller) -> None:
    form = seller.call("vds.edit", elid=VDS)
    addons = {f"addon_{n}": form.field(f"addon_{n}") for n in (7, 9, 10, 11, 12)}
    sent = {**addons, "addon_10": "3", "addon_12": "50"}
    assert seller.call("vds.edit", elid=VDS, sok="ok", **sent).error is None
    desc = newest(seller, VDS)["desc"]
    assert desc.count(" -> ") == 2
    assert "10:" not in desc
    number = seller.call("vds.order.param", pricelist=6, period=1, skipbasket="on", sok="ok").id
    assert newest(seller, number)["desc"] == "Opened: VDS Start"
    assert (
        seller.call(
            "vds.edit", elid=number, ostempl="ISPsystem__Ubuntu-24.04-amd64", sok="ok"
        ).error
        is None
    )
    assert newest(seller, number)["desc"] == "Installed again: Ubuntu 24.04"
    license = seller.order(ip="192.0.2.231")
    change: dict[str, Any] = {"elid": license, "pricelist": 55228, "period": 1, "sok": "ok"}
    assert seller.call("service.changepricelist", **change).error is None
    changed = newest(seller, license)["desc"]
    assert changed == "Tariff changed: ISPmanager 6 Lite -> ISPmanager 6 Pro"
    assert newest(seller, license, lang="ru")["desc"].startswith("Изменён тариф: ")


def test_122_a_renewal_by_itself_leaves_a_row(seller: Seller) -> None:
    order: dict[str, Any] = {
        "pricelist": 6,
        "period": 1,
        "autoprolong": 1,
        "skipbasket": "on",
        "sok": "ok",
    }
    number = seller.call("vds.order.param", **order).id
    seller.clock.advance("32 days")
    row = newest(seller, number)
    assert (row["operation"], row["user"]) == ("prolong", "system")
    assert row["description"] == seller.call("vds.edit", elid=number).field("real_expiredate")
