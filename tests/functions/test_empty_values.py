"""What is sent empty: optional texts of an edit form are cleared, what must be there is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import testing
from emulator.testing import Answer, Seller
from tests.handlers import REGISTRY

SYSTEM = "ISPsystem__Debian-12-amd64"
VDS = 100014
EDITS = [f for f in REGISTRY if f.name.endswith(".edit") and f.example.get("elid", "0") >= "100000"]


@pytest.fixture(scope="module")
def seller() -> Iterator[Seller]:
    """A seller of the world ``small``."""
    with testing.Seller() as running:
        yield running


def refusal(answer: Answer) -> tuple[str, str]:
    return (answer.error.type, answer.error.object) if answer.error else ("", "")


def test_147_optional_addresses_and_hosts_are_cleared(seller: Seller) -> None:
    samples = {"remoteip": "192.0.2.77", **{f"ns{n}": f"ns{n}.example.com" for n in range(4)}}
    cleared = []
    for function in EDITS:
        elid = function.example["elid"]
        for name in samples.keys() & function.takes.wire_fields.keys():
            for value in (samples[name], ""):
                sent: dict[str, Any] = {"elid": elid, name: value, "sok": "ok"}
                assert seller.call(function.name, **sent).error is None
                assert seller.call(function.name, elid=elid).field(name) == value
            cleared.append((function.name, name))
    assert len(cleared) >= 5


def test_147_the_name_of_an_address_is_cleared_and_stays_if_it_is_not_sent(seller: Seller) -> None:
    (row, *_) = seller.call("service.ip", elid=VDS).rows()
    address: dict[str, Any] = {"elid": row["id"], "plid": VDS, "sok": "ok"}
    for sent, expected in [({"domain": "ptr.example.com"}, "ptr.example.com"), ({}, None)]:
        assert seller.call("service.ip.edit", **address, **sent).error is None
        (row, *_) = seller.call("service.ip", elid=VDS).rows()
        assert row["domain"] == (expected or "ptr.example.com")
    assert seller.call("service.ip.edit", **address, domain="").error is None
    assert seller.call("service.ip", elid=VDS).rows()[0]["domain"] == ""


def test_147_what_an_order_must_have_is_not_emptied_by_an_edit(seller: Seller) -> None:
    tried = set()
    for function in EDITS:
        elid = function.example["elid"]
        for name in {"ip", "item"} & function.takes.wire_fields.keys():
            before = seller.call(function.name, elid=elid).field(name)
            answer = seller.call(function.name, **{"elid": elid, name: "", "sok": "ok"})
            assert refusal(answer) == (("value", name) if before else ("", ""))
            assert seller.call(function.name, elid=elid).field(name) == before
            tried.add(function.name)
    assert tried == {"soft.edit", "softexternal.edit", "addition.edit"}


def test_8_an_order_of_a_license_needs_its_name_as_far_as_the_world_says(seller: Seller) -> None:
    orders = [
        function
        for function in REGISTRY
        if function.name.endswith(".order.param") and "licname" in function.takes.wire_fields
    ]
    assert len(orders) == 4
    for place, function in enumerate(orders):
        order = {**function.example, "ip": f"192.0.2.{240 + place}", "sok": "ok"}
        for empty in ("", " "):
            assert refusal(seller.call(function.name, **{**order, "licname": empty})) == (
                "value",
                "licname",
            )
        del order["licname"]
        seller.rules(license_name_needed=True)
        assert refusal(seller.call(function.name, **order)) == ("value", "licname")
        seller.rules(license_name_needed=False)
        assert seller.call(function.name, **order).error is None


def test_48_the_installed_template_beside_addons_installs_nothing(seller: Seller) -> None:
    before = seller.call("vds.edit", elid=VDS).field("password")
    addons = {
        name: seller.call("vds.edit", elid=VDS).field(name) for name in ("addon_7", "addon_9")
    }
    sent: dict[str, Any] = {"elid": VDS, "ostempl": SYSTEM, "sok": "ok"}
    for amounts in (addons, {**addons, "addon_9": "3"}):
        for button in ("", "basket"):
            edit: dict[str, Any] = {**sent, **amounts, "clicked_button": button}
            assert seller.call("vds.edit", **edit).error is None
            assert seller.call("vds.edit", elid=VDS).field("password") == before
    seller.rules(form_reinstalls=True)
    seller.call("vds.edit", **sent, **addons)
    assert seller.call("vds.edit", elid=VDS).field("password") != before
    seller.rules(form_reinstalls=False)
