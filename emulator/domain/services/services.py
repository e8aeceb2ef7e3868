"""The row of a service of any product type: finding, writing, and its history.

Source: docs/trade.md sections 6 and 10. Status 1 ordered, 2 active, 3 suspended, 4 deleted,
5 processing; the sub-state gives the reason (``3_autosuspend``) or the operation (``5_open``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from sqlalchemy import bindparam, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import DAY, Tariff
from emulator.domain.world import Shop
from emulator.errors import Missed, RunningOperation, WrongState
from emulator.store import tables
from emulator.store.engine import Statement, every_column, values_of

ORDERED, ACTIVE, SUSPENDED, DELETED, PROCESSING = 1, 2, 3, 4, 5
OPENING, REOPENING = "5_open", "5_reopen"
STOPPED = "2_stop"
"""An active server that is switched off."""
OPERATIONS = frozenset({REOPENING, "2_start", "2_reboot", "2_hardreboot"})
"""Operations of a server that change nothing but its sub-state."""
AUTO, BY_CLIENT, BY_EMPLOYEE = "3_autosuspend", "3", "3_employeesuspend"
KEEP_SUSPENDED = timedelta(days=30)
"""Documented: deleted after thirty days of suspension without renewal."""


@dataclass(frozen=True, slots=True)
class Service:
    """One ``item``. Dates are the world's; ``key_ready`` is elapsed real time.

    ``autoprolong``: months, or None; ``expires_on``: None for a lifetime; ``addons``: amount
    by addon number; ``key_reads``: reads left until the key arrives.
    """

    id: int
    account_id: int
    type: str
    tariff_id: int
    period: int
    autoprolong: int | None
    status: int
    substate: str
    created_on: date
    expires_on: date | None = None
    due_at: datetime | None = None
    licname: str = ""
    ip: str = ""
    remoteip: str = ""
    remoteid: str = ""
    lickey: str = ""
    key_number: int = 0
    key_ready: float | None = None
    key_reads: int | None = None
    ip_changed_on: date | None = None
    key_changed_on: date | None = None
    update_expires_on: date | None = None
    webdomains: int | None = None
    addons: Mapping[str, int] = field(default_factory=dict)
    comment: str = ""
    scheduled_close: bool = False
    """Its owner deleted it; it is deleted at the end of the paid term."""
    params: Mapping[str, str] = field(default_factory=dict)
    parent_id: int | None = None
    """The license that a module extends."""

    @property
    def daily(self) -> bool:
        """Whether it is charged by the day."""
        return self.period == DAY

    @property
    def state(self) -> str:
        """The composite code: ``2``, ``3_autosuspend``, ``5_open``."""
        return self.substate or str(self.status)

    def amounts(self) -> dict[int, int]:
        """Addons by number."""
        return {int(number): amount for number, amount in self.addons.items()}


V = tables.service.c
_FIXED = ("id", "account_id", "type", "created_on")
_OWNED = Statement(
    select(*V).where(
        V.id == bindparam("which"), V.account_id == bindparam("owner"), V.status != DELETED
    )
)
_BY_ID = Statement(select(*V).where(V.id == bindparam("which")))
_INSERT = Statement(insert(tables.service).values(every_column(tables.service, "id")))
_SAVE = Statement(
    update(tables.service)
    .where(V.id == bindparam("which"))
    .values(every_column(tables.service, *_FIXED))
)
_AT_ADDRESS = Statement(
    select(V.id)
    .where(
        V.ip == bindparam("address"),
        V.tariff_id == bindparam("tariff"),
        V.status != DELETED,
        V.id != bindparam("but"),
    )
    .limit(1)
)
_EVER_AT_ADDRESS = Statement(select(V.tariff_id).distinct().where(V.ip == bindparam("address")))
H = tables.history.c
_NOTE = Statement(insert(tables.history).values(every_column(tables.history, "id")))
_SET_NAME = Statement(
    update(tables.service).where(V.id == bindparam("which")).values(licname=bindparam("name"))
)
_NAMED = Statement(
    select(V.id)
    .where(V.type == bindparam("of_type"), V.licname == bindparam("name"), V.status != DELETED)
    .limit(1)
)


def midnight(day: date | None) -> datetime | None:
    """The first instant of a day, UTC."""
    return None if day is None else datetime.combine(day, time(), UTC)


def require_owned(
    shop: Shop, account: Account, service_id: int, product_type: str | None = None
) -> Service:
    """A service of this account.

    Raises Missed for one of another account or type, and for a deleted one.
    """
    row = shop.db.row(_OWNED, which=service_id, owner=account.id)
    if row is None or (product_type is not None and row[2] != product_type):
        raise Missed("item", str(service_id))
    return Service(*row)


def find(shop: Shop, service_id: int) -> Service | None:
    """A service by its number, whoever owns it and deleted ones too, or None."""
    row = shop.db.row(_BY_ID, which=service_id)
    return None if row is None else Service(*row)


def is_occupied(shop: Shop, tariff_id: int, address: str, *, but: int = 0) -> bool:
    """Whether a service of this tariff, of any owner, has this address; ``but`` is ignored."""
    return shop.db.row(_AT_ADDRESS, address=address, tariff=tariff_id, but=but) is not None


def list_tariffs_at(shop: Shop, address: str) -> set[int]:
    """Tariffs of all services at an address, and of those that had it when they were deleted."""
    return {row[0] for row in shop.db.rows(_EVER_AT_ADDRESS, address=address)}


def is_name_used(shop: Shop, product_type: str, name: str) -> bool:
    """Whether a service of this type, of any owner, has this name."""
    return shop.db.row(_NAMED, of_type=product_type, name=name) is not None


def add(shop: Shop, draft: Service) -> Service:
    """Inserts a service; the draft's id is ignored. A server without a name gets one."""
    number = shop.db.insert(_INSERT, **values_of(draft, tables.service, "id"))
    shop.due_no_later_than(draft.due_at)
    own = traits.of(shop.catalogue, draft.type)
    if draft.licname or not own.domain:
        return replace(draft, id=number)
    name = f"{draft.type}{number}.example.net"
    shop.db.run(_SET_NAME, which=number, name=name)
    return replace(draft, id=number, licname=name)


def save(shop: Shop, service: Service) -> Service:
    """Writes a changed service, and schedules its next due event."""
    shop.db.run(_SAVE, which=service.id, **values_of(service, tables.service, *_FIXED))
    shop.due_no_later_than(service.due_at)
    return service


def note(shop: Shop, service_id: int, user: str, what: str, detail: str = "") -> None:
    """Adds a line to the history of a service, with the caller's address where one called."""
    line = {"user": user, "what": what, "detail": detail, "ip": shop.address}
    shop.db.run(_NOTE, service_id=service_id, at=shop.now, **line)


def require_settled(service: Service) -> None:
    """Raises RunningOperation while a service is being opened, WrongState while it is unpaid."""
    if service.status == PROCESSING:
        raise RunningOperation(service.id)
    if service.status == ORDERED:
        raise WrongState(service.id, "unpaid")


def check_change_limit(shop: Shop, service: Service, last: date | None, reason: str) -> None:
    """Raises WrongState within a month of the ``last`` change, where the world has that rule.

    ``reason``: the key of the explanation (``texts.REASONS``).
    """
    if not shop.world.rules.change_limit or last is None:
        return
    if shop.today < last + relativedelta(months=1):
        raise WrongState(service.id, reason, date=(last + relativedelta(months=1)).isoformat())


def require(service: Service | None, service_id: int) -> Service:
    """The service. Raises Missed where it is None."""
    if service is None:
        raise Missed("item", str(service_id))
    return service


def due_after(status: int, expires_on: date | None) -> datetime | None:
    """When a service is due next: at the end of its term; None: never."""
    if expires_on is None or status in (ORDERED, DELETED):
        return None
    return midnight(expires_on)


def compute_cost(service: Service, tariff: Tariff, currency: str, period: int) -> Decimal:
    """What one period of a service costs at this tariff with its addons."""
    return tariff.cost(currency, period, service.amounts())
