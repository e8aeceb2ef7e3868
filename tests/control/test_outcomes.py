"""What became of a call: in the journal, the test API, the console and the command line."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator import journal
from emulator.cli.group import mockseller
from emulator.settings import Settings
from emulator.testing import ControlError, Seller
from emulator.worlds.worlds import Worlds
from tests.worlds.places import folder_of

ORDER = {"pricelist": "55227", "period": "1", "licname": "web", "sok": "ok"}
AT_ONCE = {**ORDER, "skipbasket": "on", "clicked_button": "finish"}


def outcomes(seller: Seller, func: str = "*") -> list[str]:
    """Oldest first."""
    return [entry["outcome"] for entry in reversed(seller.journal.entries(func=func))]


def test_a_call_has_the_outcome_that_it_came_to(seller: Seller) -> None:
    """The kind of each call and its outcome, in every way that a call can end."""
    number = seller.order(ip="192.0.2.211")
    seller.journal.clear()
    calls: list[tuple[str, dict[str, str], str]] = [
        ("soft", {}, "read"),
        ("whoami", {}, "read"),
        ("pricelist.export", {}, "read"),
        ("soft.edit", {"elid": str(number)}, "form only"),
        ("soft.order.param", {**ORDER, "sok": ""}, "form only"),
        ("soft.order.param", {**AT_ONCE, "sv_field": "period"}, "form only"),
        ("soft.order.param", {**ORDER, "ip": "192.0.2.212"}, "in the basket"),
        ("soft.order.param", {**AT_ONCE, "ip": "192.0.2.213"}, "bought 5.00"),
        ("soft.order.param", {**AT_ONCE, "ip": "192.0.2.211"}, "refused exists/ip"),
        ("service.prolong", {"elid": str(number), "period": "1", "sok": "ok"}, "paid 5.00"),
        ("soft.edit", {"elid": str(number), "sok": "ok", "licname": "renamed"}, "changed"),
        ("soft.suspend", {"elid": str(number)}, "changed"),
        ("soft.suspend", {"elid": str(number)}, "nothing changed"),
        ("auth", {"username": "reseller", "password": "secret", "authinfo": ""}, "logged in"),
        ("auth", {"username": "reseller", "password": "wrong", "authinfo": ""},
         "refused auth/badpassword"),
        ("nope", {}, "refused missed/func"),
    ]  # fmt: skip
    for func, params, _ in calls:
        seller.call(func, **params)
    expected = [(func, outcome) for func, _, outcome in calls]
    assert [*zip([call[0] for call in calls], outcomes(seller), strict=True)] == expected


def test_a_basket_is_one_sum_and_what_could_not_be_paid_is_refused(seller: Seller) -> None:
    for ip in ("192.0.2.211", "192.0.2.212"):
        seller.call("soft.order.param", **ORDER, ip=ip)
    pay = {"sok": "ok", "clicked_button": "free"}
    for balance in ("9.99", "10.00", "10.00"):
        seller.account(balance=balance)
        seller.call("basket", **pay)
    expected = ["refused not_enough_money", "bought 10.00", "nothing changed"]
    assert outcomes(seller, "basket") == expected


def test_what_renewed_itself_before_a_call_is_no_outcome_of_the_call(seller: Seller) -> None:
    number = seller.order(autoprolong=1)
    seller.service(number, expires="2020-01-01")
    seller.call("soft.edit", elid=number, sok="ok", licname="renamed")
    assert outcomes(seller, "soft.edit") == ["changed"]
    assert {entry["outcome"] for entry in seller.journal.entries(kind="happening")} == {""}


def test_a_fault_leaves_what_was_done_and_says_what_was_not(seller: Seller) -> None:
    for when in ("before", "after"):
        seller.faults.clear()
        seller.faults.add("drop", func="soft.order.param", when=when)
        with pytest.raises(ConnectionResetError):
            seller.order(ip="192.0.2.214")
    assert outcomes(seller, "soft.order.param") == ["not carried out", "bought 5.00"]


def test_what_is_shown_or_refused_is_not_bought(seller: Seller) -> None:
    """The example of the README fails where nothing was bought, and holds where it was."""
    seller.call("soft.order.param", pricelist=55227, period=1)
    seller.call("soft.order.param", **{**AT_ONCE, "ip": "no address"})
    seller.journal.verify(func="soft.order.param", count=2)
    with pytest.raises(AssertionError, match=r"match: 0, expected: 1:.*\n.*'refused value/ip' in"):
        seller.journal.verify(func="soft.order.param", outcome="bought", count=1)
    seller.order()
    for outcome in ("bought", "bought 5.00"):
        seller.journal.verify(func="soft.order.param", outcome=outcome, count=1)
        assert len(seller.journal.entries(outcome=outcome)) == 1
    seller.journal.verify(outcome="refused value", count=1)
    seller.journal.verify(outcome="refused val", count=0)
    with pytest.raises(ControlError, match='outcome: there is no outcome "bougth"'):
        seller.journal.verify(outcome="bougth", count=0)


def test_an_expectation_that_does_not_hold_answers_a_status_of_failure(seller: Seller) -> None:
    seller.call("soft")
    client = seller.wsgi.test_client()
    answers = [
        client.post("/_mockseller/journal/verify", json={"func": "soft", "count": count})
        for count in (1, 2)
    ]
    assert [answer.status_code for answer in answers] == [200, 409]
    holds, fails = (json.loads(answer.data) for answer in answers)
    assert (holds["held"], fails["held"]) == (True, False)
    assert "error" not in holds
    assert fails["error"] == "calls that match: 1, expected: 2"
    with pytest.raises(ControlError, match="409: calls that match: 1, expected: 2"):
        seller.control("POST", "/journal/verify", {"func": "soft", "count": 2})


def test_the_console_shows_outcomes(seller: Seller) -> None:
    seller.order()
    client = seller.wsgi.test_client()
    for path in ("", f"/journal/{seller.journal.entries()[0]['id']}"):
        page = client.get(f"/_mockseller/console/default{path}", base_url="http://127.0.0.1")
        assert "bought 5.00" in page.text, path


def test_the_command_shows_outcomes_and_an_old_entry_has_none(tmp_path: Path) -> None:
    """A world of an earlier version has no column of outcomes: its entries say nothing of it."""
    settings = Settings(data=tmp_path, seeds=tmp_path / "seeds", fixture="empty")
    worlds = Worlds(settings)
    worlds.create("default", "empty")
    path = folder_of(worlds).current("default")
    worlds.close()
    driver = sqlite3.connect(path)
    driver.execute("ALTER TABLE journal DROP COLUMN outcome")
    driver.execute(
        "INSERT INTO journal (at, took_ms, address, method, path, func, out, total, params, answer)"
        " VALUES (1767225600, 1, '', 'GET', '/billmgr', 'soft', 'xml', 0, '{}', '')"
    )
    driver.execute("UPDATE world SET version = 4")
    driver.commit()
    driver.close()
    worlds = Worlds(settings)
    db = worlds.connect("default")
    entry = journal.find(db)[0]
    assert entry.outcome == ""
    bought = journal.Entry(
        entry.at, 1, None, "", "POST", "/billmgr", "soft.order.param", "xml", None, "{}", "",
        outcome="bought 5.00",
    )  # fmt: skip
    journal.write(db, bought, worlds.bounds)
    worlds.close()
    where = ["--data", str(settings.data)]
    rows = CliRunner().invoke(mockseller, ["journal", *where]).stdout
    assert "  ok  " in rows
    assert "  bought 5.00  " in rows
    chosen = CliRunner().invoke(mockseller, ["journal", "--json", "--outcome", "bought", *where])
    assert [shown["outcome"] for shown in json.loads(chosen.stdout)] == ["bought 5.00"]
    refused = CliRunner().invoke(mockseller, ["journal", "--outcome", "bougth", *where])
    assert refused.exit_code == 2
    assert 'there is no outcome "bougth"; one of read,' in refused.stderr
