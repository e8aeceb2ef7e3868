"""The price list: what is on it, and the rules for its content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.known_names import CURRENCIES, MODULES
from contracts.checks.runner import Results
from contracts.verdicts import CallRecord

TRIAL: Final = "-100"
"""The length of a trial, which may cost nothing (documented)."""
MAX_COST_LENGTH: Final = 40
"""Characters of a cost that are read."""
_DECIMAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MONTHS: Final = re.compile(r"-100|-50|[0-9]+")
"""A length in months. A trial is -100, a day -50, and no other length is negative (documented)."""
_SEPARATORS: Final = " \u00a0\u2009\u202f'"
_GROUPED: Final = re.compile(rf"-?\d{{1,3}}(?:[,.{_SEPARATORS}]\d{{3}})+(?:[.,]\d+)?")
_COMMA: Final = re.compile(r"-?\d+,\d+")
_SPELLINGS: Final = {name.lower(): name for name in MODULES}


@dataclass(frozen=True, slots=True)
class ModuleOffer:
    """One module of the list. ``cost``: of a month, the only price that a panel uses.

    ``periods``: type, length and cost of each, as texts.
    """

    id: str
    intname: str
    currency: str
    cost: Decimal | None
    periods: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list with the call that fetched it. ``expected_currency``: as the options name it."""

    root: Element
    call: CallRecord
    expected_currency: str = ""

    @property
    def blocks(self) -> tuple[tuple[str, Element], ...]:
        """Each ``pricelist`` with its name for messages."""
        return tuple(
            ((block.findtext("additionintname") or "").strip() or f"pricelist {number}", block)
            for number, block in enumerate(self.root.findall("pricelist"), start=1)
        )

    @property
    def periods(self) -> Iterator[tuple[str, Element]]:
        """Each ``period`` with the name of its module."""
        for name, block in self.blocks:
            for period in block.findall("price/period"):
                yield name, period


def read_offers(root: Element) -> tuple[ModuleOffer, ...]:
    """What is on the list, as far as it can be read."""
    return tuple(_offer(block) for block in root.findall("pricelist"))


def _offer(block: Element) -> ModuleOffer:
    price = block.find("price")
    nodes = [] if price is None else price.findall("period")
    periods = tuple((p.get("type", ""), p.get("length", ""), p.get("cost", "")) for p in nodes)
    month = [cost for kind, length, cost in periods if (kind, length) == ("month", "1")]
    cost = Decimal(month[0]) if len(month) == 1 and _DECIMAL.fullmatch(month[0]) else None
    return ModuleOffer(
        id=(block.findtext("id") or "").strip(),
        intname=(block.findtext("additionintname") or "").strip(),
        currency="" if price is None else price.get("currency", ""),
        cost=cost,
        periods=tuple(sorted(periods)),
    )


def same_offers(first: Iterable[ModuleOffer], second: Iterable[ModuleOffer]) -> bool:
    """Whether two lists offer the same, in whatever order."""
    return Counter(first) == Counter(second)


def judge_list(prices: PriceList, results: Results) -> None:
    """Judge the content of a list by `LIST_RULES`; without a ``pricelist`` by the first only."""
    if _judge_presence(prices, results):
        for judge in LIST_RULES:
            judge(prices, results)


def _judge_presence(prices: PriceList, results: Results) -> bool:
    message = "no <pricelist> in the answer"
    return results.check("list-not-empty", prices.blocks, message, prices.call)


def _judge_ids(prices: PriceList, results: Results) -> None:
    ids: Counter[str] = Counter()
    for name, block in prices.blocks:
        text = (block.findtext("id") or "").strip()
        numeric = re.fullmatch(r"[0-9]+", text)
        if results.check("id-number", numeric, f"{name}: {text or 'none'}", prices.call):
            ids[text] += 1
    _judge_unique("id-unique", ids, prices, results)


def _judge_names(prices: PriceList, results: Results) -> None:
    names: Counter[str] = Counter()
    for number, (_, block) in enumerate(prices.blocks, start=1):
        raw, call = block.findtext("additionintname") or "", prices.call
        message = f"pricelist {number} has none"
        if not results.check("module-named", raw.strip(), message, call):
            continue
        names[raw.strip()] += 1
        meant = _SPELLINGS.get(re.sub(r"[\s_-]", "", raw).lower())
        message = f"pricelist {number}: {raw!r}, panels know {meant}"
        results.check("module-name-spelling", meant in {None, raw}, message, call)
        message = f"pricelist {number}: {raw!r}, known are {', '.join(MODULES)}"
        results.check("module-name-known", meant is not None, message, call)
    _judge_unique("module-once", names, prices, results)


def _judge_unique(id: str, counts: Counter[str], prices: PriceList, results: Results) -> None:
    repeated = ", ".join(text for text, times in counts.items() if times > 1)
    results.check(id, not repeated, f"more than once: {repeated}", prices.call)


def _judge_prices(prices: PriceList, results: Results) -> None:
    for name, block in prices.blocks:
        nodes = block.findall("price")
        complete = nodes and all(price.find("period") is not None for price in nodes)
        message = f"{name}: {'a price without a period' if nodes else 'no price'}"
        results.check("price-there", complete, message, prices.call)


def _judge_currencies(prices: PriceList, results: Results) -> None:
    codes: dict[str, None] = {}
    expected, call = prices.expected_currency, prices.call
    for name, block in prices.blocks:
        nodes = block.findall("price")
        results.check("one-currency", len(nodes) <= 1, f"{name}: {len(nodes)} prices", call)
        for price in nodes:
            code = price.get("currency", "")
            codes[code] = None
            message = f"{name}: {code or 'none'!r}"
            if results.check("currency-iso", re.fullmatch("[A-Z]{3}", code), message, call):
                results.check("currency-known", code in CURRENCIES.split(), message, call)
            if expected:
                results.check("currency-expected", code == expected, message, call)
    results.check("one-currency", len(codes) <= 1, f"in {', '.join(codes)}", call)
    if not expected:
        results.skip("no --currency was named", "currency-expected")


def _judge_month(prices: PriceList, results: Results) -> None:
    for name, block in prices.blocks:
        for price in block.findall("price"):
            periods = [(p.get("type"), p.get("length")) for p in price.findall("period")]
            if periods:
                months = periods.count(("month", "1"))
                listed = ", ".join(f'type="{kind}" length="{length}"' for kind, length in periods)
                message = f"{name}: {months} of them; there is {listed}"
                results.check("month-1-period", months == 1, message, prices.call)


def _judge_lengths(prices: PriceList, results: Results) -> None:
    for name, period in prices.periods:
        length = period.get("length", "")
        message = f"{name}: {length or 'none'}"
        results.check("period-length", _MONTHS.fullmatch(length), message, prices.call)


def _judge_costs(prices: PriceList, results: Results) -> None:
    for name, period in prices.periods:
        length = period.get("length", "")
        cost, label = period.get("cost", ""), f"{name}, {length}"
        _judge_cost(cost, label, results, prices.call, trial=length == TRIAL)


def _judge_cost(text: str, label: str, results: Results, call: CallRecord, *, trial: bool) -> None:
    """One fault of a cost breaks one rule: what is wrong first, from outside inwards."""
    message = f"{label}: cost={text!r}"
    text = text[: MAX_COST_LENGTH + 1]
    bare = re.sub(r"^\s*[^\d\s.,'-]+\s*|\s*[^\d\s.,'-]+\s*$", "", text)
    inner = bare.strip()
    if len(text) > MAX_COST_LENGTH or not re.search(r"[0-9]", text):
        results.fail("cost-number", message, call)
    elif not results.check("cost-bare", bare == text, message, call):
        return
    elif _GROUPED.fullmatch(inner) and not _DECIMAL.fullmatch(inner):
        results.fail("cost-ungrouped", message, call)
    elif results.check("cost-ungrouped", holds=True) and _COMMA.fullmatch(inner):
        results.fail("cost-dot", message, call)
    elif results.check("cost-number", _DECIMAL.fullmatch(text), message, call):
        results.check("cost-dot", holds=True)
        results.check("cost-not-negative", Decimal(text) >= 0, message, call)
        results.check("cost-not-zero", trial or Decimal(text) != 0, message, call)


LIST_RULES: Final[tuple[Callable[[PriceList, Results], None], ...]] = (
    _judge_ids,
    _judge_names,
    _judge_prices,
    _judge_currencies,
    _judge_month,
    _judge_lengths,
    _judge_costs,
)
"""The rules for the content of a list that is not empty."""
