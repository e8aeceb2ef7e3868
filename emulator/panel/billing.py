"""The panel's client of a billing that sells modules: prices, orders, payments, owned modules.

Source: docs/modules.md section 3. `pricelist.export` and `basket` are documented; the other
requests are those of BILLmanager's own client API (assumed). Credentials go into the body, never
into an address. Answers are read leniently, since the
billing may be any program.
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


class BillingUnavailable(Exception):
    """The billing cannot be reached, or its answer cannot be read; the text is one line."""


class BillingRefused(Exception):
    """The billing refused the request: ``type`` and ``object`` of its error document."""

    def __init__(self, type: str, object: str, text: str) -> None:
        """Keep the parts; ``text`` is for people."""
        super().__init__(text or type)
        self.type, self.object = type, object


@dataclass(frozen=True, slots=True)
class BillingLogin:
    """The customer's login at the billing, as typed into the panel."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A module that the billing sells: its number there, its internal name, one month's price.

    `name` is for people; several editions of a module may share one `intname`.
    """

    id: int
    intname: str
    name: str
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class BoughtModule:
    """A module that the customer owns; ``status`` as on the wire."""

    id: int
    intname: str
    license: int | None
    status: int
    expires_on: date | None


class Billing:
    """A client of the billing at ``url``; it requests xml."""

    def __init__(self, http: httpx.Client, url: str) -> None:
        """Store the HTTP client and the address."""
        self._http = http
        self.url = url

    def offers(self, login: BillingLogin | None) -> tuple[Offer, ...]:
        """What is sold; offers without a price for one month are left out.

        Raises NoBilling, BillingFault.
        """
        doc = self._call("pricelist.export", login, itemtype=ITEMTYPE)
        return tuple(offer for node in doc.iter("pricelist") if (offer := _offer(node)) is not None)

    def basket(self, login: BillingLogin) -> Element:
        """The basket. Raises BillingUnavailable, BillingRefused."""
        return self._call("basket", login)

    def order(self, login: BillingLogin, offer: Offer, license: int) -> str:
        """Puts a module into the basket; returns the number of the order.

        Raises BillingUnavailable, BillingRefused.
        """
        doc = self._call(
            "addition.order.param", login,
            pricelist=offer.id, period=1, item=license, autoprolong=1,
            clicked_button="basket", skipbasket="off", sok="ok",
        )  # fmt: skip
        return _first(doc, "billorder") or self.billorder(login)

    def billorder(self, login: BillingLogin) -> str:
        """The number of the order in the basket.

        Raises BillingUnavailable where the basket has none, BillingRefused.
        """
        number = _first(self.basket(login), "billorder")
        if not number:
            raise BillingUnavailable(
                "the billing took the order, but its basket has no order to pay"
            )
        return number

    def pay(self, login: BillingLogin, billorder: str) -> str:
        """Pays from the balance; returns the link where a person has to go on, or empty.

        Raises BillingUnavailable, BillingRefused.
        """
        self._call("payment.add", login, billorder=billorder)
        doc = self._call(
            "payment.add.method", login, billorder=billorder, paymethod=FROM_BALANCE, sok="ok"
        )
        where = (_first(doc, "ok") or "").strip()
        return "" if where in {"", PAID} else self._link(where)

    def modules(self, login: BillingLogin) -> tuple[BoughtModule, ...]:
        """The customer's modules. Raises BillingUnavailable, BillingRefused."""
        doc = self._call("addition", login)
        return tuple(
            module for row in doc.findall("elem") if (module := _module_row(row)) is not None
        )

    def prolong(self, login: BillingLogin, module: int) -> date | None:
        """Buys another month; returns the new end, if the billing names it.

        Raises BillingUnavailable, BillingRefused.
        """
        doc = self._call("service.prolong", login, elid=module, period=1, sok="ok")
        return _day(_first(doc, "doc/newexpiredate") or _first(doc, "newexpiredate"))

    def delete(self, login: BillingLogin, module: int) -> None:
        """Deletes a module. Raises BillingUnavailable, BillingRefused."""
        self._call("addition.delete", login, elid=module, sok="ok")

    def site(self, offer: Offer | None = None, license: int | None = None) -> str:
        """The page where a person buys a module.

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
        """A link to this billing, even if its answer names another host."""
        return f"{self.url}{'&' if urlsplit(self.url).query else '?'}{query.lstrip('?&')}"

    def _call(self, func: str, login: BillingLogin | None, **params: object) -> Element:
        form = {"func": func, "out": "xml", **{name: str(text) for name, text in params.items()}}
        if login is not None:
            form["authinfo"] = f"{login.name}:{login.password}"
        doc = _read(self._send(form))
        error = doc.find("error")
        if error is not None:
            kind, what = error.get("type", ""), error.get("object", "")
            raise BillingRefused(kind, what, (error.findtext("msg") or "").strip())
        return doc

    def _send(self, form: Mapping[str, str]) -> bytes:
        """A GET without a login, as documented; otherwise a POST, to keep passwords out of URLs."""
        if "authinfo" in form:
            request = self._http.build_request("POST", self.url, data=form)
        else:
            address = httpx.URL(self.url).copy_merge_params(form)
            request = self._http.build_request("GET", address)
        try:
            answer = self._http.send(request, stream=True)
            try:
                return _bounded(answer.iter_bytes())
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise BillingUnavailable(
                f"the billing at {self.url} cannot be reached: {error}"
            ) from None


def _bounded(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MOST:
            raise BillingUnavailable("the billing's answer is too long")
    return bytes(body)


def _read(body: bytes) -> Element:
    try:
        doc: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        raise BillingUnavailable("the billing's answer is not XML") from None
    if doc.tag != "doc":
        raise BillingUnavailable("the billing's answer is not a document of this API")
    return doc


def _offer(node: Element) -> Offer | None:
    """One entry of the price list; None where it lacks what a sale needs."""
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


def _module_row(row: Element) -> BoughtModule | None:
    number = _number(_first(row, "id"))
    status = row.find("item_status")
    # Composite states exist, such as 5_open: what counts is the number in front (observed).
    orig = "" if status is None else status.get("orig", "")
    state = _number(_first(row, "status")) or _number(orig.partition("_")[0])
    if number is None or state is None:
        return None
    name = _first(row, "intname") or _first(row, "additionintname") or _first(row, "pricelist")
    license = _number(_first(row, "item"))
    return BoughtModule(number, name or "", license, state, _day(_first(row, "expiredate")))


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
