"""Tickets from the client's side, at the emulator."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reseller_client import Client, Missed, UnknownOutcome
from reseller_client.resellers import CustomTickets

if TYPE_CHECKING:
    from emulator.testing import Seller


def test_a_billing_passes_questions_and_answers_on_once(reseller: Client, shop: Seller) -> None:
    with closing(sqlite3.connect(":memory:")) as rows:
        tickets = CustomTickets(reseller, rows)
        tickets.prepare()
        number = tickets.ask("17", "Disk", "It is full")
        assert tickets.ask("17", "Disk", "It is full") == number
        theirs = reseller.tickets.open("By hand", "A person wrote this")
        for answered, text in ((number, "Look again"), (theirs, "Hello")):
            shop.control("POST", f"/tickets/{answered}", {"text": text})
        assert tickets.ask("17", "Disk", "Still full") == number
        (answer,) = tickets.new_answers()
        assert (answer.reference, answer.ticket_id, answer.text) == ("17", number, "Look again")
        assert tickets.new_answers() == ()
        written = [message.text for message in reseller.tickets.get(number).messages]
        assert written == ["It is full", "Look again", "Still full"]
        reseller.tickets.open("[17] Disk", "By hand, under its number")
        with pytest.raises(UnknownOutcome, match="several tickets have the number 17"):
            tickets.ask("17", "Disk", "Once more")


def test_a_ticket_is_opened_read_continued_and_closed(reseller: Client, shop: Seller) -> None:
    number = reseller.tickets.open("Disk", "It is full", service_id=100014)
    shop.control("POST", f"/tickets/{number}", {"text": "Look again"})
    (row,) = reseller.tickets.list()
    assert (row.id, row.subject, row.unread, row.service_id) == (number, "Disk", True, 100014)
    assert row.status == "New replies"
    reseller.tickets.say(number, "Thanks")
    ticket = reseller.tickets.get(number)
    assert [message.text for message in ticket.messages] == ["It is full", "Look again", "Thanks"]
    assert [message.ours for message in ticket.messages] == [True, False, True]
    reseller.tickets.close(number)
    assert reseller.tickets.list() == ()
    (closed,) = reseller.tickets.archive()
    assert (closed.id, closed.status) == (number, "Closed")
    with pytest.raises(Missed):
        reseller.tickets.get(99)
