from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Table, insert
from sqlalchemy.schema import CreateTable

from emulator.store.engine import Statement
from emulator.store.moments import build_counts
from emulator.store.tables import PLANNED
from emulator.store.types import Instant
from emulator.testing import ControlError, Seller


def test_advancing_tells_what_happened_on_the_way(seller: Seller) -> None:
    seller.clock.freeze("2027-01-31T12:00:00Z")
    number = seller.order()
    clock = seller.clock.advance("1 month")
    happened = [
        (event["what"], event["at"][:10])
        for event in clock["happened"]
        if event["service"] == number
    ]
    assert clock["now"] == "2027-02-28T12:00:00+00:00"
    assert happened == [("suspend", "2027-02-28")]
    assert seller.service(number)["status"] == 3


def test_to_the_next_renewal_stops_where_the_first_falls_due(seller: Seller) -> None:
    world = seller.world("second", "empty")
    world.clock.freeze("2027-03-10T00:00:00Z")
    number = world.order(autoprolong=1)
    clock = world.clock.advance("to next renewal")
    assert clock["now"] == "2027-04-10T00:00:00+00:00"
    assert [(event["what"], event["service"]) for event in clock["happened"]] == [
        ("prolong", number)
    ]


def test_with_nothing_due_there_is_no_next_renewal(seller: Seller) -> None:
    with pytest.raises(ControlError, match="409: nothing is due"):
        seller.world("second", "empty").clock.advance("to next renewal")


def test_a_frozen_clock_stays_frozen_when_it_is_moved(seller: Seller) -> None:
    seller.clock.freeze("2027-01-01T00:00:00Z")
    assert seller.clock.advance("2 hours")["mode"] == "frozen"
    assert seller.clock.now == "2027-01-01T02:00:00+00:00"


def test_the_machines_clock_can_be_had_back(seller: Seller) -> None:
    seller.clock.advance("31 days")
    assert seller.clock.real()["mode"] == "real"


def test_a_clock_set_back_says_how_much_was_made_after_it(seller: Seller) -> None:
    world = seller.world("later", "empty")
    assert "ahead" not in world.clock.advance("2 months")
    world.order(ip="192.0.2.201")
    assert "ahead" not in world.control("GET", "/clock")
    for move in (
        {"set": "2020-01-31T00:00:00Z"},
        {"freeze": True},
        {"set": "2020-02-01T00:00:00Z"},
    ):
        ahead = world.control("POST", "/clock", move)["ahead"]
        assert (ahead["service"], ahead["payment"]) == (1, 1)  # the money at the opening
    ahead = world.control("POST", "/clock", {"real": True})["ahead"]
    assert ahead == {"service": 1, "expense": 1, "history": 1, "journal": 1}
    assert seller.control("GET", "/worlds/later")["ahead"] == ahead
    fork = seller.control("POST", "/worlds/later/fork", {"into": "copy"})
    assert fork["ahead"] == seller.control("POST", "/worlds/copy/reset")["ahead"] == ahead
    assert "ahead" not in seller.control("POST", "/worlds/later/reset")


def test_whatever_a_client_does_is_ahead_of_a_clock_that_is_set_back(seller: Seller) -> None:
    world = seller.world("later", "empty")
    world.control("POST", "/clock", {"freeze": "2027-06-01T00:00:00Z"})
    ordered = world.order(ip="192.0.2.201")
    order = {"pricelist": "55227", "period": "1", "ip": "192.0.2.202", "licname": "second"}
    world.call("soft.order.param", **order, clicked_button="basket", sok="ok")
    world.call("clientticket.edit", sok="ok", subject="Key", message="Where is it?")
    world.control("POST", "/tickets/1", {"text": "Here."})
    world.call("auth", authinfo="", username="reseller", password="secret")
    world.faults.add("drop", func="whoami")
    ahead = world.control("POST", "/clock", {"freeze": "2027-05-31T00:00:00Z"})["ahead"]
    assert ahead["ticket_message"] == 2
    made = "service billorder expense history journal ticket login_log fault"
    assert set(made.split()) <= set(ahead)
    world.control("PATCH", f"/services/{ordered}", {"expires": "2030-01-01"})
    later = world.control("POST", "/clock", {"freeze": "2027-06-01T00:00:00Z"})
    assert "ahead" not in later, "the end of a term may be in the future"


def test_a_new_table_with_a_moment_is_counted_without_being_named() -> None:
    of = MetaData()
    novelty = Table(
        "novelty", of,
        Column("id", Integer, primary_key=True),
        Column("noted_at", Instant),
        Column("noted_on", Date),
        Column("ends_on", Date, info={PLANNED: True}),
    )  # fmt: skip
    Table("timeless", of, Column("id", Integer), Column("ends_at", Instant, info={PLANNED: True}))
    statement = build_counts(of)
    now = datetime(2027, 1, 31, 12, tzinfo=UTC)
    rows = [
        (now, date(2027, 1, 31), date(2030, 1, 1)),
        (now + timedelta(seconds=1), None, None),
        (None, date(2027, 2, 1), None),
        (None, None, None),
    ]
    with closing(sqlite3.connect(":memory:")) as driver:
        driver.execute(str(CreateTable(novelty)))
        add = Statement(insert(novelty)).sqlite
        for number, (noted_at, noted_on, ends_on) in enumerate(rows):
            values = {"id": number, "noted_at": noted_at, "noted_on": noted_on, "ends_on": ends_on}
            driver.execute(add.sql, add.parameters(values))
        counts = driver.execute(
            statement.sqlite.sql, statement.sqlite.parameters({"now": now, "day": now.date()})
        ).fetchall()
    assert counts == [("novelty", 2)]


@pytest.mark.parametrize("money", ["12.00", "100.00"])
def test_one_jump_of_a_quarter_is_ninety_jumps_of_a_day(seller: Seller, money: str) -> None:
    """Two services share too little money: which is renewed depends on the order of events."""
    worlds = [seller.world(name, "empty") for name in ("jump", "walk")]
    for world in worlds:
        world.clock.freeze("2027-01-01T00:00:00Z")
        world.order(ip="192.0.2.1", autoprolong=1)
        world.clock.freeze("2027-01-20T00:00:00Z")
        world.order(ip="192.0.2.2", autoprolong=1)
        world.account(balance=money)
    jump, walk = worlds
    jump.clock.advance("90 days")
    for _ in range(90):
        walk.clock.advance("1 day")
    states = [
        [(s["id"], s["expiredate"], s["status"]) for s in world.call("soft").rows()]
        for world in worlds
    ]
    assert states[0] == states[1]
    assert jump.account()["balance"] == walk.account()["balance"]


def test_a_balance_is_set_by_a_payment_so_the_ledger_adds_up(seller: Seller) -> None:
    seller.order()
    account = seller.account(balance="1.25")
    assert (account["balance"], account["ledger"]) == ("1.25", "1.25")
    assert seller.account(balance="-3.00")["ledger"] == "-3.00"


def test_every_field_of_an_account_can_be_set(seller: Seller) -> None:
    changes = {
        "credit": "50.00",
        "currency": "RUB",
        "country": "RU",
        "lang": "ru",
        "realname": 'A & B "C" <d>',
        "email": "a@example.com",
        "phone": "1",
        "api_addresses": ["192.0.2.0/24"],
    }
    account = seller.account("other", **changes)
    assert {name: dict(account)[name] for name in changes} == changes
    assert seller.account("other") == account


def test_a_new_password_is_the_one_that_counts(seller: Seller) -> None:
    seller.account(password="n:w pässword")
    refused = seller.call("soft").error
    assert refused is not None
    assert refused.object == "badpassword"
    assert seller.call("soft", authinfo="reseller:n:w pässword").error is None


def test_a_second_factor_is_never_told(seller: Seller) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DP"
    account = seller.account(totp_secret=secret)
    assert account["two_factors"] is True
    assert secret not in str(account)
    assert seller.account(totp_secret=None)["two_factors"] is False
    for short in ("JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXPJBSWY3DPE"):
        with pytest.raises(ControlError, match="multiple of eight"):
            seller.account(totp_secret=short)


def test_a_service_is_put_straight_into_a_state(seller: Seller) -> None:
    number = seller.order()
    service = seller.service(
        number, status=3, substate="3_autosuspend", licname="moved", ip="192.0.2.9"
    )
    assert (service["status"], service["substate"], service["ip"]) == (
        3,
        "3_autosuspend",
        "192.0.2.9",
    )
    row = next(row for row in seller.call("soft").rows() if row["id"] == str(number))
    assert (row["licname"], row["item_real_status"]) == ("moved", "3_autosuspend")


def test_103_a_substate_that_the_status_does_not_have_is_refused(seller: Seller) -> None:
    number = seller.order()
    for changes in ({"status": 3, "substate": "employeesuspend"}, {"substate": "3_autosuspend"}):
        with pytest.raises(ControlError, match=r"substate: .* is not a sub-state of status"):
            seller.service(number, **changes)
    assert (seller.service(number)["status"], seller.service(number)["substate"]) == (2, "")
    seller.service(number, status=3, substate="3_employeesuspend")
    row = next(row for row in seller.call("soft").rows() if row["id"] == str(number))
    assert row["item_status"] == row["status_msg"] == "Suspended by Administrator"


def test_what_is_made_to_end_in_the_past_falls_due_with_the_next_call(seller: Seller) -> None:
    number = seller.order()
    seller.service(number, expires="2020-01-01")
    seller.call("soft")
    assert seller.service(number)["status"] != 2


def test_a_service_may_be_made_to_last_for_ever(seller: Seller) -> None:
    number = seller.order()
    assert seller.service(number, expires=None)["due_at"] is None


def test_a_key_arrives_by_hand(seller: Seller) -> None:
    seller.provisioning("by_hand")
    number = seller.order()
    assert seller.service(number)["lickey"] == ""
    service = seller.service(number, lickey=True)
    assert service["status"] == 2
    assert service["lickey"].startswith(f"{number}-")
    assert seller.service(number, lickey="OWN-KEY")["lickey"] == "OWN-KEY"


def test_a_license_made_active_by_hand_has_its_key(seller: Seller) -> None:
    seller.provisioning("by_hand")
    number = seller.order()
    service = seller.service(number, status=2)
    assert service["status"] == 2
    assert service["lickey"].startswith(f"{number}-")


def test_a_license_may_be_made_active_before_its_key(seller: Seller) -> None:
    seller.provisioning("by_hand")
    number = seller.order()
    assert seller.service(number, status=2, lickey="")["lickey"] == ""


def test_the_clock_stops_short_of_the_end_of_the_calendar(seller: Seller) -> None:
    world = seller.world("second", "empty")
    with pytest.raises(ControlError, match="ends with the year 8999"):
        world.clock.freeze("9999-12-31T23:59:59Z")
    world.clock.freeze("8999-12-31T00:00:00Z")
    number = world.order()
    assert world.service(number)["expires"] == "9000-01-31"
    with pytest.raises(ControlError, match="leaves the calendar"):
        world.clock.advance("to next renewal")


def test_the_journal_answers_with_filters(seller: Seller) -> None:
    seller.call("soft")
    seller.call("soft.edit", elid=1)
    seller.call("whoami", login="other")
    assert [entry["func"] for entry in seller.journal.entries()] == ["whoami", "soft.edit", "soft"]
    assert [entry["func"] for entry in seller.journal.entries(error="true")] == ["soft.edit"]
    assert [entry["func"] for entry in seller.journal.entries(login="other")] == ["whoami"]
    assert [entry["func"] for entry in seller.journal.entries(func="soft*", limit=1)] == [
        "soft.edit"
    ]
    newest = seller.journal.entries()[0]["id"]
    assert seller.journal.entries(after=newest) == []
    seller.journal.clear()
    assert seller.journal.entries() == []


def test_verifying_counts_calls_and_tells_near_misses(seller: Seller) -> None:
    seller.order(licname="web-7")
    seller.journal.verify(func="soft.order.param", params={"licname": "web-7"}, count=1, error="")
    seller.journal.verify(func="soft.delete", count=0)
    with pytest.raises(AssertionError, match=r"params.licname: 'web-7' instead of 'web-8'"):
        seller.journal.verify(func="soft.order.param", params={"licname": "web-8"})
    with pytest.raises(AssertionError, match="calls that match: 1, expected: 2"):
        seller.journal.verify(func="soft.order.param", count=2)


def test_refusals_can_be_verified_too(seller: Seller) -> None:
    seller.call("soft.edit", elid=1)
    seller.journal.verify(func="soft.edit", error="missed", count=1)
    seller.journal.verify(error="missed/item", at_least=1, at_most=1)


def test_money_of_four_decimals_is_told_with_four(seller: Seller) -> None:
    account = seller.account(balance="0.1250")
    assert Decimal(account["balance"]) == Decimal("0.1250")


def test_a_secret_under_a_name_that_was_written_wrong_is_masked_too(seller: Seller) -> None:
    seller.call("soft", **{"AuthInfo": "reseller:hunter2hunter2", "PASSWORD ": "hunter2hunter2"})
    (entry,) = seller.journal.entries(func="soft")
    assert entry["params"]["AuthInfo"] == "reseller:***"
    assert "hunter2" not in str(entry)
