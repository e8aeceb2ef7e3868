"""The protocol of grading: the step a client is given, and the report it answers with.

Both are one line of JSON (docs/grading.md), independent of the client's language and kind. A person
with a browser is shown the same step, with `ClientStep.say` as the sentence to act on.
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
MAX_REPORT_LENGTH: Final = 1_000_000
"""Characters of a client's output that are read, from its end."""
MAX_REASON_LENGTH: Final = 300
"""Characters of a report's reason that are kept."""
OrderFields = Mapping[str, str | int | bool | list[str]]
"""Fields of a step that depend on its action, named as in the protocol."""


class Action(enum.StrEnum):
    """What a client can be asked to do; the values are those of ``do`` in JSON."""

    ORDER = "order"
    """Buy what ``trade``, ``tariff`` and the rest say, under ``reference``, and deliver it."""
    RECONCILE = "settle"
    """Finish an order whose outcome was not clear: it must be there in the end, once."""
    DELIVER = "deliver"
    """Report what the customer of ``reference`` gets: key, address, number."""
    DAILY = "daily"
    """Run the daily job: renew what ends today or tomorrow."""
    SUSPEND = "suspend"
    """Suspend the service under ``reference``."""
    SUSPEND_SEVERAL = "suspend-several"
    """Suspend the services under ``references``, in one call where the client can."""
    LET_END = "let-end"
    """The service under ``reference`` is to end with its term: the seller must not renew it."""
    READDRESS = "readdress"
    """Move the service under ``reference`` to ``ip``."""
    STATUS = "status"
    """Report the status at the seller of the service under ``reference``."""
    LIST = "list"
    """Report the numbers of all services of this trade in the account."""
    BALANCE = "balance"
    """Report the balance of the account."""
    ASK = "ask"
    """Pass ``text`` of the customer of ``reference`` to the seller's support, in one ticket."""
    ANSWERS = "answers"
    """Report the answers of the seller's support that were not reported yet."""


class StepResult(enum.StrEnum):
    """What became of a step, as the client sees it."""

    OK = "ok"
    FAILED = "failed"
    """It did not happen, and the client knows."""
    UNKNOWN = "unknown"
    """It is not finished, or its outcome is not known: the client would look again later."""
    CANNOT = "cannot"
    """This client has no such function."""


class BadReport(ValueError):
    """A client's answer does not follow the protocol; the text is one line: field and fault."""


class ClientUnusable(RuntimeError):
    """A client does not start, ends early or never speaks the protocol: it cannot be graded.

    The text is one line. It ends the grading: no further lesson would show anything else.
    """


@dataclass(frozen=True, slots=True)
class SellerAccess:
    """Where the seller is, and the client's login there. ``now``: the seller's time, ISO 8601."""

    url: str
    login: str
    password: str = field(repr=False)
    now: str


@dataclass(frozen=True, slots=True)
class ClientStep:
    """One request to a client. ``say`` is the same for people."""

    action: Action
    say: str
    lesson: str
    number: int
    trade: str
    seller: SellerAccess
    session: bool = False
    """Log in and use a session, if the client can."""
    fields: OrderFields = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The step in JSON types."""
        return {
            "mockseller": VERSION,
            "lesson": self.lesson,
            "step": self.number,
            "do": self.action.value,
            "say": self.say,
            "trade": self.trade,
            "seller": {
                "url": self.seller.url,
                "login": self.seller.login,
                "password": self.seller.password,
            },
            "now": self.seller.now,
            "session": self.session,
            **self.fields,
        }

    def to_json(self) -> str:
        """The step as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ClientReport:
    """What a client reports of a step; a field it does not report is None.

    ``id``: the seller's number. ``name``: of the service, as read there. ``key``: a license's key.
    ``ip``: a server's address. ``status``: 1 to 5, as on the wire. ``ends_on``: the last paid day.
    ``ids``: for `Action.LIST`. ``balance``: for `Action.BALANCE`. ``answers``: texts, for
    `Action.ANSWERS`. ``reason``: for people.
    """

    result: StepResult
    id: int | None = None
    key: str | None = None
    ip: str | None = None
    status: int | None = None
    ends_on: date | None = None
    balance: Decimal | None = None
    ids: tuple[int, ...] | None = None
    reason: str = ""
    name: str | None = None
    answers: tuple[str, ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The report in JSON types, without the fields that are None or empty."""
        values = {
            "id": self.id,
            "name": self.name,
            "key": self.key,
            "ip": self.ip,
            "status": self.status,
            "ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "balance": None if self.balance is None else str(self.balance),
            "ids": None if self.ids is None else list(self.ids),
            "answers": None if self.answers is None else list(self.answers),
            "reason": self.reason or None,
        }
        return {
            "result": self.result.value,
            **{name: value for name, value in values.items() if value is not None},
        }

    def to_json(self) -> str:
        """The report as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False)


def read_report(text: str) -> ClientReport:
    """Read a client's answer: the last line of its output. Raises BadReport."""
    lines = [line for line in text[-MAX_REPORT_LENGTH:].splitlines() if line.strip()]
    if not lines:
        raise BadReport("expected one line of JSON on stdout, got nothing")
    try:
        document = json.loads(lines[-1])
    except (ValueError, RecursionError):
        raise BadReport(f"the last line is not JSON: {lines[-1][:80]!r}") from None
    if not isinstance(document, dict):
        raise BadReport(f"the answer is not a JSON object: {lines[-1][:80]!r}")
    return _report(document)


def _report(document: Mapping[str, Any]) -> ClientReport:
    results = [result.value for result in StepResult]
    if document.get("result") not in results:
        raise BadReport(f"result: {document.get('result')!r} is not one of {', '.join(results)}")
    ids = document.get("ids")
    if ids is not None and not isinstance(ids, list):
        raise BadReport(f"ids: {ids!r} is not a list")
    answers = document.get("answers")
    if answers is not None and not isinstance(answers, list):
        raise BadReport(f"answers: {answers!r} is not a list")
    return ClientReport(
        result=StepResult(document["result"]),
        id=_number("id", document.get("id")),
        name=_text("name", document.get("name")),
        key=_text("key", document.get("key")),
        ip=_text("ip", document.get("ip")),
        status=_number("status", document.get("status")),
        ends_on=_day(document.get("ends_on")),
        balance=_amount(document.get("balance")),
        ids=None if ids is None else tuple(_required_number("ids", value) for value in ids),
        answers=None
        if answers is None
        else tuple(_text("answers", text) or "" for text in answers),
        reason=" ".join(str(document.get("reason") or "").split())[:MAX_REASON_LENGTH],
    )


def _required_number(name: str, value: object) -> int:
    number = _number(name, value)
    if number is None:
        raise BadReport(f"{name}: {value!r} is not a whole number")
    return number


def _number(name: str, value: object) -> int | None:
    """A number, or its digits as text: many clients keep ids as text."""
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError:
        raise BadReport(f"{name}: {value!r} is not a whole number") from None


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadReport(f"{name}: {value!r} is not a text")


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadReport(f"ends_on: {value!r} is not a day such as 2027-01-31") from None


def _amount(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        # The client passed on the seller's text unread: an amount that is equal to no amount.
        return Decimal("NaN")
