"""What fell due, as the control API tells it: in order, in the journal, and in bounds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.clock import SystemClock
from emulator.control.api.clock import MOST_EVENTS
from emulator.testing import ControlError, Seller, World
from emulator.testing.results import ClockInfo


@pytest.fixture
def world(seller: Seller) -> World:
    """A world of its own, a frozen morning, nothing sold yet."""
    opened = seller.world("second", "empty")
    opened.clock.freeze("2027-01-31T08:00:00Z")
    return opened


def journalled(world: World) -> list[tuple[Any, ...]]:
    entries = world.journal.entries(kind="happening", limit=10_000)
    rows = [(e["at"], e["func"], e["login"], e["params"]) for e in reversed(entries)]
    return [(at, what, login, int(p["service"]), p["detail"]) for at, what, login, p in rows]


def in_order(state: ClockInfo) -> list[tuple[Any, ...]]:
    names = ("at", "what", "login", "service", "detail")
    return [tuple(dict(event)[name] for name in names) for event in state["happened"]]


def test_a_moved_clock_and_the_journal_tell_the_same_in_the_same_order(world: World) -> None:
    for n, months in enumerate((1, None, 12), start=1):
        world.order(ip=f"192.0.2.{n}", autoprolong=months)
    state = world.clock.advance("1 year")
    assert in_order(state) == journalled(world)
    assert {event["what"] for event in state["happened"]} == {"prolong", "suspend", "delete"}
    assert [event["at"] for event in state["happened"]] == sorted(
        event["at"] for event in state["happened"]
    )


def test_payments_that_could_not_be_made_are_told(world: World) -> None:
    world.order(autoprolong=1)
    world.account(balance="0.01")
    events = world.clock.advance("30 days")["happened"]
    reason = "not enough money: 5.00 EUR"
    assert [(event["what"], event["detail"]) for event in events] == [
        ("suspend", reason),
        ("unpaid", reason),
        ("unpaid", reason),
    ]
    world.account(balance="100.00")
    events = world.clock.advance("1 day")["happened"]
    assert [(event["what"], event["detail"]) for event in events] == [("prolong", "2027-04-03")]


def test_keys_that_arrive_are_told_by_the_next_move() -> None:
    elapsed = [1000.0]
    at = datetime(2027, 1, 31, 8, tzinfo=UTC)
    system_clock = SystemClock(now=lambda: at, elapsed=lambda: elapsed[0])
    with Seller("empty", system_clock=system_clock) as seller:
        seller.provisioning("seconds", 60)
        number = seller.order()
        assert seller.clock.freeze()["happened"] == []
        elapsed[0] += 60
        events = seller.clock.advance("1 hour")["happened"]
    assert [(event["what"], event["service"], event["at"]) for event in events] == [
        ("key", number, "2027-01-31T08:00:00+00:00")
    ]


def test_what_a_call_wakes_is_journalled_before_the_call(world: World) -> None:
    number = world.order()
    world.service(number, expires="2027-01-30")
    world.call("soft")
    entries = world.journal.entries(kind="all", limit=2)
    assert [(e["kind"], e["func"]) for e in entries] == [("call", "soft"), ("happening", "suspend")]
    assert entries[1]["params"] == {"service": str(number), "detail": "not prolonged"}


def test_happenings_are_not_counted_among_calls(world: World) -> None:
    world.order(autoprolong=1)
    world.clock.advance("1 year")
    calls, happened = (
        world.control("GET", f"/journal?kind={kind}")["count"] for kind in ("call", "happening")
    )
    assert (calls, happened) == (1, 12)
    assert world.control("GET", "/journal")["count"] == calls
    assert world.control("GET", "/journal?kind=all")["count"] == calls + happened
    world.journal.verify(func="soft.order.param", count=1)
    world.journal.verify(func="prolong", count=0)


def test_a_century_is_counted_where_it_is_too_long_to_be_told(world: World) -> None:
    world.account(balance="99999999.00")
    for n in range(1, 10):
        world.order(ip=f"192.0.2.{n}", autoprolong=1)
    state = world.clock.advance("100 years")
    assert (len(state["happened"]), state["left_off"]) == (MOST_EVENTS, 9 * 1200 - MOST_EVENTS)
    assert state["happened"][-1]["at"] < "2120"
    assert world.journal.entries(kind="happening", limit=1)[0]["at"][:10] == "2127-01-28"
    assert "left_off" not in world.clock.advance("1 month")


@pytest.mark.parametrize("span", ["to next", "next renewal", "", "1 month 2 days", "-1 day"])
def test_what_is_no_span_moves_nothing(world: World, span: str) -> None:
    with pytest.raises(ControlError, match="400"):
        world.clock.advance(span)
    assert world.clock.now == "2027-01-31T08:00:00+00:00"


def test_to_the_next_renewal_goes_from_try_to_try(world: World) -> None:
    world.order(autoprolong=1)
    world.account(balance="0.01")
    stops = [world.clock.advance("to next renewal")["now"][:10] for _ in range(3)]
    assert stops == ["2027-02-28", "2027-03-01", "2027-03-02"]
