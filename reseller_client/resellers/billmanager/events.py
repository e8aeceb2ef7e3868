"""What has changed at the seller: read off its lists, and applied to the reseller's items.

One list for each product type, and the form of a service only where its row looks different, or an
operation on it has ended. A service that is missing in a list is asked for by itself before it is
taken for deleted, since a list may be older than an order.

Source: docs/resale.md section 3.3: asking every five minutes is documented, what is asked is not;
reading the lists is our choice [assumed].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from reseller_client.errors import Missed, Refused, ResellerError, UnknownOutcome
from reseller_client.resellers.billmanager.models import (
    Action,
    Item,
    Operation,
    OperationState,
    Reason,
)
from reseller_client.resellers.billmanager.terms import add_period, read_amounts
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from reseller_client.resellers.billmanager.models import ProcessingModule
    from reseller_client.resellers.billmanager.operations import Runner, Sides
    from reseller_client.resellers.billmanager.running_store import RunningStore
    from reseller_client.resellers.billmanager.seller_side import SellerForm, SellerRow, SellerSide
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.services.catalogue_models import Tariff
    from reseller_client.services.models import LicenseRow

EVERY: Final = 5
"""Minutes between two pulls."""
_WAITING: Final = frozenset({Status.PROCESSING, Status.ORDERED, Status.UNKNOWN})
_KEPT: Final = frozenset({Status.PROCESSING, Status.UNKNOWN})
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: items that changed, operations that ended, and what could not be read."""

    at: datetime
    changed: tuple[int, ...] = ()
    completed: tuple[int, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    """A pull in the making."""

    changed: list[int] = field(default_factory=list)
    completed: list[int] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One list, and those of its rows that belong to no item yet, each with its `remoteid`."""

    side: SellerSide
    rows: Mapping[int, SellerRow]
    free: tuple[LicenseRow, ...]


class Events:
    """Pulls what happened. `now` is the reseller's clock."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        running: RunningStore,
        sides: Sides,
        runner: Runner,
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Keep the stores and the ways out."""
        self._catalogue = catalogue
        self._running = running
        self._sides = sides
        self._runner = runner
        self._now = now

    def due(self) -> bool:
        """Tell whether a minute divisible by five has begun since the last pull."""
        last, now = self._running.pulled_at(), self._now()
        return last is None or _slot(last) < _slot(now)

    def pull(self) -> Pulled:
        """Read one list for each product type and seller, and apply what differs.

        Raises nothing of the seller's: what could not be read is told, and is read the next time.
        """
        at = self._now()
        self._running.set_pulled(at)
        tally = _Tally()
        manual = {one.item: one for one in self._running.operations(OperationState.MANUAL)}
        for items in self._groups():
            try:
                self._pull_group(items, manual, tally)
            except ResellerError as problem:
                tally.unread[self._catalogue.module(items[0].module).itemtype] = str(problem)
        return Pulled(at, tuple(tally.changed), tuple(tally.completed), tally.unread)

    def _groups(self) -> Iterable[list[Item]]:
        """Return living items that may be at the seller, by account there and product type."""
        modules = {one.id: one for one in self._catalogue.modules()}
        groups: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        for item in self._running.living():
            if item.seller_id is not None or self._opening(item) is not None:
                module = modules[item.module]
                groups[module.seller, module.itemtype].append(item)
        return groups.values()

    def _opening(self, item: Item) -> Operation | None:
        """Return the order of an item that may have been carried out, though we know no number."""
        found = self._running.operations(item=item.id)
        return next((one for one in found if one.action is Action.OPEN and one.requested), None)

    def _pull_group(
        self, items: list[Item], manual: Mapping[int, Operation], tally: _Tally
    ) -> None:
        module = self._catalogue.module(items[0].module)
        side = self._sides(module)[0]
        rows = side.rows()
        if rows is None:
            tally.unread[module.itemtype] = "the list is filtered: clear the filter"
            return
        free = self._free(side, module, items, rows)
        reading = _Reading(side, {one.row.id: one for one in rows}, free)
        for item in items:
            try:
                self._apply(reading, item, manual.get(item.id), tally)
            except Refused as problem:
                tally.unread[f"{module.itemtype} {item.id}"] = str(problem)

    def _free(
        self,
        side: SellerSide,
        module: ProcessingModule,
        items: list[Item],
        rows: tuple[SellerRow, ...],
    ) -> tuple[LicenseRow, ...]:
        """Return what orders without a known number may have left; nothing if none waits."""
        waiting = [item.ordered_on for item in items if item.seller_id is None]
        if not waiting:
            return ()
        same = [one.id for one in self._catalogue.modules() if one.seller == module.seller]
        taken = self._running.seller_ids(same)
        try:
            left = (one.row for one in rows if one.row.id not in taken)
            return side.named(left, since=min(waiting) - _A_DAY)
        except UnknownOutcome:
            return ()

    def _apply(
        self, reading: _Reading, item: Item, operation: Operation | None, tally: _Tally
    ) -> None:
        """Bring one item up to date, and end its operation if the seller has done it."""
        if item.seller_id is None:
            operation = self._adopt(reading, item)
            item = self._running.item(item.id)
        if item.seller_id is None:
            return
        row = reading.rows.get(item.seller_id)
        if row is None:
            after, ended = self._gone(reading.side, item, operation)
        else:
            after, ended = self._changed(reading.side, item, operation, row)
        if after == item and ended is None:
            return
        self._running.save(after, ended)
        if replace(after, mark=item.mark) != item:
            tally.changed.append(item.id)
        if ended is not None and ended.state is OperationState.COMPLETED:
            tally.completed.append(ended.id)

    def _adopt(self, reading: _Reading, item: Item) -> Operation | None:
        """Find what an order left that told no number, or was never answered."""
        operation = self._opening(item)
        if operation is None:
            return None
        code = self._catalogue.sources(item.tariff)[item.module].id
        since = operation.created_at.date() - _A_DAY
        found = [
            row.id
            for row in reading.free
            if row.remoteid == item.remoteid
            and row.tariff in {None, code}
            and (row.created_on is None or row.created_on >= since)
        ]
        if len(found) != 1:
            return None
        return self._runner.accept(item, operation, found[0])

    def _gone(
        self, side: SellerSide, item: Item, operation: Operation | None
    ) -> tuple[Item, Operation | None]:
        """Take a service for deleted only if the seller misses it when asked for it by itself."""
        try:
            if side.form(item.seller_id or 0).service.status is not Status.DELETED:
                return item, None
        except Missed:
            pass
        after = replace(item, status=Status.DELETED, mark="")
        if operation is None:
            return after, None
        if operation.action is Action.CLOSE:
            return after, self._over(operation, OperationState.COMPLETED)
        lost = Reason("missed", side.kind.code, f"service {item.seller_id} was deleted there")
        return after, replace(self._over(operation, OperationState.FAILED), reason=lost)

    def _changed(
        self, side: SellerSide, item: Item, operation: Operation | None, row: SellerRow
    ) -> tuple[Item, Operation | None]:
        shown, form = row.row, None
        if operation is not None and operation.action is Action.OPEN and side.kind.gives_key:
            form = side.form(shown.id)  # a key is not in the list, and may come with being read
            shown = replace(shown, status=form.service.status)
        ended = operation if operation is not None and _has_ended(operation, shown) else None
        if row.mark == item.mark and ended is None:
            return item, None
        source = self._catalogue.sources(item.tariff)[item.module]
        form = form or side.form(shown.id)
        after = _as_shown(item, side, form, source)
        end = form.service.expires_on
        after = replace(
            after,
            status=item.status if shown.status in _KEPT else shown.status,
            expires_on=_own_end(item, ended, end, self._now().date()),
            seller_expires_on=end,
            mark=row.mark,
        )
        if ended is None:
            return after, None
        return replace(after, params={**ended.params, **after.params}), self._over(
            ended, OperationState.COMPLETED
        )

    def _over(self, operation: Operation, state: OperationState) -> Operation:
        return replace(operation, state=state, ended_at=self._now())


def _slot(at: datetime) -> datetime:
    """Return the minute of the last pull that was due."""
    return at.replace(minute=at.minute - at.minute % EVERY, second=0, microsecond=0)


def _has_ended(operation: Operation, row: LicenseRow) -> bool:
    """Tell by a row whether the seller has done what it accepted."""
    if row.status in _WAITING:
        return False
    match operation.action:
        case Action.PROLONG:
            before, end = operation.before_on, row.expires_on
            return before is None or (end is not None and end > before)
        case Action.SUSPEND:
            return row.status is Status.SUSPENDED
        case Action.RESUME:
            return row.status is Status.ACTIVE
        case Action.CLOSE:
            return row.status is Status.DELETED or row.scheduled_close
        case _:
            return True


def _as_shown(item: Item, side: SellerSide, form: SellerForm, source: Tariff) -> Item:
    """Return the item with what its form tells."""
    shown = form.fields
    details = {name: shown[name] for name in side.kind.gives if shown.get(name)}
    params = {name: shown[name] for name in side.kind.changes if shown.get(name)}
    return replace(
        item,
        details={**item.details, **details},
        params={**item.params, **params},
        addons={**item.addons, **read_amounts(source, form.addons)},
    )


def _own_end(
    item: Item, ended: Operation | None, seller_end: date | None, today: date
) -> date | None:
    """Return the end of the own term: the seller's, unless the periods were mapped."""
    if not item.own_term:
        return seller_end or item.expires_on
    if ended is None or ended.action not in {Action.OPEN, Action.PROLONG}:
        return item.expires_on
    begun = today if ended.action is Action.OPEN else max(item.expires_on or today, today)
    return add_period(begun, item.period if ended.period is None else ended.period)
