"""What the adapters of all kinds have in common: reading a step, and telling what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from contracts.grading.steps import Report, Result
from reseller_client import (
    Client,
    KeyNotIssued,
    NotPossible,
    NotReady,
    Patience,
    Refused,
    ResellerError,
)

Told = Mapping[str, Any]
"""A step, as it came in JSON."""


@dataclass(frozen=True, slots=True)
class Means:
    """What an adapter works with: a folder for its books, and httpx's seam, and how it waits.

    ``transport`` None is the network. ``out`` is the format its client asks for.
    """

    folder: Path
    patience: Patience
    transport: httpx.BaseTransport | None = None
    out: str = "xml"


class CannotDoError(Exception):
    """The client has nothing like this; the text is one line."""


class Adapter:
    """The base: carries out steps by the method named like what is to be done."""

    def __init__(self, means: Means) -> None:
        self.means = means

    def do(self, told: Told) -> Report:
        """Carries out a step with a client of its own."""
        with self.client(told) as client:
            return self.deeds(client, told)[told["do"]]()

    def client(self, told: Told) -> Client:
        """The client as its users would make it."""
        seller = told["seller"]
        return Client(
            seller["url"],
            login=seller["login"],
            password=seller["password"],
            session=told["session"],
            transport=self.means.transport,
            patience=self.means.patience,
            out="bjson" if self.means.out == "bjson" else "xml",
        )

    def deeds(self, client: Client, told: Told) -> Mapping[str, Callable[[], Report]]:
        """What this kind does for each step. A step that is missing here cannot be done."""
        raise NotImplementedError


def carry_out(adapter: Adapter, told: Told) -> Report:
    """Carries out a step; whatever the client raises is told as the protocol tells it."""
    try:
        return adapter.do(told)
    except KeyError as missing:
        if missing.args != (told["do"],):
            raise
        return Report(Result.CANNOT, reason="this kind of reseller has nothing like it")
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
