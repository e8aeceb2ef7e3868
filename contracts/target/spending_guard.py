"""The gate every call to a seller passes: it counts money, and keeps back what may not be sent.

There is no test mode at a real seller. A call that spends is sent only if its price was told before
and fits into what is left; what it cost is read off the balance before and after. Every order is
noted in :class:`~contracts.target.purchases.Purchases` and never prolonged by the seller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import httpx

from contracts.record.document import Node
from contracts.record.levels import family_of
from contracts.target.budget import Purse
from contracts.target.purchases import Purchase, Purchases
from contracts.target.redact import fields_of
from contracts.target.request_rewriting import (
    Withheld,
    document_of,
    is_refusal,
    refuse_doubt,
    rewritten,
)
from contracts.target.spending import changes, rule_of, spends
from contracts.target.sums import Sum, balance_of, price_of
from contracts.target.transports import ask

__all__ = ["NOBODYS", "NO_MONEY", "Gate", "Rules", "Withheld"]
_OFF: Final = ("", "null", "off", "0")
_NUMBER: Final = re.compile(r"[0-9]+")
_NOT_SERVICES: Final = (
    "account", "clientticket", "payment", "profile", "project", "subaccount", "user", "usrparam",
)  # fmt: skip
"""Families that count with numbers of their own: a number that was bought is not theirs."""
_BASKET: Final = frozenset({"basket", "cart", "cart.empty", "cartorder.create.confirm"})
_NOTHING: Final = Sum(Decimal(0))
PROBES: Final = frozenset({"nosuch.function", "mockseller.nosuch"})
"""Names that no function has: what they ask for is how that is refused."""
NOBODYS: Final = "999999999"
"""A number that no service has: what is done to it is done to nothing."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be sent. ``limit`` None: nothing that spends, unless ``play``: money of no worth.

    ``assumed``: what a call is taken to cost whose price the seller does not tell.
    """

    read_only: bool = False
    limit: Sum | None = None
    assumed: Sum | None = None
    play: bool = False


NO_MONEY: Final = Rules()
"""Nothing that spends is sent."""


class Gate(httpx.BaseTransport):
    """A transport that lets calls to ``inner`` pass, or raises Withheld.

    ``rules`` may be set anew until the first call that matters. ``listed``: by code, what tariffs
    cost by the price list, and for how many months; ``baskets``: orders may wait in the basket.
    """

    def __init__(self, inner: httpx.BaseTransport, rules: Rules) -> None:
        self.inner = inner
        self.rules = rules
        self.purse = Purse()
        self.purchases = Purchases()
        self.listed: dict[str, tuple[Sum, int]] = {}
        self.baskets = False
        self._login = ""
        self._who: dict[str, str] = {}
        self._address: httpx.URL | None = None

    def speak_for(self, login: str, password: str) -> None:
        """Names the account in whose name prices and balances are asked."""
        self._login = login
        self._who = {"authinfo": f"{login}:{password}"}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes it on, or raises Withheld."""
        fields = fields_of(request)
        func = fields.get("func", "")
        if not self.rules.play:
            refuse_doubt(request)
        self._refuse_acts(func, fields)
        if not func or self.rules.play:
            return self.inner.handle_request(request)
        self._address = request.url
        if changes(func, fields) and not self._is_private(func, fields):
            self._refuse_others(func, fields)
        if func.endswith(".order.param") and changes(func, fields):
            return self._order(request, func, fields)
        if _renews(func, fields):
            raise Withheld("not sent: it would let the seller charge by itself later on")
        if not spends(func, fields):
            return self.inner.handle_request(request)
        price = self._price(fields)
        # A step on the way to an order takes nothing yet; there has to be enough for more.
        return self._paid(request, fields, _NOTHING if func.endswith(".order.csr") else price)

    def close(self) -> None:
        """Closes what calls go through."""
        self.inner.close()

    def ask(self, fields: Mapping[str, str]) -> tuple[Node | None, str]:
        """Asks in the account's name, past the gate: prices, balances, and to clean up."""
        if self._address is None:
            return None, "nothing was asked yet"
        return ask(self.inner, self._address, {**fields, **self._who})

    def _refuse_acts(self, func: str, fields: Mapping[str, str]) -> None:
        if self.rules.read_only and func and changes(func, fields):
            raise Withheld("not sent: only what changes nothing may be sent (--read-only)")

    def _is_private(self, func: str, fields: Mapping[str, str]) -> bool:
        """Whether what it changes is the judge's own: its session, its key, its basket."""
        if func == "logon" or func.endswith(".filter"):
            return "auth" in fields and "authinfo" not in fields
        if func == "session.newkey":
            return fields.get("username") == self._login
        return func == "soft.checkip" or (self.baskets and func in _BASKET)

    def _refuse_others(self, func: str, fields: Mapping[str, str]) -> None:
        """What changes anything is known, and may change only what this run has bought."""
        if rule_of(func) is None and func not in PROBES:
            raise Withheld(f"not sent: nobody knows what {func[:60]} would do")
        # An address has a number of its own, within the service that it belongs to.
        inner = func.lower().removeprefix("v2.").startswith("service.ip.") and fields.get("plid")
        names = ("plid", "item") if inner else ("elid", "plid", "item")
        numbers = set(_NUMBER.findall(" ".join(fields.get(name, "") for name in names)))
        if numbers - {NOBODYS} and family_of(func.lower()) in _NOT_SERVICES:
            raise Withheld("not sent: it would change the account itself")
        if numbers - self.purchases.numbers() - {NOBODYS}:
            # An order that told no number may be in the list by now.
            for purchase in list(self.purchases.standing()):
                self.purchases.locate(self.ask, purchase)
        if numbers - self.purchases.numbers() - {NOBODYS}:
            raise Withheld("not sent: it would change what was not bought by this run")
        probes = func in PROBES and not fields.get("sok")
        if not numbers and not probes and not func.endswith((".order.param", ".order.csr")):
            raise Withheld("not sent: it would change the account itself")

    def _price(self, fields: Mapping[str, str]) -> Sum:
        """What it would cost. Raises Withheld where that is unknown or too much."""
        asked = {n: t for n, t in fields.items() if n not in ("auth", "authinfo", "out", "lang")}
        count = asked.get("order_count", "")
        if count and not (count.isascii() and count.isdigit()):
            raise Withheld(f'not sent: nobody knows how many "{count[:20]}" are')
        price = price_of(self.ask, asked) or self._guessed(asked) or self.rules.assumed
        if self.rules.limit is None:
            told = f"it costs {price}" if price is not None else "it spends money"
            raise Withheld(f"not sent: {told}, and no budget was given (--max-spend)")
        if price is None:
            raise Withheld("not sent: the seller does not tell its price (--assume-price)")
        if not price.currency:
            held = balance_of(self.ask, {})
            price = Sum(price.amount, held.currency if held is not None else "")
        if reason := self.purse.fits(price, self.rules.limit):
            raise Withheld(f"not sent: {reason}")
        return price

    def _guessed(self, asked: Mapping[str, str]) -> Sum | None:
        """What is taken to be the price where none is told: so many terms at what one costs.

        A form refuses what should be refused; what should be may still be carried out.
        """
        func, count = asked.get("func", ""), asked.get("order_count", "")
        term: tuple[Sum, int] | None = None
        if func.endswith((".order.param", ".order.csr")):
            term = self.listed.get(asked.get("pricelist", "").rstrip(";"))
        elif func == "service.prolong":
            form = {name: text for name, text in asked.items() if name != "period"}
            month = price_of(self.ask, form) or self.purchases.price_of(asked.get("elid", ""))
            term = None if month is None else (month, 1)
        if term is None:
            return None
        (price, length), asked_for = term, asked.get("period") or asked.get("order_period") or ""
        terms = -(-int(asked_for) // length) if asked_for.isdigit() else 1
        return Sum(
            price.amount * max(1, terms) * (int(count) if count.isdigit() else 1), price.currency
        )

    def _order(
        self, request: httpx.Request, func: str, fields: Mapping[str, str]
    ) -> httpx.Response:
        waits = fields.get("skipbasket", "").lower() not in ("on", "yes", "1")
        if waits and not self.baskets:
            raise Withheld("not sent: it would leave an unpaid order behind")
        price = self._price(fields)
        family, tariff = family_of(func), fields.get("pricelist", "").rstrip(";")
        named = fields.get("remoteid", "")
        purchase = self.purchases.begin(self.ask, family, named, tariff, price)
        purchase.waits = waits
        off = "off" if func.startswith("v2.") else "null"
        told = {"autoprolong": off, "remoteid": purchase.remoteid}
        answer = self._paid(rewritten(request, told), fields, _NOTHING if waits else price)
        self._note(purchase, answer, fields.get("out", "xml"))
        self.purchases.locate(self.ask, purchase)
        return answer

    def _paid(
        self, request: httpx.Request, fields: Mapping[str, str], price: Sum
    ) -> httpx.Response:
        before, refused = balance_of(self.ask, {}), False
        try:
            answer = self.inner.handle_request(request)
            refused = is_refusal(answer, fields.get("out", "xml"))
        finally:
            # Also where no answer came: it may have been carried out.
            after = balance_of(self.ask, {})
            self.purse.pay(fields.get("func", ""), price, before, after, refused=refused)
        return answer

    def _note(self, purchase: Purchase, answer: httpx.Response, out: str) -> None:
        document = document_of(answer, out)
        if document is not None:
            self.purchases.told(document, purchase)


def _renews(func: str, fields: Mapping[str, str]) -> bool:
    asked = fields.get("autoprolong", "").strip().lower()
    return changes(func, fields) and asked not in _OFF
