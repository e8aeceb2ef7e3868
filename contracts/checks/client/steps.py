"""What a client is asked to do, and what it says has become of it: the protocol's two documents.

Both are one line of JSON each (docs/grading.md). Nothing in them belongs to a language or to a kind
of client; a person with a browser is told the same by `say`.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

VERSION: Final = 1
LONGEST_REPORT: Final = 1_000_000
"""Characters; a longer answer of a client is none."""


LONGEST_REASON: Final = 300


class Do(enum.StrEnum):
    """What a client can be asked to do."""

    ORDER = "order"
    """Buy what ``trade``, ``tariff`` and the rest say, under ``reference``, and deliver it."""
    SETTLE = "settle"
    """See to an order whose outcome was not clear: it must be there in the end, once."""
    DELIVER = "deliver"
    """Tell what the customer of ``reference`` gets: key, address, number."""
    DAILY = "daily"
    """Do what is done every day: renew what ends tomorrow or today."""
    SUSPEND = "suspend"
    """Switch off what stands under ``reference``."""
    READDRESS = "readdress"
    """Move what stands under ``reference`` to ``ip``."""
    STATUS = "status"
    """Tell how what stands under ``reference`` is at the seller now."""
    LIST = "list"
    """Tell the numbers of everything of this trade that the account has at the seller."""
    BALANCE = "balance"
    """Tell the balance of the account at the seller."""


class Result(enum.StrEnum):
    """What became of a step, in the client's own view."""

    OK = "ok"
    FAILED = "failed"
    """It did not happen, and the client knows."""
    UNKNOWN = "unknown"
    """It is not done yet, or not known: the client would look again later."""
    CANNOT = "cannot"
    """This client has nothing like it."""


class BadReport(ValueError):
    """A client's answer is not one of this protocol; the text is one line: what, and where."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where the seller is and who the client is there. ``now`` is the seller's time, ISO."""

    url: str
    login: str
    password: str = field(repr=False)
    now: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing asked for. ``goods`` are the fields that depend on it, named as in the protocol."""

    do: Do
    say: str
    lesson: str
    number: int
    trade: str
    account: Account
    session: bool = False
    """Log in first and use a session, if the client has such a way at all."""
    goods: Mapping[str, str | int | bool] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "mockseller": VERSION,
            "lesson": self.lesson,
            "step": self.number,
            "do": self.do.value,
            "say": self.say,
            "trade": self.trade,
            "seller": {
                "url": self.account.url,
                "login": self.account.login,
                "password": self.account.password,
            },
            "now": self.account.now,
            "session": self.session,
            **self.goods,
        }

    def line(self) -> str:
        """As one line."""
        return json.dumps(self.told(), ensure_ascii=False)

    @property
    def reference(self) -> str:
        """The client's own number of what this is about; empty where it is about none."""
        return str(self.goods.get("reference", ""))


@dataclass(frozen=True, slots=True)
class Report:
    """What a client says of a step. What it does not say is None.

    ``id`` is the seller's number, ``key`` a license's key, ``ip`` a machine's address, ``status``
    as the wire numbers it, ``ends_on`` the day to which it is paid, ``ids`` for `list`, ``balance``
    for `balance`. ``reason`` is for people.
    """

    result: Result
    id: int | None = None
    key: str | None = None
    ip: str | None = None
    status: int | None = None
    ends_on: date | None = None
    balance: Decimal | None = None
    ids: tuple[int, ...] | None = None
    reason: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON, without what is not said."""
        values = {
            "id": self.id,
            "key": self.key,
            "ip": self.ip,
            "status": self.status,
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "balance": None if self.balance is None else str(self.balance),
            "ids": None if self.ids is None else list(self.ids),
            "reason": self.reason or None,
        }
        return {
            "result": self.result.value,
            **{name: value for name, value in values.items() if value is not None},
        }

    def line(self) -> str:
        """As one line."""
        return json.dumps(self.told(), ensure_ascii=False)


def read_report(text: str) -> Report:
    """Reads a client's answer: the last line of what it wrote. Raises BadReport."""
    lines = [line for line in text[-LONGEST_REPORT:].splitlines() if line.strip()]
    if not lines:
        raise BadReport("nothing was answered: one line of JSON is")
    try:
        given = json.loads(lines[-1])
    except (ValueError, RecursionError):
        raise BadReport(f"the last line is no JSON: {lines[-1][:80]!r}") from None
    if not isinstance(given, dict):
        raise BadReport(f"the answer is no object: {lines[-1][:80]!r}")
    return _report(given)


def _report(given: Mapping[str, Any]) -> Report:
    known = [result.value for result in Result]
    if given.get("result") not in known:
        raise BadReport(f"result: {given.get('result')!r} is none of {', '.join(known)}")
    ids = given.get("ids")
    if ids is not None and not isinstance(ids, list):
        raise BadReport(f"ids: {ids!r} is no list")
    return Report(
        result=Result(given["result"]),
        id=_whole("id", given.get("id")),
        key=_text("key", given.get("key")),
        ip=_text("ip", given.get("ip")),
        status=_whole("status", given.get("status")),
        ends_on=_day(given.get("ends_on")),
        balance=_money(given.get("balance")),
        ids=None if ids is None else tuple(_number("ids", one) for one in ids),
        reason=" ".join(str(given.get("reason") or "").split())[:LONGEST_REASON],
    )


def _number(name: str, value: object) -> int:
    found = _whole(name, value)
    if found is None:
        raise BadReport(f"{name}: {value!r} is no whole number")
    return found


def _whole(name: str, value: object) -> int | None:
    """A number, or its digits as text, since half the world's clients keep ids as text."""
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError:
        raise BadReport(f"{name}: {value!r} is no whole number") from None


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadReport(f"{name}: {value!r} is no text")


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadReport(f"ends_on: {value!r} is no day, such as 2027-01-31") from None


def _money(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        # Whoever passes on what the seller wrote has not read it: a sum that equals none.
        return Decimal("NaN")
