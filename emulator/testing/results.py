"""What the test client returns: the JSON objects of the control API, with their keys.

Money is text with two or four decimals (``"995.00"``), a date is ISO (``"2027-01-31"``), an instant
is ISO with an offset (``"2027-01-31T00:00:00+00:00"``). These are plain dictionaries at run time:
``seller.account()["balance"]``.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class DiscountInfo(TypedDict):
    """One discount of an account; without a type or a tariff it applies to everything."""

    percent: int
    type: str | None
    """The product type it is limited to, such as ``soft``."""
    tariff: int | None
    """The tariff it is limited to."""


class PartnerInfo(TypedDict):
    """The billing that control panels at these addresses buy modules from."""

    url: str
    mode: str
    """``automatic``, ``manual`` or ``pricelist`` (docs/modules.md section 1)."""
    addresses: list[str]
    """Networks in CIDR notation."""


class LoginInfo(TypedDict):
    """A login of an account, in `AccountInfo`."""

    name: str
    id: int
    suspended: bool
    two_factors: bool
    api_addresses: list[str]
    rights: list[str] | None
    """Functions and families it may call; None: all."""


class AccountInfo(TypedDict):
    """`World.account`: an account of the seller."""

    login: str
    id: int
    balance: str
    """Money that can be spent, without the credit."""
    ledger: str
    """The balance as payments less expenses; always equal to ``balance``."""
    credit: str
    """How far the balance may go below zero."""
    currency: str
    country: str | None
    lang: str
    realname: str
    email: str
    phone: str
    two_factors: bool
    """Whether a login needs a one-time code."""
    api_addresses: list[str]
    """Networks that may use ``authinfo``; empty: all."""
    logins: list[LoginInfo]
    """The logins of the account, its own first."""
    deletion: str
    """``allowed``, ``forbidden`` or ``phone``."""
    discounts: list[DiscountInfo]
    partner: PartnerInfo | None
    created_on: str


class ServiceInfo(TypedDict):
    """`World.service`: a license, server, domain or another service that was ordered."""

    id: int
    account: str | None
    """The login of its owner."""
    type: str
    """The product type, such as ``soft`` or ``vds``."""
    pricelist: int
    """The number of its tariff."""
    period: int
    """Months that one payment lasts; -100 is a trial."""
    autoprolong: int | None
    """Months of an automatic renewal; None: it is not renewed."""
    status: int
    """As on the wire: 1 ordered, 2 active, 3 suspended, 4 deleted, 5 in progress."""
    substate: str
    created: str
    """The date of the order."""
    expires: str | None
    """The date the paid term ends."""
    due_at: str | None
    """The instant of its next event: renewal, suspension or deletion."""
    licname: str
    ip: str
    remoteip: str
    remoteid: str
    lickey: str
    """The key of a license; empty until it is issued."""
    addons: dict[str, int]
    """Ordered amounts by the number of the addon."""


class EventInfo(TypedDict):
    """Something that came due and took place while the clock moved."""

    at: str
    service: int
    what: str
    """``prolong``, ``suspend``, ``delete`` and the like."""
    detail: str
    login: str


class ClockInfo(TypedDict):
    """`Clock.advance`, `Clock.freeze`, `Clock.real`: where the clock stands after a move."""

    now: str
    mode: str
    """``real``, ``shifted`` or ``frozen``."""
    next_due_at: str | None
    """The instant of the next event."""
    happened: list[EventInfo]
    """The events of this move, at most the first 10,000."""
    left_off: NotRequired[int]
    """How many further events there were; missing where all are listed."""
    ahead: NotRequired[int]
    """How many services and payments were made after ``now``; missing where none was."""


class FaultInfo(TypedDict):
    """`Faults.all`: a planned fault; the keys after ``created_at`` are settings of its kind."""

    id: int
    what: str
    """The kind: ``drop``, ``delay``, ``error`` and so on (docs/faults.md)."""
    when: str
    """``before`` or ``after`` the call is carried out."""
    func: str
    """The pattern of functions it applies to."""
    account: str
    """The only login it applies to; empty: all."""
    nth: int
    """The first matching call it applies to, counted from 1."""
    times: int | None
    """How often it applies; None: without end."""
    chance: int
    """Per cent."""
    seed: int
    matched: int
    """Calls that matched so far."""
    struck: int
    """Calls it was applied to."""
    created_at: str | None
    seconds: NotRequired[float]
    """``delay``, ``long``, ``rate_limit``: how long."""
    code: NotRequired[int]
    """``status``, ``guard``, ``rate_limit``: the HTTP status."""
    body: NotRequired[str]
    """``status``, ``guard``: the text that is sent."""
    content_type: NotRequired[str]
    """``status``: the type of the text."""
    location: NotRequired[str]
    """``status``: where a redirect leads; empty: nowhere."""
    browser: NotRequired[str]
    """``guard``: how the agents begin that are let through."""
    type: NotRequired[str]
    """``error``: with ``object``, ``value`` and ``msg`` the error document."""
    object: NotRequired[str]
    value: NotRequired[str]
    msg: NotRequired[str]
    percent: NotRequired[int]
    """``truncate``: how much of the answer is sent."""
    bytes: NotRequired[int | None]
    """``truncate``, ``garbage``: how many bytes are sent."""
    calls: NotRequired[int]
    """``rate_limit``: calls that are allowed in ``seconds``."""


class JournalEntry(TypedDict):
    """`Journal.entries`: one call with its answer, or one event."""

    id: int
    at: str
    """The world's time."""
    took_ms: float
    login: str | None
    address: str
    method: str
    path: str
    func: str
    out: str
    error: str | None
    """``type/object`` of the refusal; None: the call succeeded."""
    params: dict[str, Any]
    """Of a call: as sent, secrets masked. Of an event: ``service`` and ``detail``."""
    answer: str
    """As delivered; long answers are cut short."""
    outcome: str
    """What became of the call: ``bought 5.00``, ``form only``, ``refused exists/ip`` and so on
    (docs/reference/journal.md); empty for an event, and where it was not recorded."""
    kind: str
    """``call`` or ``happening`` (an event)."""
    fault: str | None
    """The planned fault that was applied."""
    repeated: list[str]
    """Parameters that were sent more than once: only the last of their values counted."""
    unknown: list[str]
    """Parameters that no declaration knows: they had no effect."""


class ImportInfo(TypedDict):
    """`World.sell`: what became of an imported price list."""

    tariffs: list[int]
    """Numbers of the tariffs that are on sale now."""
    kept: list[int]
    """Numbers of former tariffs that services still use."""
    left_out: list[str]
    """What could not be imported, one line each."""
    error: NotRequired[str]
    """Why nothing was imported; the other keys are missing then."""
