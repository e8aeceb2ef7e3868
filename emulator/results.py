"""The JSON objects of the control API, with their keys: what the seller makes, and tests get.

The seller's code returns these types, and the schemas of the answers in the OpenAPI document of
the control API are read off them. Money is text with two or four decimals (``"995.00"``), a date
is ISO (``"2027-01-31"``), an instant is ISO with an offset (``"2027-01-31T00:00:00+00:00"``). They
are plain dictionaries at run time: ``seller.account()["balance"]``.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, final


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
    ahead: NotRequired[dict[str, int]]
    """How many rows were made after ``now``, by table; missing where none was."""


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
    reads: NotRequired[int]
    """``late_key``: after how many looks it is ready."""
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


class RowChangeInfo(TypedDict):
    """What a call did to one row of a table of its world: values by column, as texts."""

    table: str
    before: dict[str, str] | None
    """None: there was no such row. Of a changed row the key and what differs."""
    after: dict[str, str] | None
    """None: there is none any more."""


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
    agent: str
    """The header ``User-Agent`` of the call."""
    changes: list[RowChangeInfo]
    """What it did to rows, secrets masked: the first 50, where the world's rule ``row_changes`` is
    on; of an event none."""


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


class HealthInfo(TypedDict):
    """`GET /health`."""

    status: Literal["ok"]
    version: str
    """The version of mockseller."""


class PathList(TypedDict):
    """`GET /`: what there is."""

    console: str
    """The path of the console."""
    world: str
    """How a request names its world."""
    paths: list[str]
    """Every path with its method."""


class FieldInfo(TypedDict):
    """A parameter or a field of an answer, in `FunctionInfo`."""

    name: str
    type: str
    needed: bool


class FunctionInfo(TypedDict):
    """A function of the API, as it is declared."""

    name: str
    family: str
    kind: str
    summary: str
    evidence: str
    """How the function is known."""
    source: str
    takes: list[FieldInfo]
    returns: list[FieldInfo]
    fails: list[str]
    """The types of its refusals."""
    example: dict[str, str]
    """Parameters of a call that works."""


class OpenApiDocument(TypedDict):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    tags: NotRequired[list[dict[str, Any]]]
    paths: dict[str, Any]
    components: dict[str, Any]


class ShareInfo(TypedDict):
    """How many points are declared, and how many of them were exercised."""

    exercised: int
    declared: int
    percent: float


class CoveredJournal(TypedDict):
    """Of the journal of one world, in `CoverageInfo`."""

    kept: int
    """Calls that are counted."""
    own_answers: int
    """Calls with an answer of the user's own, which are not counted."""
    dropped: int
    """Older entries that the journal no longer has."""
    off: bool
    """Whether the world keeps no journal."""


class CoverageInfo(TypedDict):
    """`GET /coverage`: which points of the declared API were exercised, and how often."""

    world: str
    """The world, or `*`."""
    journal: dict[str, CoveredJournal]
    """By world."""
    calls: int
    total: dict[str, ShareInfo]
    """By part of the API."""
    families: dict[str, dict[str, ShareInfo]]
    """By family and part."""
    formats: dict[str, int]
    logins: dict[str, int]
    refusals: dict[str, int]
    unknown: dict[str, int]
    """Functions that do not exist."""
    undeclared: dict[str, int]
    """Refusals that no declaration has."""
    unread: dict[str, int]
    """Answers that could not be read, by format."""
    functions: dict[str, dict[str, dict[str, int]]]
    """Every point of each function with its count."""


class ProvisioningInfo(TypedDict):
    """When a service that was paid is ready."""

    mode: str
    amount: int


@final
class WorldInfo(TypedDict):
    """The state of a world."""

    name: str
    path: str
    """Where clients find its API."""
    made_from: str
    seed: int
    country: str | None
    currency: str
    now: str
    clock: str
    """``real``, ``shifted`` or ``frozen``."""
    rules: dict[str, Any]
    provisioning: ProvisioningInfo
    tariffs: int
    """How many there are."""
    counts: dict[str, int]
    """How many rows there are, by table."""
    snapshots: list[str]
    ahead: NotRequired[dict[str, int]]
    """As in `ClockInfo`."""


@final
class UnreadableWorld(TypedDict):
    """A world that cannot be read."""

    name: str
    error: str
    """Why, in one line."""


class RemovedWorld(TypedDict):
    """A world is gone."""

    removed: str
    """Its name."""


class RemovedRows(TypedDict):
    """Faults or entries are gone."""

    removed: int
    """How many."""


class JournalPage(TypedDict):
    """`GET /journal`."""

    count: int
    """How many entries there are without the filters."""
    entries: list[JournalEntry]


class NearEntry(JournalEntry):
    """A call that nearly was as expected."""

    differs: list[str]
    """How it differs, a line each."""


class VerificationInfo(TypedDict):
    """`POST /journal/verify`."""

    held: bool
    count: int
    """Calls that match."""
    found: list[JournalEntry]
    near: list[NearEntry]
    """Where it does not hold: the calls that come nearest."""


class MagicValueInfo(TypedDict):
    """A name and an address with which an order always fails in the same way."""

    name: str
    """A value of `licname` or `domain`."""
    address: str
    """A value of `ip`."""
    about: str
    """What becomes of the order."""
    rule: dict[str, Any]
    """The fault, as `POST /faults` takes it."""


class FaultList(TypedDict):
    """`GET /faults`."""

    faults: list[FaultInfo]
    magic_values: list[MagicValueInfo]
    """Values of an order that fail in this world; empty where its rule `magic_values` is off."""


class PaymentInfo(TypedDict):
    """A payment."""

    id: int
    status: int
    next: list[int]
    """The statuses that may follow."""
    amount: str
    currency: str
    method: str
    order: int | None
    """The number of the order that it pays."""
    created_at: str
    paid_at: str | None
    page: str | None
    """The path of the page on which it is paid."""


class PaymentList(TypedDict):
    """`GET /accounts/LOGIN/payments`."""

    payments: list[PaymentInfo]


class TicketInfo(TypedDict):
    """A ticket."""

    id: int
    account: str
    service: int | None
    subject: str
    closed: bool
    unread: int
    """Messages of the seller that the client has not seen."""


class TicketMessage(TypedDict):
    """A message of a ticket."""

    at: str
    by: Literal["client", "seller"]
    text: str


class TicketThread(TicketInfo):
    """A ticket with its messages."""

    messages: list[TicketMessage]


class TicketList(TypedDict):
    """`GET /tickets`."""

    tickets: list[TicketInfo]


class ExerciseInfo(TypedDict):
    """An exercise that can be started."""

    id: str
    title: dict[str, str]
    """By language, `en` and `ru`, as all texts of exercises."""
    about: dict[str, str]
    login: str
    """With which the trainee works."""
    fixture: str
    """The shipped world that it begins in."""
    steps: int
    """How many there are."""


class ExerciseList(TypedDict):
    """`GET /exercises`."""

    exercises: list[ExerciseInfo]
    problems: list[str]
    """What is wrong in files that cannot be used, a line each."""


class StepInfo(TypedDict):
    """A step of an exercise, in `ExerciseProgress`."""

    id: str
    title: dict[str, str]
    task: dict[str, str]
    state: Literal["done", "next", "waiting", "missed"]
    """``next``: it can be done now; ``waiting``: a step before it is not done; ``missed``: it
    cannot be done any more."""
    entry: int | None
    """The entry of the journal that did it, or that made it impossible."""
    at: str | None
    """When that was, by the world's clock."""
    charge: str | None
    """What that call took from the balance, in the world's currency."""
    seen: dict[str, str] | None
    """Of a done step: what happened."""
    real_seller: dict[str, str] | None
    """Of a done step: what this would have meant at a real seller."""
    missed: dict[str, str] | None
    """Of a missed step: what went wrong."""
    hint: dict[str, str] | None
    """Of a step that takes long: a hint."""


class ExerciseProgress(TypedDict):
    """`GET /worlds/NAME/exercise`: how far the trainee of a world has come."""

    world: str
    id: str
    """The id of the exercise."""
    title: dict[str, str]
    login: str
    path: str
    """Where clients find the API of the world."""
    steps: list[StepInfo]
    done: int
    """How many steps are done."""
    calls: int
    """How many calls were made since it was started."""
    charged: str
    """What was charged since it was started, by calls and by the seller itself."""
    currency: str
    idle_seconds: int
    """Real time since the last progress: a step done, or the start."""
    finished: bool
    cut: bool
    """Whether the journal has lost calls of the exercise, so that a done step may look undone."""
