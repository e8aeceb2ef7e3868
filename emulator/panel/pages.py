"""The panel's page: its license, the modules with their prices, and a button for each.

No script, no session: the login at the billing is typed with each purchase and kept nowhere.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from emulator.control.api.guard import OWN_NAMES, Refusal, hostname, require_same_origin
from emulator.panel.billing import BillingFault, Login, NoBilling
from emulator.panel.license import LicenseFault
from emulator.panel.panel import Panel, Purchase, State

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from jinja2 import Environment

SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}
MOST = 16 * 1024
"""Bytes of a form."""
DEEDS = frozenset({"/refresh", "/buy"})
CAME = {
    "active": "{module} is active: the license carries it.",
    "processing": "{module} is paid. The license does not carry it yet; refresh it in a while.",
    "to pay": "{module} is ordered and waits for its payment at the billing.",
    "by hand": "{module} is bought at the billing, then the license is refreshed here.",
}


@functools.cache
def _templates() -> Environment:
    """Loaded with the first page: nobody else pays for it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    loader = PackageLoader("emulator.panel", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


class PanelPages:
    """A WSGI application with one page. `names`: host names it answers to beside this machine's."""

    def __init__(self, panel: Panel, names: Iterable[str] = ()) -> None:
        """Keep the panel."""
        self._panel = panel
        self._names = OWN_NAMES | {name.lower().strip("[]") for name in names}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request of HTTP."""
        http = Request(environ)
        http.max_content_length = http.max_form_memory_size = MOST
        return self._answer(http)(environ, start_response)

    def _answer(self, http: Request) -> Response:
        # A name that is not ours leads here by somebody's DNS, out of another page.
        if hostname(_host(http)) not in self._names:
            return Response("this panel has another name\n", 403, SAFE)
        known = http.path == "/" if http.method in {"GET", "HEAD"} else http.path in DEEDS
        if not known or http.method not in {"GET", "HEAD", "POST"}:
            return Response("there is no such page\n", 404, SAFE)
        if http.method != "POST":
            return self._page("")
        try:
            require_same_origin(http)
        except Refusal as refusal:
            return Response(f"{refusal.line}\n", refusal.status, SAFE)
        return self._refresh() if http.path == "/refresh" else self._buy(http)

    def _refresh(self) -> Response:
        try:
            self._panel.refresh()
        except LicenseFault as fault:
            return self._page(f"No license file: {fault}", good=False)
        return self._page("The license was refreshed.")

    def _buy(self, http: Request) -> Response:
        module, name = http.form.get("module", ""), http.form.get("login", "")
        login = Login(name, http.form.get("password", "")) if name else None
        try:
            purchase = self._panel.buy(module, login)
        except (LicenseFault, NoBilling, BillingFault, LookupError, ValueError) as fault:
            return self._page(f"was not bought: {fault}", good=False, about=module)
        return self._page(_said(purchase), link=purchase.link)

    def _page(
        self, line: str, *, good: bool = True, link: str = "", about: str | None = None
    ) -> Response:
        state = self._panel.state()
        if about is not None:
            line = f"{_name(state, about)} {line}"
        html = (
            _templates()
            .get_template("panel.html")
            .render(state=state, line=line, good=good, link=link if _opens(link) else "")
        )
        return Response(html, 200, SAFE, content_type="text/html; charset=utf-8")


def _name(state: State, module: str) -> str:
    """What people call a module that was named by its number; else what it was called."""
    numbers = {str(shelf.offer.id): shelf.name for shelf in state.shelves if shelf.offer}
    return numbers.get(module, module)


def _host(http: Request) -> str:
    """The name by which the browser came."""
    return str(http.environ.get("HTTP_HOST", ""))


def _said(purchase: Purchase) -> str:
    line = CAME[purchase.came].format(module=purchase.module)
    return f"{line} {purchase.said}".strip() if purchase.came == "to pay" else line


def _opens(link: str) -> bool:
    """Whether a browser may be led there: the billing's answer must not run anything."""
    return link.startswith(("https://", "http://"))
