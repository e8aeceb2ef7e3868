"""A reseller's shop of modules beside the seller in this process, and a panel that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element

import httpx
from defusedxml.ElementTree import fromstring
from werkzeug.test import Client as Browser

from emulator.testing import Seller
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore, Product
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

PRICES = {1: Decimal("12.00"), 12: Decimal("120.00")}
ADA, BOB = "ada:secret-1", "bob:secret-2"


@dataclass
class Watch:
    """The moment by which sessions and locks are counted; it moves as a test says."""

    moment: datetime = field(default_factory=lambda: datetime(2027, 1, 10, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def later(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Counter:
    """A shop and a panel's requests; there is no seller."""

    shop: ModuleShop
    panel: Browser
    watch: Watch

    def doc(self, func: str, who: str = ADA, **params: object) -> Element:
        login = {"authinfo": who} if who else {}
        sent = {"func": func, "out": "xml", **login, **{k: str(v) for k, v in params.items()}}
        got = self.panel.post("/billmgr", data=sent)
        assert got.status_code == 200
        doc: Element = fromstring(got.data)
        return doc

    def error(self, func: str, who: str = ADA, **params: object) -> str:
        error = self.doc(func, who, **params).find("error")
        assert error is not None
        assert error.findtext("msg")
        return f"{error.get('type')} {error.get('object', '')}".strip()

    def put(self, **params: object) -> Element:
        defaults: dict[str, object] = {
            "pricelist": 277,
            "period": 1,
            "item": 100002,
            "autoprolong": 1,
            "sok": "ok",
        }
        defaults |= {"clicked_button": "basket", **params}
        return self.doc("addition.order.param", ADA, **defaults)

    def balance(self) -> Decimal:
        return self.shop.customer("ada").balance


@dataclass
class Stand(Counter):
    """The seller and the line to it as well."""

    seller: Seller
    line: LossyLine

    def buy(self) -> str:
        order = self.put().findtext("billorder")
        paid = self.doc("payment.add.method", billorder=order, paymethod=0, sok="ok")
        assert paid.findtext("ok") == "func=order"
        return self.doc("addition").findtext("elem/id") or ""

    def spent(self) -> Decimal:
        """What the seller charged for modules; the account has other services too."""
        return sum(self.shop.costs().values(), Decimal("0.00"))


def shop_of(
    store: ModuleStore,
    seller: Seller,
    line: Callable[[httpx.Request], httpx.Response],
    watch: Watch,
) -> ModuleShop:
    """Make a shop on rows that may be another one's too."""
    return ModuleShop(
        store,
        client_of(line, seller.time.pass_time),
        today=lambda: date.fromisoformat(seller.clock.now[:10]),
        currency="EUR",
        now=watch,
    )


def lonely(store: ModuleStore, watch: Watch) -> ModuleShop:
    """Make a shop whose seller cannot be reached."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there", request=request)

    client = client_of(refuse, lambda _: None)
    return ModuleShop(store, client, today=lambda: date(2027, 1, 10), currency="EUR", now=watch)


def furnish(shop: ModuleShop) -> Browser:
    """Take in two customers with a license each, offer two products, and open the door."""
    for login, license in ((ADA, 100002), (BOB, 100001)):
        name, _, password = login.partition(":")
        shop.add_customer(name, password, balance=Decimal("30.00"))
        shop.add_license(name, license, "ispmanager6_lite")
    editions = ("ispmanager6_lite", "ispmanager6_pro")
    shop.offer(Product(277, 955301, "Virusdie", "Virusdie", PRICES, editions))
    shop.offer(Product(278, 955302, "VirusDieBusiness", "Business", PRICES, ("business",)))
    return Browser(ModuleEndpoint(shop), use_cookies=False)


@contextmanager
def counter(folder: Path) -> Iterator[Counter]:
    """Open a shop without a seller."""
    store, watch = ModuleStore(folder / "modules.sqlite"), Watch()
    shop = lonely(store, watch)
    yield Counter(shop, furnish(shop), watch)
    store.close()


@contextmanager
def opened(folder: Path) -> Iterator[Stand]:
    """Open a shop beside a seller of its own."""
    with Seller(system_clock=stopped_clock()) as seller:
        seller.clock.freeze("2027-01-10T12:00:00Z")
        line, watch = LossyLine(seller), Watch()
        store = ModuleStore(folder / "modules.sqlite")
        shop = shop_of(store, seller, line, watch)
        yield Stand(shop, furnish(shop), watch, seller, line)
        store.close()
