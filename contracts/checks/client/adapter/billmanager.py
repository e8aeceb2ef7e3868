"""A reselling BILLmanager as adapter: it runs operations, and polls for events.

Its items are in SQLite in the adapter's folder, under the judge's number as customer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Final

from contracts.checks.client.adapter.common import (
    Adapter,
    NotSupportedError,
    StepHandlers,
)
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import Status
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
PERIODS: Final = (-100, -50, 1, 3, 6, 12)
A_DAY: Final = timedelta(days=1)


class BillmanagerAdapter(Adapter):
    """Opens a BILLmanager for one step, and runs its cron once."""

    reseller: BillmanagerReseller
    """The BILLmanager of this step."""

    @contextmanager
    def open_handlers(self) -> Iterator[StepHandlers]:
        """Open the items in the adapter's folder."""
        with closing(self.open_database("billmanager")) as connection:
            shop = StorefrontStore(connection)
            shop.prepare()
            account = SellerAccount(self.client, shop)
            self.reseller = BillmanagerReseller(connection, {SELLER: account}, now=self.now)
            self.reseller.prepare()
            self.reseller.catalogue.set_periods(PERIODS)
            yield self.handlers()

    def handlers(self) -> StepHandlers:
        """What a BILLmanager does for each action."""
        return {
            "order": self.order,
            "settle": self.reconcile,
            "deliver": self.reconcile,
            "daily": self.daily,
            "suspend": self.suspend,
            "suspend-several": self.suspend_several,
            "let-end": self.let_end,
            "list": self.list_services,
            "readdress": self.readdress,
            "status": self.status,
            "balance": self.balance,
        }

    def order(self) -> ClientReport:
        """Order for a customer."""
        try:
            tariff = self._tariff()
        except NotConnected as problem:
            return ClientReport(StepResult.FAILED, reason=str(problem))
        operation = self.reseller.order(
            self.step["reference"], tariff, period=self.step["period"], params=self._params()
        )
        return self._report_after_poll(operation)

    def reconcile(self) -> ClientReport:
        """Repeat what has failed and poll for the rest, as its operator does."""
        item = self._item()
        if item is None:
            return self.order()
        for failed in self.reseller.running.operations(OperationState.FAILED, item=item.id):
            self.reseller.repeat(failed.id)
        self.reseller.start_waiting()
        self.reseller.check_event()
        return self._report(item.id)

    def daily(self) -> ClientReport:
        """Renew the customers' services that end tomorrow or earlier."""
        self.reseller.check_event()
        until = self.today() + A_DAY
        failed = ""
        for item in self.reseller.running.living():
            end = item.seller_expires_on
            if end is not None and end <= until and not item.ends_with_term:
                failed = self._reason(self.reseller.prolong(item.id)) or failed
        self.reseller.check_event()
        return (
            ClientReport(StepResult.FAILED, reason=failed)
            if failed
            else ClientReport(StepResult.OK)
        )

    def suspend(self) -> ClientReport:
        """Run the operation ``suspend``."""
        return self._report_after_poll(self.reseller.suspend(self._existing_item().id))

    def suspend_several(self) -> ClientReport:
        """Run the operation ``suspend`` for each: an operation is always on one item."""
        reports = [
            self._report_after_poll(self.reseller.suspend(self._existing_item(reference).id))
            for reference in self.step["references"]
        ]
        undone = [report for report in reports if report.result is not StepResult.OK]
        return undone[0] if undone else ClientReport(StepResult.OK)

    def let_end(self) -> ClientReport:
        """Run the operation ``setparam`` that switches the seller's renewal off."""
        return self._report_after_poll(self.reseller.let_end(self._existing_item().id))

    def list_services(self) -> ClientReport:
        """Show what an import can take over, and what is an item already."""
        try:
            services = self.reseller.imports.services(self._module().id)
        except NotConnected as problem:
            return ClientReport(StepResult.FAILED, reason=str(problem))
        return ClientReport(StepResult.OK, ids=tuple(each.row.id for each in services))

    def readdress(self) -> ClientReport:
        """Run the operation ``setparam``."""
        changed = {"ip": self.step["ip"]}
        return self._report_after_poll(
            self.reseller.set_params(self._existing_item().id, params=changed)
        )

    def status(self) -> ClientReport:
        """Show an item after the next poll."""
        item = self._existing_item()
        self.reseller.check_event()
        return self._report(item.id)

    def _tariff(self) -> int:
        """The reseller's own tariff, imported at the first order. Raises NotConnected."""
        catalogue, code = self.reseller.catalogue, self.step["tariff"]
        for own in catalogue.tariffs():
            sources = catalogue.sources(own.id).values()
            if own.enabled and any(source.id == code for source in sources):
                return own.id
        own = self.reseller.tariffs.import_tariff(self._module().id, code)
        self.reseller.tariffs.enable(own.id)
        return own.id

    def _module(self) -> ProcessingModule:
        """The processing module, connected at first use. Raises NotConnected."""
        modules = self.reseller.catalogue.modules()
        if modules:
            return modules[0]
        module = ProcessingModule(0, TYPES[self.step["trade"]], SELLER, "The seller")
        return self.reseller.add_module(module)

    def _params(self) -> Mapping[str, str]:
        match self.step["trade"]:
            case "licences":
                return {"ip": self.step["ip"], "licname": self.step["name"]}
            case "services":
                return {"domain": self.step["domain"]}
            case _:
                return {"item": str(self.step["licence"])}

    def _item(self, reference: str = "") -> Item | None:
        customer = reference or self.step["reference"]
        items = self.reseller.running.living()
        return next((item for item in items if item.customer == customer), None)

    def _existing_item(self, reference: str = "") -> Item:
        item = self._item(reference)
        if item is None:
            customer = reference or self.step["reference"]
            raise NotSupportedError(f"there is no item of {customer}")
        return item

    def _report_after_poll(self, operation: Operation) -> ClientReport:
        """The report on an operation after the next poll."""
        self.reseller.check_event()
        now = self.reseller.running.operation(operation.id)
        if reason := self._reason(now):
            silent = now.reason is not None and now.reason.type == "unknown_outcome"
            return ClientReport(StepResult.UNKNOWN if silent else StepResult.FAILED, reason=reason)
        return self._report(operation.item)

    @staticmethod
    def _reason(operation: Operation) -> str:
        if operation.state is not OperationState.FAILED or operation.reason is None:
            return ""
        refusal = operation.reason
        return f"{refusal.type} {refusal.object}: {refusal.message}"

    def _report(self, number: int) -> ClientReport:
        """The report on an item; not ok while an operation on it is running or has failed."""
        item = self.reseller.running.item(number)
        busy = self.reseller.running.running(number)
        failed = self.reseller.running.operations(OperationState.FAILED, item=number)
        done = busy is None and not failed and item.status is not Status.PROCESSING
        return ClientReport(
            StepResult.OK if done else StepResult.UNKNOWN,
            id=item.seller_id,
            name=item.params.get("licname"),
            key=item.details.get("lickey") or None,
            ip=item.details.get("ip") or None,
            status=int(item.status),
            ends_on=item.seller_expires_on,
            reason="" if done else "the operation has not ended",
        )
