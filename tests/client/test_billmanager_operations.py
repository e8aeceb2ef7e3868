"""Running operations of a reselling BILLmanager: sent, manual, completed or failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reseller_client import Status
from reseller_client.resellers.billmanager_models import State
from tests.client.billmanager_desk import LITE, Desk, desk_at

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Waits

PANEL = {"ip": "192.0.2.201", "licname": "ada"}


@pytest.fixture(params=["xml", "bjson"])
def desk(request: pytest.FixtureRequest, shop: Seller, waits: Waits) -> Iterator[Desk]:
    made = desk_at(shop, waits, request.param)
    with closing(made.connection):
        yield made


def test_a_service_is_opened_delivered_and_lives_its_whole_life(desk: Desk) -> None:
    reseller, lite = desk.reseller, desk.tariff(LITE)
    opened = reseller.order("ada", lite, params=PANEL)
    assert (opened.state, opened.reason) == (State.MANUAL, None)
    item = desk.item(opened.item)
    assert item.status is Status.PROCESSING
    assert desk.client.licenses.get(item.seller_id or 0).remoteid == str(item.id)
    assert reseller.check_event().completed == (opened.id,)
    item = desk.item(opened.item)
    assert (item.status, item.given["ip"]) == (Status.ACTIVE, "192.0.2.201")
    assert item.given["lickey"].startswith(f"{item.seller_id}-")
    assert str(item.expires_on) == "2027-02-28"

    prolonged = reseller.prolong(item.id)
    assert prolonged.state is State.MANUAL
    reseller.check_event()
    assert str(desk.item(item.id).expires_on) == "2027-03-28"
    for act, status in (
        (reseller.suspend, Status.SUSPENDED),
        (reseller.resume, Status.ACTIVE),
        (reseller.close, Status.DELETED),
    ):
        done = act(item.id)
        assert done.state is State.MANUAL
        assert reseller.check_event().completed == (done.id,)
        assert desk.item(item.id).status is status
    assert [one.state for one in reseller.running.operations()] == [State.COMPLETED] * 5
    assert reseller.running.tasks() == ()
