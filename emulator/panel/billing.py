"""What a panel asks of a billing that sells modules: prices, an order, its payment, what is had.

Source: docs/modules.md section 3. `pricelist.export` and `basket` are documented; the other
requests are those of BILLmanager's own client API (assumed). Credentials go into the body, never
into an address. Answers are read with patience, since the billing may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import ParseError

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MONTH = ("month", "1")
"""The period a panel shows and pays, of all that are offered (documented)."""
ITEMTYPE = "addition"
FROM_BALANCE = "0"
PAID = "func=order"
"""The text of ``ok`` where nothing is left to pay (observed)."""
MOST = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
CODE = re.compile(r"[A-Z]{3}")


class NoBilling(Exception):
    """Nobody answers there, or nothing that can be read; one line for people."""


class BillingFault(Exception):
    """The billing refuses: ``type`` and ``object`` of its error document."""

    def __init__(self, type: str, object: str, text: str) -> None:
        """Keep the parts; ``text`` is for people."""
        super().__init__(text or type)
        self.type, self.object = type, object


@dataclass(frozen=True, slots=True)
class Login:
    """Of the customer at the billing, as typed into the panel."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A module that the billing sells: its own number, the panel's name of it, a month's price.

    `name` is for people; the same module may be sold for several editions under one `intname`.
    """

    id: int
    intname: str
    name: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Bought:
    """A module that the customer has at the billing; ``status`` as on the wire."""

    id: int
    intname: str
    license: int | None
    status: int
    expires_on: date | None


class Billing:
    """A billing at an address, asked in xml."""

    def __init__(self, http: httpx.Client, url: str) -> None:
        """Keep the line and the address."""
        self._http = http
        self.url = url

    def offers(self, login: Login | None) -> tuple[Offer, ...]:
        """What is sold, with a month's price; what has none cannot be shown and is left out.

        Raises NoBilling, BillingFault.
        """
        doc = self._ask("pricelist.export", login, itemtype=ITEMTYPE)
        return tuple(offer for node in doc.iter("pricelist") if (offer := _offer(node)) is not None)

    def basket(self, login: Login) -> Element:
        """The cart, which is asked for before anything is put into it. Raises as `offers`."""
        return self._ask("basket", login)

    def order(self, login: Login, offer: Offer, license: int) -> str:
        """Puts a module into the basket; the number of the order. Raises as `offers`."""
        doc = self._ask(
            "addition.order.param", login,
            pricelist=offer.id, period=1, item=license, autoprolong=1,
            clicked_button="basket", skipbasket="off", sok="ok",
        )  # fmt: skip
        return _first(doc, "billorder") or self.billorder(login)

    def billorder(self, login: Login) -> str:
        """The number of what lies in the basket. Raises NoBilling: the basket names none."""
        number = _first(self.basket(login), "billorder")
        if not number:
            raise NoBilling("the billing took the order and names none to pay for")
        return number

    def pay(self, login: Login, billorder: str) -> str:
        """Pays from the balance; where a person goes on, or nothing. Raises as `offers`."""
        self._ask("payment.add", login, billorder=billorder)
        doc = self._ask(
            "payment.add.method", login, billorder=billorder, paymethod=FROM_BALANCE, sok="ok"
        )
        where = (_first(doc, "ok") or "").strip()
        return "" if where in {"", PAID} else self._link(where)

    def modules(self, login: Login) -> tuple[Bought, ...]:
        """The customer's modules. Raises as `offers`."""
        doc = self._ask("addition", login)
        return tuple(one for row in doc.findall("elem") if (one := _bought(row)) is not None)

    def prolong(self, login: Login, module: int) -> date | None:
        """Buys another month; the new end, where it is told. Raises as `offers`."""
        doc = self._ask("service.prolong", login, elid=module, period=1, sok="ok")
        return _day(_first(doc, "doc/newexpiredate") or _first(doc, "newexpiredate"))

    def delete(self, login: Login, module: int) -> None:
        """Gives a module up. Raises as `offers`."""
        self._ask("addition.delete", login, elid=module, sok="ok")

    def site(self, offer: Offer | None = None, license: int | None = None) -> str:
        """Where a browser is sent to buy by hand.

        Which query a panel adds is not known; ``startform`` is how a page of BILLmanager's opens a
        form (observed for other types, assumed here).
        """
        if offer is None or license is None:
            return self.url
        return self._link(urlencode({
            "startform": "addition.order.param", "pricelist": offer.id, "period": 1,
            "item": license,
        }))  # fmt: skip

    def _link(self, query: str) -> str:
        """A link to this billing, whatever its answer said of other places."""
        return f"{self.url}{'&' if urlsplit(self.url).query else '?'}{query.lstrip('?&')}"

    def _ask(self, func: str, login: Login | None, **params: object) -> Element:
        form = {"func": func, "out": "xml", **{name: str(text) for name, text in params.items()}}
        if login is not None:
            form["authinfo"] = f"{login.name}:{login.password}"
        doc = _read(self._sent(form))
        error = doc.find("error")
        if error is not None:
            kind, what = error.get("type", ""), error.get("object", "")
            raise BillingFault(kind, what, (error.findtext("msg") or "").strip())
        return doc

    def _sent(self, form: Mapping[str, str]) -> bytes:
        """A look without a login is a GET, as the documented one; all else goes into a body."""
        if "authinfo" in form:
            asked = self._http.build_request("POST", self.url, data=form)
        else:
            address = httpx.URL(self.url).copy_merge_params(form)
            asked = self._http.build_request("GET", address)
        try:
            answer = self._http.send(asked, stream=True)
            try:
                return _bounded(answer.iter_bytes())
            finally:
                answer.close()
        except httpx.HTTPError as fault:
            raise NoBilling(f"the billing at {self.url} is not reached: {fault}") from None


def _bounded(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST:
            raise NoBilling("the billing's answer does not end")
    return bytes(body)


def _read(body: bytes) -> Element:
    try:
        doc: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        raise NoBilling("the billing's answer is no document that can be read") from None
    if doc.tag != "doc":
        raise NoBilling("the billing's answer is no document of this API")
    return doc


def _offer(node: Element) -> Offer | None:
    """One block of the list; None for what a panel could not sell by it."""
    number, intname = _number(_first(node, "id")), _first(node, "additionintname")
    for price in node.findall("price"):
        currency = price.get("currency", "")
        for period in price.findall("period"):
            if (period.get("type"), period.get("length")) != MONTH:
                continue
            cost = _amount(period.get("cost", ""))
            if number is not None and intname and cost is not None and CODE.fullmatch(currency):
                name = _first(node, "name") or intname
                return Offer(number, intname, name, cost, currency)
    return None


def _bought(row: Element) -> Bought | None:
    number = _number(_first(row, "id"))
    status = row.find("item_status")
    # Composite states exist, such as 5_open: what counts is the number in front (observed).
    orig = "" if status is None else status.get("orig", "")
    state = _number(_first(row, "status")) or _number(orig.partition("_")[0])
    if number is None or state is None:
        return None
    name = _first(row, "intname") or _first(row, "additionintname") or _first(row, "pricelist")
    license = _number(_first(row, "item"))
    return Bought(number, name or "", license, state, _day(_first(row, "expiredate")))


def _first(node: Element, path: str) -> str | None:
    text = node.findtext(path)
    return text.strip() if text else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None
