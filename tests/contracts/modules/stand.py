"""A reseller's endpoint before a seller of ours, and wrappers that plant faults in it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

from contracts.checks.modules import Options, examine
from contracts.verdicts import Outcome, Run, Verdict
from emulator.testing import Seller
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore, Product
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

URL = "http://shop.test/panel/billmgr"
FILE = "modules.sqlite"
LICENSE = "100002"
AUTOMATIC = Options(login="ada", password="secret-1", license=LICENSE)
OTHER = "bob:secret-2"
BUY = Options(login="ada", password="secret-1", license=LICENSE, buy="Virusdie", delete=True)
WHOLE = replace(BUY, prolong=True, other_login="bob", other_password="secret-2")
PRICES = {1: Decimal("12.00"), 12: Decimal("120.00")}
CHEAP = {1: Decimal("6.50"), 12: Decimal("65.00")}
WRONG = {Outcome.FAIL, Outcome.WARN, Outcome.ERROR}

Wsgi = Callable[..., Iterable[bytes]]


@dataclass
class Stand:
    """The seller, the shop before it, and the endpoint that panels call."""

    seller: Seller
    shop: ModuleShop
    endpoint: ModuleEndpoint

    @property
    def balance(self) -> Decimal:
        """What the customer has left."""
        return self.shop.customer("ada").balance


@contextmanager
def standing(folder: Path, *, prices_need_login: bool = False) -> Iterator[Stand]:
    with Seller(system_clock=stopped_clock()) as seller, before(seller, folder) as stand:
        stand.endpoint = ModuleEndpoint(stand.shop, prices_need_login=prices_need_login)
        yield stand


@contextmanager
def before(seller: Seller, folder: Path) -> Iterator[Stand]:
    """A shop before a seller whose world is new; its file in the folder is filled if missing."""
    seller.clock.freeze("2027-01-10T12:00:00Z")
    path = folder / FILE
    is_new = not path.exists()
    with closing(ModuleStore(path)) as store:
        shop = ModuleShop(
            store,
            client_of(LossyLine(seller), seller.time.pass_time),
            today=lambda: date.fromisoformat(seller.clock.now[:10]),
            currency="EUR",
        )
        if is_new:
            fill(shop)
        yield Stand(seller, shop, ModuleEndpoint(shop))


def fill(shop: ModuleShop) -> None:
    """Two customers with money, the license of one, and three modules."""
    shop.add_customer("ada", "secret-1")
    shop.top_up("ada", Decimal("30.00"))
    shop.add_customer("bob", "secret-2")
    shop.top_up("bob", Decimal("30.00"))
    shop.add_license("ada", int(LICENSE), "ispmanager6_lite")
    shop.offer(Product(277, 955301, "Virusdie", "Virusdie", PRICES))
    shop.offer(Product(278, 955302, "VirusDieBusiness", "Business", PRICES, ("business",)))
    shop.offer(Product(279, 955304, "KernelCare", "KernelCare", CHEAP))


@dataclass
class Clock:
    """Seconds that only a planted fault lets pass."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Answer:
    """What an endpoint answers, to be spoilt before it goes out."""

    func: str
    sent: Mapping[str, str]
    method: str
    body: bytes
    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def sub(self, pattern: str, instead: str) -> None:
        """Replaces text of the body; the test fails where there is nothing to replace."""
        text, times = re.subn(pattern, instead, self.body.decode())
        assert times, f"nothing to spoil in {text}"
        self.body = text.encode()


Fault = Callable[[Answer], None]


class Faulty:
    """An endpoint whose answers a fault spoils."""

    def __init__(self, inner: Wsgi, fault: Fault, clock: Clock) -> None:
        self._inner, self._fault, self._clock = inner, fault, clock

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(raw)
        sent = dict(parse_qsl(f"{environ['QUERY_STRING']}&{raw.decode()}", keep_blank_values=True))
        lines: dict[str, Any] = {}

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            lines.update(status=status, headers=dict(headers))

        body = b"".join(self._inner(environ, keep))
        answer = Answer(
            sent.get("func", ""), sent, environ["REQUEST_METHOD"], body, lines["status"],
            lines["headers"], self._clock,
        )  # fmt: skip
        self._fault(answer)
        answer.headers.pop("Content-Length", None)
        start(answer.status, list(answer.headers.items()))
        return [answer.body]


def examined(
    wsgi: Wsgi, options: Options | None = None, fault: Fault | None = None, *, url: str = URL
) -> Run:
    clock = Clock()
    app = Faulty(wsgi, fault, clock) if fault else wsgi
    return examine(
        url,
        options,
        transport=httpx.WSGITransport(app=app),
        clock=clock,
        wait=clock.wait,
    )


def by_name(run: Run) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in run.verdicts}


def wrong(run: Run) -> dict[str, Outcome]:
    """What did not hold, by its name."""
    return {verdict.name: verdict.outcome for verdict in run.verdicts if verdict.outcome in WRONG}
