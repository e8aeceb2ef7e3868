"""Known deviations are shown to be so, beside the reseller who does better."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import httpx
import pytest

from contracts.checks.deviations import OURS, read_file
from emulator.api.registry import Kind as Kinds
from emulator.testing import Seller
from reseller_client import AlreadyExists, Client, LicenseOrder, RetryPolicy, UnknownOutcome
from reseller_client.resellers import CustomReseller, Hosted, Kind, MemoryStore, WhmcsReseller
from tests.clocks import noon_of
from tests.handlers import REGISTRY

HOSTED = Hosted(service_id=12, ip="192.0.2.201", licname="web-1", tariff=55227)
ORDER = LicenseOrder(tariff=55227, ip="192.0.2.201", licname="web-1", remoteid="l12")


class LosesOneAnswer(httpx.BaseTransport):
    """The seller does what the first order says, and its answer never arrives."""

    def __init__(self, seller: Seller) -> None:
        self._inner = httpx.WSGITransport(app=seller.wsgi)
        self._lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        if not self._lost and b"func=soft.order.param" in request.read():
            self._lost = True
            raise httpx.ReadTimeout("no answer", request=request)
        return answer


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller(fixture="empty", system_clock=noon_of(date(2027, 4, 10))) as started:
        yield started


@pytest.fixture
def today(seller: Seller) -> Callable[[], date]:
    return lambda: datetime.fromisoformat(seller.clock.now).date()


def _client(
    seller: Seller, transport: httpx.BaseTransport, wait: Callable[[float], None] = lambda _: None
) -> Client:
    return Client(
        seller.url,
        login="reseller",
        password="secret",
        transport=transport,
        retry_policy=RetryPolicy(wait=wait),
    )


def test_each_has_its_reason() -> None:
    deviations = read_file(OURS)
    assert all(entry.deviation.what and entry.deviation.reason for entry in deviations)
    assert {(entry.judge, entry.kind) for entry in deviations} == {
        ("client", Kind.WHMCS.name.lower())
    }


def test_whmcs_reads_no_list_so_that_a_saved_filter_hides_nothing_from_it(
    seller: Seller, today: Callable[[], date]
) -> None:
    """Its whole life with a license behind a filter that hides every row."""
    seller.call("soft.filter", id="1", sok="ok")
    with _client(seller, httpx.WSGITransport(app=seller.wsgi)) as client:
        whmcs = WhmcsReseller(client, MemoryStore(), today=today)
        ordered = whmcs.create_account(HOSTED)
        whmcs.suspend_account(HOSTED)
        assert whmcs.unsuspend_account(HOSTED).key == ordered.key
        whmcs.change_params(HOSTED)
        seller.clock.advance("29 days")
        assert whmcs.daily_run().prolonged == (ordered.license_id,)
        whmcs.terminate_account(HOSTED)
        assert whmcs.create_account(HOSTED).license_id == ordered.license_id
    assert seller.call("soft").rows() == []
    funcs = {entry["func"] for entry in seller.journal.entries()} - {"soft", "soft.filter"}
    assert {"soft.order.param", "soft.edit", "soft.suspend", "service.prolong"} <= funcs
    assert not {name for name in funcs if REGISTRY[name].kind is Kinds.LISTING}


def test_whmcs_does_not_look_for_an_order_whose_answer_was_lost(
    seller: Seller, today: Callable[[], date]
) -> None:
    with _client(seller, LosesOneAnswer(seller)) as client:
        store = MemoryStore()
        whmcs = WhmcsReseller(client, store, today=today)
        with pytest.raises(UnknownOutcome):
            whmcs.create_account(HOSTED)
        paid_for = [row.remoteid for row in client.licenses.list()]
        with pytest.raises(AlreadyExists):
            whmcs.create_account(HOSTED)
        assert paid_for == ["l12"]
        assert store.rows() == ()


def test_a_custom_billing_finds_it_and_pays_once(seller: Seller, today: Callable[[], date]) -> None:
    with _client(seller, LosesOneAnswer(seller)) as client:
        license = CustomReseller(client, today=today).order(ORDER)
        assert [row.id for row in client.licenses.list()] == [license.id]


def test_a_loop_without_a_pause_gets_its_key_in_the_end(seller: Seller) -> None:
    seller.provisioning("reads", 3)
    with _client(seller, httpx.WSGITransport(app=seller.wsgi)) as client:
        ordered = client.licenses.order(ORDER)
        assert ordered.license_id is not None
        keys = [client.licenses.get(ordered.license_id).key for _ in range(6)]
    assert keys[0] == ""
    assert keys[-1].startswith(f"{ordered.license_id}-")


def test_a_custom_billing_pauses_between_its_looks(
    seller: Seller, today: Callable[[], date]
) -> None:
    seller.provisioning("reads", 3)
    waits: list[float] = []
    with _client(seller, httpx.WSGITransport(app=seller.wsgi), waits.append) as client:
        license = CustomReseller(client, today=today).order(ORDER)
    assert license.key
    assert waits
