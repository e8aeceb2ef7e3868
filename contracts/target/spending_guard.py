"""Transport in front of a seller that counts money and blocks the calls that may not be sent.

A real seller has no test mode. A call that spends is sent only if its price was read before and
fits into what is left of the budget; what it cost is read off the balance before and after. Every
order is written down in :class:`~contracts.target.purchases.Purchases` before it is sent, and goes
out with automatic prolongation switched off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl, urlencode

import httpx

from contracts.record.document import Node
from contracts.record.formats import FORMATS, UnreadableBody, read, unfold_bjson
from contracts.record.levels import family_of
from contracts.target.parameters import read_pairs
from contracts.target.purchases import Purchases
from contracts.target.redact import read_fields
from contracts.target.spending import changes, find_rule, spends
from contracts.target.sums import Sum, ask_balance, ask_price
from contracts.target.transports import ask

_OFF: Final = ("", "null", "off", "0")
_NUMBER: Final = re.compile(r"[0-9]+")
_NOT_SERVICES: Final = (
    "account", "clientticket", "payment", "profile", "project", "subaccount", "user", "usrparam",
)  # fmt: skip
"""Families with numbers of their own: the same number there is not the service that was bought."""
_BASKET: Final = frozenset({"basket", "cart", "cart.empty", "cartorder.create.confirm"})
_NOTHING: Final = Sum(Decimal(0))
PROBES: Final = frozenset({"nosuch.function", "mockseller.nosuch"})
"""Functions that no seller has, called to see how the seller refuses them."""
NO_SUCH_NUMBER: Final = "999999999"
"""A number that no service has, so calls with it change nothing."""
_DECISIVE: Final = frozenset({
    "func", "sok", "elid", "plid", "item", "clicked_button", "skipbasket", "autoprolong",
    "order_count", "faction",
})  # fmt: skip
"""Parameters by which the spending guard decides."""


class CallBlocked(Exception):
    """A call that the spending guard did not send: one line that says why. No seller's mistake."""


@dataclass(frozen=True, slots=True)
class SpendingRules:
    """What may be sent.

    ``read_only``: nothing that changes anything. ``limit``: the budget; None blocks every call that
    spends, unless ``play_money`` says that the money is worthless. ``assumed_price``: the price of
    a call for which the seller names none.
    """

    read_only: bool = False
    limit: Sum | None = None
    assumed_price: Sum | None = None
    play_money: bool = False


SPEND_NOTHING: Final = SpendingRules()
"""No call that spends is sent."""


@dataclass(slots=True)
class Budget:
    """What was spent, by the seller's balance where the seller shows one.

    ``pending``: prices of calls that were carried out, as far as the balance does not show the
    charge yet; the money stays reserved. ``remarks``: lines for the report.
    """

    spent: Decimal = Decimal(0)
    pending: Decimal = Decimal(0)
    currency: str = ""
    remarks: list[str] = field(default_factory=list)

    def check(self, price: Sum, limit: Sum) -> str:
        """Why a price may not be paid, or an empty text."""
        if limit.currency and price.currency and limit.currency != price.currency:
            return f"it costs {price}, and the budget is in {limit.currency}"
        left = limit.amount - self.spent - self.pending
        if price.amount > left:
            return f"it costs {price}, and of {limit} only {max(left, Decimal(0)):.2f} is left"
        return ""

    def charge(
        self, func: str, price: Sum, before: Sum | None, after: Sum | None, *, refused: bool
    ) -> None:
        """Counts a call that was sent, by the balance before and after it.

        Without both balances the price counts, unless the call was refused.
        """
        has_balance = before is not None and after is not None
        cost = before.amount - after.amount if before and after else price.amount
        if refused and not has_balance:
            cost = Decimal(0)
        self.currency = self.currency or price.currency or (before.currency if before else "")
        self.spent += max(cost, Decimal(0))
        if not refused:
            self.pending += max(price.amount - max(cost, Decimal(0)), Decimal(0))
        if has_balance and cost > price.amount:
            self.remarks.append(f"{func} cost {cost:.2f}, and its price was {price}")


class SpendingGuard(httpx.BaseTransport):
    """Transport that sends calls by ``inner``, or raises CallBlocked.

    ``rules`` may be replaced until the first call that matters. ``listed_prices``: the price of
    tariffs by code with its term in months, from the price list. ``allow_baskets``: whether an
    order may wait unpaid in the basket. ``allow_filters``: whether a filter may be saved.
    """

    def __init__(self, inner: httpx.BaseTransport, rules: SpendingRules) -> None:
        self.inner = inner
        self.rules = rules
        self.budget = Budget()
        self.purchases = Purchases()
        self.listed_prices: dict[str, tuple[Sum, int]] = {}
        self.allow_baskets = False
        self.allow_filters = False
        self._login = ""
        self._credentials: dict[str, str] = {}
        self._address: httpx.URL | None = None

    def set_account(self, login: str, password: str) -> None:
        """Sets the account by which prices and balances are read."""
        self._login = login
        self._credentials = {"authinfo": f"{login}:{password}"}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request. Raises CallBlocked, or what ``inner`` raises."""
        fields = read_fields(request)
        func = fields.get("func", "")
        if not self.rules.play_money:
            _refuse_ambiguous(request)
        self._check_read_only(func, fields)
        if not func or self.rules.play_money:
            return self.inner.handle_request(request)
        self._address = request.url
        if changes(func, fields) and not self._is_private(func, fields):
            self._check_ownership(func, fields)
        if func.endswith(".order.param") and changes(func, fields):
            return self._send_order(request, func, fields)
        if _switches_autoprolong_on(func, fields):
            raise CallBlocked("not sent: the seller would renew automatically, and charge later")
        if not spends(func, fields):
            return self.inner.handle_request(request)
        price = self._check_price(fields)
        # ``order.csr`` is a step before the order and takes nothing, but the price has to fit.
        return self._send_paid(request, fields, _NOTHING if func.endswith(".order.csr") else price)

    def close(self) -> None:
        """Closes the transport below."""
        self.inner.close()

    def ask(self, fields: Mapping[str, str]) -> tuple[Node | None, str]:
        """Asks the seller for a document past the guard; None with the reason if there is none."""
        if self._address is None:
            return None, "no call was made yet"
        return ask(self.inner, self._address, {**fields, **self._credentials})

    def _check_read_only(self, func: str, fields: Mapping[str, str]) -> None:
        if self.rules.read_only and func and changes(func, fields):
            raise CallBlocked("not sent: only calls that change nothing may be sent (--read-only)")

    def _is_private(self, func: str, fields: Mapping[str, str]) -> bool:
        """Whether it changes only what belongs to the run: its session, its key, its basket."""
        if func.endswith(".filter"):
            return self.allow_filters
        if func == "logon":
            return "auth" in fields and "authinfo" not in fields
        if func == "session.newkey":
            return fields.get("username") == self._login
        return func == "soft.checkip" or (self.allow_baskets and func in _BASKET)

    def _check_ownership(self, func: str, fields: Mapping[str, str]) -> None:
        """Raises CallBlocked unless the function is known and changes only what the run bought."""
        if find_rule(func) is None and func not in PROBES:
            raise CallBlocked(f"not sent: mockseller does not know what {func[:60]} does")
        # An IP address has a number of its own inside the service that ``plid`` names.
        inner = func.lower().removeprefix("v2.").startswith("service.ip.") and fields.get("plid")
        names = ("plid", "item") if inner else ("elid", "plid", "item")
        numbers = set(_NUMBER.findall(" ".join(fields.get(name, "") for name in names)))
        if numbers - {NO_SUCH_NUMBER} and family_of(func.lower()) in _NOT_SERVICES:
            raise CallBlocked("not sent: it would change the account itself")
        if numbers - self.purchases.numbers - {NO_SUCH_NUMBER}:
            # An order whose answer had no number may be in the list by now.
            for purchase in self.purchases.outstanding:
                self.purchases.locate(self.ask, purchase)
        if numbers - self.purchases.numbers - {NO_SUCH_NUMBER}:
            raise CallBlocked("not sent: it would change something that this run has not bought")
        is_probe = func in PROBES and not fields.get("sok")
        if not numbers and not is_probe and not func.endswith((".order.param", ".order.csr")):
            raise CallBlocked("not sent: it would change the account itself")

    def _check_price(self, fields: Mapping[str, str]) -> Sum:
        """Reads what the call would cost. Raises CallBlocked if that is unknown or too much."""
        form = {n: t for n, t in fields.items() if n not in ("auth", "authinfo", "out", "lang")}
        count = form.get("order_count", "")
        if count and not (count.isascii() and count.isdigit()):
            raise CallBlocked(f'not sent: order_count "{count[:20]}" is not a number')
        price = ask_price(self.ask, form) or self._estimate_price(form) or self.rules.assumed_price
        if self.rules.limit is None:
            cost = f"it costs {price}" if price is not None else "it spends money"
            raise CallBlocked(f"not sent: {cost}, and no budget was given (--max-spend)")
        if price is None:
            raise CallBlocked("not sent: the seller does not name its price (--assume-price)")
        if not price.currency:
            balance = ask_balance(self.ask, {})
            price = Sum(price.amount, balance.currency if balance is not None else "")
        if problem := self.budget.check(price, self.rules.limit):
            raise CallBlocked(f"not sent: {problem}")
        return price

    def _estimate_price(self, form: Mapping[str, str]) -> Sum | None:
        """The price where the form names none: the price of one term times the number of terms.

        A form may refuse a call that the seller would nevertheless carry out.
        """
        func, count = form.get("func", ""), form.get("order_count", "")
        term: tuple[Sum, int] | None = None
        if func.endswith((".order.param", ".order.csr")):
            term = self.listed_prices.get(form.get("pricelist", "").rstrip(";"))
        elif func == "service.prolong":
            without_period = {name: text for name, text in form.items() if name != "period"}
            month = ask_price(self.ask, without_period) or self.purchases.find_price(
                form.get("elid", "")
            )
            term = None if month is None else (month, 1)
        if term is None:
            return None
        (price, length), months = term, form.get("period") or form.get("order_period") or ""
        terms = -(-int(months) // length) if months.isdigit() else 1
        return Sum(
            price.amount * max(1, terms) * (int(count) if count.isdigit() else 1), price.currency
        )

    def _send_order(
        self, request: httpx.Request, func: str, fields: Mapping[str, str]
    ) -> httpx.Response:
        waits = fields.get("skipbasket", "").lower() not in ("on", "yes", "1")
        if waits and not self.allow_baskets:
            raise CallBlocked("not sent: it would leave an unpaid order behind")
        price = self._check_price(fields)
        family, tariff = family_of(func), fields.get("pricelist", "").rstrip(";")
        count = max(1, int(fields.get("order_count") or 1))
        purchases = self.purchases.begin(
            self.ask, family, fields.get("remoteid", ""), tariff, price, count=count, waits=waits
        )
        off = "off" if func.startswith("v2.") else "null"
        order = _rewrite(request, {"autoprolong": off, "remoteid": purchases[0].remoteid})
        answer = self._send_paid(order, fields, _NOTHING if waits else price)
        document = _read_document(answer, fields.get("out", "xml"))
        if document is not None:
            self.purchases.read_answer(document, purchases)
        for purchase in purchases:
            self.purchases.locate(self.ask, purchase)
        return answer

    def _send_paid(
        self, request: httpx.Request, fields: Mapping[str, str], price: Sum
    ) -> httpx.Response:
        before, refused = ask_balance(self.ask, {}), False
        try:
            answer = self.inner.handle_request(request)
            refused = _is_refusal(answer, fields.get("out", "xml"))
        finally:
            # Also counted if no answer came: the seller may have carried it out.
            after = ask_balance(self.ask, {})
            self.budget.charge(fields.get("func", ""), price, before, after, refused=refused)
        return answer


def _switches_autoprolong_on(func: str, fields: Mapping[str, str]) -> bool:
    return changes(func, fields) and fields.get("autoprolong", "").strip().lower() not in _OFF


def _refuse_ambiguous(request: httpx.Request) -> None:
    """Raises CallBlocked if a seller may read another value than the spending guard did."""
    kind = request.headers.get("Content-Type", "")
    values: dict[str, str] = {}
    for name, text in read_pairs(request.url.query, request.read(), kind):
        key = name.strip().lower()
        if key in _DECISIVE and (name != key or values.setdefault(key, text) != text):
            raise CallBlocked(f'not sent: "{key}" can be read in two ways')


def _read_document(answer: httpx.Response, out: str) -> Node | None:
    """The document of an answer in the format ``out``, or None if it cannot be read."""
    try:
        document = read(answer.read(), out if out in FORMATS else "xml")[0]
    except UnreadableBody:
        return None
    return unfold_bjson(document) if out == "bjson" else document


def _is_refusal(answer: httpx.Response, out: str) -> bool:
    """Whether an answer is an error document. An unreadable answer may have been carried out."""
    document = _read_document(answer, out)
    return document is not None and document.first("error") is not None


def _rewrite(request: httpx.Request, params: Mapping[str, str]) -> httpx.Request:
    """The same request with some parameters replaced, in query and body alike.

    Raises CallBlocked if the body is not a form.
    """
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    kind = request.headers.get("content-type", "")
    if kind and "urlencoded" not in kind:
        raise CallBlocked(
            f"not sent: an order in a body of {kind.partition(';')[0]} is not rewritten"
        )
    body = dict(parse_qsl(request.read().decode("utf-8", "replace"), keep_blank_values=True))
    (body or query).update(params)
    for name in set(query) & set(params):
        query[name] = params[name]
    headers = {n: v for n, v in request.headers.items() if n != "content-length"}
    return httpx.Request(
        request.method,
        request.url.copy_with(query=None),
        params=query or None,
        content=urlencode(body).encode() or None,
        headers=headers,
        extensions=request.extensions,
    )
