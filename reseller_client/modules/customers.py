"""Who buys modules and what is offered: customers, their money and licenses, the price list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from reseller_client.modules.passwords import fits, hashed
from reseller_client.modules.refusals import ShopRefusal
from reseller_client.modules.store import Buyer, ModuleStore, Product

MOST: Final = Decimal(10**9)
"""More money than that is a slip of the keyboard."""


def is_a_sum(amount: Decimal) -> bool:
    """Tell whether it is money: from 0 on, whole hundredths, not endless."""
    return amount.is_finite() and 0 <= amount <= MOST and amount == round(amount, 2)


class ModuleCustomers:
    """Customers, their licenses and money, and what they are offered; asks no seller."""

    def __init__(self, store: ModuleStore, *, today: Callable[[], date], currency: str) -> None:
        """Keep the rows, the calendar by which money moves, and the currency of all prices."""
        self.store = store
        self.currency = currency
        self.today = today

    def add_customer(
        self, login: str, password: str, *, name: str = "", balance: Decimal = Decimal("0.00")
    ) -> Buyer:
        """Take in a customer with the money that was paid in before.

        Raises ValueError for a login that is taken, empty, or has a colon (`authinfo` could not
        carry it), and for a balance that is no sum.
        """
        if not login or ":" in login:
            raise ValueError("a login is not empty and has no colon")
        if not is_a_sum(balance):
            raise ValueError(f"a balance is a sum from 0 on, not {balance}")
        secret = hashed(password)
        with self.store.writing():
            if self.store.buyer("login", login) is not None:
                raise ValueError(f"there is a customer {login}")
            number = self.store.run(
                "INSERT INTO module_buyer (login, secret, name) VALUES (?, ?, ?)",
                login, secret, name or login,
            )  # fmt: skip
            if balance:
                self.store.book(number, "top-up", balance, self.today(), None)
        return self.customer(login)

    def set_password(self, login: str, password: str) -> bool:
        """Give a customer a password, which ends the sessions; the same again changes nothing.

        Returns whether it is another one. Raises KeyError.
        """
        buyer = self.customer(login)
        if fits(password, buyer.secret):
            return False
        self.store.run(
            "UPDATE module_buyer SET secret = ? WHERE id = ?", hashed(password), buyer.id
        )
        return True

    def customer(self, login: str) -> Buyer:
        """Return a customer. Raises KeyError."""
        found = self.store.buyer("login", login)
        if found is None:
            raise KeyError(login)
        return found

    def top_up(self, login: str, amount: Decimal) -> None:
        """Credit money that a customer paid in; below nothing, it is a correction.

        Raises KeyError; ValueError for what is no sum, and for more than is there to be taken.
        """
        if not (is_a_sum(abs(amount)) and amount):
            raise ValueError(f"a sum is paid in, not {amount}")
        with self.store.writing():
            buyer = self.customer(login)
            if buyer.balance + amount < 0:
                raise ValueError(f"{login} has {buyer.balance}, from which {-amount} is too much")
            self.store.book(buyer.id, "top-up", amount, self.today(), None)

    def check_balance(self, buyer: Buyer, total: Decimal) -> None:
        """Look whether the balance covers a sum, within `writing`. Raises ShopRefusal."""
        now = self.store.buyer("id", buyer.id) or buyer
        if total > now.balance:
            raise ShopRefusal("not_enough_money", "", f"{total:.2f}", "Not enough money")

    def add_license(self, login: str, number: int, edition: str = "") -> None:
        """Tell which license at the seller is whose, and its edition where modules mind it.

        Raises KeyError; ValueError for a license on which another customer has modules.
        """
        buyer = self.customer(login)
        with self.store.writing():
            if self.store.held(
                "licence = ? AND buyer <> ? AND state <> 'closed'", number, buyer.id
            ):
                raise ValueError(f"another customer has modules on license {number}")
            self.store.run(
                "INSERT OR REPLACE INTO module_licence VALUES (?, ?, ?)",
                number, buyer.id, edition,
            )  # fmt: skip

    def check_license(self, buyer: Buyer, license: int, product: Product) -> None:
        """Look whether a license is the customer's and takes a module. Raises ShopRefusal."""
        found = self.store.rows(
            "SELECT edition FROM module_licence WHERE number = ? AND buyer = ?", license, buyer.id
        )
        if not found:
            raise ShopRefusal("missed", "item", str(license), "There is no such license")
        edition = found[0][0]
        if edition and product.editions and edition not in product.editions:
            raise ShopRefusal(
                "value", "pricelist", str(product.id), "This edition does not take the module"
            )

    def offer(self, product: Product) -> None:
        """Sell a module from now on, or at other prices. What was sold keeps its price.

        Without prices it is sold no more, and what was sold of it is not renewed.
        """
        with self.store.writing():
            self.store.run(
                "INSERT OR REPLACE INTO module_product VALUES (?, ?, ?, ?, ?)",
                product.id, product.tariff, product.intname, product.name,
                " ".join(product.editions),
            )  # fmt: skip
            self.store.run("DELETE FROM module_price WHERE product = ?", product.id)
            for period, price in product.prices.items():
                self.store.run(
                    "INSERT INTO module_price VALUES (?, ?, ?)", product.id, period, str(price)
                )

    def product(self, number: int) -> Product:
        """Return what is or was sold under a number. Raises ShopRefusal."""
        found = next((one for one in self.store.products() if one.id == number), None)
        if found is None:
            raise ShopRefusal("value", "pricelist", str(number), "There is no such tariff")
        return found

    def quote(self, number: int, period: int) -> Decimal:
        """Return the price of a module for a period. Raises ShopRefusal."""
        prices = self.product(number).prices
        if not prices:
            raise ShopRefusal("value", "pricelist", str(number), "There is no such tariff")
        if period not in prices:
            raise ShopRefusal("value", "period", str(period), "The period is not sold")
        return prices[period]
