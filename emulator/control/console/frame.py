"""What every page of the console has: headers, languages, navigation, form tokens, refusals.

A page is a class with routes (`ConsolePage`); it gets a `Visit` and renders a template by `Frame`.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from urllib.parse import quote, urlencode

from werkzeug.wrappers import Request, Response

from emulator.api.registry import Function, Registry
from emulator.api.reply import Reply
from emulator.control.api.names import KnownNames
from emulator.control.console import csrf, preferences, texts
from emulator.control.console.panel_request import PanelAnswer, PanelRequest
from emulator.control.console.preferences import CHOICES, Preferences
from emulator.domain.world import Generation, read
from emulator.worlds.worlds import DEFAULT, Worlds

if TYPE_CHECKING:
    from jinja2 import Environment

PREFIX = "/_mockseller/console"
NUMBER = f"<int(max={2**63 - 1}):number>"
"""In a path: the number of a row; SQLite has no larger ones."""
HTML = "text/html; charset=utf-8"
SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page: of a browser with its preferences, in a world (or ``""``).

    ``values``: those of the path. ``line``: why a change was refused, for the page that shows it.
    ``is_trainee``: it sees its own world alone.
    """

    http: Request
    browser: str
    preferences: Preferences
    world: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    line: str = ""
    is_trainee: bool = False

    @property
    def prefix(self) -> str:
        """Where the console is, below the prefix of a proxy if one has it."""
        return self.http.root_path.rstrip("/") + PREFIX

    @property
    def lang(self) -> str:
        """The language of the page."""
        return self.preferences.lang

    @property
    def form(self) -> Mapping[str, str]:
        """What a form sent, without its token."""
        return {name: text for name, text in self.http.form.items() if name != csrf.FIELD}

    def text(self, name: str, /, **values: object) -> str:
        """A text of the console in the language of the page."""
        return texts.text(name, self.lang, values)

    def address(self, **changes: object) -> str:
        """The address of this page with other values in its query; None leaves one out.

        The answer to a form has no address of its own: there it is the page that had the form.
        """
        query = {**self.http.args.to_dict(), **changes}
        pairs = {name: value for name, value in query.items() if value is not None}
        return f"{self._page_of_form()}?{urlencode(pairs)}"

    def _page_of_form(self) -> str:
        if self.http.method != "POST":
            return ""
        own = self.http.host_url.rstrip("/")
        path = (self.http.referrer or "").removeprefix(own).partition("?")[0].partition("#")[0]
        return path if path.startswith(f"{self.prefix}/") else self.prefix


def read_visit(http: Request) -> Visit:
    """A visit before its path is known."""
    return Visit(http, csrf.read_browser(http), preferences.read_preferences(http))


View = Callable[[Visit], Response]
Send = Callable[[str, Mapping[str, str], str], Reply]
"""Makes a call: the name of a world, the parameters, the address that it comes from."""
Rewrite = Callable[[str, str, Function | None, Generation], Mapping[str, str]]
"""Writes a stored answer in every format, by name: the answer, its format, its function."""
AskPanel = Callable[[PanelRequest], PanelAnswer]
"""Asks the control panel of a license."""


class AppCalls(NamedTuple):
    """What the application does for pages."""

    send: Send
    rewrite: Rewrite
    ask_panel: AskPanel


@dataclass(frozen=True, slots=True)
class Route:
    """One path below PREFIX. ``<world>`` in it is the name of a world that can be opened.

    ``changes``: it takes a form by POST; ``refused`` shows, with ``Visit.line``, why it was not
    carried out. Without it that is a page of its own. ``for_trainers``: trainees cannot.
    """

    path: str
    view: View
    changes: bool = False
    refused: View | None = None
    for_trainers: bool = False

    @property
    def methods(self) -> Sequence[str]:
        """The HTTP methods it takes."""
        return ["POST"] if self.changes else ["GET"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What pages work with. ``links``: those of the navigation, path and title."""

    worlds: Worlds
    registry: Registry
    known_names: KnownNames
    send: Send
    rewrite: Rewrite
    ask_panel: AskPanel
    links: Sequence[tuple[str, str]] = ()

    def with_links(self, pages: Sequence[ConsolePage]) -> Frame:
        """The frame with the navigation to these pages."""
        return replace(self, links=[(page.path, page.title) for page in pages])

    def find_function(self, world: str, name: str) -> Function | None:
        """A function by its name, also one of the world's own types."""
        db = self.worlds.connect(world)
        with db.reading():
            types = self.worlds.catalogue(db, read(db)).types
        return self.registry.find_in(name, types)

    def render(self, visit: Visit, template: str, status: int = 200, **context: object) -> Response:
        """A page of a template.

        In it, ``text("journal.title")`` is a text, and each form that changes has ``{{ token }}``.
        """
        html = (
            load_environment()
            .get_template(template)
            .render(
                visit=visit,
                text=visit.text,
                prefix=visit.prefix,
                world=visit.world,
                home=f"{visit.prefix}/{quote(visit.world or DEFAULT, safe='')}",
                links=self._links(visit),
                token=csrf.make_input(visit.browser),
                choices=CHOICES,
                **context,
            )
        )
        return Response(html, status, SAFE, content_type=HTML)

    def _links(self, visit: Visit) -> list[tuple[str, str, bool]]:
        """Address, title, and whether it leads to the page that is shown."""
        world = quote(visit.world or DEFAULT, safe="")
        shown = visit.http.root_path.rstrip("/") + visit.http.path
        addresses = [
            (f"{visit.prefix}{path.replace('<world>', world)}", visit.text(title))
            for path, title in self.links
            if path.startswith("/<world>") or not visit.is_trainee
        ]
        here = max(
            (a for a, _ in addresses if shown == a or shown.startswith(f"{a}/")),
            key=len,
            default="",
        )
        return [(address, title, address == here) for address, title in addresses]


class ConsolePage(ABC):
    """A page, or several that belong together. ``title``: its text; ``path``: where its link leads.

    ``<world>`` in ``path`` stands for the world that is shown.
    """

    title: ClassVar[str]
    path: ClassVar[str]

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._worlds = frame.worlds

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """Its paths."""


@functools.cache
def load_environment() -> Environment:
    """Loads jinja2 with the first page, since most processes show none."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    loader = PackageLoader("emulator.control.console", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


LONGEST_NUMBER = 18
"""Digits of the largest number that SQLite stores."""


def read_number(text: str) -> int | None:
    """A whole number of a query, None for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None


def address_of(world: str, path: str = "", **query: object) -> str:
    """The address of a page of a world; ``path`` begins with a slash."""
    chosen = {name: value for name, value in query.items() if value not in (None, "")}
    tail = f"?{urlencode(chosen)}" if chosen else ""
    return f"{PREFIX}/{quote(world, safe='')}{path}{tail}"


def redirect(address: str) -> Response:
    """Leads the browser to a page, as after every change."""
    return Response(status=303, headers={**SAFE, "Location": address})


@functools.cache
def load_static(name: str) -> bytes:
    """A file that pages need."""
    from importlib.resources import files  # noqa: PLC0415 - with the first page

    return (files("emulator.control.console") / "static" / name).read_bytes()
