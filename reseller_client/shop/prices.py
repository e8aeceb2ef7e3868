"""The reseller's own prices: a fixed one, or a markup on the seller's, rounded as shops round.

Source: assumed. What a reseller asks of its customers is the reseller's own affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

CENT: Final = Decimal("0.01")
_WHOLE: Final = Decimal(1)
_PERCENT: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rounding:
    """To the nearest multiple of `step`; with an `ending`, up to the next price that ends so.

    `Rounding.read("0.50")` is the nearest half, `Rounding.read(".99")` the next price in .99.
    """

    step: Decimal = CENT
    ending: Decimal | None = None

    @classmethod
    def read(cls, text: str) -> Rounding:
        """Read `0.01`, `0.50`, `1`, or an ending such as `.99` and `.00`. Raises ValueError."""
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(f"{text!r} is neither a step such as 0.50 nor an ending") from None
        if number.is_finite() and text.startswith(".") and number < _WHOLE:
            return cls(_WHOLE, number)
        if not number.is_finite() or number < CENT or number % CENT:
            raise ValueError(f"{text!r}: a step is a number of cents above nothing")
        return cls(number)

    def written(self) -> str:
        """Return the text that `read` reads."""
        return str(self.step) if self.ending is None else f".{str(self.ending).partition('.')[2]}"

    def apply(self, price: Decimal) -> Decimal:
        """Return the rounded price in cents; half a step goes up, nothing stays nothing."""
        if not price:
            return price.quantize(CENT)
        if self.ending is None:
            steps = (price / self.step).to_integral_value(ROUND_HALF_UP)
            return (steps * self.step).quantize(CENT)
        whole = (price - self.ending).to_integral_value(ROUND_CEILING)
        return (max(whole, Decimal(0)) + self.ending).quantize(CENT)


TO_THE_CENT: Final = Rounding()


@dataclass(frozen=True, slots=True)
class PriceRule:
    """How a tariff is priced: `fixed`, or else `markup` in percent on the cost, then rounded.

    Sums are in the reseller's own currency. ValueError: a fixed price below nothing, or a markup
    that would give money away with the thing.
    """

    fixed: Decimal | None = None
    markup: Decimal = Decimal(0)
    rounding: Rounding = TO_THE_CENT

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        if self.fixed is not None and self.fixed < 0:
            raise ValueError(f"a price of {self.fixed} is below nothing")
        if self.markup < -_PERCENT:
            raise ValueError(f"a markup of {self.markup} percent gives money away")

    def price(self, cost: Decimal) -> Decimal:
        """Return the price of what costs us this much."""
        if self.fixed is not None:
            return self.fixed.quantize(CENT, ROUND_HALF_UP)
        return self.rounding.apply(cost * (_PERCENT + self.markup) / _PERCENT)


AT_COST: Final = PriceRule()


def _no_rates() -> Mapping[str, Decimal]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Exchange:
    """Our `currency`, and how many of it one unit of each foreign one is worth.

    An empty currency is whatever the seller's is: nothing is converted then.
    """

    currency: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=_no_rates)

    def rate(self, currency: str) -> Decimal:
        """Return the rate of a currency of the seller. Raises ValueError where none is known."""
        if not self.currency or currency in {"", self.currency}:
            return Decimal(1)
        if currency not in self.rates:
            raise ValueError(f"the seller charges {currency}: no rate to {self.currency} is given")
        return self.rates[currency]

    def to_ours(self, amount: Decimal, currency: str) -> Decimal:
        """Convert a sum of the seller's, to the cent."""
        return converted(amount, self.rate(currency))


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """Return a sum at a rate, to the cent; half a cent goes away from nothing."""
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)
