"""The price list: what it says, and whether it says so whoever asks, and however."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.known_names import CURRENCIES, MODULES
from contracts.checks.modules.results import Sheet
from contracts.verdicts import CallRecord

_PLAIN: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WHOLE: Final = re.compile(r"-100|[0-9]+")
"""Months; a trial is -100, and nothing else is below nothing (documented)."""
_BLANKS: Final = " \u00a0\u2009\u202f'"
_GROUPED: Final = re.compile(rf"-?\d{{1,3}}(?:[,.{_BLANKS}]\d{{3}})+(?:[.,]\d+)?")
TRIAL: Final = "-100"
"""The length of a trial, which may cost nothing (documented)."""
LONGEST: Final = 40
"""Signs of a cost that are looked at."""
_COMMA: Final = re.compile(r"-?\d+,\d+")
_SPELT: Final = {name.lower(): name for name in MODULES}


@dataclass(frozen=True, slots=True)
class Offer:
    """One module of the list, with what a panel takes of it: the price of a month."""

    id: str
    intname: str
    currency: str
    cost: Decimal | None
    periods: tuple[tuple[str, str, str], ...]


def offers(root: Element) -> tuple[Offer, ...]:
    """What is on the list, as far as it can be read."""
    return tuple(_offer(block) for block in root.findall("pricelist"))


def _offer(block: Element) -> Offer:
    price = block.find("price")
    nodes = [] if price is None else price.findall("period")
    periods = tuple((p.get("type", ""), p.get("length", ""), p.get("cost", "")) for p in nodes)
    month = [cost for kind, length, cost in periods if (kind, length) == ("month", "1")]
    cost = Decimal(month[0]) if len(month) == 1 and _PLAIN.fullmatch(month[0]) else None
    return Offer(
        id=(block.findtext("id") or "").strip(),
        intname=(block.findtext("additionintname") or "").strip(),
        currency="" if price is None else price.get("currency", ""),
        cost=cost,
        periods=tuple(sorted(periods)),
    )


def same_list(one: Iterable[Offer], other: Iterable[Offer]) -> bool:
    """Whether two lists say the same, in whatever order."""
    return Counter(one) == Counter(other)


def judge_list(root: Element, sheet: Sheet, seen: CallRecord, *, currency: str) -> None:
    """Holds the content of a list against its rules."""
    blocks = root.findall("pricelist")
    if not sheet.check("list-not-empty", blocks, "no <pricelist> in the answer", seen):
        return
    for number, block in enumerate(blocks, start=1):
        _judge_name(block, number, sheet, seen)
        for price in _prices(block, _called(block, number), sheet, seen):
            _judge_price(price, _called(block, number), sheet, seen)
    _judge_numbers(blocks, sheet, seen)
    _judge_currencies(blocks, sheet, seen, currency)


def _called(block: Element, number: int) -> str:
    name = (block.findtext("additionintname") or "").strip()
    return name or f"pricelist {number}"


def _judge_name(block: Element, number: int, sheet: Sheet, seen: CallRecord) -> None:
    raw = block.findtext("additionintname") or ""
    if not sheet.check("module-named", raw.strip(), f"pricelist {number} has none", seen):
        return
    meant = _SPELT.get(re.sub(r"[\s_-]", "", raw).lower())
    told = f"pricelist {number}: {raw!r}, panels know {meant}"
    sheet.check("module-name-spelling", meant in {None, raw}, told, seen)
    told = f"pricelist {number}: {raw!r}, known are {', '.join(MODULES)}"
    sheet.check("module-name-known", meant is not None, told, seen)


def _judge_numbers(blocks: list[Element], sheet: Sheet, seen: CallRecord) -> None:
    ids: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for number, block in enumerate(blocks, start=1):
        text = (block.findtext("id") or "").strip()
        told = f"{_called(block, number)}: {text or 'none'}"
        if sheet.check("id-number", re.fullmatch(r"[0-9]+", text), told, seen):
            ids[text] += 1
        names[(block.findtext("additionintname") or "").strip()] += 1
    twice = [text for text, times in ids.items() if times > 1]
    sheet.check("id-unique", not twice, f"more than once: {', '.join(twice)}", seen)
    twice = [name for name, times in names.items() if times > 1 and name]
    sheet.check("module-once", not twice, f"more than once: {', '.join(twice)}", seen)


def _prices(block: Element, called: str, sheet: Sheet, seen: CallRecord) -> list[Element]:
    prices = block.findall("price")
    whole = prices and all(price.find("period") is not None for price in prices)
    told = f"{called}: {'a price without a period' if prices else 'no price'}"
    sheet.check("price-there", whole, told, seen)
    return [price for price in prices if price.find("period") is not None]


def _judge_price(price: Element, called: str, sheet: Sheet, seen: CallRecord) -> None:
    periods = price.findall("period")
    months = [p for p in periods if (p.get("type"), p.get("length")) == ("month", "1")]
    there = ", ".join(f'type="{p.get("type")}" length="{p.get("length")}"' for p in periods)
    told = f"{called}: {len(months)} of them; there is {there}"
    sheet.check("month-1-period", len(months) == 1, told, seen)
    for period in periods:
        length = period.get("length", "")
        told = f"{called}: {length or 'none'}"
        sheet.check("period-length", _WHOLE.fullmatch(length), told, seen)
        _judge_cost(
            period.get("cost", ""), f"{called}, {length}", sheet, seen, trial=length == TRIAL
        )


def _judge_cost(text: str, called: str, sheet: Sheet, seen: CallRecord, *, trial: bool) -> None:
    """One fault of a cost has one name: what is wrong first, from outside inwards."""
    told = f"{called}: cost={text!r}"
    text = text[: LONGEST + 1]
    bare = re.sub(r"^\s*[^\d\s.,'-]+\s*|\s*[^\d\s.,'-]+\s*$", "", text)
    inner = bare.strip()
    if len(text) > LONGEST or not re.search(r"[0-9]", text):
        sheet.broken("cost-number", told, seen)
    elif not sheet.check("cost-bare", bare == text, told, seen):
        return
    elif _GROUPED.fullmatch(inner) and not _PLAIN.fullmatch(inner):
        sheet.broken("cost-ungrouped", told, seen)
    elif sheet.check("cost-ungrouped", holds=True, told="") and _COMMA.fullmatch(inner):
        sheet.broken("cost-dot", told, seen)
    elif sheet.check("cost-number", _PLAIN.fullmatch(text), told, seen):
        sheet.check("cost-dot", holds=True, told="")
        sheet.check("cost-not-negative", Decimal(text) >= 0, told, seen)
        sheet.check("cost-not-zero", trial or Decimal(text) != 0, told, seen)


def _judge_currencies(blocks: list[Element], sheet: Sheet, seen: CallRecord, expected: str) -> None:
    codes: dict[str, None] = {}
    for number, block in enumerate(blocks, start=1):
        prices = block.findall("price")
        told = f"{_called(block, number)}: {len(prices)} prices"
        sheet.check("one-currency", len(prices) <= 1, told, seen)
        for price in prices:
            code = price.get("currency", "")
            codes[code] = None
            told = f"{_called(block, number)}: {code or 'none'!r}"
            if sheet.check("currency-iso", re.fullmatch("[A-Z]{3}", code), told, seen):
                sheet.check("currency-known", code in CURRENCIES.split(), told, seen)
            if expected:
                sheet.check("currency-expected", code == expected, told, seen)
    sheet.check("one-currency", len(codes) <= 1, f"in {', '.join(codes)}", seen)
    if not expected:
        sheet.skip("no --currency was named", "currency-expected")
