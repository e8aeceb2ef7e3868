"""What the adapters of all kinds share: they read a step, call the client, and write a report."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import (
    Client,
    KeyNotIssued,
    NotPossible,
    NotReady,
    Refused,
    ResellerError,
    RetryPolicy,
)

StepFields = Mapping[str, Any]
"""A step as it came in JSON."""


@dataclass(frozen=True, slots=True)
class AdapterSetup:
    """What an adapter works with: a folder for its databases, how it waits, and its transport.

    ``transport`` None is the network. ``out`` is the format that its client requests.
    """

    folder: Path
    retry_policy: RetryPolicy
    transport: httpx.BaseTransport | None = None
    out: str = "xml"


class NotSupportedError(Exception):
    """The client has no such function; the text is one line."""


StepHandlers = Mapping[str, Callable[[], ClientReport]]
"""What a kind of reseller does for each action; an action that is missing is not supported."""


class Adapter(ABC):
    """A kind of reseller: handles one step at a time, with a new client and its databases."""

    step: StepFields
    """The step that is handled now."""
    client: Client
    """The client of this step."""

    def __init__(self, setup: AdapterSetup) -> None:
        self.setup = setup

    def do(self, step: StepFields) -> ClientReport:
        """Carry out a step with a new client.

        Raises NotSupportedError, and ResellerError as the client does.
        """
        self.step, self.client = step, self.make_client(step)
        with self.client, self.open_handlers() as handlers:
            handler = handlers.get(step["do"])
            if handler is None:
                raise NotSupportedError("this kind of reseller has no such function")
            return handler()

    def make_client(self, step: StepFields) -> Client:
        """The client as its users would make it, from the seller of the step."""
        seller = step["seller"]
        return Client(
            seller["url"],
            login=seller["login"],
            password=seller["password"],
            session=step["session"],
            transport=self.setup.transport,
            retry_policy=self.setup.retry_policy,
            out="bjson" if self.setup.out == "bjson" else "xml",
        )

    @abstractmethod
    def open_handlers(self) -> AbstractContextManager[StepHandlers]:
        """Open the databases and return the handlers.

        Raises NotSupportedError for a trade that this kind cannot resell.
        """

    def open_database(self, name: str) -> sqlite3.Connection:
        """A database in the adapter's folder; it is deleted soon, so it is not synced."""
        connection = sqlite3.connect(self.setup.folder / f"{name}.sqlite")
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def now(self) -> datetime:
        """The seller's time, which is the client's as well."""
        return datetime.fromisoformat(self.step["now"])

    def today(self) -> date:
        """The day of the seller's time."""
        return self.now().date()

    def balance(self) -> ClientReport:
        """The balance of the account."""
        return ClientReport(StepResult.OK, balance=self.client.account.balance().amount)


def carry_out(adapter: Adapter, step: StepFields) -> ClientReport:
    """Carry out a step; what the client raises becomes a report."""
    try:
        return adapter.do(step)
    except (NotSupportedError, NotPossible) as problem:
        return ClientReport(StepResult.CANNOT, reason=str(problem))
    except ResellerError as problem:
        return _not_done(problem)


def _not_done(problem: ResellerError) -> ClientReport:
    """The report of an error: a refusal has failed, the outcome of anything else is unknown."""
    reason = str(problem)
    match problem:
        case KeyNotIssued():
            return ClientReport(StepResult.UNKNOWN, id=problem.license_id, reason=reason)
        case NotReady():
            return ClientReport(StepResult.UNKNOWN, id=problem.service_id, reason=reason)
        case Refused():
            return ClientReport(StepResult.FAILED, reason=reason)
        case _:
            return ClientReport(StepResult.UNKNOWN, reason=reason)
