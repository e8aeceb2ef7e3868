"""Tickets from the client's side, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reseller_client import Client, Missed

if TYPE_CHECKING:
    from emulator.testing import Seller


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
