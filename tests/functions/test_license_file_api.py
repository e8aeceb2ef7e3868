"""The license file that a panel fetches: signed, with its modules and its partner."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from emulator.testing import Seller
from emulator.testing.client import ControlError
from tests.clocks import stopped_clock

PARTNER = {"url": "https://partner.example/billmgr", "addresses": ["192.0.2.0/28"]}


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller(system_clock=stopped_clock()) as made:
        yield made


def door(seller: Seller) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app=seller.wsgi), base_url="http://127.0.0.1")


def fetch(seller: Seller, number: int = 100001, **params: str) -> httpx.Response:
    key = str(seller.service(number)["lickey"])
    with door(seller) as panel:
        return panel.post("/_licence", data={"key": key, **params})


def file_of(seller: Seller, number: int = 100001, **params: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(fetch(seller, number, **params).json()["licence"])
    return content


def test_the_file_describes_the_license_without_its_key(seller: Seller) -> None:
    content = file_of(seller)
    assert (content["id"], content["pricelist"], content["ip"], content["status"]) == (
        100001, 55227, "192.0.2.10", 2,
    )  # fmt: skip
    key = str(seller.service(100001)["lickey"])
    assert key.endswith(content["key_tail"])
    assert key not in json.dumps(content)


def test_a_change_of_one_character_breaks_the_signature(seller: Seller) -> None:
    content = fetch(seller).json()
    with door(seller) as panel:
        raw = b64decode(panel.get("/_licence").json()["public_key"])
    public, signature = Ed25519PublicKey.from_public_bytes(raw), b64decode(content["signature"])
    public.verify(signature, content["licence"].encode())
    forged = content["licence"].replace('"status": 2', '"status": 3')
    with pytest.raises(InvalidSignature):
        public.verify(signature, forged.encode())


def test_a_bought_module_is_in_the_next_file_and_a_stopped_one_is_not(seller: Seller) -> None:
    assert [module["intname"] for module in file_of(seller)["modules"]] == ["BitNinja"]
    seller.call(
        "addition.order.param", pricelist=955301, item=100001, period=1, skipbasket="on", sok="ok"
    )
    assert [module["intname"] for module in file_of(seller)["modules"]] == ["BitNinja", "Virusdie"]
    seller.service(100023, status=3)
    assert [module["intname"] for module in file_of(seller)["modules"]] == ["Virusdie"]


def test_the_address_of_the_panel_decides_whose_it_is(seller: Seller) -> None:
    assert file_of(seller)["partner"] is None
    partner = seller.account("other", partner=PARTNER)["partner"]
    assert partner == {**PARTNER, "mode": "automatic"}
    assert file_of(seller)["partner"] == {"url": PARTNER["url"], "mode": "automatic"}
    assert file_of(seller, ip="198.51.100.1")["partner"] is None
    seller.account("reseller", partner={**PARTNER, "url": "https://own.example", "mode": "manual"})
    assert file_of(seller)["partner"] == {"url": "https://own.example", "mode": "manual"}
    seller.account("reseller", partner=None)
    seller.account("other", partner=None)
    assert file_of(seller)["partner"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://x", "addresses": ["192.0.2.1"]},
        {"url": "https://x", "addresses": []},
        {"url": "https://x", "addresses": ["nowhere"]},
        {"url": "https://x", "addresses": ["192.0.2.1"], "mode": "other"},
    ],
)
def test_an_impossible_partner_is_refused_in_one_line(
    seller: Seller, wrong: dict[str, object]
) -> None:
    with pytest.raises(ControlError, match="partner"):
        seller.account("other", partner=wrong)


@pytest.mark.parametrize("key", ["", "1", "x-1", "100001-AAAA", "9" * 40 + "-1", "100014-x"])
def test_an_unknown_key_gets_no_file(seller: Seller, key: str) -> None:
    with door(seller) as panel:
        got = panel.post("/_licence", data={"key": key})
    assert (got.status_code, got.json()) == (404, {"error": "no such license"})


def test_a_license_that_does_not_work_gets_no_file(seller: Seller) -> None:
    seller.service(100001, status=3)
    assert fetch(seller).status_code == 409
    seller.call("soft.resume", elid=100001)
    assert fetch(seller).status_code == 200
    key = str(seller.service(100001)["lickey"])
    seller.call("soft.delete", elid=100001)
    with door(seller) as panel:
        assert panel.post("/_licence", data={"key": key}).status_code == 404
        assert panel.post("/w/nosuch/_licence", data={"key": key}).status_code == 404
        assert panel.get("/w/nosuch/_licence").status_code == 404
    assert fetch(seller, 100002, ip="nowhere").status_code == 400


def test_due_events_happen_before_the_file_is_made(seller: Seller) -> None:
    key = str(seller.service(100004)["lickey"])
    seller.clock.freeze("2099-01-01T00:00:00Z")
    with door(seller) as panel:
        assert panel.post("/_licence", data={"key": key}).status_code in {404, 409}
