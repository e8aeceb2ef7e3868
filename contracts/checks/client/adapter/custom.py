"""A custom billing as adapter: `CustomReseller`, `CustomServices`, `CustomModules`.

Its own number is the `remoteid`, by which it finds everything again, so it keeps no books here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from contracts.checks.client.adapter.common import Adapter, CannotDoError, Deeds, Told, today_of
from contracts.checks.client.steps import Report, Result
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
from reseller_client.resellers import CustomModules, CustomReseller, CustomServices

Row = LicenseRow | ModuleRow | ServiceRow
Held = License | Module | Service
MACHINES = "vds"


class CustomAdapter(Adapter):
    """Orders, looks and renews as a custom billing does."""

    @contextmanager
    def at_work(self, client: Client, told: Told) -> Iterator[Deeds]:
        """It keeps no books here: nothing has to be opened."""
        yield self.deeds(client, told)

    def deeds(self, client: Client, told: Told) -> Deeds:
        """A custom billing does all of it."""
        order = lambda: self.order(client, told)  # noqa: E731 - two steps are one deed
        return {
            "order": order,
            "settle": order,
            "deliver": lambda: self.deliver(client, told),
            "daily": lambda: self.daily(client, told),
            "suspend": lambda: self.suspend(client, told),
            "readdress": lambda: self.readdress(client, told),
            "status": lambda: shown(self.find(client, told)),
            "list": lambda: Report(Result.OK, ids=tuple(row.id for row in rows(client, told))),
            "balance": lambda: Report(Result.OK, balance=client.account.balance().amount),
        }

    def order(self, client: Client, told: Told) -> Report:
        """Orders and delivers; the same number again is the same order, not a second one."""
        match told["trade"]:
            case "licences":
                return shown(self.licenses(client, told).order(self.license_wish(told)))
            case "services":
                return shown(self.machines(client, told).order(self.machine_wish(told)))
            case _:
                return shown(self.order_module(client, told))

    def order_module(self, client: Client, told: Told) -> Module:
        """A module; where the seller is to renew it, by the period it is ordered for."""
        wish = self.module_wish(told)
        if not told.get("autoprolong"):
            return CustomModules(client).order(wish)
        ordered = client.modules.order(wish)
        if ordered.service_id is None:
            raise UnknownOutcome("the module waits in the basket")
        return client.modules.get(ordered.service_id)

    def license_wish(self, told: Told) -> LicenseOrder:
        """What is ordered, as this client writes it."""
        return LicenseOrder(
            tariff=told["tariff"],
            period=told["period"],
            ip=told["ip"],
            licname=told["name"],
            remoteid=told["reference"],
        )

    def machine_wish(self, told: Told) -> ServiceOrder:
        """The same of a machine."""
        return ServiceOrder(
            tariff=told["tariff"],
            period=told["period"],
            domain=told["domain"],
            remoteid=told["reference"],
        )

    def module_wish(self, told: Told) -> ModuleOrder:
        """The same of a module."""
        return ModuleOrder(
            tariff=told["tariff"],
            license_id=told["licence"],
            period=told["period"],
            remoteid=told["reference"],
            autoprolong=told["period"] if told.get("autoprolong") else None,
        )

    def find(self, client: Client, told: Told) -> Held:
        """What stands under our own number. Raises CannotDoError where nothing does."""
        reference = told["reference"]
        held: Held | None
        match told["trade"]:
            case "licences":
                held = self.licenses(client, told).reconcile(reference)
            case "services":
                held = self.machines(client, told).reconcile(reference)
            case _:
                row = client.modules.find(reference)
                held = None if row is None else CustomModules(client).get(row.id)
        if held is None:
            raise CannotDoError(f"nothing stands under {reference}")
        return held

    def deliver(self, client: Client, told: Told) -> Report:
        """What the customer gets, once it is there."""
        held = self.find(client, told)
        if isinstance(held, License):
            return shown(self.licenses(client, told).deliver_key(held.id))
        if isinstance(held, Service):
            return shown(self.machines(client, told).deliver(held.id))
        return shown(held)

    def daily(self, client: Client, told: Told) -> Report:
        """Renews what is ours and ends tomorrow or earlier."""
        until = today_of(told) + timedelta(days=1)
        for row in rows(client, told):
            if row.remoteid and row.expires_on is not None and row.expires_on <= until:
                self.renew(client, told, row)
        return Report(Result.OK)

    def renew(self, client: Client, told: Told, row: Row) -> None:
        """Buys another month of one."""
        match row:
            case LicenseRow():
                self.licenses(client, told).renew(row.id)
            case ServiceRow():
                self.machines(client, told).renew(row.id, ends_on=row.expires_on)
            case _:
                CustomModules(client).renew(row.id, ends_on=row.expires_on)

    def suspend(self, client: Client, told: Told) -> Report:
        """Switches it off."""
        held = self.find(client, told)
        match held:
            case License():
                self.licenses(client, told).suspend(held.id)
            case Service():
                self.machines(client, told).suspend(held.id)
            case _:
                raise CannotDoError("modules are not switched off by resellers")
        return Report(Result.OK, id=held.id)

    def readdress(self, client: Client, told: Told) -> Report:
        """Moves a license."""
        held = self.find(client, told)
        return shown(self.licenses(client, told).readdress(held.id, told["ip"]))

    @staticmethod
    def licenses(client: Client, told: Told) -> CustomReseller:
        """The flows of licenses."""
        return CustomReseller(client, today=lambda: today_of(told))

    @staticmethod
    def machines(client: Client, told: Told) -> CustomServices:
        """The flows of machines."""
        return CustomServices(client, MACHINES, today=lambda: today_of(told))


def rows(client: Client, told: Told) -> Iterator[Row]:
    """Everything of this trade that the account has and that lives."""
    found: tuple[Row, ...]
    match told["trade"]:
        case "licences":
            found = client.licenses.list()
        case "services":
            found = client.products(MACHINES).list()
        case _:
            found = client.modules.list()
    return (row for row in found if row.status is not Status.DELETED)


def shown(held: Held) -> Report:
    """What the customer is told of it."""
    return Report(
        Result.OK,
        id=held.id,
        key=held.key if isinstance(held, License) else None,
        ip=None if isinstance(held, Module) else held.ip,
        status=int(held.status),
        ends_on=held.expires_on,
    )
