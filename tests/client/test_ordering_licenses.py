"""Ordering a license once, whatever happens to the answer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from reseller_client import (
    Client,
    LicenseOrder,
    NotEnoughMoney,
    NotSent,
    NotTheSeller,
    UnknownOutcome,
)
from tests.client.example_orders import EXAMPLE_ORDER, OK, without_login

if TYPE_CHECKING:
    from tests.client.conftest import Line, SmallSeller, Waits


def test_an_order_says_everything_in_the_words_of_the_wire(client: Client, line: Line) -> None:
    line.answers("<doc><p_elems>0</p_elems></doc>", "<doc><id>100001</id><ok/></doc>")
    ordered = client.licenses.order(
        LicenseOrder(
            tariff=55230,
            ip="192.0.2.1",
            licname="web-1",
            period=12,
            autoprolong=12,
            addons={55236: 3},
            remoteid="r-1",
            remoteip="192.0.2.2",
        )
    )
    assert ordered.license_id == 100001
    assert without_login(line.form) == {
        "func": "soft.order.param", "clicked_button": "finish", "sok": "ok", "pricelist": "55230",
        "period": "12", "ip": "192.0.2.1", "licname": "web-1", "skipbasket": "on",
        "autoprolong": "12", "addon_55236": "3", "remoteid": "r-1", "remoteip": "192.0.2.2",
    }  # fmt: skip


def test_an_order_without_an_id_of_ours_gets_a_fresh_one(client: Client, line: Line) -> None:
    line.answers(*["<doc><id>1</id></doc>"] * 2)
    first, second = client.licenses.order(EXAMPLE_ORDER), client.licenses.order(EXAMPLE_ORDER)
    sent = [form["remoteid"] for form in line.forms]
    assert sent == [first.remoteid, second.remoteid]
    assert len(set(sent)) == 2
    assert line.form["autoprolong"] == "null"


@pytest.mark.parametrize(
    "answer",
    ["<doc><id>5</id></doc>", "<doc><item.id>5</item.id></doc>", '{"id":{"v":"5"}}',
     '{"item.id":{"v":"5"},"ok":{"v":""}}', '{"doc":{"id":{"$":"5"}}}',
     "<doc><ok/><doc><item.id>5</item.id></doc></doc>"],
)  # fmt: skip
def test_the_id_of_an_order_is_found_under_any_name(
    client: Client, line: Line, answer: str
) -> None:
    line.answers(answer)
    assert client.licenses.order(EXAMPLE_ORDER).license_id == 5


def test_an_order_for_the_basket_answers_with_the_unpaid_order(client: Client, line: Line) -> None:
    line.answers("<doc><billorder>501</billorder><ok>func=basket</ok></doc>")
    ordered = client.licenses.order(
        LicenseOrder(tariff=55227, ip="192.0.2.1", licname="web-1", skipbasket=False)
    )
    assert line.form["skipbasket"] == "off"
    assert (ordered.license_id, ordered.order_id) == (None, 501)


def test_the_newer_order_form_has_names_of_its_own(client: Client, line: Line) -> None:
    line.answers('{"lineitem.id":{"v":"77"}}')
    assert client.licenses.order_v2(EXAMPLE_ORDER).order_id == 77
    assert line.form["func"] == "v2.soft.order.param"
    assert (line.form["order_period"], line.form["autoprolong"]) == ("1", "off")
    assert line.form["clicked_button"] == "order"
    assert "period" not in line.form


def test_a_single_sending_needs_an_id_to_be_found_by(client: Client) -> None:
    with pytest.raises(ValueError, match="remoteid"):
        client.licenses.order_once(EXAMPLE_ORDER)


def test_an_answer_without_any_number_is_no_order_yet(client: Client, line: Line) -> None:
    line.answers("<doc><ok/></doc>")
    with pytest.raises(UnknownOutcome, match="no number"):
        client.licenses.order_once(replace(EXAMPLE_ORDER, remoteid="r-1"))


def test_a_refused_order_is_not_repeated(either: Client, seller: SmallSeller) -> None:
    seller.balance = Decimal("4.99")
    with pytest.raises(NotEnoughMoney) as caught:
        either.licenses.order(EXAMPLE_ORDER)
    assert caught.value.amount == Decimal("5.00")
    assert seller.funcs() == ["soft.order.param"]


def test_an_order_whose_answer_was_lost_is_found_and_not_repeated(
    either: Client, seller: SmallSeller, waits: Waits
) -> None:
    seller.loses("soft.order.param", "after")
    ordered = either.licenses.order(EXAMPLE_ORDER)
    assert ordered.found_again
    assert ordered.license_id == 100001
    assert list(seller.licenses) == [100001]
    assert seller.funcs() == ["soft.order.param", "soft"]
    assert waits.spans == [2.0]


def test_an_order_that_was_lost_itself_is_repeated_once(
    either: Client, seller: SmallSeller
) -> None:
    seller.loses("soft.order.param", "before")
    ordered = either.licenses.order(EXAMPLE_ORDER)
    assert not ordered.found_again
    assert list(seller.licenses) == [ordered.license_id]
    assert seller.funcs() == ["soft.order.param", "soft", "soft", "soft.order.param"]
    sent = [form["remoteid"] for form in seller.calls if form["func"] == "soft.order.param"]
    assert len(set(sent)) == 1


def test_orders_that_are_always_lost_end_in_an_unknown_outcome(
    either: Client, seller: SmallSeller
) -> None:
    seller.loses("soft.order.param", "before", "before", "before", "before")
    with pytest.raises(UnknownOutcome):
        either.licenses.order(EXAMPLE_ORDER)
    assert seller.funcs().count("soft.order.param") == 3
    assert seller.licenses == {}


def test_a_lost_order_is_not_repeated_while_looking_for_it_fails(
    either: Client, seller: SmallSeller
) -> None:
    seller.loses("soft.order.param", "after")
    seller.loses("soft", "before")
    with pytest.raises(UnknownOutcome, match="looking for it failed"):
        either.licenses.order(EXAMPLE_ORDER)
    assert seller.funcs() == ["soft.order.param", "soft"]


def test_an_older_license_under_the_same_id_is_not_taken_for_the_order(
    either: Client, seller: SmallSeller
) -> None:
    named = LicenseOrder(tariff=55227, ip="192.0.2.1", licname="web-1", remoteid="l")
    either.licenses.order(named)
    seller.loses("soft.order.param", "before")
    ordered = either.licenses.order(named)
    assert ordered.license_id == 100002
    assert list(seller.licenses) == [100001, 100002]
    seller.loses("soft.order.param", "after")
    assert either.licenses.order(named).license_id == 100003
    assert list(seller.licenses) == [100001, 100002, 100003]


def test_a_list_without_remote_ids_is_completed_from_the_forms(client: Client, line: Line) -> None:
    row = "<elem><id>{0}</id><licname>web-1</licname><pricelist_id>55227</pricelist_id></elem>"
    line.answers(
        httpx.ReadTimeout("silence"),
        f"<doc>{row.format(7)}{row.format(8)}</doc>",
        "<doc><elid>7</elid><remoteid>other</remoteid></doc>",
        "<doc><elid>8</elid></doc>",
    )
    with pytest.raises(UnknownOutcome, match="license 8 may be the one"):
        client.licenses.order(EXAMPLE_ORDER)
    assert [form["func"] for form in line.forms].count("soft.order.param") == 1


def test_a_filtered_list_is_no_proof_that_nothing_was_ordered(client: Client, line: Line) -> None:
    filtered = "<doc><saved_filters><filter name='ip'/></saved_filters></doc>"
    line.answers(httpx.ReadTimeout("silence"), filtered)
    with pytest.raises(UnknownOutcome, match="filtered"):
        client.licenses.order(EXAMPLE_ORDER)
    assert len(line.requests) == 2


def test_a_filter_of_ours_is_left_out_for_the_search_alone(client: Client, line: Line) -> None:
    listing = "<doc><elem><id>1</id></elem></doc>"
    line.answers(listing, OK, listing, listing)
    client.licenses.list()
    client.licenses.filter({"ip": "192.0.2.1"})
    client.licenses.list()
    assert client.licenses.rows_for_search() is not None
    sent = [(form["func"], form.get("filter")) for form in line.forms]
    assert sent == [("soft", "off"), ("soft.filter", None), ("soft", "yes"), ("soft", "off")]


def test_an_order_that_never_left_is_sent_again_without_looking(client: Client, line: Line) -> None:
    line.answers(httpx.ConnectError("refused"), "<doc><id>5</id></doc>")
    assert client.licenses.order(EXAMPLE_ORDER).license_id == 5
    assert [form["func"] for form in line.forms] == ["soft.order.param"] * 2


def test_a_seller_that_is_never_reached_is_reported_as_such(client: Client, line: Line) -> None:
    line.answers(*[httpx.ConnectError("refused")] * 3)
    with pytest.raises(NotSent):
        client.licenses.order(EXAMPLE_ORDER)


def test_garbage_after_an_order_is_looked_into_as_well(client: Client, line: Line) -> None:
    line.answers("502 Bad Gateway", "<doc/>", "<doc/>", "<doc><id>5</id></doc>")
    assert client.licenses.order(EXAMPLE_ORDER).license_id == 5
    assert [form["func"] for form in line.forms][1:3] == ["soft", "soft"]


def test_an_order_behind_a_page_is_looked_for_once_and_not_sent_again(
    client: Client, line: Line
) -> None:
    line.answers("<html><title>Wait</title></html>", "<doc/>")
    with pytest.raises(NotTheSeller, match="HTTP 200, 'Wait'"):
        client.licenses.order(EXAMPLE_ORDER)
    assert [form["func"] for form in line.forms] == ["soft.order.param", "soft"]


def test_an_order_that_arrived_behind_a_page_is_found(client: Client, line: Line) -> None:
    order = replace(EXAMPLE_ORDER, remoteid="o-1")
    row = "<elem><id>7</id><licname>web-1</licname><remoteid>o-1</remoteid></elem>"
    line.answers("<doc/>", "<html>a page</html>", f"<doc>{row}</doc>")
    assert client.licenses.order(order).license_id == 7


def test_the_newer_order_is_never_sent_twice(client: Client, line: Line) -> None:
    line.answers(httpx.ReadTimeout("silence"), "<doc/>", "<doc/>")
    with pytest.raises(UnknownOutcome):
        client.licenses.order_v2(EXAMPLE_ORDER)
    assert [form["func"] for form in line.forms] == ["v2.soft.order.param", "soft", "soft"]
