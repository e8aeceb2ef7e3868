"""Margins: what was earned with each license in each month, and the table of it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, TextIO

from reseller_client.shop.prices import converted

if TYPE_CHECKING:
    from reseller_client.shop.store import Cost, Sale

NOTHING: Final = Decimal("0.00")
COLUMNS: Final = ("month", "licence", "sold", "cost", "margin", "percent")
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Margin:
    """Sold, cost and what is left, of a license (None: several, or none) in a month (None: all)."""

    month: date | None
    service_id: int | None
    sold: Decimal
    cost: Decimal

    @property
    def margin(self) -> Decimal:
        """What is left; below nothing where it cost more than it was sold for."""
        return self.sold - self.cost

    @property
    def percent(self) -> Decimal | None:
        """The margin in percent of what it was sold for; None where nothing was sold."""
        if not self.sold:
            return None
        return (self.margin * 100 / self.sold).quantize(_TENTH, ROUND_HALF_UP)

    def cells(self) -> tuple[str, ...]:
        """Return the texts of COLUMNS."""
        month = "" if self.month is None else f"{self.month:%Y-%m}"
        license = "" if self.service_id is None else str(self.service_id)
        percent = "" if self.percent is None else str(self.percent)
        return (month, license, str(self.sold), str(self.cost), str(self.margin), percent)


_Key = tuple[date | None, int | None]


def margins(sales: Iterable[Sale], costs: Iterable[Cost]) -> tuple[Margin, ...]:
    """Return a margin for each month and license that had a sale or a cost."""
    each = [
        Margin(sale.sold_on.replace(day=1), sale.service_id, sale.price, NOTHING) for sale in sales
    ]
    for cost in costs:
        paid = converted(cost.amount, cost.rate)
        if paid:
            month = cost.charged_on.replace(day=1)
            each.append(Margin(month, cost.service_id, NOTHING, paid))
    return _together(each, lambda one: (one.month, one.service_id))


def by_license(found: Iterable[Margin]) -> tuple[Margin, ...]:
    """Return the margin of each license over all months."""
    return _together(found, lambda one: (None, one.service_id))


def by_month(found: Iterable[Margin]) -> tuple[Margin, ...]:
    """Return the margin of each month over all licenses."""
    return _together(found, lambda one: (one.month, None))


def total(found: Iterable[Margin]) -> Margin:
    """Return the margin of everything."""
    summed = _together(found, lambda _: (None, None))
    return summed[0] if summed else Margin(None, None, NOTHING, NOTHING)


def write_csv(found: Sequence[Margin], file: TextIO) -> None:
    """Write the rows with a header; sums with a point, no currency."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(one.cells() for one in found)


def _together(found: Iterable[Margin], key: Callable[[Margin], _Key]) -> tuple[Margin, ...]:
    """Sum up what has the same key, in the order of months and licenses."""
    groups: defaultdict[_Key, list[Margin]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    summed = (
        Margin(
            month,
            service_id,
            sum((one.sold for one in ones), NOTHING),
            sum((one.cost for one in ones), NOTHING),
        )
        for (month, service_id), ones in groups.items()
    )
    return tuple(sorted(summed, key=lambda one: (one.month or date.min, one.service_id or 0)))
