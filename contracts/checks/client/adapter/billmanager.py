"""A reselling BILLmanager as adapter: operations, and events that are pulled.

Its items stand in SQLite in the adapter's folder; the customer's name is the judge's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from contracts.checks.client.adapter.common import (
    Adapter,
    CannotDoError,
    Deeds,
    Told,
    books,
    now_of,
)
from contracts.checks.client.steps import Report, Result
from reseller_client import Client, Status
from reseller_client.resellers import BillmanagerReseller, ProcessingModule, SellerAccount
from reseller_client.resellers.billmanager.models import (
    Item,
    NotConnected,
    Operation,
    OperationState,
)
from reseller_client.shop.store import StorefrontStore

SELLER: Final = "seller"
TYPES: Final = {"licences": "soft", "services": "vds", "modules": "addition"}
PERIODS: Final = (-100, 1, 3, 6, 12)
A_DAY: Final = timedelta(days=1)


class BillmanagerAdapter(Adapter):
    """Opens a BILLmanager for one step and lets its cron run once."""

    @contextmanager
    def at_work(self, client: Client, told: Told) -> Iterator[Deeds]:
        """Over the items in the adapter's folder; it has no list of what the account holds."""
        with closing(books(self.means.folder, "billmanager")) as rows:
            shop = StorefrontStore(rows)
            shop.prepare()
            reseller = BillmanagerReseller(
                rows, {SELLER: SellerAccount(client, shop)}, now=lambda: now_of(told)
            )
            reseller.prepare()
            reseller.catalogue.set_periods(PERIODS)
            yield Office(reseller, client, told).deeds()


@dataclass(frozen=True, slots=True)
class Office:
    """A BILLmanager with the step at hand."""

    reseller: BillmanagerReseller
    client: Client
    told: Told

    def deeds(self) -> Deeds:
        """What a BILLmanager does for each step."""
        return {
            "order": self.order,
            "settle": self.settle,
            "deliver": self.settle,
            "daily": self.daily,
            "suspend": self.suspend,
            "readdress": self.readdress,
            "status": self.status,
            "balance": lambda: Report(Result.OK, balance=self.client.account.balance().amount),
        }

    def order(self) -> Report:
        """A customer orders."""
        try:
            tariff = self._tariff()
        except NotConnected as problem:
            return Report(Result.FAILED, reason=str(problem))
        opened = self.reseller.order(
            self.told["reference"], tariff, period=self.told["period"], params=self._params()
        )
        return self._as_pulled(opened)

    def settle(self) -> Report:
        """Its operator looks at the task: what failed is repeated, the rest is pulled."""
        item = self._item()
        if item is None:
            return self.order()
        for one in self.reseller.running.operations(OperationState.FAILED, item=item.id):
            self.reseller.repeat(one.id)
        self.reseller.start_waiting()
        self.reseller.check_event()
        return self._shown(item.id)

    def daily(self) -> Report:
        """Its customers' services that end tomorrow are prolonged."""
        self.reseller.check_event()
        until = now_of(self.told).date() + A_DAY
        failed = ""
        for item in self.reseller.running.living():
            end = item.seller_expires_on
            if end is not None and end <= until:
                failed = self._reason(self.reseller.prolong(item.id)) or failed
        self.reseller.check_event()
        return Report(Result.FAILED, reason=failed) if failed else Report(Result.OK)

    def suspend(self) -> Report:
        """The operation ``suspend``."""
        return self._as_pulled(self.reseller.suspend(self._known().id))

    def readdress(self) -> Report:
        """The operation ``setparam``."""
        changed = {"ip": self.told["ip"]}
        return self._as_pulled(self.reseller.set_params(self._known().id, params=changed))

    def status(self) -> Report:
        """What its pages show after the next pull."""
        item = self._known()
        self.reseller.check_event()
        return self._shown(item.id)

    def _tariff(self) -> int:
        """The own tariff that sells this, imported at the first order. Raises NotConnected."""
        for own in self.reseller.catalogue.tariffs():
            if own.enabled:
                return own.id
        module = ProcessingModule(0, TYPES[self.told["trade"]], SELLER, "The seller")
        module = self.reseller.add_module(module)
        own = self.reseller.tariffs.import_tariff(module.id, self.told["tariff"])
        self.reseller.tariffs.enable(own.id)
        return own.id

    def _params(self) -> Mapping[str, str]:
        match self.told["trade"]:
            case "licences":
                return {"ip": self.told["ip"], "licname": self.told["name"]}
            case "services":
                return {"domain": self.told["domain"]}
            case _:
                return {"item": str(self.told["licence"])}

    def _item(self) -> Item | None:
        customer = self.told["reference"]
        items = self.reseller.running.living()
        return next((one for one in items if one.customer == customer), None)

    def _known(self) -> Item:
        item = self._item()
        if item is None:
            raise CannotDoError(f"there is no item of {self.told['reference']}")
        return item

    def _as_pulled(self, operation: Operation) -> Report:
        """How an operation stands after the next pull."""
        self.reseller.check_event()
        now = self.reseller.running.operation(operation.id)
        if reason := self._reason(now):
            silent = now.reason is not None and now.reason.type == "unknown_outcome"
            return Report(Result.UNKNOWN if silent else Result.FAILED, reason=reason)
        return self._shown(operation.item)

    @staticmethod
    def _reason(operation: Operation) -> str:
        if operation.state is not OperationState.FAILED or operation.reason is None:
            return ""
        told = operation.reason
        return f"{told.type} {told.object}: {told.message}"

    def _shown(self, number: int) -> Report:
        """What the customer sees of an item; not ok while something runs on it or has failed."""
        item = self.reseller.running.item(number)
        busy = self.reseller.running.running(number)
        failed = self.reseller.running.operations(OperationState.FAILED, item=number)
        done = busy is None and not failed and item.status is not Status.PROCESSING
        return Report(
            Result.OK if done else Result.UNKNOWN,
            id=item.seller_id,
            key=item.details.get("lickey") or None,
            ip=item.details.get("ip") or None,
            status=int(item.status),
            ends_on=item.seller_expires_on,
            reason="" if done else "the operation is not over",
        )
