"""WHMCS as adapter: the calls it makes of its license module, by their own names.

As the module does, it asks for a key without a pause, and keeps its table in a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from contracts.checks.client.adapter.common import (
    Adapter,
    CannotDoError,
    Deeds,
    Told,
    books,
    today_of,
)
from contracts.checks.client.steps import Report, Result
from reseller_client import Client
from reseller_client.resellers import Delivery, Hosted, SqliteStore, WhmcsReseller
from reseller_client.resellers.whmcs.store import Owner, PoolRow

ONE_ANSWER = 0.1
"""Seconds."""


class WhmcsAdapter(Adapter):
    """Creates accounts, runs daily; has no list, no balance and nothing but licenses."""

    def client(self, told: Told) -> Client:
        """The module's: it looks for a key in a loop that does not pause (docs/resale.md 4.1).

        A tenth of a second stands for how long a seller takes to answer it.
        """
        client = super().client(told)
        client.retry_policy = replace(client.retry_policy, pause=ONE_ANSWER)
        return client

    @contextmanager
    def at_work(self, client: Client, told: Told) -> Iterator[Deeds]:
        """Over the books in the adapter's folder."""
        if told["trade"] != "licences":
            raise CannotDoError("the license module resells licenses only")
        with closing(books(self.means.folder, "whmcs")) as rows:
            store = SqliteStore(rows)
            store.prepare()
            reseller = WhmcsReseller(client, store, today=lambda: today_of(told))
            yield self.deeds(reseller, store, told)

    def deeds(self, reseller: WhmcsReseller, store: SqliteStore, told: Told) -> Deeds:
        """What WHMCS does for each step."""
        return {
            "order": lambda: delivered(reseller.create_account(hosted(told))),
            "settle": lambda: self.settle(reseller, store, told),
            "deliver": lambda: delivered(reseller.deliver_key(hosted(told))),
            "daily": lambda: self.daily(reseller),
            "suspend": lambda: delivered(reseller.suspend_account(hosted(told))),
            "readdress": lambda: self.readdress(reseller, told),
            "status": lambda: self.status(store, told),
        }

    def settle(self, reseller: WhmcsReseller, store: SqliteStore, told: Told) -> Report:
        """Its operator presses Create again, or looks whether the key has come."""
        if row_of(store, told) is None:
            return delivered(reseller.create_account(hosted(told)))
        return delivered(reseller.deliver_key(hosted(told)))

    @staticmethod
    def daily(reseller: WhmcsReseller) -> Report:
        """The daily run; what it could not prolong it tries again tomorrow."""
        failed = reseller.daily_run().failed
        if failed:
            return Report(Result.FAILED, reason=str(failed[0][1]))
        return Report(Result.OK)

    @staticmethod
    def readdress(reseller: WhmcsReseller, told: Told) -> Report:
        """A changed address is written to the license with the rest of what it is hosted with."""
        license = reseller.change_params(hosted({**told, "name": f"web-{told['reference']}"}))
        return Report(Result.OK, id=license.id, ip=license.ip)

    @staticmethod
    def status(store: SqliteStore, told: Told) -> Report:
        """It asks the seller nothing: it shows the next due date of its own table."""
        row = row_of(store, told)
        if row is None:
            raise CannotDoError(f"WHMCS knows no license of {told['reference']}")
        return Report(Result.OK, id=row.license_id, ends_on=row.due_on)


def hosted(told: Told) -> Hosted:
    """What WHMCS hosts, by its own number."""
    number = int(told["reference"])
    return Hosted(
        service_id=number,
        ip=told.get("ip", ""),
        licname=told.get("name", ""),
        tariff=told.get("tariff", 0),
    )


def row_of(store: SqliteStore, told: Told) -> PoolRow | None:
    """Its license in the module's table."""
    wanted = (Owner.PRODUCT, int(told["reference"]))
    return next((row for row in store.rows() if (row.owner, row.service_id) == wanted), None)


def delivered(delivery: Delivery) -> Report:
    """What stands in WHMCS's own fields afterwards."""
    return Report(
        Result.OK, id=delivery.license_id, key=delivery.key or None, ends_on=delivery.due_on
    )
