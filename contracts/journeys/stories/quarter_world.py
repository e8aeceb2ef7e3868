"""A seller's world for a quarter, and a reseller of either kind set up in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import httpx
from dateutil.relativedelta import relativedelta

from contracts.journeys.stories.quarter import Quarter, World
from contracts.journeys.stories.quarter_billmanager import SELLER, BillmanagerSide
from contracts.journeys.stories.quarter_custom import CustomSide
from contracts.journeys.stories.quarter_script import Script, read_script
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, RetryPolicy
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller, SellerAccount
from reseller_client.shop.store import StorefrontStore
from reseller_client.shop.storefront import Storefront

SCRIPT: Final = "vps_quarter"
CUSTOM, BILLMANAGER = "custom billing", "BILLmanager"
KINDS: Final = (CUSTOM, BILLMANAGER)
MORNING: Final = relativedelta(hour=9, minute=0, second=0, microsecond=0)
LOSSES: Final = 5
"""Per cent of answers that get lost after the seller has done what was asked."""


def begin(seller: testing.World) -> Script:
    """The morning of the next first of January, the money, and machines that take their time."""
    first = datetime.fromisoformat(seller.clock.now) + relativedelta(years=1, yearday=1) + MORNING
    seller.clock.freeze(first.isoformat())
    script = read_script(SCRIPT, first.year)
    seller.account(OUR_LOGIN, balance=str(script.balance))
    seller.rules(order_tells_id=False)
    seller.provisioning("reads", 2)
    return script


def lose_answers(seller: testing.World, seed: int) -> None:
    """Of all calls some are carried out and never answered."""
    seller.faults.add("drop", when="after", chance=LOSSES, seed=seed)


def client_of(seller: testing.World, transport: httpx.BaseTransport | None) -> Client:
    """A client that does not wait: the machines of this world come up by being looked at."""
    retry_policy = RetryPolicy(wait=_at_once, attempts=5, looks=3)
    return Client(
        seller.url,
        login=OUR_LOGIN,
        password=OUR_PASSWORD,
        transport=transport,
        retry_policy=retry_policy,
    )


def _at_once(_: float) -> None:
    return


def prepare(
    kind: str, script: Script, seller: testing.World, client: Client, books: sqlite3.Connection
) -> Quarter:
    """A quarter about to be played by one kind of reseller, its books kept in ``books``."""

    def now() -> datetime:
        return datetime.fromisoformat(seller.clock.now)

    def today() -> date:
        return now().date()

    def next_day() -> None:
        seller.clock.advance("1 day")

    def five_minutes() -> None:
        seller.clock.advance("5 minutes")

    side = (
        _custom(client, books, script.markup, today)
        if kind == CUSTOM
        else _billmanager(client, books, script, now, five_minutes)
    )
    return Quarter(script, side, World(today, next_day), client)


def _custom(
    client: Client, books: sqlite3.Connection, markup: Decimal, today: Callable[[], date]
) -> CustomSide:
    store = StorefrontStore(books)
    store.prepare()
    return CustomSide(client, Storefront(client, store), markup, today)


def _billmanager(
    client: Client,
    books: sqlite3.Connection,
    script: Script,
    now: Callable[[], datetime],
    five_minutes: Callable[[], None],
) -> BillmanagerSide:
    account = SellerAccount(client, StorefrontStore(books))
    reseller = BillmanagerReseller(books, {SELLER: account}, now=now)
    reseller.prepare()
    side = BillmanagerSide(reseller, client, script.markup, five_minutes)
    side.connect(tuple(script.products.values()))
    return side
