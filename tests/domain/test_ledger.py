"""The sum of the ledger is the balance, whatever is done in whatever order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import checkout, discounts, orders, paid_changes, payments, topups
from emulator.domain.billing.discounts import NAME, Discount
from emulator.domain.services import keys, services, states
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import ApiError
from tests.domain.conftest import ShopBench, open_bench

TARIFFS = st.sampled_from([55227, 55228, 55230, 55239, 3541, 7])
PERIODS = st.sampled_from([-100, 0, 1, 3, 12])
PICK = st.integers(0, 50)


class Trade(RuleBasedStateMachine):
    """A reseller who does everything, sensible or not."""

    bench: ShopBench

    @initialize(balance=st.decimals(0, 300, places=2))
    def begin(self, balance: Decimal) -> None:
        self.bench = open_bench()
        payments.set_balance(self.bench.shop, self.bench.account, balance)

    def attempt(self) -> contextlib.ExitStack:
        """A call as the endpoint makes it: a refusal undoes what it did."""
        stack = contextlib.ExitStack()
        stack.enter_context(contextlib.suppress(ApiError))
        stack.enter_context(self.bench.shop.db.savepoint())
        return stack

    def some(self, pick: int) -> services.Service:
        number = 100_001 + pick % 20
        return services.require_owned(self.bench.shop, self.bench.account, number)

    @rule(
        pricelist=TARIFFS,
        period=PERIODS,
        address=st.integers(1, 6),
        months=st.sampled_from([None, 1]),
    )
    def order(self, pricelist: int, period: int, address: int, months: int | None) -> None:
        with self.attempt():
            self.bench.order(pricelist, f"10.0.0.{address}", period=period, autoprolong=months)

    @rule(pricelist=TARIFFS, address=st.integers(1, 6))
    def put(self, pricelist: int, address: int) -> None:
        with self.attempt():
            self.bench.put(pricelist, f"10.0.0.{address}")

    @rule(code=st.sampled_from(["SPRING", "NOSUCH"]))
    def promocode(self, code: str) -> None:
        with self.attempt():
            orders.use_promocode(self.bench.shop, self.bench.account, code)

    @rule()
    def pay(self) -> None:
        with self.attempt():
            checkout.pay(self.bench.shop, self.bench.account, None)

    @rule()
    def clear(self) -> None:
        with self.attempt():
            orders.clear(self.bench.shop, self.bench.account, None)

    @rule(pick=PICK, period=PERIODS)
    def prolong(self, pick: int, period: int) -> None:
        with self.attempt():
            shop, account = self.bench.shop, self.bench.account
            prolongation = paid_changes.quote_prolongation(shop, account, self.some(pick), period)
            paid_changes.prolong(shop, account, prolongation, "reseller")

    @rule(pick=PICK, pricelist=TARIFFS)
    def change(self, pick: int, pricelist: int) -> None:
        with self.attempt():
            shop, account = self.bench.shop, self.bench.account
            change = paid_changes.quote_tariff_change(
                shop, account, self.some(pick), pricelist, None
            )
            paid_changes.change_tariff(shop, account, change)

    @rule(pick=PICK, what=st.sampled_from([states.suspend, states.resume, keys.replace_key]))
    def act(self, pick: int, what: Callable[[Shop, Account, Service], object]) -> None:
        with self.attempt():
            what(self.bench.shop, self.bench.account, self.some(pick))

    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        with self.attempt():
            states.delete(self.bench.shop, self.bench.account, self.some(pick))

    @rule(amount=st.decimals(1, 60, places=2))
    def begin_payment(self, amount: Decimal) -> None:
        shop, account = self.bench.shop, self.bench.account
        topups.start(shop, account, topups.find_method(shop, "EUR", 1), amount)

    @rule(pick=st.integers(0, 5), status=st.integers(1, 9))
    def move_payment(self, pick: int, status: int) -> None:
        shop, account = self.bench.shop, self.bench.account
        payments_made = topups.of_account(shop, account, 6)
        if pick >= len(payments_made) or payments_made[pick].token is None:
            return
        # What was paid back although it was spent is the one way below zero.
        if (
            status in (topups.REFUNDED, topups.FRAUD)
            and payments_made[pick].amount > account.available
        ):
            return
        with contextlib.suppress(topups.WrongMove):
            topups.move(shop, payments_made[pick], status)

    @rule(percent=st.integers(1, 100), tariff=st.sampled_from([None, 55227]))
    def discount(self, percent: int, tariff: int | None) -> None:
        own = Discount(percent, None, tariff, NAME)
        self.bench.shop.remembered.clear()
        discounts.replace_all(self.bench.shop.db, self.bench.account.id, (own,))

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.bench.move_to(self.bench.shop.now + timedelta(days=days))

    @invariant()
    def the_ledger_is_the_balance(self) -> None:
        db = self.bench.shop.db
        for account in accounts.list_accounts(db):
            assert payments.compute_ledger(db, account.id) == account.balance
            assert account.balance + account.credit >= 0


TestTrade = Trade.TestCase
TestTrade.settings = hypothesis_settings(max_examples=25, stateful_step_count=25)
