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
    open_database,
    today_of,
)
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import Client
from reseller_client.resellers import Delivery, Hosted, SqliteStore, WhmcsReseller
from reseller_client.resellers.whmcs.store import Owner, PoolRow

ANSWER_TIME = 0.1
"""Seconds that a seller takes to answer."""


class WhmcsAdapter(Adapter):
    """Creates accounts and runs daily; it has no list and no balance, and resells licenses only."""

    def client(self, step: StepFields) -> Client:
        """The client of the module, which polls for a key without a pause (docs/resale.md 4.1)."""
        client = super().client(step)
        client.retry_policy = replace(client.retry_policy, pause=ANSWER_TIME)
        return client

    @contextmanager
    def open_handlers(self, client: Client, step: StepFields) -> Iterator[StepHandlers]:
        """Open the database in the adapter's folder."""
        if step["trade"] != "licences":
            raise NotSupportedError("the license module resells licenses only")
        with closing(open_database(self.setup.folder, "whmcs")) as connection:
            store = SqliteStore(connection)
            store.prepare()
            reseller = WhmcsReseller(client, store, today=lambda: today_of(step))
            yield self.handlers(reseller, store, step)

    def handlers(
        self, reseller: WhmcsReseller, store: SqliteStore, step: StepFields
    ) -> StepHandlers:
        """What WHMCS does for each action."""
        return {
            "order": lambda: delivered(reseller.create_account(hosted(step))),
            "settle": lambda: self.reconcile(reseller, store, step),
            "deliver": lambda: delivered(reseller.deliver_key(hosted(step))),
            "daily": lambda: self.daily(reseller),
            "suspend": lambda: delivered(reseller.suspend_account(hosted(step))),
            "suspend-several": lambda: self.suspend_several(reseller, step),
            "readdress": lambda: self.readdress(reseller, step),
            "status": lambda: self.status(store, step),
        }

    def reconcile(
        self, reseller: WhmcsReseller, store: SqliteStore, step: StepFields
    ) -> ClientReport:
        """Press Create again, or look whether the key has come, as its operator does."""
        if row_of(store, step) is None:
            return delivered(reseller.create_account(hosted(step)))
        return delivered(reseller.deliver_key(hosted(step)))

    @staticmethod
    def daily(reseller: WhmcsReseller) -> ClientReport:
        """Run the daily job; it tries again tomorrow what it could not renew."""
        failed = reseller.daily_run().failed
        if failed:
            return ClientReport(StepResult.FAILED, reason=str(failed[0][1]))
        return ClientReport(StepResult.OK)

    @staticmethod
    def suspend_several(reseller: WhmcsReseller, step: StepFields) -> ClientReport:
        """Suspend each overdue account by itself, as the cron of WHMCS does."""
        for reference in step["references"]:
            reseller.suspend_account(hosted({**step, "reference": reference}))
        return ClientReport(StepResult.OK)

    @staticmethod
    def readdress(reseller: WhmcsReseller, step: StepFields) -> ClientReport:
        """Write the changed address to the license, with its other parameters."""
        license = reseller.change_params(hosted({**step, "name": f"web-{step['reference']}"}))
        return ClientReport(StepResult.OK, id=license.id, ip=license.ip)

    @staticmethod
    def status(store: SqliteStore, step: StepFields) -> ClientReport:
        """Show the next due date in its own table; the seller is not called."""
        row = row_of(store, step)
        if row is None:
            raise NotSupportedError(f"WHMCS knows no license of {step['reference']}")
        return ClientReport(StepResult.OK, id=row.license_id, ends_on=row.due_on)


def hosted(step: StepFields) -> Hosted:
    """The service as WHMCS keeps it, under its own number."""
    number = int(step["reference"])
    return Hosted(
        service_id=number,
        ip=step.get("ip", ""),
        licname=step.get("name", ""),
        tariff=step.get("tariff", 0),
    )


def row_of(store: SqliteStore, step: StepFields) -> PoolRow | None:
    """The row of its license in the module's table."""
    key = (Owner.PRODUCT, int(step["reference"]))
    return next((row for row in store.rows() if (row.owner, row.service_id) == key), None)


def delivered(delivery: Delivery) -> ClientReport:
    """The report on what WHMCS stores after a delivery."""
    return ClientReport(
        StepResult.OK, id=delivery.license_id, key=delivery.key or None, ends_on=delivery.due_on
    )
