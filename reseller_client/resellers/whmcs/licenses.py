"""Licenses as the vendor's module for WHMCS resells them.

Always by the month. A license is never deleted: it is suspended, renamed and put in a pool, from
which the next order takes it. A suspended license past its date is prolonged instead of resumed.
The daily run prolongs what is due. After a lost answer nothing is looked for, so the order is lost;
this weakness of the module is copied, because it is what sellers get.

The module reads the key in an endless loop; this class stops after a number of reads.

Source: docs/resale.md section 4.1 (documented and observed).
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NoReturn

from reseller_client.errors import NotPossible, ResellerError, UnknownOutcome
from reseller_client.resellers.matrix import Kind, Trade, refuse
from reseller_client.resellers.whmcs.store import Owner, PoolRow
from reseller_client.services.ordering import LicenseOrder

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.resellers.whmcs.store import Store
    from reseller_client.services.models import License

FREE_NAME: Final = "free.lic"
FREE_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - the pool's address on the wire, nothing is bound
_MONTH: Final = 1
# The cloud edition starts with five nodes; every other cluster with one.
_CLOUD_NODES: Final = 3889
_FIRST_NODES_CLOUD: Final = 5


@dataclass(frozen=True, slots=True)
class Hosted:
    """A WHMCS product or addon that has, or is to have, a license.

    `tariff` and `node_addon` are settings of the product, `nodes` the extra nodes ordered.
    `ends_on` is the configured end of an addon.
    """

    service_id: int
    ip: str
    licname: str
    tariff: int
    node_addon: int | None = None
    nodes: int = 0
    owner: Owner = Owner.PRODUCT
    ends_on: date | None = None

    @property
    def remoteid(self) -> str:
        """Its id at the seller: `l` for a product or `a` for an addon, and its number."""
        return f"{'l' if self.owner is Owner.PRODUCT else 'a'}{self.service_id}"


class Bought(StrEnum):
    """What a call bought: nothing, a new license for a month, or a further month."""

    NOTHING = ""
    LICENSE = "licence"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The WHMCS fields: key (empty while suspended) and next due date."""

    license_id: int
    key: str
    due_on: date
    bought: Bought = Bought.NOTHING


@dataclass(frozen=True, slots=True)
class DailyReport:
    """The result of the daily run by license id; `failed` has the ids with their errors."""

    prolonged: tuple[int, ...]
    terminated: tuple[int, ...]
    dropped: tuple[int, ...]
    failed: tuple[tuple[int, ResellerError], ...]


class WhmcsReseller:
    """The functions that WHMCS calls in its module. `today` returns the UTC date."""

    def __init__(self, client: Client, store: Store, *, today: Callable[[], date]) -> None:
        """Keep the client, the store and the calendar."""
        self._client = client
        self._store = store
        self._today = today

    def create_account(self, hosted: Hosted) -> Delivery:
        """Take a free license of the same tariff and nodes from the pool, or order one.

        Raises ValueError if the service has a license already, KeyNotIssued after a number of reads
        (the row is saved), and the seller's Refused: Missed for a free license deleted there.
        """
        if self._bound(hosted) is not None:
            raise ValueError(f"service {hosted.remoteid} has a license already")
        free = self._free(hosted)
        if free is None:
            return self._order(hosted)
        self._assign(free.license_id, hosted)
        bound = replace(
            free, service_id=hosted.service_id, owner=hosted.owner, ends_on=hosted.ends_on
        )
        # Saved only once it runs: after a refusal (no money to prolong) it stays free.
        if self._is_over(bound):
            return self._read_key(self._prolong(bound), Bought.MONTH)
        self._client.licenses.resume(bound.license_id)
        self._store.save(bound)
        return self._read_key(bound)

    def deliver_key(self, hosted: Hosted) -> Delivery:
        """Read the key again, after KeyNotIssued. Raises KeyNotIssued, ValueError."""
        return self._read_key(self._row_of(hosted))

    def suspend_account(self, hosted: Hosted) -> Delivery:
        """Suspend the license, and clear its key in WHMCS. Raises ValueError without a license."""
        row = self._row_of(hosted)
        self._client.licenses.suspend(row.license_id)
        return Delivery(row.license_id, "", row.due_on)

    def unsuspend_account(self, hosted: Hosted) -> Delivery:
        """Resume the license, or prolong it by a month after its date; returns its key.

        Raises ValueError without a license.
        """
        row = self._row_of(hosted)
        if self._is_over(row):
            return self._read_key(self._prolong(row), Bought.MONTH)
        self._client.licenses.resume(row.license_id)
        self._assign(row.license_id, hosted)
        return self._read_key(row)

    def terminate_account(self, hosted: Hosted) -> None:
        """Suspend the license and put it in the pool under the pool's name and address.

        Raises ValueError without a license.
        """
        self._put_in_pool(self._row_of(hosted))

    @staticmethod
    def renew(hosted: Hosted) -> str:
        """Do nothing and report success: the daily run prolongs what is due."""
        return f"{hosted.remoteid} is renewed by the daily run"

    @staticmethod
    def change_package(hosted: Hosted) -> NoReturn:
        """Refuse: the module cannot change the tariff of a license. Raises NotPossible."""
        what = f"change the tariff of {hosted.remoteid}"
        raise NotPossible(Kind.WHMCS.value, what, "its module answers that this is not supported")

    @staticmethod
    def order_service(name: str) -> NoReturn:
        """Refuse: WHMCS cannot resell services. Raises NotPossible."""
        raise refuse(Kind.WHMCS, Trade.SERVICES, name)

    @staticmethod
    def order_module(name: str) -> NoReturn:
        """Refuse: the license module for WHMCS cannot resell modules. Raises NotPossible."""
        raise refuse(Kind.WHMCS, Trade.MODULES, name)

    def change_params(self, hosted: Hosted) -> License:
        """Write name, address and id of the service to the license again. Raises ValueError."""
        return self._assign(self._row_of(hosted).license_id, hosted)

    def new_key(self, hosted: Hosted) -> str:
        """Replace the key of the license and return the new one. Raises ValueError."""
        return self._client.licenses.new_key(self._row_of(hosted).license_id)

    def daily_run(self) -> DailyReport:
        """Prolong what is due by tomorrow, end addons past their end, delete old free rows.

        An error of one license does not stop the others.
        """
        today = self._today()
        done: dict[str, list[int]] = {"prolonged": [], "terminated": [], "dropped": []}
        failed: list[tuple[int, ResellerError]] = []
        for row in self._store.rows():
            try:
                what = self._daily(row, today)
            except ResellerError as problem:
                failed.append((row.license_id, problem))
                continue
            if what:
                done[what].append(row.license_id)
        report = {name: tuple(ids) for name, ids in done.items()}
        return DailyReport(
            report["prolonged"], report["terminated"], report["dropped"], tuple(failed)
        )

    def _daily(self, row: PoolRow, today: date) -> str:
        """Do what a row needs today; returns the name of that in the report, or ""."""
        if row.service_id is None:
            if today < _month_after(row.due_on):
                return ""
            self._store.drop(row.license_id)
            return "dropped"
        if today < row.due_on - timedelta(days=1):
            return ""
        if row.ends_on is not None and today >= row.ends_on:
            self._put_in_pool(row)
            return "terminated"
        self._prolong(row)
        return "prolonged"

    def _order(self, hosted: Hosted) -> Delivery:
        ordered = self._client.licenses.order_once(_order_of(hosted))
        if ordered.license_id is None:
            raise UnknownOutcome(f"the order for {hosted.remoteid} was not opened at once")
        row = PoolRow(
            license_id=ordered.license_id,
            owner=hosted.owner,
            service_id=hosted.service_id,
            due_on=_month_after(self._today()),
            tariff=hosted.tariff,
            nodes=hosted.nodes,
            ends_on=hosted.ends_on,
        )
        self._store.save(row)
        return self._read_key(row, Bought.LICENSE)

    def _is_over(self, row: PoolRow) -> bool:
        """Tell whether the term has ended: then it has to be prolonged, which resumes it too."""
        return self._today() >= row.due_on

    def _prolong(self, row: PoolRow) -> PoolRow:
        due_on = self._client.services.prolong_once(row.license_id, _MONTH)
        prolonged = replace(row, due_on=due_on)
        self._store.save(prolonged)
        return prolonged

    def _read_key(self, row: PoolRow, bought: Bought = Bought.NOTHING) -> Delivery:
        license = self._client.licenses.wait_for_key(row.license_id)
        if bought is Bought.LICENSE and license.expires_on is not None:
            row = replace(row, due_on=license.expires_on)
            self._store.save(row)
        return Delivery(row.license_id, license.key, row.due_on, bought)

    def _put_in_pool(self, row: PoolRow) -> None:
        self._client.licenses.suspend(row.license_id)
        self._client.licenses.change(
            row.license_id, licname=FREE_NAME, ip=FREE_ADDRESS, remoteid=""
        )
        self._store.save(replace(row, service_id=None, ends_on=None))

    def _assign(self, license_id: int, hosted: Hosted) -> License:
        return self._client.licenses.change(
            license_id, licname=hosted.licname, ip=hosted.ip, remoteid=hosted.remoteid
        )

    def _bound(self, hosted: Hosted) -> PoolRow | None:
        return next(
            (
                row
                for row in self._store.rows()
                if (row.owner, row.service_id) == (hosted.owner, hosted.service_id)
            ),
            None,
        )

    def _row_of(self, hosted: Hosted) -> PoolRow:
        row = self._bound(hosted)
        if row is None:
            raise ValueError(f"service {hosted.remoteid} has no license")
        return row

    def _free(self, hosted: Hosted) -> PoolRow | None:
        for row in self._store.rows():
            same = (row.tariff, row.nodes) == (hosted.tariff, hosted.nodes)
            if row.service_id is None and same:
                return row
        return None


def _order_of(hosted: Hosted) -> LicenseOrder:
    """Return the order that the module sends, with the nodes that the tariff includes."""
    addons: dict[int, int] = {}
    if hosted.node_addon is not None:
        included = _FIRST_NODES_CLOUD if hosted.node_addon == _CLOUD_NODES else 1
        addons[hosted.node_addon] = included + hosted.nodes
    return LicenseOrder(
        tariff=hosted.tariff,
        ip=hosted.ip,
        licname=hosted.licname,
        period=_MONTH,
        addons=addons,
        remoteid=hosted.remoteid,
        extra={"pid": str(hosted.service_id), "project": "1"},
    )


def _month_after(day: date) -> date:
    """Return the same day of the next month, or its last day."""
    year, month = divmod(day.year * 12 + day.month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
