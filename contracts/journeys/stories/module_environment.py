"""The three systems of the modules story: a seller, a reseller's billing, a control panel.

Each has an address of its own and knows the others by theirs: on ports of this machine, or in this
process behind host names that exist nowhere else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import httpx

from contracts.journeys.stories.script import ModuleScript
from contracts.journeys.stories.story import freeze_on_quiet_day, start_seller
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from emulator.panel import LicenseFolder, Panel, PanelPages, PanelServer, PanelSettings
from reseller_client import Client, RetryPolicy
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore, Product

INDOORS = "http://127.0.0.1"
BILLING, PANEL = "http://billing.invalid", "http://localhost"
TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class ModuleEnvironment:
    """The running systems. The seller's date is the reseller's calendar as well."""

    seller: testing.World
    client: Client
    shop: ModuleShop
    billing_url: str
    panel_folder: Path
    http: httpx.Client
    served: ExitStack

    def today(self) -> date:
        """The seller's date."""
        return datetime.fromisoformat(self.seller.clock.now).date()

    def open_panel(self, key: str) -> tuple[Panel, str]:
        """A panel with a license key, and the address of its page."""
        at = PanelSettings(self.seller.url, key)
        panel = Panel(LicenseFolder(self.panel_folder), self.http, at, wait=_do_not_wait)
        if self.billing_url.startswith(BILLING):
            return panel, PANEL
        page = self.served.enter_context(PanelServer(PanelPages(panel), host="127.0.0.1", port=0))
        return panel, page.url

    def press(self, page: str, panel: Panel, path: str, **form: str) -> str:
        """Submits a form of the panel's page as a browser does; the page that is answered."""
        headers = {"Origin": page, "Sec-Fetch-Site": "same-origin"}
        if page == PANEL:
            transport = httpx.WSGITransport(app=PanelPages(panel))
            with httpx.Client(transport=transport) as browser:
                return browser.post(f"{page}{path}", data=form, headers=headers).text
        return self.http.post(f"{page}{path}", data=form, headers=headers).text


@contextmanager
def start_environment(script: ModuleScript, *, in_process: bool) -> Iterator[ModuleEnvironment]:
    """Starts seller and billing; stops them and deletes their files after the block."""
    with ExitStack() as stack:
        seller, line = stack.enter_context(start_seller(in_process=in_process))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mockseller-")))
        freeze_on_quiet_day(seller)
        seller.account(OUR_LOGIN, balance=str(script.balance))
        client = Client(
            seller.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=line,
            retry_policy=RetryPolicy(wait=_do_not_wait),
        )  # fmt: skip
        stack.callback(client.close)
        shop = _shop(script, seller, client, folder / "modules.sqlite")
        stack.callback(shop.store.close)
        endpoint = ModuleEndpoint(shop)
        mounts: dict[str, httpx.BaseTransport] = {}
        if in_process:
            url = f"{BILLING}/billmgr"
            mounts = {BILLING: httpx.WSGITransport(app=endpoint), INDOORS: line}
        else:
            billing = stack.enter_context(PanelServer(endpoint, host="127.0.0.1", port=0))
            url = f"{billing.url}/billmgr"
        http = stack.enter_context(httpx.Client(timeout=TIMEOUT, trust_env=False, mounts=mounts))
        yield ModuleEnvironment(seller, client, shop, url, folder / "panel", http, stack)


def _shop(script: ModuleScript, seller: testing.World, client: Client, file: Path) -> ModuleShop:
    def today() -> date:
        return datetime.fromisoformat(seller.clock.now).date()

    shop = ModuleShop(
        ModuleStore(file), client, today=today, currency=client.account.balance().currency
    )
    shop.add_customer(script.login, script.password)
    shop.top_up(script.login, script.customer_balance)
    shop.offer(
        Product(
            script.number, script.module_tariff, script.intname, script.intname,
            {1: script.price}, (script.edition,),
        )
    )  # fmt: skip
    return shop


def _do_not_wait(_: float) -> None:
    """A story does not wait in real time."""
