"""The call that a handler receives, and the answers it may return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.domain.accounts.accounts import Account
from emulator.domain.accounts.logins import Login, own_login
from emulator.domain.accounts.sessions import Session
from emulator.domain.world import Shop
from emulator.errors import AccessDenied

if TYPE_CHECKING:
    from emulator.api.schema import WireSchema


@dataclass(slots=True)
class Call:
    """One call of a function: who calls, in which shop, in which language.

    ``params``  all parameters that were sent, unvalidated; ``address`` the caller's;
    ``writing`` whether the call holds the world's lock and may change something.
    """

    shop: Shop
    func: str
    params: Mapping[str, str]
    lang: str
    address: str
    account: Account | None
    session: Session | None
    writing: bool
    takes: WireSchema | None = None
    returns: WireSchema | None = None
    """What the function that is called takes, and what its rows show."""
    secrets: list[str] = field(default_factory=list)
    """Texts of the answer that the journal masks."""
    login: Login | None = None
    """The login that calls, which may be a further one of the account."""

    @property
    def user(self) -> Account:
        """The account that calls. Raises AccessDenied without one, in a public function."""
        if self.account is None:
            raise AccessDenied(self.func)
        return self.account

    @property
    def own_login(self) -> Login:
        """The login that calls. Raises AccessDenied without one, in a public function."""
        return self.login or own_login(self.user)

    def words(self, texts: Mapping[str, str]) -> str:
        """A text in the caller's language, else in English."""
        return texts.get(self.lang) or texts.get("en", "")


Value = object
"""What a schema's field can turn into a text: str, int, Decimal, date, bool, None, Leaf.

In the row of a table a Part, or a tuple of them, is an element with children.
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select: the key to send and the label to show.

    ``attrs``: ``depend``, the key of another select it goes with; ``valuegroup``, its group.
    """

    key: str
    label: str
    attrs: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Part:
    """An element with attributes and children, for ``Raw`` and ``Streamed`` answers."""

    name: str
    text: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter that the caller saved before: the list it is of, its fields by parameter."""

    listed: str
    fields: Mapping[str, str]


@dataclass(slots=True)
class FormAnswer:
    """A form: ``fields`` by wire name, selects, tables.

    ``inner``  whether the form is repeated in an inner ``doc`` (docs/evidence.md 15 and 21).
    """

    fields: Mapping[str, Value]
    slists: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    lists: Mapping[str, Sequence[Mapping[str, Value]]] = field(default_factory=dict)
    flists: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """Selects by which a user interface filters a table."""
    inner: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further ``messages``: for example ``addon_<id>`` = its name."""
    sliders: Sequence[Mapping[str, str]] = ()
    """Fields with a counter, for ``metadata``: name, limits, step, measure."""
    saved: SavedFilter | None = None


@dataclass(slots=True)
class ActionResult:
    """The result of a submit or an action.

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
    """Fields before the rows: ``plid``, ``plname``."""
    saved: SavedFilter | None = None


@dataclass(slots=True)
class Raw:
    """A document with a structure of its own: ``whoami``, ``menu``, ``pricelist.export``."""

    parts: Sequence[Part]


@dataclass(slots=True)
class Streamed:
    """A document of one long list, produced piece by piece: ``pricelist.export``.

    ``name`` of all parts. ``parts`` is iterated once, after the handler has returned, and must not
    use the database.
    """

    name: str
    parts: Iterable[Part]
    single: bool = False
    """One part was requested by its number: json then writes an object, not an array."""


@dataclass(slots=True)
class LoggedIn:
    """A session was opened or closed."""

    session_id: str
    level: int = 16
    done: bool = False
    """Whether the second factor was confirmed: the answer then also has ``ok``."""


@dataclass(frozen=True, slots=True)
class NeedsWrite:
    """Answered by a handler of a read that has to change something after all.

    The pipeline calls it again under the world's lock, with ``Call.writing`` set. Only a handler
    that finds ``Call.writing`` False may answer it, before it has changed anything.
    """


Answer = FormAnswer | ActionResult | Rows | Raw | Streamed | LoggedIn | NeedsWrite
