"""Countries by their number on the wire; their names are in ``data/countries.json``.

Source: docs/resale.md section 2.8: 182 is Russia. That is its place among the countries of ISO 3166
in the order of their English names; that the others are numbered so too is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from emulator.data import read


@dataclass(frozen=True, slots=True)
class Country:
    """``iso``: the two letters that certificates hold."""

    id: int
    iso: str
    name: str


@cache
def all_countries() -> tuple[Country, ...]:
    """All countries; a country's number is its place, counted from one."""
    return tuple(
        Country(number, iso, name)
        for number, (iso, name) in enumerate(read("countries.json"), start=1)
    )


def find(text: str) -> Country | None:
    """The country of a number or of two letters, as parameters name it, or None."""
    sought = text.upper()
    return next((c for c in all_countries() if sought in (c.iso, str(c.id))), None)


def by_number(number: int) -> Country | None:
    """The country of this number, or None."""
    countries = all_countries()
    return countries[number - 1] if 1 <= number <= len(countries) else None
