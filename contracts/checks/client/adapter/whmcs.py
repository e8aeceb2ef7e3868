"""WHMCS as adapter: the calls it makes of its license module, by their own names.

Like the module, it polls for a key without a pause, and stores its table in a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from contracts.checks.client.adapter.common import (
    Adapter,
    NotSupportedError,
    StepFields,
    StepHandlers,
)
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import Client
from reseller_client.resellers import Delivery, Hosted, SqliteStore, WhmcsReseller
from reseller_client.resellers.whmcs.store import Owner, PoolRow

ANSWER_TIME = 0.1
"""Seconds that a seller takes to answer."""


class WhmcsAdapter(Adapter):
    """Creates accounts and runs daily; it has no list and no balance, and resells licenses only."""

    reseller: WhmcsReseller
    """The module of this step."""
    store: SqliteStore
    """Its table."""

    def make_client(self, step: StepFields) -> Client:
        """The client of the module, which polls for a key without a pause (docs/resale.md 4.1)."""
        client = super().make_client(step)
        client.retry_policy = replace(client.retry_policy, pause=ANSWER_TIME)
        return client

    @contextmanager
    def open_handlers(self) -> Iterator[StepHandlers]:
        """Open the database in the adapter's folder."""
        if self.step["trade"] != "licences":
            raise NotSupportedError("the license module resells licenses only")
        with closing(self.open_database("whmcs")) as connection:
            self.store = SqliteStore(connection)
            self.store.prepare()
            self.reseller = WhmcsReseller(self.client, self.store, today=self.today)
            yield self.handlers()

    def handlers(self) -> StepHandlers:
        """What WHMCS does for each action."""
        return {
            "order": lambda: delivered(self.reseller.create_account(self.hosted())),
            "settle": self.reconcile,
            "deliver": lambda: delivered(self.reseller.deliver_key(self.hosted())),
            "daily": self.daily,
            "suspend": lambda: delivered(self.reseller.suspend_account(self.hosted())),
            "suspend-several": self.suspend_several,
            "readdress": self.readdress,
            "status": self.status,
        }

    def reconcile(self) -> ClientReport:
        """Press Create again, or look whether the key has come, as its operator does."""
        if self.row() is None:
            return delivered(self.reseller.create_account(self.hosted()))
        return delivered(self.reseller.deliver_key(self.hosted()))

    def daily(self) -> ClientReport:
        """Run the daily job; it tries again tomorrow what it could not renew."""
        failed = self.reseller.daily_run().failed
        if failed:
            return ClientReport(StepResult.FAILED, reason=str(failed[0][1]))
        return ClientReport(StepResult.OK)

    def suspend_several(self) -> ClientReport:
        """Suspend each overdue account by itself, as the cron of WHMCS does."""
        for reference in self.step["references"]:
            self.reseller.suspend_account(self.hosted(reference=reference))
        return ClientReport(StepResult.OK)

    def readdress(self) -> ClientReport:
        """Write the changed address to the license, with its other parameters."""
        name = f"web-{self.step['reference']}"
        license = self.reseller.change_params(self.hosted(name=name))
        return ClientReport(StepResult.OK, id=license.id, ip=license.ip)

    def status(self) -> ClientReport:
        """Show the next due date in its own table; the seller is not called."""
        row = self.row()
        if row is None:
            raise NotSupportedError(f"WHMCS knows no license of {self.step['reference']}")
        return ClientReport(StepResult.OK, id=row.license_id, ends_on=row.due_on)

    def hosted(self, **changed: str) -> Hosted:
        """The service of the step as WHMCS keeps it, under its own number."""
        step = {**self.step, **changed}
        return Hosted(
            service_id=int(step["reference"]),
            ip=step.get("ip", ""),
            licname=step.get("name", ""),
            tariff=step.get("tariff", 0),
        )

    def row(self) -> PoolRow | None:
        """The row of its license in the module's table."""
        key = (Owner.PRODUCT, int(self.step["reference"]))
        return next((row for row in self.store.rows() if (row.owner, row.service_id) == key), None)


def delivered(delivery: Delivery) -> ClientReport:
    """The report on what WHMCS stores after a delivery."""
    return ClientReport(
        StepResult.OK, id=delivery.license_id, key=delivery.key or None, ends_on=delivery.due_on
    )
