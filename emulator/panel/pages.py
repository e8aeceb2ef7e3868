"""The panel's page: its license, and the modules with their prices and a button for each.

It has no script and no session: the login is typed with each purchase and not stored.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from emulator.control.api.guard import OWN_NAMES, Refusal, hostname, require_same_origin
from emulator.panel.billing import BillingLogin, BillingRefused, BillingUnavailable
from emulator.panel.license import LicenseFileError
from emulator.panel.panel import Panel, PanelState, Purchase

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
BUTTONS = frozenset({"/refresh", "/buy"})
OUTCOME_TEXTS = {
    "active": "{module} is active: the license has it.",
    "processing": "{module} is paid. The license does not have it yet; refresh it in a while.",
    "to pay": "{module} is ordered and has to be paid at the billing.",
    "by hand": "Buy {module} at the billing, then refresh the license here.",
}


@functools.cache
def _templates() -> Environment:
    """Loads jinja2 with the first page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    loader = PackageLoader("emulator.panel", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


class PanelPages:
    """A WSGI application with one page. `names`: host names it accepts besides localhost."""

    def __init__(self, panel: Panel, names: Iterable[str] = ()) -> None:
        """Store the panel."""
        self._panel = panel
        self._names = OWN_NAMES | {name.lower().strip("[]") for name in names}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request of HTTP."""
        http = Request(environ)
        http.max_content_length = http.max_form_memory_size = MOST
        return self._answer(http)(environ, start_response)

    def _answer(self, http: Request) -> Response:
        # Another name may lead here through somebody's DNS, from a foreign page.
        if hostname(_host(http)) not in self._names:
            return Response("this panel does not answer to that host name\n", 403, SAFE)
        exists = http.path == "/" if http.method in {"GET", "HEAD"} else http.path in BUTTONS
        if not exists or http.method not in {"GET", "HEAD", "POST"}:
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
        except LicenseFileError as error:
            return self._page(f"No license file: {error}", good=False)
        return self._page("The license was refreshed.")

    def _buy(self, http: Request) -> Response:
        module, name = http.form.get("module", ""), http.form.get("login", "")
        login = BillingLogin(name, http.form.get("password", "")) if name else None
        try:
            purchase = self._panel.buy(module, login)
        except (
            LicenseFileError,
            BillingUnavailable,
            BillingRefused,
            LookupError,
            ValueError,
        ) as error:
            return self._page(f"was not bought: {error}", good=False, about=module)
        return self._page(describe_purchase(purchase), link=purchase.link)

    def _page(
        self, line: str, *, good: bool = True, link: str = "", about: str | None = None
    ) -> Response:
        state = self._panel.state()
        if about is not None:
            line = f"{name_of(state, about)} {line}"
        html = (
            _templates()
            .get_template("panel.html")
            .render(state=state, line=line, good=good, link=link if may_open(link) else "")
        )
        return Response(html, 200, SAFE, content_type="text/html; charset=utf-8")


def name_of(state: PanelState, module: str) -> str:
    """The name of a module that was sent as a number; otherwise what was sent."""
    numbers = {str(row.offer.id): row.name for row in state.rows if row.offer}
    return numbers.get(module, module)


def _host(http: Request) -> str:
    """The Host header of the request."""
    return str(http.environ.get("HTTP_HOST", ""))


def describe_purchase(purchase: Purchase) -> str:
    """What became of a purchase, in a sentence."""
    line = OUTCOME_TEXTS[purchase.outcome].format(module=purchase.module)
    return f"{line} {purchase.note}".strip() if purchase.outcome == "to pay" else line


def may_open(link: str) -> bool:
    """Whether the link may be shown: a billing's answer must not run a script."""
    return link.startswith(("https://", "http://"))
