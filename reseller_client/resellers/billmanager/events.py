"""Pulls changes from the sellers' lists and applies them to the reseller's items.

One list is read for each product type, and the form of a service only where its row has changed or
an operation on it has ended. A service that is missing in the list is read by itself before it is
taken for deleted, because a list may be older than an order.

Source: docs/resale.md section 3.3: the interval of five minutes is documented, the requests are
not; reading the lists is our choice [assumed].
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
from reseller_client.resellers.billmanager.seller_side import addon_quantities
from reseller_client.resellers.billmanager.terms import add_period, read_amounts
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from reseller_client.resellers.billmanager.models import ProcessingModule
    from reseller_client.resellers.billmanager.operations import Runner, Sides
    from reseller_client.resellers.billmanager.running_store import RunningStore
    from reseller_client.resellers.billmanager.seller_side import SellerRow, SellerSide
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.services.catalogue_models import Tariff
    from reseller_client.services.models import Service, ServiceRow

INTERVAL: Final = 5
"""Minutes between two pulls."""
_WAITING: Final = frozenset({Status.PROCESSING, Status.ORDERED, Status.UNKNOWN})
_UNSETTLED: Final = frozenset({Status.PROCESSING, Status.UNKNOWN})
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pulled:
    """The result of a pull: the items that changed, the operations that were completed.

    `unread` maps what could not be read (a product type, or an item) to the error.
    """

    at: datetime
    changed: tuple[int, ...] = ()
    completed: tuple[int, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    """The result of a pull that is in progress."""

    changed: list[int] = field(default_factory=list)
    completed: list[int] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _ReadList:
    """A list of the seller; `free` are its rows that belong to no item yet."""

    side: SellerSide
    rows: Mapping[int, SellerRow]
    free: tuple[ServiceRow, ...]


class Events:
    """Pulls changes from the sellers. `now` is the reseller's clock."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        running: RunningStore,
        sides: Sides,
        runner: Runner,
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Keep the stores, the connections to sellers, and what runs operations."""
        self._catalogue = catalogue
        self._running = running
        self._sides = sides
        self._runner = runner
        self._now = now

    def is_due(self) -> bool:
        """Tell whether a minute divisible by five has begun since the last pull."""
        last, now = self._running.pulled_at(), self._now()
        return last is None or _slot(last) < _slot(now)

    def pull(self) -> Pulled:
        """Read one list for each product type and seller, and apply the changes.

        No error of a seller is raised: it is in the result, and the next pull tries again.
        """
        at = self._now()
        self._running.set_pulled(at)
        tally = _Tally()
        operations = self._running.operations(OperationState.MANUAL)
        manual = {operation.item: operation for operation in operations}
        for items in self._groups():
            try:
                self._pull_group(items, manual, tally)
            except ResellerError as problem:
                tally.unread[self._catalogue.module(items[0].module).itemtype] = str(problem)
        return Pulled(at, tuple(tally.changed), tuple(tally.completed), tally.unread)

    def _groups(self) -> Iterable[list[Item]]:
        """Return the items that may be at a seller, by account there and product type."""
        modules = {module.id: module for module in self._catalogue.modules()}
        groups: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        for item in self._running.living():
            if item.seller_id is not None or self._opening(item) is not None:
                module = modules[item.module]
                groups[module.seller, module.itemtype].append(item)
        return groups.values()

    def _opening(self, item: Item) -> Operation | None:
        """Return the order of an item if it was sent; it may have been carried out."""
        for operation in self._running.operations(item=item.id):
            if operation.action is Action.OPEN and operation.requested:
                return operation
        return None

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
        read_list = _ReadList(side, {listed.row.id: listed for listed in rows}, free)
        for item in items:
            try:
                self._apply(read_list, item, manual.get(item.id), tally)
            except Refused as problem:
                tally.unread[f"{module.itemtype} {item.id}"] = str(problem)

    def _free(
        self,
        side: SellerSide,
        module: ProcessingModule,
        items: list[Item],
        rows: tuple[SellerRow, ...],
    ) -> tuple[ServiceRow, ...]:
        """Return the rows that orders without a known number may have left, if there are such."""
        waiting = [item.ordered_on for item in items if item.seller_id is None]
        if not waiting:
            return ()
        used = self._running.seller_ids(self._catalogue.modules_at(module.seller))
        try:
            free = (listed.row for listed in rows if listed.row.id not in used)
            return side.with_remoteid(free, since=min(waiting) - _A_DAY)
        except UnknownOutcome:
            return ()

    def _apply(
        self, read_list: _ReadList, item: Item, operation: Operation | None, tally: _Tally
    ) -> None:
        """Update one item, and complete its operation if the seller has carried it out."""
        if item.seller_id is None:
            operation = self._adopt(read_list, item)
            item = self._running.item(item.id)
        if item.seller_id is None:
            return
        row = read_list.rows.get(item.seller_id)
        if row is None:
            after, ended = self._gone(read_list.side, item, operation)
        else:
            after, ended = self._changed(read_list.side, item, operation, row)
        if after == item and ended is None:
            return
        self._running.save(after, ended)
        if replace(after, mark=item.mark) != item:
            tally.changed.append(item.id)
        if ended is not None and ended.state is OperationState.COMPLETED:
            tally.completed.append(ended.id)

    def _adopt(self, read_list: _ReadList, item: Item) -> Operation | None:
        """Find the service of an order whose answer had no number or was lost.

        One that waits unpaid in the seller's basket is not open: repeating the operation pays it.
        """
        operation = self._opening(item)
        if operation is None:
            return None
        code = self._catalogue.sources(item.tariff)[item.module].id
        since = operation.created_at.date() - _A_DAY
        matches = [
            row.id
            for row in read_list.free
            if row.remoteid == item.remoteid
            and row.status is not Status.ORDERED
            and row.tariff in {None, code}
            and (row.created_on is None or row.created_on >= since)
        ]
        if len(matches) != 1:
            return None
        return self._runner.accept(item, operation, matches[0])

    def _gone(
        self, side: SellerSide, item: Item, operation: Operation | None
    ) -> tuple[Item, Operation | None]:
        """Mark an item as deleted, if the seller does not have the service by itself either."""
        try:
            if side.form(item.seller_id or 0).status is not Status.DELETED:
                return item, None
        except Missed:
            pass
        after = replace(item, status=Status.DELETED, mark="")
        if operation is None:
            return after, None
        if operation.action is Action.CLOSE:
            return after, self._end(operation, OperationState.COMPLETED)
        reason = Reason("missed", side.product.code, f"service {item.seller_id} was deleted there")
        return after, replace(self._end(operation, OperationState.FAILED), reason=reason)

    def _changed(
        self, side: SellerSide, item: Item, operation: Operation | None, row: SellerRow
    ) -> tuple[Item, Operation | None]:
        listed, form = row.row, None
        if operation is not None and operation.action is Action.OPEN and side.product.gives_key:
            form = side.form(listed.id)  # the list has no keys, and reading may issue one
            listed = replace(listed, status=form.status)
        ended = operation if operation is not None and _has_ended(operation, listed) else None
        if row.mark == item.mark and ended is None:
            return item, None
        source = self._catalogue.sources(item.tariff)[item.module]
        form = form or side.form(listed.id)
        after = _apply_form(item, side, form, source)
        end = form.expires_on
        after = replace(
            after,
            status=item.status if listed.status in _UNSETTLED else listed.status,
            expires_on=_own_end(item, ended, end, self._now().date()),
            seller_expires_on=end,
            mark=row.mark,
        )
        if ended is None:
            return after, None
        return replace(after, params={**ended.params, **after.params}), self._end(
            ended, OperationState.COMPLETED
        )

    def _end(self, operation: Operation, state: OperationState) -> Operation:
        return replace(operation, state=state, ended_at=self._now())


def _slot(at: datetime) -> datetime:
    """Return the minute at which the last pull was due."""
    return at.replace(minute=at.minute - at.minute % INTERVAL, second=0, microsecond=0)


def _has_ended(operation: Operation, row: ServiceRow) -> bool:
    """Tell whether, by its row, the seller has carried out an operation."""
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


def _apply_form(item: Item, side: SellerSide, form: Service, source: Tariff) -> Item:
    """Return the item with the values of its form."""
    texts = form.fields
    details = {name: texts[name] for name in side.product.gives if texts.get(name)}
    params = {name: texts[name] for name in side.product.changes if texts.get(name)}
    return replace(
        item,
        details={**item.details, **details},
        params={**item.params, **params},
        addons={**item.addons, **read_amounts(source, addon_quantities(form))},
    )


def _own_end(
    item: Item, ended: Operation | None, seller_end: date | None, today: date
) -> date | None:
    """Return the end of the own term: the seller's, unless the period was mapped to another."""
    if not item.own_term:
        return seller_end or item.expires_on
    if ended is None or ended.action not in {Action.OPEN, Action.PROLONG}:
        return item.expires_on
    begun = today if ended.action is Action.OPEN else max(item.expires_on or today, today)
    return add_period(begun, item.period if ended.period is None else ended.period)
