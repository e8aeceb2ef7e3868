"""What the adapters of all kinds have in common: reading a step, and telling what came of it."""

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

from contracts.checks.client.steps import Report, Result
from reseller_client import (
    Client,
    KeyNotIssued,
    NotPossible,
    NotReady,
    Refused,
    ResellerError,
    RetryPolicy,
)

Told = Mapping[str, Any]
"""A step, as it came in JSON."""


@dataclass(frozen=True, slots=True)
class Means:
    """What an adapter works with: a folder for its books, and httpx's seam, and how it waits.

    ``transport`` None is the network. ``out`` is the format its client asks for.
    """

    folder: Path
    retry_policy: RetryPolicy
    transport: httpx.BaseTransport | None = None
    out: str = "xml"


class CannotDoError(Exception):
    """The client has nothing like this; the text is one line."""


Deeds = Mapping[str, Callable[[], Report]]
"""What a kind of reseller does for each step; a step that is missing cannot be done."""


class Adapter(ABC):
    """A kind of reseller: opens what it works with for one step, and does what is to be done."""

    def __init__(self, means: Means) -> None:
        self.means = means

    def do(self, told: Told) -> Report:
        """Carries out a step with a client of its own. Raises CannotDoError, and as the client."""
        with self.client(told) as client, self.at_work(client, told) as deeds:
            deed = deeds.get(told["do"])
            if deed is None:
                raise CannotDoError("this kind of reseller has nothing like it")
            return deed()

    def client(self, told: Told) -> Client:
        """The client as its users would make it."""
        seller = told["seller"]
        return Client(
            seller["url"],
            login=seller["login"],
            password=seller["password"],
            session=told["session"],
            transport=self.means.transport,
            retry_policy=self.means.retry_policy,
            out="bjson" if self.means.out == "bjson" else "xml",
        )

    @abstractmethod
    def at_work(self, client: Client, told: Told) -> AbstractContextManager[Deeds]:
        """What this kind does, while its books are open. Raises CannotDoError: not this trade."""


def carry_out(adapter: Adapter, told: Told) -> Report:
    """Carries out a step; whatever the client raises is told as the protocol tells it."""
    try:
        return adapter.do(told)
    except (CannotDoError, NotPossible) as problem:
        return Report(Result.CANNOT, reason=str(problem))
    except ResellerError as problem:
        return _not_done(problem)


def _not_done(problem: ResellerError) -> Report:
    """A refusal is known to be one; all else is to be looked at again."""
    told = str(problem)
    match problem:
        case KeyNotIssued():
            return Report(Result.UNKNOWN, id=problem.license_id, reason=told)
        case NotReady():
            return Report(Result.UNKNOWN, id=problem.service_id, reason=told)
        case Refused():
            return Report(Result.FAILED, reason=told)
        case _:
            return Report(Result.UNKNOWN, reason=told)


def books(folder: Path, name: str) -> sqlite3.Connection:
    """A client's own database in the adapter's folder. It is thrown away, so nothing is synced."""
    opened = sqlite3.connect(folder / f"{name}.sqlite")
    opened.execute("PRAGMA synchronous = OFF")
    return opened


def now_of(told: Told) -> datetime:
    """The seller's time, by which the client's calendar goes."""
    return datetime.fromisoformat(told["now"])


def today_of(told: Told) -> date:
    """The day of that."""
    return now_of(told).date()
