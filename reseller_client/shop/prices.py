"""The reseller's own prices: a fixed price, or a markup on the seller's, rounded.

Source: assumed; prices for customers are the reseller's own decision.
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
    """Rounds to the nearest multiple of `step`, or up to the next price with an `ending`.

    `Rounding.read("0.50")` is the nearest half, `Rounding.read(".99")` the next price in .99.
    """

    step: Decimal = CENT
    ending: Decimal | None = None

    @classmethod
    def read(cls, text: str) -> Rounding:
        """Return the rounding of a text: a step such as `0.50`, or an ending such as `.99`.

        Raises ValueError for any other text.
        """
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(f"{text!r} is neither a step such as 0.50 nor an ending") from None
        if number.is_finite() and text.startswith(".") and number < _WHOLE:
            return cls(_WHOLE, number)
        if not number.is_finite() or number < CENT or number % CENT:
            raise ValueError(f"{text!r}: a step must be a whole number of cents above 0")
        return cls(number)

    def written(self) -> str:
        """Return the text that `read` reads."""
        return str(self.step) if self.ending is None else f".{str(self.ending).partition('.')[2]}"

    def apply(self, price: Decimal) -> Decimal:
        """Return the rounded price, in whole cents; half a step is rounded up, 0 stays 0."""
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
    """The price of a tariff: `fixed`, or else the cost with a `markup` in percent, rounded.

    Sums are in the reseller's own currency. Raises ValueError for a negative fixed price, and for a
    markup below -100 percent.
    """

    fixed: Decimal | None = None
    markup: Decimal = Decimal(0)
    rounding: Rounding = TO_THE_CENT

    def __post_init__(self) -> None:
        """Check the values. Raises ValueError."""
        if self.fixed is not None and self.fixed < 0:
            raise ValueError(f"a price of {self.fixed} is below 0")
        if self.markup < -_PERCENT:
            raise ValueError(f"a markup of {self.markup} percent makes the price negative")

    def price(self, cost: Decimal) -> Decimal:
        """Return the price of something with this cost."""
        if self.fixed is not None:
            return self.fixed.quantize(CENT, ROUND_HALF_UP)
        return self.rounding.apply(cost * (_PERCENT + self.markup) / _PERCENT)


AT_COST: Final = PriceRule()


def _no_rates() -> Mapping[str, Decimal]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Exchange:
    """The own `currency`, and what one unit of each foreign currency is worth in it.

    An empty currency is that of the seller: nothing is converted.
    """

    currency: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=_no_rates)

    def rate(self, currency: str) -> Decimal:
        """Return the rate of a currency of the seller. Raises ValueError for one without a rate."""
        if not self.currency or currency in {"", self.currency}:
            return Decimal(1)
        if currency not in self.rates:
            raise ValueError(f"the seller charges {currency}: no rate to {self.currency} is given")
        return self.rates[currency]

    def to_ours(self, amount: Decimal, currency: str) -> Decimal:
        """Return a sum of the seller in the own currency, to the cent. Raises ValueError."""
        return convert(amount, self.rate(currency))


def convert(amount: Decimal, rate: Decimal) -> Decimal:
    """Return a sum at a rate, to the cent; half a cent is rounded away from 0."""
    return (amount * rate).quantize(CENT, ROUND_HALF_UP)
