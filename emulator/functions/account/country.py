"""``country``: countries by their number.

Source: docs/resale.md section 2.8: its page says that there is such a list; its name is assumed.
"""

from __future__ import annotations

from typing import Any

from emulator.api.context import Call, Rows
from emulator.api.fields import Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts.countries import all_countries
from emulator.functions.listing import Paging, page_of


class CountryRow(WireSchema):
    """A country."""

    id = Whole("Number of the country, as an order of a certificate takes it.")
    name = Text("Name of the country in English.")
    iso2 = Text("Two-letter code of ISO 3166.")


FAMILY = Family("country", {"en": "Countries", "ru": "Страны"})


@FAMILY.listing(
    "country",
    takes=Paging,
    returns=CountryRow,
    evidence=Evidence.ASSUMED,
    source="docs/resale.md section 2.8",
)
def list_countries(call: Call, **paging: Any) -> Rows:
    """Countries by the number that an order of a certificate takes (182 is documented)."""
    rows = [{"id": c.id, "name": c.name, "iso2": c.iso} for c in all_countries()]
    return page_of(call, rows, paging)
