"""The client while the seller misbehaves as planned, in this process and over a real socket.

Every test runs behind both doors and in both formats: what a fault does must not depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from emulator.testing import Seller
from reseller_client import (
    Client,
    KeyNotIssued,
    LicenseOrder,
    LimitReached,
    Missed,
    NotUnderstood,
    OperationRunning,
    RetryPolicy,
    Status,
    TransportError,
    UnknownOutcome,
)
from reseller_client.errors import SellerFault
from tests.clocks import stopped_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulator.testing import World

pytestmark = pytest.mark.every(2)
"""A short run takes one of both formats, or transports, of each test."""

EXAMPLE_ORDER = LicenseOrder(tariff=55227, ip="192.0.2.201", licname="web-9")
ORDER = "soft.order.param"


@dataclass
class Trading:
    """A client and the seller whose world it trades in."""

    world: World
    client: Client
    in_process: bool

    def plan(self, what: str, **rule: object) -> None:
        self.world.faults.add(what, **rule)

    def times_applied(self) -> int:
        return sum(int(fault["struck"]) for fault in self.world.faults.all())

    def licenses_named(self, name: str) -> int:
        """How many there are in truth, asked past all faults."""
        self.world.faults.clear()
        return sum(row.licname == name for row in self.client.licenses.list())

    def orders(self) -> int:
        """How many orders the seller was sent and carried out, by its ledger."""
        self.world.faults.clear()
        return len(tuple(self.client.payments.expenses()))


@pytest.fixture(params=["process", "socket"])
def door(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "socket":
        yield request.getfixturevalue("seller_server")
        return
    with Seller(system_clock=stopped_clock()) as made:
        yield made


@pytest.fixture(params=["xml", "bjson"])
def trading(request: pytest.FixtureRequest, door: World) -> Iterator[Trading]:
    in_process = isinstance(door, Seller)
    wait: Callable[[float], None] = door.time.pass_time if isinstance(door, Seller) else _ignore
    client = Client(
        door.url,
        login="reseller",
        password="secret",
        out=request.param,
        transport=httpx.WSGITransport(app=door.wsgi) if isinstance(door, Seller) else None,
        retry_policy=RetryPolicy(wait=wait, pause=2.0, attempts=3, looks=2, long_reads=3),
    )
    with client:
        yield Trading(door, client, in_process)


def _ignore(seconds: float) -> None:
    assert seconds > 0


def test_a_request_dropped_before_it_happened_is_an_unknown_outcome(trading: Trading) -> None:
    trading.plan("drop", func="whoami", when="before")
    with pytest.raises(UnknownOutcome):
        trading.client.account.whoami()
    assert trading.times_applied() == 1


def test_an_order_dropped_before_it_happened_is_sent_again_and_bought_once(
    trading: Trading,
) -> None:
    bought = trading.orders()
    trading.plan("drop", func=ORDER, when="before", times=1)
    ordered = trading.client.licenses.order(EXAMPLE_ORDER)
    assert not ordered.found_again
    assert trading.times_applied() == 1
    assert trading.licenses_named("web-9") == 1
    assert trading.orders() == bought + 1


def test_an_order_dropped_before_it_happened_every_time_is_never_bought(
    trading: Trading,
) -> None:
    trading.plan("drop", func=ORDER, when="before")
    with pytest.raises(UnknownOutcome):
        trading.client.licenses.order(EXAMPLE_ORDER)
    assert trading.times_applied() == 3
    assert trading.licenses_named("web-9") == 0


FAULTS = [
    ("drop", {"when": "after"}),
    ("truncate", {"percent": 40}),
    ("truncate", {"percent": 0}),
    ("garbage", {}),
    ("garbage", {"bytes": 0}),
    ("status", {"code": 502, "when": "after"}),
    ("status", {"code": 500, "when": "after", "body": ""}),
    ("error", {"type": "internal", "when": "after"}),
]


@pytest.mark.parametrize(("what", "rule"), FAULTS)
def test_an_order_whose_answer_is_spoiled_is_found_and_bought_once(
    trading: Trading, what: str, rule: dict[str, object]
) -> None:
    bought = trading.orders()
    trading.plan(what, func=ORDER, **rule)
    ordered = trading.client.licenses.order(EXAMPLE_ORDER)
    assert ordered.found_again
    assert ordered.license_id is not None
    assert trading.times_applied() == 1
    assert trading.licenses_named("web-9") == 1
    assert trading.orders() == bought + 1


@pytest.mark.parametrize(("what", "rule"), FAULTS)
def test_a_prolongation_whose_answer_is_spoiled_is_bought_once(
    trading: Trading, what: str, rule: dict[str, object]
) -> None:
    before = trading.client.licenses.get(100001).expires_on
    bought = trading.orders()
    trading.plan(what, func="service.prolong", **rule)
    after = trading.client.services.prolong(100001, 1)
    assert before is not None
    assert after > before
    assert trading.times_applied() == 1
    assert trading.orders() == bought + 1
    assert trading.client.licenses.get(100001).expires_on == after


@pytest.mark.parametrize(
    ("what", "rule", "raised"),
    [
        ("status", {"code": 500}, NotUnderstood),
        ("status", {"code": 503, "body": ""}, NotUnderstood),
        ("garbage", {}, NotUnderstood),
        ("truncate", {}, TransportError),
        ("drop", {"when": "after"}, UnknownOutcome),
        ("error", {"type": "missed", "object": "item"}, Missed),
        ("error", {"type": "internal"}, SellerFault),
        ("error", {"type": "exists", "object": "runningoperation"}, OperationRunning),
        ("rate_limit", {"calls": 0, "seconds": 1000}, LimitReached),
        ("rate_limit", {"calls": 0, "seconds": 1000, "code": 429}, NotUnderstood),
    ],
)
def test_a_look_that_fails_raises_what_it_failed_of(
    trading: Trading, what: str, rule: dict[str, object], raised: type[Exception]
) -> None:
    trading.plan(what, func="soft.edit", **rule)
    with pytest.raises(raised):
        trading.client.licenses.get(100001)
    trading.world.faults.clear()
    assert trading.client.licenses.get(100001).id == 100001


def test_an_http_status_is_told_with_the_page(trading: Trading) -> None:
    trading.plan("status", func="soft", code=503, body="<h1>Down for a while</h1>")
    with pytest.raises(NotUnderstood) as caught:
        trading.client.licenses.list()
    assert caught.value.status == 503
    assert "Down for a while" in caught.value.beginning


def test_a_long_request_is_followed_until_its_document(trading: Trading) -> None:
    # Behind a socket time passes by itself, and no test waits for it.
    trading.plan("long", func=ORDER, seconds=3 if trading.in_process else 0)
    ordered = trading.client.licenses.order(EXAMPLE_ORDER)
    assert not ordered.found_again
    assert trading.times_applied() == 1
    assert trading.licenses_named("web-9") == 1


def test_a_long_request_that_never_ends_is_looked_up(trading: Trading) -> None:
    trading.plan("long", func=ORDER, seconds=600)
    ordered = trading.client.licenses.order(EXAMPLE_ORDER)
    assert ordered.found_again
    assert trading.licenses_named("web-9") == 1


def test_a_rate_limit_lets_through_what_it_allows(trading: Trading) -> None:
    trading.plan("rate_limit", calls=2, seconds=1000)
    trading.client.account.whoami()
    trading.client.account.whoami()
    with pytest.raises(LimitReached):
        trading.client.account.whoami()


def test_an_order_refused_for_the_rate_is_not_bought(trading: Trading) -> None:
    trading.plan("rate_limit", func=ORDER, calls=0, seconds=1000)
    with pytest.raises(LimitReached):
        trading.client.licenses.order(EXAMPLE_ORDER)
    assert trading.licenses_named("web-9") == 0


def test_one_row_as_an_object_is_still_a_row(trading: Trading) -> None:
    trading.plan("one_row", func="subaccount")
    (row,) = trading.client.account.subaccounts()
    assert row.provider == "ISPsystem"
    assert trading.times_applied() == 1


def test_a_stale_list_is_read_as_it_was_and_the_form_tells_the_truth(trading: Trading) -> None:
    trading.plan("stale", func="soft")
    before = {row.id: row.status for row in trading.client.licenses.list()}
    trading.client.licenses.suspend(100001)
    assert {row.id: row.status for row in trading.client.licenses.list()} == before
    assert trading.client.licenses.get(100001).status is Status.SUSPENDED


def test_a_key_that_never_comes_is_waited_for_a_bounded_time(trading: Trading) -> None:
    trading.plan("no_key", func=ORDER)
    ordered = trading.client.licenses.order(EXAMPLE_ORDER)
    assert ordered.license_id is not None
    with pytest.raises(KeyNotIssued) as caught:
        trading.client.licenses.wait_for_key(ordered.license_id, reads=4)
    assert (caught.value.license_id, caught.value.reads) == (ordered.license_id, 4)
    assert "has no key after 4 reads" in str(caught.value)
    assert trading.client.licenses.get(ordered.license_id).status is Status.PROCESSING


def test_an_answer_that_only_takes_longer_is_read(trading: Trading) -> None:
    trading.plan("delay", func="whoami", seconds=30 if trading.in_process else 0.01)
    assert trading.client.account.whoami().name == "reseller"
    assert trading.times_applied() == 1


@pytest.mark.full_only("silence after an order is met in every run, without waiting for it")
def test_an_answer_that_takes_longer_than_we_wait_is_an_unknown_outcome(
    seller_server: World,
) -> None:
    # Everything else has to be answered within the limit, also by a machine that is busy.
    seller_server.faults.add("delay", func=ORDER, when="after", seconds=15, times=1)
    retry_policy = RetryPolicy(wait=_ignore, pause=1.0)
    with Client(
        seller_server.url, login="reseller", password="secret", timeout=4, retry_policy=retry_policy
    ) as client:
        ordered = client.licenses.order(EXAMPLE_ORDER)
        assert ordered.found_again
        assert sum(row.licname == "web-9" for row in client.licenses.list()) == 1
