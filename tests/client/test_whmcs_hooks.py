"""What the WHMCS module does beside a license's life: addons, sign-on, the texts of failures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from reseller_client import KeyNotIssued, Missed
from reseller_client.resellers import (
    AddonState,
    Bought,
    Hosted,
    MemoryStore,
    Owner,
    WhmcsReseller,
    activate_addon,
    addon_of,
    failure_text,
    sign_on,
)

if TYPE_CHECKING:
    from reseller_client import Client
    from tests.client.conftest import Line, SmallSeller

ADDON = addon_of(
    addon_id=5, domain="shop.example", ip="192.0.2.5", tariff=3541, ends_on=date(2026, 6, 1)
)


@pytest.fixture
def whmcs(either: Client, seller: SmallSeller) -> WhmcsReseller:
    return WhmcsReseller(either, MemoryStore(), today=lambda: seller.today)


def test_an_addon_is_named_after_the_domain_and_stands_on_its_address() -> None:
    assert Hosted(
        5, "192.0.2.5", "shop.example_addon", 3541, owner=Owner.ADDON, ends_on=date(2026, 6, 1)
    ) == ADDON  # fmt: skip
    assert ADDON.remoteid == "a5"


def test_an_addon_becomes_active_with_its_license(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    activation = activate_addon(whmcs, ADDON)
    assert activation.state is AddonState.ACTIVE
    assert activation.delivery is not None
    assert (activation.delivery.license_id, activation.delivery.key) == (100001, "100001-KEY")
    assert seller.licenses[100001].fields["remoteid"] == "a5"


def test_an_addon_whose_license_is_refused_is_pending_and_says_why(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    seller.balance = Decimal(0)
    activation = activate_addon(whmcs, ADDON)
    assert (activation.state, activation.delivery) == (AddonState.PENDING, None)
    assert activation.problem.startswith("not_enough_money:")
    with pytest.raises(ValueError, match="no license"):
        whmcs.suspend_account(ADDON)


def test_what_is_no_refusal_is_told_as_of_the_line() -> None:
    assert failure_text(KeyNotIssued(7, 30)) == "curl:license 7 has no key after 30 reads"


def test_a_delivery_says_what_it_cost(whmcs: WhmcsReseller, seller: SmallSeller) -> None:
    assert whmcs.create_account(ADDON).bought is Bought.LICENSE
    whmcs.suspend_account(ADDON)
    assert whmcs.unsuspend_account(ADDON).bought is Bought.NOTHING
    whmcs.terminate_account(ADDON)
    assert whmcs.create_account(ADDON).bought is Bought.NOTHING
    whmcs.terminate_account(ADDON)
    seller.today = date(2026, 2, 10)
    assert whmcs.create_account(ADDON).bought is Bought.MONTH
    assert seller.balance == Decimal("90.00")


def test_the_operator_is_signed_on_with_a_key_made_for_once(client: Client, line: Line) -> None:
    line.answers("<doc><ok/></doc>")
    address = urlsplit(sign_on(client, "reseller", "k" * 20))
    assert line.form["func"] == "session.newkey"
    assert (line.form["username"], line.form["key"]) == ("reseller", "k" * 20)
    assert dict(parse_qsl(address.query)) == {
        "checkcookie": "no",
        "func": "auth",
        "username": "reseller",
        "key": "k" * 20,
    }
    assert address.path == "/billmgr"


def test_a_free_license_the_seller_deleted_is_in_the_way_until_the_daily_run_drops_it(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    whmcs.create_account(ADDON)
    whmcs.terminate_account(ADDON)
    del seller.licenses[100001]
    with pytest.raises(Missed):
        whmcs.create_account(ADDON)
    seller.today = date(2026, 3, 10)
    assert whmcs.daily_run().dropped == (100001,)
    assert whmcs.create_account(ADDON).bought is Bought.LICENSE
