"""Sets up a seller's world for the quarter, and a reseller of either kind in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import httpx

from contracts.journeys.stories.quarter import Quarter, QuarterClock
from contracts.journeys.stories.quarter_billmanager import SELLER, BillmanagerQuarterReseller
from contracts.journeys.stories.quarter_custom import CustomQuarterReseller
from contracts.journeys.stories.script import QuarterScenario, read_quarter
from contracts.journeys.stories.story import freeze_on_new_year
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, RetryPolicy
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller, SellerAccount
from reseller_client.shop.store import StorefrontStore
from reseller_client.shop.storefront import Storefront

SCENARIO: Final = "vps_quarter"
CUSTOM, BILLMANAGER = "custom billing", "BILLmanager"
KINDS: Final = (CUSTOM, BILLMANAGER)
LOSSES: Final = 5
"""Per cent of answers that are lost after the seller has carried the call out."""


def begin(seller: testing.World) -> QuarterScenario:
    """Starts on the next first of January, with the balance and servers that take time to open.

    Raises ScenarioError.
    """
    scenario = read_quarter(SCENARIO, freeze_on_new_year(seller))
    seller.account(OUR_LOGIN, balance=str(scenario.balance))
    seller.rules(order_tells_id=False)
    seller.provisioning("reads", 2)
    return scenario


def lose_answers(seller: testing.World, seed: int) -> None:
    """Loses LOSSES per cent of all answers, chosen by ``seed``."""
    seller.faults.add("drop", when="after", chance=LOSSES, seed=seed)


def create_client(seller: testing.World, transport: httpx.BaseTransport | None) -> Client:
    """A client that does not wait: servers of this world open by being read."""
    retry_policy = RetryPolicy(wait=_do_not_wait, attempts=5, looks=3)
    return Client(
        seller.url,
        login=OUR_LOGIN,
        password=OUR_PASSWORD,
        transport=transport,
        retry_policy=retry_policy,
    )


def _do_not_wait(_: float) -> None:
    return


def prepare(
    kind: str,
    scenario: QuarterScenario,
    seller: testing.World,
    client: Client,
    database: sqlite3.Connection,
) -> Quarter:
    """A quarter about to be played by one kind of reseller, kept in ``database``."""

    def now() -> datetime:
        return datetime.fromisoformat(seller.clock.now)

    def today() -> date:
        return now().date()

    def next_day() -> None:
        seller.clock.advance("1 day")

    def wait_five_minutes() -> None:
        seller.clock.advance("5 minutes")

    reseller = (
        _custom(client, database, scenario.markup, today)
        if kind == CUSTOM
        else _billmanager(client, database, scenario, now, wait_five_minutes)
    )
    return Quarter(scenario, reseller, QuarterClock(today, next_day), client)


def _custom(
    client: Client, database: sqlite3.Connection, markup: Decimal, today: Callable[[], date]
) -> CustomQuarterReseller:
    store = StorefrontStore(database)
    store.prepare()
    return CustomQuarterReseller(client, Storefront(client, store), markup, today)


def _billmanager(
    client: Client,
    database: sqlite3.Connection,
    scenario: QuarterScenario,
    now: Callable[[], datetime],
    wait_five_minutes: Callable[[], None],
) -> BillmanagerQuarterReseller:
    account = SellerAccount(client, StorefrontStore(database))
    reseller = BillmanagerReseller(database, {SELLER: account}, now=now)
    reseller.prepare()
    player = BillmanagerQuarterReseller(reseller, client, scenario.markup, wait_five_minutes)
    player.connect(tuple(scenario.products.values()))
    return player
