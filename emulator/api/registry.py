"""Functions of the API, each declared in one place.

A declaration has the parameters, answer fields and errors of a function, its evidence and its
handler. Validation, the reference page, OpenAPI and the tests common to all functions use it. All
errors in declarations are reported at once when the server starts.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypedDict, Unpack

from emulator.api.context import Answer, Call
from emulator.api.fields import Numbered, Rest, WireField
from emulator.api.schema import Nothing, WireSchema
from emulator.domain.catalogue.catalogue import OwnType, Words
from emulator.domain.world import Generation
from emulator.errors import ApiError
from emulator.texts import TITLES

Handler = Callable[..., object]
FindOwn = Callable[[str, Mapping[str, OwnType]], "Function | None"]
"""Finds a function of the types that a world defines itself, by its name."""
COMMON_PARAMETERS = frozenset({
    "func", "out", "lang", "auth", "authinfo", "su", "sok", "clicked_button", "elid", "plid",
    "plname", "pid", "filter", "p_num", "p_cnt", "p_col", "p_sort", "p_order", "p_elems", "sfrom",
    "sform", "snext", "sback", "progressid", "clickstat", "newface", "show_metadata",
    "checkcookie", "stylesheet", "callback", "theme", "tconvert", "hfields", "rand", "dashboard",
})  # fmt: skip
"""Parameters that every function may be sent (docs/wire.md section 1); no list filters by them."""
FURTHER_PARAMETERS = frozenset({"sv_field", "force_use_new_cart"})
"""Parameters that no schema has, because what they choose is not a value."""


class Kind(enum.Enum):
    """The kind of a function."""

    LISTING = "listing"
    FORM = "form"
    ACTION = "action"
    DOCUMENT = "document"
    """A document with a structure of its own, only read (``whoami``, ``pricelist.export``)."""


class Evidence(enum.Enum):
    """How a function is known (see docs/evidence.md)."""

    RECORDED = "recorded"
    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class DeclarationError(Exception):
    """Functions are declared wrongly; the text has a line for each error."""


@dataclass(eq=False)
class Function:
    """One ``func=``. ``example`` are parameters that work in the world ``small``."""

    name: str
    kind: Kind
    family: Family
    summary: str
    source: str
    evidence: Evidence
    takes: WireSchema
    returns: WireSchema | None
    fails: tuple[type[ApiError], ...]
    example: Mapping[str, str]
    title: Words
    public: bool = False
    """Answered without a login."""
    next_step: str = ""
    """The wizard's next step: ``snext`` shows it instead of this one."""
    first_step: str = ""
    """Of a wizard's entry: the step whose name the answer has (docs/evidence.md 126)."""
    commits_on_snext: bool = False
    show: Handler | None = None
    submit: Handler | None = None
    buttons: dict[str, Handler] = field(default_factory=dict)
    elids: str = ""
    """The parameter that may hold several ids (``1, 2``): the handler runs once for each."""
    is_public: Callable[[Call], bool] | None = None
    """Where a rule of the world decides whether a login is needed."""
    tables: Mapping[str, WireSchema] = field(default_factory=dict)
    """Rows of the tables of a form, by the name of the table."""
    generation: Generation | None = None
    """The only generation that has the function (rule ``generation``); None: both have it."""

    @property
    def answers_as(self) -> str:
        """The name in ``doc/@func``: a wizard's entry answers as its first step."""
        return self.first_step or self.name

    def on_submit(self, handler: Handler) -> Handler:
        """The handler of a form sent with ``sok``."""
        self.submit = handler
        return handler

    def on_button(self, *names: str) -> Callable[[Handler], Handler]:
        """The handler of a form sent with ``sok`` and one of these ``clicked_button``."""

        def register(handler: Handler) -> Handler:
            for name in names:
                self.buttons[name] = handler
            return handler

        return register

    def handlers(self) -> Iterator[tuple[str, Handler]]:
        """All handlers, each with its purpose."""
        if self.show is not None:
            yield "show", self.show
        if self.submit is not None:
            yield "submit", self.submit
        for name, handler in self.buttons.items():
            yield f"button {name}", handler

    def chosen(self, params: Mapping[str, str]) -> tuple[Handler, bool]:
        """The handler for these parameters, and whether it writes.

        ``sv_field`` and ``snext`` never submit, even with ``sok`` (docs/evidence.md 12), except on
        a wizard's last step, where clients send ``snext`` along (observed). Neither does the button
        ``back``.
        """
        if self.kind is Kind.ACTION:
            return self._present(self.submit), True
        if self.kind is not Kind.FORM or not params.get("sok"):
            return self._present(self.show), False
        walks_on = bool(params.get("snext")) and not self.commits_on_snext
        looking = bool(params.get("sv_field")) or walks_on
        if looking or params.get("clicked_button") == "back":
            return self._present(self.show), False
        button = self.buttons.get(params.get("clicked_button", ""))
        return button or self._present(self.submit), True

    def writes(self, params: Mapping[str, str]) -> bool:
        """Whether the handler for these parameters writes (see `chosen`)."""
        return self.chosen(params)[1]

    def _present(self, handler: Handler | None) -> Handler:
        if handler is None:  # pragma: no cover - refused when the server starts
            raise DeclarationError(self.name)
        return handler


class FunctionOptions(TypedDict, total=False):
    """The options of a declaration."""

    takes: type[WireSchema]
    returns: type[WireSchema]
    tables: Mapping[str, type[WireSchema]]
    fails: tuple[type[ApiError], ...]
    evidence: Evidence
    source: str
    example: Mapping[str, str]
    summary: str
    public: bool
    next_step: str
    first_step: str
    commits_on_snext: bool
    elids: str
    is_public: Callable[[Call], bool]
    generation: Generation | None


class Family:
    """Functions with one prefix. Declare with :meth:`listing`, :meth:`form`, :meth:`action`.

    ``source`` and ``evidence`` are those of each function that does not say otherwise.
    """

    def __init__(
        self, name: str, title: Words, source: str = "", evidence: Evidence = Evidence.ASSUMED
    ) -> None:
        self.name = name
        self.title = title
        self.source = source
        self.evidence = evidence
        self.functions: list[Function] = []

    def listing(
        self, name: str, **options: Unpack[FunctionOptions]
    ) -> Callable[[Handler], Function]:
        """Declares a listing. The handler returns ``Rows``."""
        return self._declare(Kind.LISTING, name, options)

    def form(self, name: str, **options: Unpack[FunctionOptions]) -> Callable[[Handler], Function]:
        """Declares a form. The handler returns it unsubmitted; ``on_submit`` sets the other one."""
        return self._declare(Kind.FORM, name, options)

    def action(
        self, name: str, **options: Unpack[FunctionOptions]
    ) -> Callable[[Handler], Function]:
        """Declares an action, which needs no ``sok``."""
        return self._declare(Kind.ACTION, name, options)

    def document(
        self, name: str, **options: Unpack[FunctionOptions]
    ) -> Callable[[Handler], Function]:
        """A document with a structure of its own, only read."""
        return self._declare(Kind.DOCUMENT, name, options)

    def _declare(
        self, kind: Kind, name: str, options: FunctionOptions
    ) -> Callable[[Handler], Function]:
        takes = options.get("takes", Nothing)
        returns = options.get("returns")

        def register(handler: Handler) -> Function:
            function = Function(
                name=name,
                kind=kind,
                family=self,
                summary=options.get("summary") or inspect.getdoc(handler) or "",
                source=options.get("source", self.source),
                evidence=options.get("evidence", self.evidence),
                takes=takes.shared(),
                returns=returns.shared() if returns is not None else None,
                tables={name: row.shared() for name, row in options.get("tables", {}).items()},
                fails=tuple(options.get("fails", ())),
                example=options.get("example", {}),
                title=TITLES.get(name, self.title),
                public=options.get("public", False),
                next_step=options.get("next_step", ""),
                first_step=options.get("first_step", ""),
                commits_on_snext=options.get("commits_on_snext", False),
                elids=options.get("elids", ""),
                is_public=options.get("is_public"),
                generation=options.get("generation"),
            )
            if kind is Kind.ACTION:
                function.submit = handler
            else:
                function.show = handler
            self.functions.append(function)
            return function

        return register


class Registry:
    """All functions by name. Raises DeclarationError for invalid declarations.

    ``own_types`` finds functions of product types that a world defines itself.
    """

    def __init__(
        self, families: tuple[Family, ...], own_types: FindOwn = lambda _name, _types: None
    ) -> None:
        self.families = families
        self._own_types = own_types
        self._functions: dict[str, Function] = {}
        faults: list[str] = []
        for family in families:
            for function in family.functions:
                if function.name in self._functions:
                    faults.append(f"{function.name}: declared twice")
                self._functions[function.name] = function
        for function in self._functions.values():
            faults += [f"{function.name}: {fault}" for fault in _faults(function)]
            for step in (function.next_step, function.first_step):
                if step and step not in self._functions:
                    faults.append(f"{function.name}: there is no step {step}")
        if faults:
            raise DeclarationError("\n".join(faults))

    def find(self, name: str) -> Function | None:
        """A function by its name, or None."""
        return self._functions.get(name)

    def find_in(self, name: str, types: Mapping[str, OwnType]) -> Function | None:
        """A function in a world with these types of its own, or None: ``forexbox.edit``.

        A subtype that is a whole type (``vds.vps``) takes the place of the list of that name.
        """
        return self._own_types(name, types) or self.find(name)

    def unknown(self, names: Collection[str]) -> list[str]:
        """Those of the names that no declaration knows: such a parameter has no effect.

        Known are the parameters and fields of all functions. A call that filters has none: what its
        list does not know is refused.
        """
        if "filter" in names:
            return []
        return [name for name in names if name not in self._names and not self._is_open(name)]

    @cached_property
    def _names(self) -> frozenset[str]:
        schemas = [s for f in self for s in (f.takes, f.returns) if s is not None]
        names = {name for schema in schemas for name in schema.wire_fields}
        return COMMON_PARAMETERS | FURTHER_PARAMETERS | names

    def _is_open(self, name: str) -> bool:
        prefix, _, number = name.rpartition("_")
        return number.isdigit() and f"{prefix}_" in self._prefixes

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        return frozenset(
            field.prefix
            for function in self
            for field in function.takes.wire_fields.values()
            if isinstance(field, Numbered)
        )

    def following(self, function: Function, types: Mapping[str, OwnType]) -> Function:
        """The next step of a wizard."""
        return self.find_in(function.next_step, types) or function

    def __iter__(self) -> Iterator[Function]:
        return iter(self._functions.values())

    def __len__(self) -> int:
        return len(self._functions)

    def __getitem__(self, name: str) -> Function:
        return self._functions[name]


def _faults(function: Function) -> Iterator[str]:
    if not function.summary:
        yield "no docstring says what it does"
    if not function.source:
        yield "no source says how we know"
    if function.kind is Kind.FORM and function.submit is None:
        yield "a form without a submit"
    if function.kind in (Kind.LISTING, Kind.FORM) and function.returns is None:
        yield "does not say what it returns"
    for purpose, handler in function.handlers():
        yield from _signature_faults(function, purpose, handler)


def _signature_faults(function: Function, purpose: str, handler: Handler) -> Iterator[str]:
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    fields = {
        name: field for name, field in function.takes.fields.items() if not isinstance(field, Rest)
    }
    takes_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    named = {p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD}
    if not takes_all:
        for missing in sorted(set(fields) - named):
            yield f"{purpose}: the handler does not take {missing}"
    for parameter in parameters:
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if parameter.name not in function.takes.fields:
            yield f"{purpose}: the schema has no field {parameter.name}"
            continue
        field_ = function.takes.fields[parameter.name]
        always = isinstance(field_, WireField) and (
            field_.required if purpose == "show" else field_.needed
        )
        if parameter.default is inspect.Parameter.empty and not always:
            yield f"{purpose}: {parameter.name} may be absent, but the handler has no default"


__all__ = ["Answer", "DeclarationError", "Evidence", "Family", "Function", "Kind", "Registry"]
