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
    StepFields,
    StepHandlers,
    open_database,
    today_of,
)
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import (
    Client,
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
    def open_handlers(self, client: Client, step: StepFields) -> Iterator[StepHandlers]:
        """Return the handlers; only those of tickets open a database."""
        yield self.handlers(client, step)

    def handlers(self, client: Client, step: StepFields) -> StepHandlers:
        """A handler for every action."""
        order = lambda: self.order(client, step)  # noqa: E731 - one handler of two actions
        return {
            "order": order,
            "settle": order,
            "deliver": lambda: self.deliver(client, step),
            "daily": lambda: self.daily(client, step),
            "suspend": lambda: self.suspend(client, step),
            "suspend-several": lambda: self.suspend_several(client, step),
            "let-end": lambda: self.let_end(client, step),
            "readdress": lambda: self.readdress(client, step),
            "status": lambda: report_on(self.find(client, step)),
            "list": lambda: ClientReport(
                StepResult.OK, ids=tuple(row.id for row in self.list_services(client, step))
            ),
            "balance": lambda: ClientReport(StepResult.OK, balance=client.account.balance().amount),
            "ask": lambda: self.ask(client, step),
            "answers": lambda: self.answers(client),
        }

    def list_services(self, client: Client, step: StepFields) -> Iterator[Row]:
        """Every service of this trade, machines of subtypes too."""
        if step["trade"] != "services":
            return list_rows(client, step)
        lists = client.products(SERVERS).list_with_subtypes()
        return (row for rows in lists.values() for row in rows if row.status is not Status.DELETED)

    def order(self, client: Client, step: StepFields) -> ClientReport:
        """Order and deliver; the same number again is the same order, not a second one."""
        match step["trade"]:
            case "licences":
                return report_on(self.licenses(client, step).order(self.license_order(step)))
            case "services":
                return report_on(self.server_flows(client, step).order(self.server_order(step)))
            case _:
                return report_on(self.order_module(client, step))

    def order_module(self, client: Client, step: StepFields) -> Module:
        """Order a module; if the seller is to renew it, by the period of the order."""
        order = self.module_order(step)
        if not step.get("autoprolong"):
            return CustomModules(client).order(order)
        ordered = client.modules.order(order)
        if ordered.service_id is None:
            raise UnknownOutcome("the module waits in the basket")
        return client.modules.get(ordered.service_id)

    def license_order(self, step: StepFields) -> LicenseOrder:
        """The order of a license, as this client writes it."""
        return LicenseOrder(
            tariff=step["tariff"],
            period=step["period"],
            ip=step["ip"],
            licname=step["name"],
            remoteid=step["reference"],
        )

    def server_order(self, step: StepFields) -> ServiceOrder:
        """The order of a virtual server, as this client writes it."""
        return ServiceOrder(
            tariff=step["tariff"],
            period=step["period"],
            domain=step["domain"],
            remoteid=step["reference"],
        )

    def module_order(self, step: StepFields) -> ModuleOrder:
        """The order of a module, as this client writes it."""
        return ModuleOrder(
            tariff=step["tariff"],
            license_id=step["licence"],
            period=step["period"],
            remoteid=step["reference"],
            autoprolong=step["period"] if step.get("autoprolong") else None,
        )

    def find(self, client: Client, step: StepFields) -> OwnedService:
        """The service under our own number. Raises NotSupportedError where there is none."""
        reference = step["reference"]
        service: OwnedService | None
        match step["trade"]:
            case "licences":
                service = self.licenses(client, step).reconcile(reference)
            case "services":
                service = self.server_flows(client, step).reconcile(reference)
            case _:
                row = client.modules.find(reference)
                service = None if row is None else CustomModules(client).get(row.id)
        if service is None:
            raise NotSupportedError(f"there is no service under {reference}")
        return service

    def deliver(self, client: Client, step: StepFields) -> ClientReport:
        """Report what the customer gets, once it is there."""
        service = self.find(client, step)
        if isinstance(service, License):
            return report_on(self.licenses(client, step).deliver_key(service.id))
        if isinstance(service, Service):
            return report_on(self.server_flows(client, step).deliver(service.id))
        return report_on(service)

    def daily(self, client: Client, step: StepFields) -> ClientReport:
        """Renew what is ours and ends tomorrow or earlier."""
        until = today_of(step) + timedelta(days=1)
        for row in list_rows(client, step):
            if row.remoteid and row.expires_on is not None and row.expires_on <= until:
                self.renew(client, step, row)
        return ClientReport(StepResult.OK)

    def renew(self, client: Client, step: StepFields, row: Row) -> None:
        """Buy another month of a service."""
        match row:
            case LicenseRow():
                self.licenses(client, step).renew(row.id)
            case ServiceRow():
                self.server_flows(client, step).renew(row.id, ends_on=row.expires_on)
            case _:
                CustomModules(client).renew(row.id, ends_on=row.expires_on)

    def suspend(self, client: Client, step: StepFields) -> ClientReport:
        """Suspend a service."""
        service = self.find(client, step)
        match service:
            case License():
                self.licenses(client, step).suspend(service.id)
            case Service():
                self.server_flows(client, step).suspend(service.id)
            case _:
                raise NotSupportedError("resellers cannot suspend modules")
        return ClientReport(StepResult.OK, id=service.id)

    def suspend_several(self, client: Client, step: StepFields) -> ClientReport:
        """Suspend several services in one call."""
        numbers = [
            self.find(client, {**step, "reference": reference}).id
            for reference in step["references"]
        ]
        if step["trade"] == "modules":
            raise NotSupportedError("resellers cannot suspend modules")
        functions_of(client, step).suspend(numbers)
        return ClientReport(StepResult.OK)

    def let_end(self, client: Client, step: StepFields) -> ClientReport:
        """Switch the seller's renewal of a service off."""
        number = self.find(client, step).id
        functions_of(client, step).set_autoprolong(number, None)
        return ClientReport(StepResult.OK, id=number)

    def readdress(self, client: Client, step: StepFields) -> ClientReport:
        """Move a license to another address."""
        service = self.find(client, step)
        return report_on(self.licenses(client, step).readdress(service.id, step["ip"]))

    def ask(self, client: Client, step: StepFields) -> ClientReport:
        """Pass a customer's question to the seller's support."""
        with self.tickets(client) as tickets:
            number = tickets.ask(step["reference"], step["subject"], step["text"])
        return ClientReport(StepResult.OK, id=number)

    def answers(self, client: Client) -> ClientReport:
        """Report the answers that are for customers now."""
        with self.tickets(client) as tickets:
            texts = tuple(answer.text for answer in tickets.new_answers())
        return ClientReport(StepResult.OK, answers=texts)

    @contextmanager
    def tickets(self, client: Client) -> Iterator[CustomTickets]:
        """How tickets are passed on; what was is in the adapter's folder."""
        with closing(open_database(self.setup.folder, "tickets")) as connection:
            tickets = CustomTickets(client, connection)
            tickets.prepare()
            yield tickets

    @staticmethod
    def licenses(client: Client, step: StepFields) -> CustomReseller:
        """How licenses are resold."""
        return CustomReseller(client, today=lambda: today_of(step))

    @staticmethod
    def server_flows(client: Client, step: StepFields) -> CustomServices:
        """How virtual servers are resold."""
        return CustomServices(client, SERVERS, today=lambda: today_of(step))


def list_rows(client: Client, step: StepFields) -> Iterator[Row]:
    """The services of this trade in the account, without the deleted ones."""
    listed = functions_of(client, step).list()
    return (row for row in listed if row.status is not Status.DELETED)


def functions_of(client: Client, step: StepFields) -> ProductFunctions[Any, Any]:
    """The client's functions for the product type of this trade."""
    if step["trade"] == "services":
        return client.products(SERVERS)
    return client.licenses if step["trade"] == "licences" else client.modules


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
