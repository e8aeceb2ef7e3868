"""Orders that fail by their name or address: each of them on a real port, and where none may."""

from __future__ import annotations

import httpx
import pytest

from emulator.faults import MAGIC_VALUES
from emulator.testing import Seller, World

ORDER = {
    "authinfo": "reseller:secret", "func": "soft.order.param", "pricelist": "55227", "period": "1",
    "ip": "0.0.0.0", "licname": "plain", "skipbasket": "on", "sok": "ok",  # noqa: S104 - of a license
    "clicked_button": "finish",
}  # fmt: skip
BOUGHT = {"late-key", "lost-answer", "truncated"}
"""Names whose order happens all the same."""


def place(seller: World, **changes: str) -> str:
    """What becomes of an order, as its client sees it."""
    try:
        answer = httpx.post(seller.url, data={**ORDER, **changes}, trust_env=False)
    except httpx.RemoteProtocolError as error:
        return "half" if "message body" in str(error) else "closed"
    if answer.status_code != 200:
        return str(answer.status_code)
    root = seller.call("soft").xml if "<error" not in answer.text else None
    return (
        "answered" if root is not None else answer.text.partition('error type="')[2].split('"')[0]
    )


EXPECTED = {
    "refused": "access",
    "no-money": "not_enough_money",
    "late-key": "answered",
    "lost-call": "closed",
    "lost-answer": "closed",
    "http-500": "500",
    "truncated": "half",
}


@pytest.mark.seller(world="sandbox")
def test_each_name_and_each_address_fails_in_its_way_every_time(seller_server: World) -> None:
    assert {value.name.partition(".")[0] for value in MAGIC_VALUES} == {*EXPECTED}
    for value in MAGIC_VALUES:
        what = value.name.partition(".")[0]
        for sent, shown in (
            ({"licname": value.name}, f"licname={value.name}"),
            ({"licname": value.name.upper()}, f"licname={value.name}"),
            ({"ip": value.address}, f"ip={value.address}"),
        ):
            before = len(seller_server.call("soft").rows())
            assert place(seller_server, **sent) == EXPECTED[what], sent
            entry = seller_server.journal.entries(func="soft.order.param", limit=1)[0]
            kind, when = value.rule["what"], value.rule["when"]
            assert entry["fault"] == f"magic {kind} {when} {shown}"
            bought = len(seller_server.call("soft").rows()) - before
            assert bought == (what in BOUGHT), sent


@pytest.mark.seller(world="sandbox")
def test_other_names_and_what_is_no_order_are_left_alone(seller_server: World) -> None:
    assert place(seller_server) == "answered"
    assert place(seller_server, licname="refused.sandbox.example.com") == "answered"
    form = {**ORDER, "licname": "refused.sandbox.example"}
    del form["sok"]
    assert "<error" not in httpx.post(seller_server.url, data=form, trust_env=False).text
    seller_server.call("soft.filter", licname="refused.sandbox.example", sok="ok")
    assert seller_server.journal.entries(fault=True) == []


@pytest.mark.seller(world="sandbox")
def test_a_late_key_comes_at_the_fourth_look(seller_server: World) -> None:
    license = seller_server.order(licname="late-key.sandbox.example", ip="0.0.0.0")  # noqa: S104 - of a license
    looks = [bool(seller_server.call("soft.edit", elid=license).field("lickey")) for _ in range(5)]
    assert looks == [False, False, False, True, True]
    at_once = seller_server.order(licname="plain", ip="0.0.0.0")  # noqa: S104 - of a license
    assert seller_server.call("soft.edit", elid=at_once).field("lickey")


@pytest.mark.seller(world="sandbox")
def test_a_machine_by_its_domain_and_a_planned_fault_beside_it(seller_server: World) -> None:
    machine = {
        "func": "vds.order.param", "pricelist": "6", "domain": "http-500.sandbox.example",
        "ostempl": "ISPsystem__Debian-12-amd64",
    }  # fmt: skip
    assert place(seller_server, **machine) == "500"
    seller_server.faults.add("delay", seconds=0, func="vds.*")
    assert place(seller_server, **machine) == "500"
    (entry, _) = seller_server.journal.entries(func="vds.order.param")
    assert entry["fault"] == (
        "#1 delay before, magic status before domain=http-500.sandbox.example"
    )


def test_they_are_a_rule_of_the_world_that_is_off_elsewhere(seller: Seller) -> None:
    assert seller.control("GET", "/faults")["magic_values"] == []
    seller.order(licname="refused.sandbox.example")
    seller.rules(magic_values=True)
    listed = seller.control("GET", "/faults")["magic_values"]
    assert [value["name"] for value in listed] == [value.name for value in MAGIC_VALUES]
    for value in listed:  # each is a rule that can be planned as it stands
        seller.control("POST", "/faults", value["rule"])
    seller.faults.clear()
    with pytest.raises(LookupError, match='error type="access"'):
        seller.order(licname="refused.sandbox.example", ip="192.0.2.202")
