"""The panel of a license of this server, for a page of the console.

It asks this server alone, in this process; its license file is fetched anew each time and lies in a
folder that is gone afterwards.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from emulator.control.console.panel_request import PanelAnswer, PanelRequest
from emulator.panel.billing import BillingLogin, BillingRefused, BillingUnavailable
from emulator.panel.license import LicenseFileError, LicenseFolder
from emulator.panel.pages import describe_purchase, may_open, name_of
from emulator.panel.panel import Panel, PanelSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class OwnServer(httpx.BaseTransport):
    """Answers requests for one server from its application; there are no others here."""

    def __init__(self, app: WSGIApplication, seller: str) -> None:
        self._app = httpx.WSGITransport(app=app)
        self._own = httpx.URL(seller)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.ConnectError for another server: the console connects nowhere."""
        asked_for, own = request.url, self._own
        if (asked_for.scheme, asked_for.netloc) != (own.scheme, own.netloc):
            raise httpx.ConnectError(
                "it is another server; only `mockseller panel` connects elsewhere", request=request
            )
        return self._app.handle_request(request)


def answer(app: WSGIApplication, request: PanelRequest) -> PanelAnswer:
    """What the panel shows, after a purchase if one is requested."""
    with (
        tempfile.TemporaryDirectory() as folder,
        httpx.Client(transport=OwnServer(app, request.seller), trust_env=False) as http,
    ):
        settings = PanelSettings(request.seller, request.key)
        # No answer is waited for: what is not ready at once is shown as not ready.
        panel = Panel(LicenseFolder(Path(folder)), http, settings, wait=lambda _: None)
        try:
            panel.refresh()
        except LicenseFileError:
            return PanelAnswer(panel.state())
        if not request.module:
            return PanelAnswer(panel.state())
        return _buy(panel, request)


def _buy(panel: Panel, request: PanelRequest) -> PanelAnswer:
    login = BillingLogin(request.login, request.password) if request.login else None
    try:
        purchase = panel.buy(request.module, login)
    except (LicenseFileError, BillingUnavailable, BillingRefused, LookupError, ValueError) as error:
        state = panel.state()
        return PanelAnswer(state, f"{name_of(state, request.module)} was not bought: {error}")
    link = purchase.link if may_open(purchase.link) else ""
    return PanelAnswer(panel.state(), describe_purchase(purchase), link, is_good=True)
