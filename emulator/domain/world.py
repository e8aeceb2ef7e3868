"""The world's row (clock, rules, provisioning), and the shop: the seller at one moment.

Rules decide what differs between real sellers or is unknown; each cites docs/evidence.md.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from sqlalchemy import Text, bindparam, column, select, table, type_coerce, update

from emulator.clock import SystemClock, WorldClock
from emulator.domain.catalogue.catalogue import Catalogue, Contradiction, Word
from emulator.domain.limits import Between
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement

ProvisioningMode = Literal["at_once", "seconds", "reads", "by_hand"]
Generation = Literal[5, 6]
"""The major version of BILLmanager."""
GENERATIONS: tuple[Generation, ...] = get_args(Generation)
PROVISIONING_MODES: Mapping[ProvisioningMode, str] = {
    "at_once": "With the answer to the order.",
    "seconds": "After `amount` real seconds, also where the clock of the world stands.",
    "reads": "At the next look after `amount` looks at the service: slow, without waiting.",
    "by_hand": "When `PATCH /_mockseller/services/ID` sets its status to 2.",
}
"""When a newly opened service is ready, for people."""


@dataclass(frozen=True, slots=True)
class Provisioning:
    """When an opened license gets its key: at once, after ``amount`` seconds or reads, by hand.

    Seconds are elapsed real seconds (docs/evidence.md 2), so a key arrives under a frozen clock.
    """

    mode: ProvisioningMode = field(default="at_once", metadata={"required": True})
    """How the moment is chosen."""
    amount: Annotated[int, Between(1, 1_000_000)] = 0
    """Seconds, or reads; only with these two modes."""

    def contradictions(self) -> Iterator[Contradiction]:
        """Seconds and reads are counted, the other two are not."""
        if (self.mode in {"seconds", "reads"}) != bool(self.amount):
            yield ("amount",), "goes with seconds and reads, and only with them"


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of a world. The defaults are what unmodified clients work with."""

    retired_products: Literal["allow", "refuse"] = "allow"
    """Whether products the vendor no longer sells can be ordered (docs/evidence.md 17)."""
    change_limit: bool = False
    """Whether address and key change at most once a month (docs/evidence.md 17)."""
    country_tariffs: bool = False
    """Whether tariffs of a country other than the account's are refused (docs/evidence.md 6)."""
    poor_order: Literal["refuse", "basket"] = "refuse"
    """What becomes of an order without sufficient balance (docs/evidence.md 25)."""
    open_pricelist: bool = True
    """Whether ``pricelist.export`` needs no login (docs/evidence.md 26)."""
    list_rows: Annotated[int, Between(1, 100_000)] = 1000
    """Rows of a page without ``p_cnt``."""
    item_status_text: Literal["label", "number"] = "label"
    """The text of ``item_status``: a label or the number (docs/evidence.md 19)."""
    trial_once: bool = True
    """Whether licenses get one trial per address and modules one per license; others any number."""
    deletion: Literal["tariff", "at_once", "period_end", "forbidden"] = "tariff"
    """What a client's deletion does; ``tariff``: each tariff decides (docs/evidence.md 30)."""
    least_months: Annotated[int, Between(0, 120)] = 0
    """Months before a client may delete a service, unless its tariff requires more."""
    order_tells_id: bool = True
    """Whether an order of a server in one call answers its number (docs/evidence.md 43)."""
    item_lists: bool = True
    """Whether the functions ``service`` and ``item`` exist (docs/evidence.md 44)."""
    registration: bool = True
    """Whether anyone may register an account (docs/evidence.md 58)."""
    module_actions: Literal["classic", "newer"] = "classic"
    """What clients may do to a module; ``newer``: also suspend it and change its period
    (docs/evidence.md 61)."""
    modules_alone: bool = False
    """Whether a module can be ordered without a license (docs/evidence.md 60)."""
    ticket_answer_hours: Annotated[int, Between(0, 8760)] = 0
    """After how many hours of the clock the seller answers a ticket; 0: only the control API does
    (docs/evidence.md 121)."""
    generation: Generation = 6
    """The major version of BILLmanager whose answers are given, where two differ
    (docs/evidence.md 156)."""
    second_factor_object: Literal["totp", "forbidden_auth", "badpassword"] = "totp"
    """The object with which ``authinfo`` of a login with a second factor is refused
    (docs/evidence.md 135)."""
    login_captcha: bool = False
    """Whether ``auth`` with a password wants ``g-recaptcha-response`` (docs/evidence.md 143)."""
    api_addresses_needed: bool = False
    """Whether a login without a list of addresses is refused (docs/evidence.md 136)."""
    license_name_needed: bool = False
    """Whether an order of a license without ``licname`` is refused; with an empty one it always is
    (docs/evidence.md 8)."""
    autoprolong_off: Literal["any", "null"] = "any"
    """The words that switch automatic prolongation off: ``null`` alone, or also ``none``, ``off``,
    ``0`` and ``-`` (docs/evidence.md 146)."""
    form_reinstalls: bool = False
    """Whether a form that is sent back with the template it shows installs the server again
    (docs/evidence.md 48)."""
    answer_without_out: Literal["xml", "ajax"] = "xml"
    """The format of an answer to a call that names none (docs/evidence.md 161)."""
    balance_first: bool = True
    """Whether an order that the balance covers is paid from it also where a card or a transfer was
    chosen, which otherwise pays the whole order (docs/evidence.md 107)."""
    listed_prices: Literal["list", "account"] = "list"
    """What ``prices`` of the newer price list and ``configuration_price`` of the cart are: those of
    the list, or what the account pays (docs/evidence.md 116)."""
    xml_letters: Literal["raw", "references"] = "raw"
    """How letters beyond ASCII stand in XML: as UTF-8, or as references such as ``&#1048;``
    (docs/evidence.md 129)."""
    sticky_filters: bool = True
    """Whether a filter holds for all sessions of a login and for ``authinfo``; else for its session
    alone (docs/evidence.md 140)."""
    magic_values: bool = False
    """Whether orders with certain names and addresses fail (docs/reference/faults.md)."""
    row_changes: bool = False
    """Whether the journal has, of each call that writes, the rows before and after
    (docs/console.md)."""
    allowed_origins: tuple[Word, ...] = ()
    """Web pages that may read answers of ``/billmgr``; ``*``: all (docs/evidence.md 27)."""

    @classmethod
    def read(cls, rules: Mapping[str, object]) -> Rules:
        """Rules by name, as the control API takes them.

        Raises ValueError naming an unknown rule, or a value that a rule cannot have.
        """
        hints = _rule_hints()
        for name, value in rules.items():
            if name not in hints:
                msg = f"rules.{name}: there is no such rule"
                raise ValueError(msg)
            expected = _mismatch(hints[name], value)
            if expected:
                msg = f"rules.{name}: {value!r} is not {expected}"
                raise ValueError(msg)
        values: dict[str, Any] = dict(rules)  # each was checked by name
        if isinstance(values.get("allowed_origins"), list):
            values["allowed_origins"] = tuple(values["allowed_origins"])
        return cls(**values)

    def as_dict(self) -> dict[str, object]:
        """For a row, and for JSON answers."""
        return {**asdict(self), "allowed_origins": list(self.allowed_origins)}


@cache
def _rule_hints() -> dict[str, Any]:
    return get_type_hints(Rules, include_extras=True)


def _mismatch(hint: Any, value: object) -> str:  # noqa: ANN401 - annotations are anything
    """What a rule's value should be, in words; empty where it is that."""
    if hint is bool:
        return "" if isinstance(value, bool) else "true or false"
    if get_origin(hint) is Literal:
        allowed = get_args(hint)
        good = value in allowed and not isinstance(value, bool)
        return "" if good else " or ".join(map(str, allowed))
    if get_origin(hint) is Annotated:
        limits: Between = hint.__metadata__[0]
        good = isinstance(value, int) and not isinstance(value, bool) and limits.allows(value)
        return "" if good else f"a number from {limits.least} to {limits.most}"
    good = isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
    return "" if good else "a list of origins"


@dataclass(frozen=True, slots=True)
class WorldRow:
    """One world's row."""

    name: str
    seed: int
    made_from: str
    country: str | None
    currency: str
    clock: WorldClock
    next_due_at: datetime | None
    next_ready: float | None
    catalogue_version: int
    rules: Rules
    provisioning: Provisioning
    created_at: datetime
    faults_version: int
    """0: no fault is planned, so none has to be looked for."""


W = tables.world.c
COLUMNS = (
    W.name,
    W.seed,
    W.made_from,
    W.country,
    W.currency,
    W.clock_mode,
    W.clock_offset,
    W.clock_frozen_at,
    W.next_due_at,
    W.next_ready,
    W.catalogue_version,
    type_coerce(W.rules, Text),
    type_coerce(W.provisioning, Text),
    W.created_at,
    W.faults_version,
)
"""The columns in the order in which :func:`from_row` reads them."""


def from_row(row: Row) -> WorldRow:
    """A WorldRow from a row that begins with COLUMNS."""
    (name, seed, made, country, currency, mode, offset, frozen) = row[:8]
    (due, ready, version, rules, provisioning, created, faults) = row[8:15]
    return WorldRow(
        name,
        seed,
        made,
        country,
        currency,
        WorldClock(mode, timedelta(seconds=offset), frozen),
        due,
        ready,
        version,
        _stored_rules(rules),
        _stored_provisioning(provisioning),
        created,
        faults,
    )


@lru_cache(maxsize=256)
def _stored_rules(text: str) -> Rules:
    """Rules from a row. They were checked when written; equal texts are parsed once."""
    rules = json.loads(text)
    return Rules(**{**rules, "allowed_origins": tuple(rules["allowed_origins"])})


@lru_cache(maxsize=256)
def _stored_provisioning(text: str) -> Provisioning:
    return Provisioning(**json.loads(text))


_READ = Statement(select(*COLUMNS))
_SET_CLOCK = Statement(
    update(tables.world).values(
        clock_mode=bindparam("mode"),
        clock_offset=bindparam("offset"),
        clock_frozen_at=bindparam("frozen_at"),
    )
)
_SET_DUE = Statement(update(tables.world).values(next_due_at=bindparam("at")))
_SET_READY = Statement(update(tables.world).values(next_ready=bindparam("at")))
_SET_RULES = Statement(
    update(tables.world).values(rules=bindparam("rules"), provisioning=bindparam("provisioning"))
)
_NEW_CATALOGUE = Statement(update(tables.world).values(catalogue_version=bindparam("set_to")))


def read(db: Database) -> WorldRow:
    """The world of this database. Raises LookupError where it holds none."""
    row = db.row(_READ)
    if row is None:
        msg = f"{db.path} holds no world"
        raise LookupError(msg)
    return from_row(row)


def set_clock(db: Database, clock: WorldClock) -> None:
    """Stores the world's clock."""
    offset = int(clock.offset.total_seconds())
    db.run(_SET_CLOCK, mode=clock.mode, offset=offset, frozen_at=clock.frozen_at)


def set_rules(db: Database, rules: Rules, provisioning: Provisioning) -> None:
    """Stores rules and provisioning."""
    db.run(_SET_RULES, rules=rules.as_dict(), provisioning=asdict(provisioning))


_LAST_NUMBER = Statement(
    select(column("seq"))
    .select_from(table("sqlite_sequence"))
    .where(column("name") == bindparam("name"))
)


def last_number(db: Database, numbered: str) -> int:
    """The last number that a row of this table had, also of one that is gone; 0: none yet."""
    return int(db.value(_LAST_NUMBER, name=numbered) or 0)


def secret_token(world: WorldRow, purpose: str, size: int) -> str:
    """A token of ``size`` hexadecimal digits that nobody guesses.

    Where the clock stands, the same calls are to have the same answers: there it is derived from
    the world's seed and ``purpose``, which has to be another each time.
    """
    if world.clock.frozen_at is None:
        return secrets.token_hex((size + 1) // 2)[:size]
    source = f"{world.seed}/{world.name}/{purpose}"
    return hashlib.sha256(source.encode()).hexdigest()[:size]


def new_catalogue_version() -> int:
    """A version that no other content has; worlds made from one seed share theirs and its cache."""
    return secrets.randbits(62)


def mark_catalogue_changed(db: Database) -> None:
    """Makes every worker reload the catalogue."""
    db.run(_NEW_CATALOGUE, set_to=new_catalogue_version())


@dataclass(slots=True)
class Shop:
    """The seller at one moment: a database, its world, its time, its catalogue.

    Only :mod:`emulator.domain.lifecycle` changes ``now``: due events take place at their own time.
    """

    db: Database
    world: WorldRow
    now: datetime
    catalogue: Catalogue
    system_clock: SystemClock = field(default_factory=SystemClock)
    remembered: dict[int, Any] = field(default_factory=dict)
    """Discounts by account, read once per call (see ``billing.discounts``)."""
    address: str = ""
    """The address of whoever calls; empty for what nobody calls for, such as due events."""
    charges: list[tuple[str, Decimal]] = field(default_factory=list)
    """What this call took from balances: operations (``open``, ``prolong``) with their amounts."""
    baskets: set[int] = field(default_factory=set)
    """The baskets into which this call put something."""

    @property
    def today(self) -> date:
        """The world's date."""
        return self.now.date()

    def at(self, instant: datetime) -> Shop:
        """The same shop at another moment, with nobody calling."""
        return Shop(
            self.db, self.world, instant, self.catalogue, self.system_clock, self.remembered
        )

    def due_no_later_than(self, instant: datetime | None) -> None:
        """Schedules an event: the world looks for due events at ``instant`` at the latest."""
        next_due = self.world.next_due_at
        if instant is not None and (next_due is None or instant < next_due):
            self.db.run(_SET_DUE, at=instant)
            self.world = replace(self.world, next_due_at=instant)

    def ready_no_later_than(self, elapsed: float) -> None:
        """Schedules an arriving key: the world looks for it at ``elapsed`` seconds."""
        ready = self.world.next_ready
        if ready is None or elapsed < ready:
            self.db.run(_SET_READY, at=elapsed)
            self.world = replace(self.world, next_ready=elapsed)

    def sleep_until(self, due: datetime | None, ready: float | None) -> None:
        """Stores when the next event and the next key are due."""
        self.db.run(_SET_DUE, at=due)
        self.db.run(_SET_READY, at=ready)
        self.world = replace(self.world, next_due_at=due, next_ready=ready)
