"""A shop in memory: the world ``small`` on a fixed day, without HTTP and without a disk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from emulator.clock import SystemClock
from emulator.domain import lifecycle, world
from emulator.domain.accounts import logins
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import checkout, discounts, orders
from emulator.domain.catalogue import rows
from emulator.domain.catalogue.catalogue import Catalogue
from emulator.domain.services import order_rules, services
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import Service
from emulator.domain.world import ProvisioningMode, Shop
from emulator.store import sqlite
from emulator.store.sqlite import SqliteDatabase
from emulator.worlds import seeding
from emulator.worlds.fixtures import load_world

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@dataclass
class ShopBench:
    """A shop that a test can move through time, and short words for what tests do with it."""

    shop: Shop
    elapsed: float = 1000.0
    happened: list[lifecycle.DueEvent] = field(default_factory=list)

    @property
    def account(self) -> Account:
        """The reseller, as the row stands now."""
        return self.login("reseller")

    def login(self, login: str) -> Account:
        """An account by its login."""
        account = logins.login_record(self.shop.db, login, "").account
        assert account is not None
        return account

    def order(
        self,
        pricelist: int = 55227,
        ip: str = "10.10.10.10",
        **fields: Any,  # noqa: ANN401 - fields of OrderRequest
    ) -> Service:
        """An order, paid and opened at once."""
        request = OrderRequest(pricelist, fields.pop("period", 1), ip=ip, **fields)
        tariff = self.shop.catalogue.find(pricelist)
        kind = tariff.type if tariff else "soft"
        tariff = order_rules.find_orderable(self.shop, self.account, kind, pricelist)
        draft = order_rules.draft(self.shop, self.account, tariff, request)
        cost = discounts.compute_order_price(self.shop, self.account, tariff, draft)
        return checkout.order_now(self.shop, self.account, tariff, draft, cost)

    def put(self, pricelist: int = 55227, ip: str = "10.10.10.10") -> Service:
        """The same, left in the basket."""
        tariff = order_rules.find_orderable(self.shop, self.account, "soft", pricelist)
        draft = order_rules.draft(
            self.shop, self.account, tariff, OrderRequest(pricelist, 1, ip=ip)
        )
        cost = discounts.compute_order_price(self.shop, self.account, tariff, draft)
        return orders.put_order(self.shop, self.account, tariff, draft, cost)[2]

    def again(self, service: Service) -> Service:
        """The service as its row stands now."""
        service_now = services.find(self.shop, service.id)
        assert service_now is not None
        return service_now

    def move_to(self, instant: datetime) -> list[lifecycle.DueEvent]:
        """Time passes: everything that falls due on the way happens."""
        self.shop = replace(self.shop, now=instant, world=world.read(self.shop.db))
        happened: list[lifecycle.DueEvent] = []
        while lifecycle.is_due(self.shop):
            happened += lifecycle.catch_up(self.shop)
        self.happened += happened
        return happened

    def rules(self, **changed: object) -> None:
        """Changes rules of the world."""
        chosen = world.Rules.read({**self.shop.world.rules.as_dict(), **changed})
        world.set_rules(self.shop.db, chosen, self.shop.world.provisioning)
        self.shop = replace(self.shop, world=world.read(self.shop.db))

    def provisioning(self, mode: ProvisioningMode, amount: int = 0) -> None:
        """Changes when keys arrive."""
        how = world.Provisioning(mode, amount)
        world.set_rules(self.shop.db, self.shop.world.rules, how)
        self.shop = replace(self.shop, world=world.read(self.shop.db))

    def money(self) -> Decimal:
        """The reseller's balance."""
        return self.account.balance


@cache
def open_template(fixture: str) -> tuple[SqliteDatabase, Catalogue]:
    """The world of a fixture in which nothing has happened yet; nobody writes into it."""
    db = sqlite.in_memory()
    with db.writing():
        seeding.write(
            db, load_world(fixture), 1, SystemClock(now=lambda: START, elapsed=lambda: 0.0)
        )
    return db, rows.load(db)


def open_bench(fixture: str = "small") -> ShopBench:
    """A fresh world of a fixture, in memory, standing at START."""
    clock: list[ShopBench] = []
    machine = SystemClock(now=lambda: START, elapsed=lambda: clock[0].elapsed if clock else 0.0)
    template, catalogue = open_template(fixture)
    db = SqliteDatabase(":memory:")
    template._driver.backup(db._driver)  # noqa: SLF001 - seeding takes many times as long
    bench = ShopBench(Shop(db, world.read(db), START, catalogue, machine))
    clock.append(bench)
    return bench


@pytest.fixture
def bench() -> ShopBench:
    """The world ``small``."""
    return open_bench()


@pytest.fixture
def strict() -> ShopBench:
    """The world ``strict``, with keys at once."""
    opened = open_bench("strict")
    opened.provisioning("at_once")
    return opened
