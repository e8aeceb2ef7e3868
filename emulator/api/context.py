"""One invocation, seen from inside; and what a handler may answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from emulator.domain.accounts.accounts import Account
from emulator.domain.accounts.sessions import Session
from emulator.domain.world import Shop
from emulator.errors import AccessDenied


@dataclass(slots=True)
class Call:
    """Who calls what, in which shop, in which language.

    ``params``  everything that was sent, by name, cleaned and unvalidated;
    ``address`` the caller's; ``writing`` whether the call holds the world's lock.
    """

    shop: Shop
    func: str
    params: Mapping[str, str]
    lang: str
    address: str
    account: Account | None
    session: Session | None
    writing: bool
    secrets: list[str] = field(default_factory=list)
    """What must not be written down anywhere: masked in the journal."""

    @property
    def user(self) -> Account:
        """The account that calls; the registry has made sure there is one."""
        if self.account is None:
            raise AccessDenied(self.func)
        return self.account

    def words(self, texts: Mapping[str, str]) -> str:
        """A text in the caller's language, else in English."""
        return texts.get(self.lang) or texts.get("en", "")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text with attributes beside it: ``<item_status orig="2">Active</item_status>``."""

    text: str
    attrs: Mapping[str, str]


Value = object
"""What a schema's field can turn into a text: str, int, Decimal, date, bool, None, Leaf.

In the row of a table a Part, or a tuple of them, is an element with a structure.
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select: the key to send and the label to show."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document with a structure of its own: for RAW answers."""

    name: str
    text: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[Part] = ()


@dataclass(slots=True)
class FormAnswer:
    """A form as it is shown: ``fields`` by wire name, selects, tables.

    ``inner``  whether the form is repeated in an inner ``doc`` (docs/evidence.md 15 and 21).
    """

    fields: Mapping[str, Value]
    slists: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Mapping[str, Value]]] = field(default_factory=dict)
    flists: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """By what a user interface narrows a table down."""
    inner: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further ``messages``: for example ``addon_<id>`` = its name."""
    sliders: Sequence[Mapping[str, str]] = ()
    """Fields that are counted, for ``metadata``: name, limits, step, measure."""


@dataclass(slots=True)
class ActionResult:
    """A submit or an action that happened.

    ``fields`` stand directly under ``doc`` (``id``, ``item.id``, ``billorder``, ``lickey``);
    ``form`` is the re-rendered form: in an inner ``doc``, and flat too where ``flat`` is set.
    ``ok`` is an instruction for a user interface (``func=basket``), ``ok_type`` its kind.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    form: FormAnswer | None = None
    flat: bool = False
    ok: str = ""
    ok_type: str = ""


@dataclass(slots=True)
class Rows:
    """One page of a listing. ``total`` counts all rows there are."""

    rows: Sequence[Mapping[str, Value]]
    total: int
    page: int
    per_page: int
    sort: str = ""
    order: str = ""
    head: Mapping[str, Value] = field(default_factory=dict)
    """What stands before the rows: ``plid``, ``plname``."""


@dataclass(slots=True)
class Raw:
    """A document with a structure of its own: ``whoami``, ``menu``, ``pricelist.export``."""

    parts: Sequence[Part]


@dataclass(slots=True)
class Streamed:
    """A document of one long repeat, made piece by piece: ``pricelist.export``.

    ``name``: of every piece. They are taken once, after the handler has returned, and must need
    no database.
    """

    name: str
    parts: Iterable[Part]
    single: bool = False
    """One piece was asked for by its number: an object in json, as a client reads it."""


@dataclass(slots=True)
class LoggedIn:
    """A session was opened or closed."""

    session_id: str
    level: int = 16
    done: bool = False
    """With the second factor confirmed: the answer carries ``ok`` too."""


@dataclass(frozen=True, slots=True)
class NeedsWrite:
    """A call that was to read has to change something: it is made again under the world's lock.

    Only where ``Call.writing`` is False; nothing may have been changed yet.
    """


Answer = FormAnswer | ActionResult | Rows | Raw | Streamed | LoggedIn | NeedsWrite
