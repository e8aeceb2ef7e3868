"""Top-ups, payers, discounts and notices: what is sent and how it is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from reseller_client import (
    AccessDenied,
    AuthFailed,
    BadValue,
    Client,
    NotUnderstood,
    Refused,
    UnknownOutcome,
)
from reseller_client.transport.values import PaymentStatus
from tests.client.conftest import Waits
from tests.client.emulated import client_of
from tests.client.example_orders import OK, eur, without_login

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Line
    from tests.client.emulated import LossyLine

ROW = (
    "<elem><id>{id}</id><create_date>{day}</create_date><amount>{sum}</amount>"
    '<currency>EUR</currency><status orig="{status}">words</status></elem>'
)


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ("https://pay.example/p?token=1", "https://pay.example/p?token=1"),
        ("/pay/7?token=1", "https://seller.example/pay/7?token=1"),
        ("func=payment.add.redirect&amp;elid=7", "https://seller.example/billmgr?func=payment.add.redirect&elid=7"),
        ("?func=x", "https://seller.example/billmgr?func=x"),
        ("func=order", ""),
        ("func=payment", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_top_up_returns_the_page_it_is_paid_on(
    client: Client, line: Line, body: str, page: str
) -> None:
    line.answers(f"<doc><payment_id>7</payment_id><ok>{body}</ok></doc>")
    started = client.payments.start(2, amount=Decimal("50.00"), currency="EUR", profile_id=3)
    assert (started.payment_id, started.page) == (7, page)
    assert without_login(line.form) == {
        "func": "payment.add.method", "paymethod": "2", "amount": "50.00",
        "payment_currency": "EUR", "profile": "3", "sok": "ok",
    }  # fmt: skip


def test_the_ways_to_pay_are_read_with_their_limits(client: Client, line: Line) -> None:
    line.answers(
        '<doc><list name="methodlist"><elem><id>2</id><name>Card</name><currency>EUR</currency>'
        "<payment_minamount>1.00</payment_minamount><payment_maxamount/></elem>"
        "<elem><name>none</name></elem></list></doc>"
    )
    (card,) = client.payments.methods(order_id=501)
    assert (card.id, card.name, card.currency) == (2, "Card", "EUR")
    assert (card.minimum, card.maximum) == (Decimal("1.00"), None)
    assert without_login(line.form) == {"func": "payment.add", "billorder": "501"}


def test_a_payment_is_looked_at_and_taken_back(client: Client, line: Line) -> None:
    line.answers(
        "<doc><amount>5.00</amount></doc>",
        "<doc><ok>https://pay.example/7</ok></doc>",
        OK,
        '<doc><error type="access" object="payment"/></doc>',
    )
    assert client.payments.form(7) == {"amount": "5.00"}
    assert client.payments.page(7) == "https://pay.example/7"
    client.payments.delete(7)
    with pytest.raises(AccessDenied):
        client.payments.delete(8)
    assert [form["func"] for form in line.forms] == [
        "payment.add.pay", "payment.add.redirect", "payment.delete", "payment.delete",
    ]  # fmt: skip


def test_every_status_of_a_payment_has_its_name(client: Client, line: Line) -> None:
    rows = [ROW.format(id=n, day="2026-01-01", sum="1.00", status=n) for n in range(1, 11)]
    line.answers(f"<doc>{''.join(rows)}</doc>")
    states = [payment.state for payment in client.payments.payments()]
    assert states == [*PaymentStatus, None]
    assert [state.name for state in PaymentStatus] == [
        "NEW", "IN_PROGRESS", "PROMISED", "CREDITED", "REFUND_PENDING", "REFUNDED", "FRAUD",
        "INITIATED", "CANCELLED",
    ]  # fmt: skip


def test_a_filter_is_sent_and_holds_where_the_seller_ignores_it(client: Client, line: Line) -> None:
    days = {1: "2026-01-01", 2: "2026-01-02", 3: "2026-01-03", 4: "2026-01-02", 5: "2026-01-02"}
    sums = {1: "5.00", 2: "5.00", 3: "5.00", 4: "99.00", 5: "5.00"}
    states = {1: 4, 2: 4, 3: 4, 4: 4, 5: 1}
    rows = [ROW.format(id=n, day=days[n], sum=sums[n], status=states[n]) for n in days]
    line.answers(f"<doc>{''.join(rows)}</doc>")
    day = date(2026, 1, 2)
    payments = client.payments.payments(
        status=PaymentStatus.CREDITED, since=day, until=day, least=Decimal(1), most=Decimal(10)
    )
    assert [payment.id for payment in payments] == [2]
    sent = without_login(line.form)
    assert sent == {
        "func": "payment", "filter": "on", "status": "4", "createdatestart": "2026-01-02",
        "createdateend": "2026-01-02", "saamount_from": "1", "saamount_to": "10", "p_num": "1",
        "p_cnt": "500",
    }  # fmt: skip


def test_lists_as_csv_say_what_the_lists_say(reseller: Client) -> None:
    reseller.services.prolong(100001, 1)
    assert reseller.payments.payments_by_csv() == tuple(reseller.payments.payments())
    assert reseller.payments.expenses_by_csv() == tuple(reseller.payments.expenses())
    (expense, *_) = reseller.payments.expenses_by_csv()
    assert (expense.service_id, expense.amount) == (100001, eur("5.00"))


def test_a_filter_is_understood_by_the_seller(reseller: Client, lossy: LossyLine) -> None:
    assert list(reseller.payments.payments(status=PaymentStatus.NEW)) == []
    assert lossy.calls[-1]["status"] == "1"
    (opening,) = reseller.payments.payments(status=PaymentStatus.CREDITED, least=Decimal(1000))
    assert opening.state is PaymentStatus.CREDITED
    assert opening.created_on is not None
    assert list(reseller.payments.payments(since=date(2999, 1, 1))) == []
    assert list(reseller.payments.expenses(until=date(2000, 1, 1))) == []


def test_a_refusal_of_a_csv_list_is_told_by_its_kind(lossy: LossyLine) -> None:
    with pytest.raises(AuthFailed):
        client_of(lossy, Waits(), password="wrong").payments.payments_by_csv()
    with pytest.raises(AccessDenied):
        client_of(lossy, Waits(), login="").payments.expenses_by_csv()


@pytest.mark.parametrize(
    "body",
    ["<html>a proxy</html>", "{}", "id,amount\n1\n", "<doc><elem><id>1</id></elem></doc>"],
)
def test_what_is_no_csv_is_not_taken_for_an_empty_list(
    client: Client, line: Line, body: str
) -> None:
    line.answers(body)
    with pytest.raises(NotUnderstood):
        client.payments.payments_by_csv()


def test_a_csv_refusal_may_come_as_a_document_or_with_a_status(client: Client, line: Line) -> None:
    line.answers('<doc><error type="access"/></doc>', httpx.Response(502, text="id\n1\n"), "")
    with pytest.raises(AccessDenied):
        client.payments.payments_by_csv()
    with pytest.raises(NotUnderstood) as caught:
        client.payments.payments_by_csv()
    assert caught.value.status == 502
    assert client.payments.payments_by_csv() == ()


def test_a_long_csv_list_is_read_in_pages(client: Client, line: Line) -> None:
    full = "".join(f"{n},1.00\n" for n in range(1, 501))
    line.answers(f"id,amount\n{full}", "id,amount\n501,2.00\n")
    expenses = client.payments.expenses_by_csv()
    assert [expense.id for expense in expenses] == list(range(1, 502))
    assert [form["p_num"] for form in line.forms] == ["1", "2"]


def test_a_session_that_died_is_renewed_for_a_csv_list_too(lossy: LossyLine, shop: Seller) -> None:
    client = client_of(lossy, Waits(), session=True)
    assert len(client.payments.payments_by_csv()) == 1
    shop.time.pass_time(2 * 3600)
    assert len(client.payments.payments_by_csv()) == 1
    assert sum(form.get("func") == "auth" for form in lossy.calls) == 2


def test_payers_are_made_changed_and_deleted(client: Client, line: Line) -> None:
    form = "<doc><elid>3</elid><name>Firm</name><profiletype>2</profiletype><vat>X1</vat></doc>"
    line.answers("<doc><id>3</id><ok/></doc>", OK, form, OK, "<doc><ok/></doc>")
    assert client.profiles.add("Firm", 2, {"vat": "X1"}) == 3
    assert without_login(line.form) == {
        "func": "profile.add.profiledata", "name": "Firm", "profiletype": "2", "vat": "X1",
        "sok": "ok",
    }  # fmt: skip
    changed = client.profiles.change(3, {"vat": "X1"})
    assert (changed.id, changed.name, changed.kind) == (3, "Firm", 2)
    assert changed.fields["vat"] == "X1"
    client.profiles.delete(3)
    assert without_login(line.form) == {"func": "profile.delete", "elid": "3", "sok": "ok"}
    with pytest.raises(UnknownOutcome):
        client.profiles.add("Nobody")


def test_the_payers_of_the_emulator_are_listed(reseller: Client) -> None:
    (profile, *_) = reseller.profiles.list()
    assert (profile.name, profile.kind) == ("Example Reseller", 1)


def test_discounts_currencies_and_providers_are_read(reseller: Client) -> None:
    (spring,) = reseller.account.discounts()
    assert (spring.promo_code, spring.percent, spring.itemtype) == ("SPRING", Decimal(10), "")
    assert {currency.iso: currency.default for currency in reseller.account.currencies()} == {
        "EUR": True, "RUB": False,
    }  # fmt: skip
    (provider,) = reseller.account.providers()
    assert (provider.id, provider.name, provider.currency) == (1, "ISPsystem", "EUR")


def test_a_partners_discount_may_be_on_one_tariff(client: Client, line: Line) -> None:
    line.answers(
        '<doc><list name="promotion"><elem><id>discount1</id><name>Partner</name><promocode/>'
        "<discount>15%</discount><itemtype>soft</itemtype><pricelist>55227</pricelist></elem>"
        "</list></doc>"
    )
    (own,) = client.account.discounts()
    assert (own.name, own.percent, own.itemtype) == ("Partner", Decimal(15), "soft")
    assert (own.tariff, own.promo_code) == (55227, "")


def test_what_happened_over_time_is_told_with_its_service(reseller: Client, shop: Seller) -> None:
    shop.clock.advance("40 days")
    happened = reseller.notifications.happened()
    assert 100001 in {notice.service_id for notice in happened}
    assert any("prolonged" in notice.text for notice in happened if notice.service_id == 100001)
    assert reseller.account.notifications() == reseller.notifications.list()


def test_addresses_passwords_and_instructions_of_a_service(client: Client, line: Line) -> None:
    line.answers(
        "<doc><elem><id>5</id><name>192.0.2.5</name><is_main>on</is_main><type>public</type>"
        "<mask>255.255.255.0</mask></elem><elem/></doc>",
        OK,
        "<doc><body>&lt;ul&gt;&lt;li&gt;user&lt;/li&gt;&lt;/ul&gt;</body></doc>",
    )
    (address,) = client.services.addresses(7)
    assert (address.id, address.address, address.main) == (5, "192.0.2.5", True)
    client.services.change_password(7, "n3w")
    assert without_login(line.form) == {
        "func": "service.changepassword", "elid": "7", "passwd": "n3w", "confirm": "n3w",
        "sok": "ok",
    }  # fmt: skip
    assert client.services.instruction(7) == "<ul><li>user</li></ul>"


def test_a_password_does_not_come_back_in_an_error(client: Client, line: Line) -> None:
    line.answers('<doc><error type="value" object="passwd"><msg>too weak</msg></error></doc>')
    with pytest.raises(BadValue) as caught:
        client.services.change_password(7, "hunter2")
    assert isinstance(caught.value, Refused)
    assert "hunter2" not in str(caught.value)
