"""The three systems of a module's life: a seller, a reseller's billing, a control panel.

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

from contracts.journeys.stories.license import quiet_day, running_seller
from contracts.journeys.stories.module_script import ModuleScript
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
class Stage:
    """Everything a story needs; ``today`` is the seller's day, the reseller's calendar as well."""

    seller: testing.World
    client: Client
    shop: ModuleShop
    billing_url: str
    panel_folder: Path
    http: httpx.Client
    served: ExitStack

    def today(self) -> date:
        """The seller's day."""
        return datetime.fromisoformat(self.seller.clock.now).date()

    def panel(self, key: str) -> tuple[Panel, str]:
        """A panel with this license key, and the address of its page."""
        at = PanelSettings(self.seller.url, key)
        panel = Panel(LicenseFolder(self.panel_folder), self.http, at, wait=_at_once)
        if self.billing_url.startswith(BILLING):
            return panel, PANEL
        page = self.served.enter_context(PanelServer(PanelPages(panel), host="127.0.0.1", port=0))
        return panel, page.url

    def press(self, page: str, panel: Panel, path: str, **form: str) -> str:
        """Presses a button of the panel's page, as a browser does; the page it answers."""
        headers = {"Origin": page, "Sec-Fetch-Site": "same-origin"}
        if page == PANEL:
            transport = httpx.WSGITransport(app=PanelPages(panel))
            with httpx.Client(transport=transport) as browser:
                return browser.post(f"{page}{path}", data=form, headers=headers).text
        return self.http.post(f"{page}{path}", data=form, headers=headers).text


@contextmanager
def staged(script: ModuleScript, *, in_process: bool) -> Iterator[Stage]:
    """Starts seller and billing, and stops them with everything they wrote."""
    with ExitStack() as things:
        seller, line = things.enter_context(running_seller(in_process=in_process))
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(prefix="mockseller-")))
        quiet_day(seller)
        seller.account(OUR_LOGIN, balance=str(script.balance))
        client = Client(
            seller.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=line,
            retry_policy=RetryPolicy(wait=_at_once),
        )  # fmt: skip
        things.callback(client.close)
        shop = _shop(script, seller, client, folder / "modules.sqlite")
        things.callback(shop.store.close)
        endpoint = ModuleEndpoint(shop)
        mounts: dict[str, httpx.BaseTransport] = {}
        if in_process:
            url = f"{BILLING}/billmgr"
            mounts = {BILLING: httpx.WSGITransport(app=endpoint), INDOORS: line}
        else:
            billing = things.enter_context(PanelServer(endpoint, host="127.0.0.1", port=0))
            url = f"{billing.url}/billmgr"
        http = things.enter_context(httpx.Client(timeout=TIMEOUT, trust_env=False, mounts=mounts))
        yield Stage(seller, client, shop, url, folder / "panel", http, things)


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


def _at_once(_: float) -> None:
    """Nobody has to wait for a story."""
