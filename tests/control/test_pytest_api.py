"""The pytest API: its typed results have the keys that the control API answers."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest

from emulator import clock as clocks
from emulator import testing
from emulator.clock import SystemClock
from emulator.faults import KINDS
from emulator.testing import (
    AccountInfo,
    ClockInfo,
    DiscountInfo,
    EventInfo,
    FaultInfo,
    ImportInfo,
    JournalEntry,
    PartnerInfo,
    Seller,
    ServiceInfo,
)


def same_keys(result: Any, declared: type) -> None:  # noqa: ANN401 - any typed dictionary
    hints = get_type_hints(declared, include_extras=True)
    required = {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}
    assert required <= set(result) <= set(hints)


def test_an_account_has_the_keys_of_its_type(seller: Seller) -> None:
    partner = {"url": "http://partner.example", "mode": "manual", "addresses": ["192.0.2.0/24"]}
    account = seller.account(partner=partner, discounts=[{"percent": 10}])
    same_keys(account, AccountInfo)
    same_keys(account["discounts"][0], DiscountInfo)
    assert account["partner"] is not None
    same_keys(account["partner"], PartnerInfo)


def test_a_service_and_an_import_have_the_keys_of_their_types(seller: Seller) -> None:
    same_keys(seller.service(seller.order()), ServiceInfo)
    same_keys(seller.sell(seller.call("pricelist.export").body), ImportInfo)
    assert set(seller.sell(b"<html/>")) == {"error"}


def test_a_moved_clock_has_the_keys_of_its_type(seller: Seller) -> None:
    seller.order(autoprolong=1)
    state = seller.clock.advance("2 months")
    same_keys(state, ClockInfo)
    same_keys(state["happened"][0], EventInfo)


def test_a_journal_entry_has_the_keys_of_its_type(seller: Seller) -> None:
    seller.order()
    same_keys(seller.journal.entries(limit=1)[0], JournalEntry)


def test_faults_of_every_kind_have_the_keys_of_their_type(seller: Seller) -> None:
    for kind in KINDS:
        seller.faults.add(kind)
    faults = seller.faults.all()
    assert [fault["what"] for fault in faults] == list(KINDS)
    for fault in faults:
        same_keys(fault, FaultInfo)
    settings = {field.name for kind in KINDS.values() for field in dataclasses.fields(kind)}
    assert settings <= set(FaultInfo.__annotations__)


def test_the_former_name_of_the_system_clock_works_and_says_the_new_one() -> None:
    at = datetime(2027, 1, 31, 12, tzinfo=UTC)
    clock = SystemClock(now=lambda: at)
    with pytest.warns(DeprecationWarning, match="system_clock"), Seller(machine=clock) as seller:
        assert seller.clock.now == "2027-01-31T12:00:00+00:00"


def test_the_former_names_of_the_clocks_can_be_imported_and_say_the_new_ones() -> None:
    with pytest.warns(DeprecationWarning, match="MovableClock"):
        former = testing.MovableMachine
    with pytest.warns(DeprecationWarning, match="SystemClock"):
        assert clocks.Machine is SystemClock
    with pytest.warns(DeprecationWarning, match="system_clock"):
        assert isinstance(former().machine(), SystemClock)
    with pytest.raises(AttributeError, match="MovableMotor"):
        testing.MovableMotor  # noqa: B018 - reading the attribute is what is tested
    with pytest.raises(AttributeError, match="Motor"):
        clocks.Motor  # noqa: B018 - reading the attribute is what is tested


def test_the_former_name_of_the_body_of_a_control_call_works(seller: Seller) -> None:
    with pytest.warns(DeprecationWarning, match="body="):
        clock = seller.control("POST", "/clock", given={"freeze": True})
    assert clock["mode"] == "frozen"
