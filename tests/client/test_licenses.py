"""Every verb of `client.licenses`: what it sends, and how it reads what comes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import (
    BadValue,
    Client,
    KeyNotIssued,
    Money,
    Status,
)
from tests.client.example_orders import EXAMPLE_ORDER, OK, without_login

if TYPE_CHECKING:
    from tests.client.conftest import Line, SmallSeller, Waits

FORM = "<doc><elid>7</elid><pricelist>55227</pricelist><lickey>7-K</lickey><ip>192.0.2.9</ip></doc>"


def test_a_list_is_read_page_by_page_until_its_end(client: Client, line: Line) -> None:
    def page(*ids: int) -> str:
        rows = "".join(f"<elem><id>{number}</id></elem>" for number in ids)
        return f"<doc>{rows}<p_elems>5</p_elems></doc>"

    line.answers(page(1, 2), page(3, 4), page(5))
    assert [row.id for row in client.licenses.iterate(page=2)] == [1, 2, 3, 4, 5]
    assert [form["p_num"] for form in line.forms] == ["1", "2", "3"]
    assert {form["p_cnt"] for form in line.forms} == {"2"}


def test_a_seller_that_repeats_its_last_page_does_not_loop(client: Client, line: Line) -> None:
    line.answers(*["<doc><elem><id>1</id></elem><p_elems>9</p_elems></doc>"] * 2)
    assert [row.id for row in client.licenses.list()] == [1]


def test_a_row_is_read_with_its_money_and_state(client: Client, line: Line) -> None:
    line.answers(
        '{"func":"soft","elem":{"id":"7","licname":"web-1","pricelist":"Lite","pricelist_id":"55227",'
        '"item_status":"Active","item_status_orig":"2","item_cost":"10.8000","currency_str":"€",'
        '"period":"1","createdate":"2026-01-01","expiredate":"2026-02-01","autoprolong":"null"}}'
    )
    (row,) = client.licenses.list()
    assert (row.id, row.tariff, row.tariff_name, row.status) == (7, 55227, "Lite", Status.ACTIVE)
    assert row.cost == Money(Decimal("10.8000"), "EUR")
    assert (row.created_on, row.expires_on) == (date(2026, 1, 1), date(2026, 2, 1))
    assert (row.autoprolong, row.remoteid) == (None, None)


@pytest.mark.parametrize(
    ("fields", "months"),
    [
        ('<autoprolong orig="3">3 months</autoprolong>', 3),
        ('<autoprolong orig="null">Disabled</autoprolong>', None),
        ("<autoprolong>Month</autoprolong><autoprolong_orig>1</autoprolong_orig>", 1),
        ("<autoprolong>12</autoprolong>", 12),
        ("<autoprolong>Month</autoprolong>", None),
    ],
)
def test_a_renewal_in_a_row_is_read_by_its_number(
    client: Client, line: Line, fields: str, months: int | None
) -> None:
    line.answers(f"<doc><elem><id>7</id>{fields}</elem></doc>")
    (row,) = client.licenses.list()
    assert row.autoprolong == months


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        (
            "<cost>1.80 EUR / Month</cost><item_cost>10.8000</item_cost><period>6</period>",
            "10.8000",
        ),
        ("<cost>1.80 EUR / Month</cost><period>6</period>", "10.80"),
        ("<cost>5.00 EUR / Lifetime</cost><period>0</period>", "5.00"),
        ("<cost>0.00 EUR / Trial</cost><period>-100</period>", "0.00"),
    ],
)
def test_the_cost_of_a_row_is_that_of_its_whole_period(
    client: Client, line: Line, fields: str, cost: str
) -> None:
    line.answers(f"<doc><elem><id>7</id>{fields}</elem></doc>")
    (row,) = client.licenses.list()
    assert row.cost is not None
    assert row.cost.amount == Decimal(cost)


def test_changes_send_only_what_changes(client: Client, line: Line) -> None:
    line.answers(FORM, FORM, FORM, FORM, FORM)
    client.licenses.rename(7, "web-2")
    assert client.licenses.readdress(7, "192.0.2.9").ip == "192.0.2.9"
    client.licenses.set_autoprolong(7, None)
    client.licenses.set_addons(7, {55236: 2})
    client.licenses.change(7, remoteid="")
    own = {"func": "soft.edit", "elid": "7", "sok": "ok"}
    assert [without_login(form) for form in line.forms] == [
        {**own, "licname": "web-2"},
        {**own, "ip": "192.0.2.9"},
        {**own, "autoprolong": "null"},
        {**own, "addon_55236": "2"},
        {**own, "remoteid": ""},
    ]


def test_a_save_answered_by_ok_alone_is_read_again(client: Client, line: Line) -> None:
    line.answers(OK, FORM)
    assert client.licenses.rename(7, "web-2").key == "7-K"
    assert "sok" not in line.form


def test_a_save_answered_in_the_inner_document_is_read_there(client: Client, line: Line) -> None:
    line.answers(f"<doc><ok/>{FORM}</doc>")
    assert client.licenses.rename(7, "web-2").key == "7-K"
    assert len(line.requests) == 1


def test_the_key_is_waited_for(either: Client, seller: SmallSeller, waits: Waits) -> None:
    seller.key_after_reads = 2
    ordered = either.licenses.order(EXAMPLE_ORDER)
    assert ordered.license_id is not None
    assert either.licenses.wait_for_key(ordered.license_id).key == "100001-KEY"
    assert waits.spans == [2.0, 2.0]


def test_waiting_for_a_key_has_an_end(client: Client, line: Line, waits: Waits) -> None:
    line.answers(*["<doc><elid>7</elid><lickey/></doc>"] * 3)
    with pytest.raises(KeyNotIssued) as caught:
        client.licenses.wait_for_key(7, reads=3)
    assert caught.value.license_id == 7
    assert len(waits.spans) == 2


def test_a_new_key_is_read_or_waited_for(client: Client, line: Line) -> None:
    line.answers("<doc><lickey>7-N</lickey></doc>", OK, FORM)
    assert client.licenses.new_key(7) == "7-N"
    assert without_login(line.form) == {
        "func": "soft.edit", "elid": "7", "clicked_button": "newkey", "sok": "ok",
    }  # fmt: skip
    assert client.licenses.new_key(7) == "7-K"


def test_deleting_and_checking_send_what_the_reference_says(client: Client, line: Line) -> None:
    line.answers(OK, OK, '<doc><error type="value" object="ip"/></doc>')
    client.licenses.delete(7)
    client.licenses.check_address(55227, 1, "192.0.2.1")
    assert [without_login(form) for form in line.forms] == [
        {"func": "soft.delete", "elid": "7", "sok": "ok"},
        {"func": "soft.checkip", "pricelist": "55227", "period": "1", "ip": "192.0.2.1"},
    ]
    with pytest.raises(BadValue):
        client.licenses.check_address(55227, 1, "192.0.2.1")
