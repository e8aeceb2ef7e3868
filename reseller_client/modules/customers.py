"""Customers of a shop of modules, their money and licenses, and the price list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from reseller_client.modules.passwords import check_password, hash_password
from reseller_client.modules.refusals import ShopRefusal
from reseller_client.modules.store import (
    BUYERS,
    LICENSES,
    MODULES,
    Buyer,
    ModuleState,
    ModuleStore,
    Product,
)

MOST: Final = Decimal(10**9)
"""The largest sum that is accepted; more is taken for a typing error."""


def is_sum(amount: Decimal) -> bool:
    """Tell whether an amount is a sum of money: finite, not negative, in whole hundredths."""
    return amount.is_finite() and 0 <= amount <= MOST and amount == round(amount, 2)


class ModuleCustomers:
    """Customers, their licenses and money, and the price list. Never calls the seller."""

    def __init__(self, store: ModuleStore, *, today: Callable[[], date], currency: str) -> None:
        """Keep the store, the calendar that dates entries, and the currency of all prices."""
        self.store = store
        self.currency = currency
        self.today = today

    def add_customer(
        self, login: str, password: str, *, name: str = "", balance: Decimal = Decimal("0.00")
    ) -> Buyer:
        """Add a customer; `balance` is what was paid in before.

        Raises ValueError for a login that is taken, empty, or has a colon (`authinfo` could not
        carry it), and for a balance that is not a sum.
        """
        if not login or ":" in login:
            raise ValueError("a login must not be empty and must not contain a colon")
        if not is_sum(balance):
            raise ValueError(f"a balance must be a sum from 0 on, not {balance}")
        secret = hash_password(password)
        with self.store.writing():
            if self.store.buyer_named(login) is not None:
                raise ValueError(f"there is a customer {login} already")
            values = {"login": login, "secret": secret, "name": name or login}
            number = self.store.add(BUYERS, values)
            if balance:
                self.store.book(number, "top-up", balance, self.today(), None)
        return self.customer(login)

    def set_password(self, login: str, password: str) -> bool:
        """Change a customer's password, which ends open sessions; the same one changes nothing.

        Returns whether it is another one. Raises KeyError for an unknown login.
        """
        buyer = self.customer(login)
        if check_password(password, buyer.secret):
            return False
        self.store.set_buyer(buyer.id, secret=hash_password(password))
        return True

    def customer(self, login: str) -> Buyer:
        """Return a customer. Raises KeyError for an unknown login."""
        buyer = self.store.buyer_named(login)
        if buyer is None:
            raise KeyError(login)
        return buyer

    def top_up(self, login: str, amount: Decimal) -> None:
        """Add money that a customer paid in; a negative amount corrects the balance.

        Raises KeyError for an unknown login; ValueError for an amount that is not a sum, and for
        one that would make the balance negative.
        """
        if not (is_sum(abs(amount)) and amount):
            raise ValueError(f"a sum in whole hundredths is expected, not {amount}")
        with self.store.writing():
            buyer = self.customer(login)
            if buyer.balance + amount < 0:
                raise ValueError(f"{login} has {buyer.balance}, less than {-amount}")
            self.store.book(buyer.id, "top-up", amount, self.today(), None)

    def check_balance(self, buyer: Buyer, total: Decimal) -> None:
        """Check that the balance covers a sum, within `writing`. Raises ShopRefusal."""
        now = self.store.buyer(buyer.id) or buyer
        if total > now.balance:
            raise ShopRefusal("not_enough_money", "", f"{total:.2f}", "Not enough money")

    def add_license(self, login: str, number: int, edition: str = "") -> None:
        """Record whose a license at the seller is, and its edition, which some modules require.

        Raises KeyError for an unknown login; ValueError for a license on which another customer has
        modules.
        """
        buyer = self.customer(login)
        with self.store.writing():
            if self.store.modules(
                MODULES.c.license == number,
                MODULES.c.buyer != buyer.id,
                MODULES.c.state != ModuleState.CLOSED,
            ):
                raise ValueError(f"another customer has modules on license {number}")
            self.store.put(LICENSES, {"number": number, "buyer": buyer.id, "edition": edition})

    def check_license(self, buyer: Buyer, license: int, product: Product) -> None:
        """Check that a license is the customer's and takes a module. Raises ShopRefusal."""
        edition = self.store.edition(license, buyer.id)
        if edition is None:
            raise ShopRefusal("missed", "item", str(license), "There is no such license")
        if edition and product.editions and edition not in product.editions:
            raise ShopRefusal(
                "value", "pricelist", str(product.id), "This edition does not take the module"
            )

    def offer(self, product: Product) -> None:
        """Sell a module from now on, or at other prices. Modules sold before keep their price.

        A product without prices is no longer sold, and its modules are no longer renewed.
        """
        self.store.offer(product)

    def product(self, number: int) -> Product:
        """Return a product that is or was sold. Raises ShopRefusal for an unknown number."""
        for product in self.store.products():
            if product.id == number:
                return product
        raise ShopRefusal("value", "pricelist", str(number), "There is no such tariff")

    def quote(self, number: int, period: int) -> Decimal:
        """Return the price of a product for a period. Raises ShopRefusal if it is not sold."""
        prices = self.product(number).prices
        if not prices:
            raise ShopRefusal("value", "pricelist", str(number), "There is no such tariff")
        if period not in prices:
            raise ShopRefusal("value", "period", str(period), "The period is not sold")
        return prices[period]
