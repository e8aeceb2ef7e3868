"""A custom billing as adapter: `CustomReseller`, `CustomServices`, `CustomModules`.

Its own number is the `remoteid`, by which it finds everything again. Only of tickets it stores what
was passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from contracts.checks.client.adapter.common import (
    Adapter,
    NotSupportedError,
    StepHandlers,
)
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import (
    License,
    LicenseOrder,
    LicenseRow,
    Module,
    ModuleOrder,
    ModuleRow,
    Service,
    ServiceOrder,
    ServiceRow,
    Status,
    UnknownOutcome,
)
from reseller_client.resellers import (
    CustomModules,
    CustomReseller,
    CustomServices,
    CustomTickets,
)
from reseller_client.services.product_functions import ProductFunctions

Row = LicenseRow | ModuleRow | ServiceRow
OwnedService = License | Module | Service
SERVERS = "vds"


class CustomAdapter(Adapter):
    """Orders, reads and renews as a custom billing does."""

    @contextmanager
    def open_handlers(self) -> Iterator[StepHandlers]:
        """Return the handlers; only those of tickets open a database."""
        yield self.handlers()

    def handlers(self) -> StepHandlers:
        """A handler for every action."""
        return {
            "order": self.order,
            "settle": self.order,
            "deliver": self.deliver,
            "daily": self.daily,
            "suspend": self.suspend,
            "suspend-several": self.suspend_several,
            "let-end": self.let_end,
            "readdress": self.readdress,
            "status": lambda: report_on(self.find()),
            "list": lambda: ClientReport(
                StepResult.OK, ids=tuple(row.id for row in self.list_services())
            ),
            "balance": self.balance,
            "ask": self.ask,
            "answers": self.answers,
        }

    @property
    def licenses(self) -> CustomReseller:
        """How licenses are resold."""
        return CustomReseller(self.client, today=self.today)

    @property
    def server_flows(self) -> CustomServices:
        """How virtual servers are resold."""
        return CustomServices(self.client, SERVERS, today=self.today)

    @property
    def functions(self) -> ProductFunctions[Any, Any]:
        """The client's functions for the product type of this trade."""
        if self.step["trade"] == "services":
            return self.client.products(SERVERS)
        return self.client.licenses if self.step["trade"] == "licences" else self.client.modules

    def list_rows(self) -> Iterator[Row]:
        """The services of this trade in the account, without the deleted ones."""
        return (row for row in self.functions.list() if row.status is not Status.DELETED)

    def list_services(self) -> Iterator[Row]:
        """Every service of this trade, machines of subtypes too."""
        if self.step["trade"] != "services":
            return self.list_rows()
        lists = self.client.products(SERVERS).list_with_subtypes()
        return (row for rows in lists.values() for row in rows if row.status is not Status.DELETED)

    def order(self) -> ClientReport:
        """Order and deliver; the same number again is the same order, not a second one."""
        match self.step["trade"]:
            case "licences":
                return report_on(self.licenses.order(self.license_order()))
            case "services":
                return report_on(self.server_flows.order(self.server_order()))
            case _:
                return report_on(self.order_module())

    def order_module(self) -> Module:
        """Order a module; if the seller is to renew it, by the period of the order."""
        order = self.module_order()
        if not self.step.get("autoprolong"):
            return CustomModules(self.client).order(order)
        ordered = self.client.modules.order(order)
        if ordered.service_id is None:
            raise UnknownOutcome("the module waits in the basket")
        return self.client.modules.get(ordered.service_id)

    def license_order(self) -> LicenseOrder:
        """The order of a license, as this client writes it."""
        return LicenseOrder(
            tariff=self.step["tariff"],
            period=self.step["period"],
            ip=self.step["ip"],
            licname=self.step["name"],
            remoteid=self.step["reference"],
        )

    def server_order(self) -> ServiceOrder:
        """The order of a virtual server, as this client writes it."""
        return ServiceOrder(
            tariff=self.step["tariff"],
            period=self.step["period"],
            domain=self.step["domain"],
            remoteid=self.step["reference"],
        )

    def module_order(self) -> ModuleOrder:
        """The order of a module, as this client writes it."""
        return ModuleOrder(
            tariff=self.step["tariff"],
            license_id=self.step["licence"],
            period=self.step["period"],
            remoteid=self.step["reference"],
            autoprolong=self.step["period"] if self.step.get("autoprolong") else None,
        )

    def find(self, reference: str = "") -> OwnedService:
        """The service under our own number. Raises NotSupportedError where there is none."""
        reference = reference or self.step["reference"]
        service: OwnedService | None
        match self.step["trade"]:
            case "licences":
                service = self.licenses.reconcile(reference)
            case "services":
                service = self.server_flows.reconcile(reference)
            case _:
                row = self.client.modules.find(reference)
                service = None if row is None else CustomModules(self.client).get(row.id)
        if service is None:
            raise NotSupportedError(f"there is no service under {reference}")
        return service

    def deliver(self) -> ClientReport:
        """Report what the customer gets, once it is there."""
        service = self.find()
        if isinstance(service, License):
            return report_on(self.licenses.deliver_key(service.id))
        if isinstance(service, Service):
            return report_on(self.server_flows.deliver(service.id))
        return report_on(service)

    def daily(self) -> ClientReport:
        """Renew what is ours and ends tomorrow or earlier."""
        until = self.today() + timedelta(days=1)
        for row in self.list_rows():
            if row.remoteid and row.expires_on is not None and row.expires_on <= until:
                self.renew(row)
        return ClientReport(StepResult.OK)

    def renew(self, row: Row) -> None:
        """Buy another month of a service."""
        match row:
            case LicenseRow():
                self.licenses.renew(row.id)
            case ServiceRow():
                self.server_flows.renew(row.id, ends_on=row.expires_on)
            case _:
                CustomModules(self.client).renew(row.id, ends_on=row.expires_on)

    def suspend(self) -> ClientReport:
        """Suspend a service."""
        service = self.find()
        match service:
            case License():
                self.licenses.suspend(service.id)
            case Service():
                self.server_flows.suspend(service.id)
            case _:
                raise NotSupportedError("resellers cannot suspend modules")
        return ClientReport(StepResult.OK, id=service.id)

    def suspend_several(self) -> ClientReport:
        """Suspend several services in one call."""
        numbers = [self.find(reference).id for reference in self.step["references"]]
        if self.step["trade"] == "modules":
            raise NotSupportedError("resellers cannot suspend modules")
        self.functions.suspend(numbers)
        return ClientReport(StepResult.OK)

    def let_end(self) -> ClientReport:
        """Switch the seller's renewal of a service off."""
        number = self.find().id
        self.functions.set_autoprolong(number, None)
        return ClientReport(StepResult.OK, id=number)

    def readdress(self) -> ClientReport:
        """Move a license to another address."""
        return report_on(self.licenses.readdress(self.find().id, self.step["ip"]))

    def ask(self) -> ClientReport:
        """Pass a customer's question to the seller's support."""
        with self.tickets() as tickets:
            number = tickets.ask(self.step["reference"], self.step["subject"], self.step["text"])
        return ClientReport(StepResult.OK, id=number)

    def answers(self) -> ClientReport:
        """Report the answers that are for customers now."""
        with self.tickets() as tickets:
            texts = tuple(answer.text for answer in tickets.new_answers())
        return ClientReport(StepResult.OK, answers=texts)

    @contextmanager
    def tickets(self) -> Iterator[CustomTickets]:
        """How tickets are passed on; what was is in the adapter's folder."""
        with closing(self.open_database("tickets")) as connection:
            tickets = CustomTickets(self.client, connection)
            tickets.prepare()
            yield tickets


def report_on(service: OwnedService) -> ClientReport:
    """The report on a service."""
    return ClientReport(
        StepResult.OK,
        id=service.id,
        name=service.licname if isinstance(service, License) else None,
        key=service.key if isinstance(service, License) else None,
        ip=None if isinstance(service, Module) else service.ip,
        status=int(service.status),
        ends_on=service.expires_on,
    )
