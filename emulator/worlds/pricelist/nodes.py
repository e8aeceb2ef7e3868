"""Reads a price list of another seller as a tree, in any format, and the values in it.

Source: docs/resale.md section 2.7. xml, json and bjson; amounts as an attribute or as a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from emulator.domain.catalogue.catalogue import DAY, TRIAL, Words
from emulator.domain.money import FINE, rounded
from mockseller.files import FileError, parse_json

BIGGEST = 2**31 - 1
CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
WHOLE = re.compile(r"-?[0-9]{1,10}\Z", re.ASCII)
MONTHS = {"month": 1, "year": 12, "lifetime": 0, "trial": 1}


class PriceListError(FileError):
    """A document is no price list; the text has a line for each thing that is wrong."""


@dataclass(slots=True)
class PriceListNode:
    """An element, whatever the format: its text, and its attributes and children by name."""

    text: str = ""
    inside: dict[str, list[PriceListNode]] = field(default_factory=dict)

    def all(self, name: str) -> list[PriceListNode]:
        """All attributes and children of this name."""
        return self.inside.get(name, [])

    def get(self, name: str) -> str:
        """The first text that is not empty among those of this name, or an empty one."""
        return next((node.text for node in self.all(name) if node.text), "")


def parsed(document: bytes) -> PriceListNode:
    """The document as a tree. Raises PriceListError where it is neither XML nor JSON."""
    start = document.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return _parsed_xml(document)
    if start and start in b"{[":
        return _parsed_json(document)
    raise PriceListError("the document is neither XML nor JSON")


def _parsed_xml(document: bytes) -> PriceListNode:
    try:
        return _from_xml(fromstring(document, forbid_dtd=True))
    except DefusedXmlException:
        raise PriceListError("the document declares entities or a DTD") from None
    except ParseError as fault:
        raise PriceListError(f"the document is not XML: {fault}") from None
    except (ValueError, RecursionError):
        raise PriceListError("the document is neither XML nor JSON") from None


def _parsed_json(document: bytes) -> PriceListNode:
    try:
        text = document.decode(json.detect_encoding(document))
    except UnicodeError:
        raise PriceListError("the document is neither XML nor JSON") from None
    # A key that is there twice is the other seller's business: the last one counts.
    read = parse_json(text, PriceListError, name="the document", parse_float=Decimal)
    try:
        return _from_json(read.document)
    except RecursionError:
        raise PriceListError("the document is nested too deeply") from None


def _from_xml(element: Element) -> PriceListNode:
    node = PriceListNode((element.text or "").strip())
    for name, value in element.attrib.items():
        node.inside[name] = [PriceListNode(value)]
    for child in element:
        node.inside.setdefault(child.tag, []).append(_from_xml(child))
    return node


def _from_json(value: object) -> PriceListNode:
    """``$`` (json) and ``v`` (bjson) hold an element's text, ``$name`` an attribute."""
    if not isinstance(value, Mapping):
        return PriceListNode("" if value is None else str(value).strip())
    node = PriceListNode()
    for name, inside in value.items():
        many = inside if isinstance(inside, list) else [inside]
        if name in ("$", "v") and not isinstance(inside, Mapping):
            node.text = str(inside).strip()
        else:
            node.inside.setdefault(name.lstrip("$"), []).extend(
                _from_json(element) for element in many
            )
    return node


def roots(root: PriceListNode) -> Iterator[PriceListNode]:
    """The places where price lists may be: at the top, or in one or two ``doc``."""
    yield root
    for outer in root.all("doc"):
        yield outer
        yield from outer.all("doc")


def wording(node: PriceListNode, name: str, otherwise: str) -> Words:
    """A text in both languages, the English one where the other is missing."""
    english = node.get(name) or otherwise
    return {"en": english, "ru": node.get(f"{name}_ru") or english}


def prices_of(node: PriceListNode, currency: str, where: str) -> dict[str, dict[int, Decimal]]:
    """Costs by currency and period; of days only the single one. Raises PriceListError."""
    prices: dict[str, dict[int, Decimal]] = {}
    for price in node.all("price"):
        own = price.get("currency") or price.get("price_currency") or currency
        if not CURRENCY.match(own):
            raise PriceListError(f"{where}: {own!r} is not a currency")
        costs = prices.setdefault(own, {})
        for period in price.all("period"):
            months = _months(period, where)
            cost = amount(period.get("cost") or period.text, where)
            if cost >= 0 and months is not None:  # a negative cost: not on sale
                costs[months] = cost
    return prices


def _months(period: PriceListNode, where: str) -> int | None:
    """The length of a period: months, -100, -50 or 0; None for several days, or hours."""
    unit = period.get("type") or "month"
    length = whole(period.get("length"), where, "period length", least=TRIAL)
    if length in (TRIAL, DAY) or (unit == "day" and length == 1):
        return TRIAL if length == TRIAL else DAY
    months = length * MONTHS[unit] if unit in MONTHS else -1
    return None if months < 0 else months


def limit(addon: PriceListNode, name: str, otherwise: int, where: str) -> int:
    """A whole number that may be missing; fractions are cut."""
    text = addon.get(name)
    if not text:
        return otherwise
    return max(0, int(min(amount(text, where), Decimal(BIGGEST))))


def whole(text: str, where: str, what: str, least: int = 0) -> int:
    """A whole number that has to be there. Raises PriceListError."""
    if not WHOLE.match(text):
        raise PriceListError(f"{where}: {what} {text[:40]!r} is not a whole number")
    number = int(text)
    if not least <= number <= BIGGEST:
        raise PriceListError(f"{where}: {what} {number} is not between {least} and {BIGGEST}")
    return number


def amount(text: str, where: str) -> Decimal:
    """An amount of at most four decimals. Raises PriceListError."""
    try:
        read = Decimal(text)
    except InvalidOperation:
        raise PriceListError(f"{where}: {text!r} is not an amount") from None
    if not read.is_finite() or abs(read) > BIGGEST or read != rounded(read, FINE):
        raise PriceListError(f"{where}: {text!r} is not an amount of at most four decimals")
    return rounded(read, FINE)
