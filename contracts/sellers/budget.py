"""The gate every call to a seller passes: it counts money, and keeps back what may not be sent.

There is no test mode at a real seller. A call that spends is sent only if its price was told before
and fits into what is left; what it cost is read off the balance before and after. Every order is
noted in :class:`~contracts.sellers.purchases.Purchases` and never prolonged by the seller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, urlencode

import httpx

from contracts.asked import pairs_of
from contracts.masking import fields_of
from contracts.sellers.levels import family_of
from contracts.sellers.money import Sum, balance_of, price_of
from contracts.sellers.passage import ask
from contracts.sellers.purchases import Purchase, Purchases
from contracts.shapes import FORMATS, Unreadable, read
from contracts.spending import changes, rule_of, spends
from contracts.tree import Node

_OFF: Final = ("", "null", "off", "0")
_NUMBER: Final = re.compile(r"[0-9]+")
_NOT_SERVICES: Final = (
    "account", "clientticket", "payment", "profile", "project", "subaccount", "user", "usrparam",
)  # fmt: skip
"""Families that count with numbers of their own: a number that was bought is not theirs."""
_WEIGHED: Final = frozenset({
    "func", "sok", "elid", "plid", "item", "clicked_button", "skipbasket", "autoprolong",
    "order_count", "faction",
})  # fmt: skip
"""What the gate weighs a request by."""
NOBODYS: Final = "999999999"
"""A number that no service has: what is done to it is done to nothing."""


class Withheld(Exception):
    """A call that was not sent: one line that says why. No fault of the seller's."""


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


@dataclass(slots=True)
class Purse:
    """What was spent of the limit, by the seller's own balance where it tells one.

    ``open``: what was told to be charged and has not left the balance yet. It may still come.
    """

    spent: Decimal = Decimal(0)
    open: Decimal = Decimal(0)
    currency: str = ""
    remarks: list[str] = field(default_factory=list)

    def fits(self, price: Sum, limit: Sum) -> str:
        """Why a price may not be paid, or nothing."""
        if limit.currency and price.currency and limit.currency != price.currency:
            return f"it costs {price}, and the budget is in {limit.currency}"
        left = limit.amount - self.spent - self.open
        if price.amount > left:
            return f"it costs {price}, and of {limit} only {max(left, Decimal(0)):.2f} is left"
        return ""

    def pay(
        self, what: str, told: Sum, before: Sum | None, after: Sum | None, *, refused: bool
    ) -> None:
        """Counts a call that was sent. Without a balance to compare, its price counts."""
        known = before is not None and after is not None
        cost = before.amount - after.amount if before and after else told.amount
        if refused and not known:
            cost = Decimal(0)
        self.currency = self.currency or told.currency or (before.currency if before else "")
        self.spent += max(cost, Decimal(0))
        if not refused:
            self.open += max(told.amount - max(cost, Decimal(0)), Decimal(0))
        if known and cost > told.amount:
            self.remarks.append(f"{what} cost {cost:.2f}, and was told to cost {told}")


class Gate(httpx.BaseTransport):
    """A transport that lets calls to ``inner`` pass, or raises Withheld.

    ``rules`` may be set anew until the first call that matters.
    """

    def __init__(self, inner: httpx.BaseTransport, rules: Rules) -> None:
        self.inner = inner
        self.rules = rules
        self.purse = Purse()
        self.purchases = Purchases()
        self._who: dict[str, str] = {}
        self._address: httpx.URL | None = None

    def speak_for(self, login: str, password: str) -> None:
        """Names the account in whose name prices and balances are asked."""
        self._who = {"authinfo": f"{login}:{password}"}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes it on, or raises Withheld."""
        fields = fields_of(request)
        func = fields.get("func", "")
        if not self.rules.play:
            _refuse_doubt(request)
        if not func or self.rules.play:
            self._refuse_acts(func, fields)
            return self.inner.handle_request(request)
        self._address = request.url
        self._refuse_acts(func, fields)
        if changes(func, fields):
            self._refuse_others(func, fields)
        if func.endswith(".order.param") and changes(func, fields):
            return self._order(request, func, fields)
        if _renews(func, fields):
            raise Withheld("not sent: it would let the seller charge by itself later on")
        if not spends(func, fields):
            return self.inner.handle_request(request)
        return self._paid(request, fields, self._price(fields))

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

    def _refuse_others(self, func: str, fields: Mapping[str, str]) -> None:
        """What changes anything may change only what this run has bought."""
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
        probes = rule_of(func) is None and not fields.get("sok")
        if not numbers and not probes and not func.endswith(".order.param"):
            raise Withheld("not sent: it would change the account itself")

    def _price(self, fields: Mapping[str, str]) -> Sum:
        """What it would cost. Raises Withheld where that is unknown or too much."""
        if self.rules.limit is None:
            raise Withheld("not sent: it spends money, and no budget was given (--max-spend)")
        asked = {n: t for n, t in fields.items() if n not in ("auth", "authinfo", "out", "lang")}
        count = asked.get("order_count", "")
        if count and not (count.isascii() and count.isdigit()):
            raise Withheld(f'not sent: nobody knows how many "{count[:20]}" are')
        price = price_of(self.ask, asked) or self._guessed(asked) or self.rules.assumed
        if price is None:
            raise Withheld("not sent: the seller does not tell its price (--assume-price)")
        if not price.currency:
            held = balance_of(self.ask, {})
            price = Sum(price.amount, held.currency if held is not None else "")
        if reason := self.purse.fits(price, self.rules.limit):
            raise Withheld(f"not sent: {reason}")
        return price

    def _guessed(self, asked: Mapping[str, str]) -> Sum | None:
        """A prolongation for which no price is told: so many months at what a month costs.

        Its form refuses what should be refused; what should be may still be carried out.
        """
        if asked.get("func") != "service.prolong":
            return None
        months, number = asked.get("period", ""), asked.get("elid", "")
        form = {name: text for name, text in asked.items() if name != "period"}
        month = price_of(self.ask, form) or self.purchases.price_of(number)
        if month is None:
            return None
        return Sum(month.amount * (int(months) if months.isdigit() else 1), month.currency)

    def _order(
        self, request: httpx.Request, func: str, fields: Mapping[str, str]
    ) -> httpx.Response:
        if fields.get("skipbasket", "").lower() not in ("on", "yes", "1"):
            raise Withheld("not sent: it would leave an unpaid order behind")
        price = self._price(fields)
        family, tariff = family_of(func), fields.get("pricelist", "").rstrip(";")
        named = fields.get("remoteid", "")
        purchase = self.purchases.begin(self.ask, family, named, tariff, price)
        off = "off" if func.startswith("v2.") else "null"
        told = {"autoprolong": off, "remoteid": purchase.remoteid}
        answer = self._paid(_with(request, told), fields, price)
        self._note(purchase, answer, fields.get("out", "xml"))
        self.purchases.locate(self.ask, purchase)
        return answer

    def _paid(
        self, request: httpx.Request, fields: Mapping[str, str], price: Sum
    ) -> httpx.Response:
        before, refused = balance_of(self.ask, {}), False
        try:
            answer = self.inner.handle_request(request)
            refused = _is_refusal(answer, fields.get("out", "xml"))
        finally:
            # Also where no answer came: it may have been carried out.
            after = balance_of(self.ask, {})
            self.purse.pay(fields.get("func", ""), price, before, after, refused=refused)
        return answer

    def _note(self, purchase: Purchase, answer: httpx.Response, out: str) -> None:
        try:
            document = read(answer.read(), out if out in FORMATS else "xml")[0]
        except Unreadable:
            return
        if out == "bjson":
            document = _from_bjson(document)
        self.purchases.told(document, purchase)


def _refuse_doubt(request: httpx.Request) -> None:
    """Raises Withheld where a seller may read something else than what was weighed."""
    kind = request.headers.get("Content-Type", "")
    said: dict[str, str] = {}
    for name, text in pairs_of(request.url.query, request.read(), kind):
        meant = name.strip().lower()
        if meant in _WEIGHED and (name != meant or said.setdefault(meant, text) != text):
            raise Withheld(f'not sent: "{meant}" can be read in two ways')


def _is_refusal(answer: httpx.Response, out: str) -> bool:
    """Whether an answer is an error document. What cannot be read may have been carried out."""
    try:
        document = read(answer.read(), out if out in FORMATS else "xml")[0]
    except Unreadable:
        return False
    return document.first("error") is not None


def _from_bjson(document: Node) -> Node:
    """The number of an order stands one level deeper there (docs/wire.md section 3.2)."""
    opened = document.first("id")
    value = opened.first("v") if opened is not None else None
    return document if value is None else Node("doc", None, {}, (Node("id", value.text),))


def _renews(func: str, fields: Mapping[str, str]) -> bool:
    asked = fields.get("autoprolong", "").strip().lower()
    return changes(func, fields) and asked not in _OFF


def _with(request: httpx.Request, told: Mapping[str, str]) -> httpx.Request:
    """The same request with some parameters set anew, wherever they stood."""
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    if kind and "urlencoded" not in kind:
        raise Withheld(f"not sent: an order in a body of {kind.partition(';')[0]} is not rewritten")
    body = dict(parse_qsl(request.read().decode("utf-8", "replace"), keep_blank_values=True))
    (body or query).update(told)
    for name in set(query) & set(told):
        query[name] = told[name]
    headers = {n: v for n, v in request.headers.items() if n != "content-length"}
    return httpx.Request(
        request.method,
        request.url.copy_with(query=None),
        params=query or None,
        content=urlencode(body).encode() or None,
        headers=headers,
        extensions=request.extensions,
    )
