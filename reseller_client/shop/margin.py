"""Margins by license and month, and their csv table."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, TextIO

from reseller_client.shop.prices import convert

if TYPE_CHECKING:
    from reseller_client.shop.store import Cost, Sale

NOTHING: Final = Decimal("0.00")
COLUMNS: Final = ("month", "licence", "sold", "cost", "margin", "percent")
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Margin:
    """Sales and cost of a license in a month, in the reseller's own currency.

    `service_id` is None for several licenses together, `month` None for all months.
    """

    month: date | None
    service_id: int | None
    sold: Decimal
    cost: Decimal

    @property
    def margin(self) -> Decimal:
        """Sales minus cost; negative where the cost is higher."""
        return self.sold - self.cost

    @property
    def percent(self) -> Decimal | None:
        """The margin in percent of the sales; None where nothing was sold."""
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
    """Return a margin for each month and license with a sale or a cost."""
    each = [
        Margin(sale.sold_on.replace(day=1), sale.service_id, sale.price, NOTHING) for sale in sales
    ]
    for cost in costs:
        paid = convert(cost.amount, cost.rate)
        if paid:
            month = cost.charged_on.replace(day=1)
            each.append(Margin(month, cost.service_id, NOTHING, paid))
    return _sum_by(each, lambda margin: (margin.month, margin.service_id))


def by_license(margins: Iterable[Margin]) -> tuple[Margin, ...]:
    """Return the margin of each license over all months."""
    return _sum_by(margins, lambda margin: (None, margin.service_id))


def by_month(margins: Iterable[Margin]) -> tuple[Margin, ...]:
    """Return the margin of each month over all licenses."""
    return _sum_by(margins, lambda margin: (margin.month, None))


def total(margins: Iterable[Margin]) -> Margin:
    """Return the margin of everything."""
    summed = _sum_by(margins, lambda _: (None, None))
    return summed[0] if summed else Margin(None, None, NOTHING, NOTHING)


def write_csv(margins: Sequence[Margin], file: TextIO) -> None:
    """Write margins as csv with a header; sums have a decimal point and no currency."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(margin.cells() for margin in margins)


def _sum_by(margins: Iterable[Margin], key: Callable[[Margin], _Key]) -> tuple[Margin, ...]:
    """Return the sums of margins with the same key, ordered by month and license."""
    groups: defaultdict[_Key, list[Margin]] = defaultdict(list)
    for margin in margins:
        groups[key(margin)].append(margin)
    summed = (
        Margin(
            month,
            service_id,
            sum((margin.sold for margin in group), NOTHING),
            sum((margin.cost for margin in group), NOTHING),
        )
        for (month, service_id), group in groups.items()
    )
    return tuple(sorted(summed, key=lambda row: (row.month or date.min, row.service_id or 0)))
