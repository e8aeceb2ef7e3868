"""A seller, a proxy in front of it, and a client in front of that; all in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.recording.options import RecordingOptions
from contracts.recording.proxy import Proxy
from contracts.recording.session import Session, read
from contracts.recording.setup import open_proxy
from emulator.testing import Seller
from reseller_client import Client, LicenseOrder
from tests.clocks import noon_of

URL = "http://127.0.0.1/billmgr"
LOGIN, PASSWORD = "reseller", "secret"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Studio:
    """Makes proxies in front of a seller, and asks them. ``lines`` is what they logged."""

    wsgi: Wsgi
    path: Path
    stack: ExitStack
    lines: list[str] = field(default_factory=list)

    def proxy(self, *paying: str, to: Path | None = None, **options: Any) -> Proxy:  # noqa: ANN401
        """A proxy that records into ``path``, or plays ``replay``."""
        transport = options.pop("transport", None)
        behind = options.pop("behind", self.wsgi)
        if behind is not None:
            options["upstream"] = URL
            transport = httpx.WSGITransport(app=behind)
        path = None if options.get("replay") else to or self.path
        recording = RecordingOptions(to=path, allow_paying=paying, **options)
        return self.stack.enter_context(open_proxy(recording, self.lines.append, transport))

    def http(self, proxy: Wsgi) -> httpx.Client:
        """A client of the proxy."""
        transport = httpx.WSGITransport(app=proxy)
        return self.stack.enter_context(
            httpx.Client(transport=transport, base_url="http://127.0.0.1")
        )

    def ask(self, proxy: Wsgi, func: str, **params: str) -> httpx.Response:
        """One call with the login in its body."""
        form = {"authinfo": f"{LOGIN}:{PASSWORD}", "func": func, **params}
        return self.http(proxy).post("/billmgr", data=form)

    def session(self) -> Session:
        """What has been recorded so far."""
        return read(self.path)


@pytest.fixture
def honest() -> Iterator[Seller]:
    """A seller of a test's own."""
    with Seller() as seller:
        yield seller


@pytest.fixture
def studio(honest: Seller, tmp_path: Path) -> Iterator[Studio]:
    with ExitStack() as stack:
        yield Studio(honest.wsgi, tmp_path / "session.yaml", stack)


@dataclass(frozen=True)
class RecordedLife:
    """A license's life, recorded. ``secrets`` are what must not stand in the file."""

    path: Path
    secrets: tuple[str, ...]
    lines: tuple[str, ...]


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory) -> RecordedLife:
    """The reseller's own client lives through a license, in a session and without one."""
    path = tmp_path_factory.mktemp("life") / "life.yaml"
    secrets = [PASSWORD]
    with ExitStack() as stack:
        # Two months from here are a month and a month, which they are not from every day.
        seller = stack.enter_context(Seller(system_clock=noon_of(date(2027, 3, 10))))
        studio = Studio(seller.wsgi, path, stack)
        proxy = studio.proxy("soft.order.param", "service.prolong", "vds.order.param")
        for out, session in (("xml", False), ("bjson", True)):
            transport = _SessionCollector(httpx.WSGITransport(app=proxy), secrets)
            client = stack.enter_context(Client(
                URL, login=LOGIN, password=PASSWORD, transport=transport, session=session,
                out=out,  # type: ignore[arg-type]
            ))  # fmt: skip
            secrets += _use_license(client, out)
    return RecordedLife(path, tuple(secrets), tuple(studio.lines))


class _SessionCollector(httpx.BaseTransport):
    """Hears the session ids that pass."""

    def __init__(self, inner: httpx.BaseTransport, sessions: list[str]) -> None:
        self._inner = inner
        self.sessions = sessions

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        fields = dict(httpx.QueryParams(request.read().decode()))
        if "auth" in fields:
            self.sessions.append(fields["auth"])
        return self._inner.handle_request(request)


def _use_license(client: Client, out: str) -> list[str]:
    """Order, key, name, new key, prolongation, off, list, on, instructions, deletion."""
    address = {"xml": "1.1.1.1", "bjson": "8.8.4.4"}[out]
    ordered = client.licenses.order_once(
        LicenseOrder(tariff=55227, period=1, ip=address, licname="web-9", remoteid="r-9")
    )
    number = ordered.license_id
    assert number is not None
    keys = [client.licenses.wait_for_key(number).key]
    client.licenses.rename(number, "web-10")
    keys.append(client.licenses.new_key(number))
    client.licenses.prolong(number, 1)
    client.licenses.suspend(number)
    client.licenses.list()
    client.licenses.resume(number)
    client.services.instruction(number)
    server = client.products("vds").get(100014)
    client.licenses.delete(number)
    assert server.password
    return [*keys, *(key.partition("-")[2] for key in keys), server.password, address]
