"""Money put into the emulator: from the client's wish to the page a person clicks through."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest

from reseller_client import BadValue, Client, DeletionForbidden, LicenseOrder, Missed
from reseller_client.transport.values import PaymentStatus
from tests.client.example_orders import eur

if TYPE_CHECKING:
    from emulator.testing import Seller

FIFTY = Decimal("50.00")


def click(shop: Seller, page: str, action: str) -> None:
    """Open the page as a browser would, and press a button of it."""
    line = httpx.WSGITransport(app=shop.wsgi)
    with httpx.Client(transport=line, follow_redirects=True) as browser:
        shown = browser.get(page, headers={"Accept": "text/html"})
        assert shown.status_code == 200
        assert f'value="{action}"' in shown.text
        browser.post(shown.url, data={"action": action})


def test_a_top_up_raises_the_balance_once_it_is_paid(reseller: Client, shop: Seller) -> None:
    before = reseller.account.balance().amount
    card = reseller.payments.methods()[0]
    started = reseller.payments.start(card.id, amount=FIFTY, currency="EUR")
    assert started.payment_id is not None
    assert reseller.account.balance().amount == before
    assert reseller.payments.page(started.payment_id) == started.page
    click(shop, started.page, "pay")
    assert reseller.account.balance().amount == before + FIFTY
    (credited,) = (
        payment
        for payment in reseller.payments.payments(status=PaymentStatus.CREDITED)
        if payment.id == started.payment_id
    )
    assert credited.amount == eur("50.00")
    assert reseller.payments.page(started.payment_id) == ""


def test_a_payment_that_was_taken_back_is_cancelled(reseller: Client) -> None:
    started = reseller.payments.start(reseller.payments.methods()[0].id, amount=FIFTY)
    assert started.payment_id is not None
    reseller.payments.delete(started.payment_id)
    cancelled = reseller.payments.payments(status=PaymentStatus.CANCELLED)
    assert started.payment_id in {payment.id for payment in cancelled}
    with pytest.raises(DeletionForbidden):
        reseller.payments.delete(started.payment_id)


def test_an_order_is_paid_from_what_was_topped_up(reseller: Client, shop: Seller) -> None:
    shop.account("reseller", balance="0.00")
    license_order = LicenseOrder(55227, ip="192.0.2.205", licname="later", skipbasket=False)
    reseller.licenses.order(license_order)
    order = reseller.orders.view().order_id
    card = reseller.payments.methods(order_id=order)[0]
    started = reseller.payments.start(card.id, order_id=order)
    assert started.page
    click(shop, started.page, "pay")
    (license,) = (row for row in reseller.licenses.list() if row.licname == "later")
    assert reseller.licenses.get(license.id).key
    assert reseller.orders.view().items == ()


def test_the_sum_of_a_basket_is_paid_as_it_was_shown(reseller: Client, shop: Seller) -> None:
    license_order = LicenseOrder(55227, ip="192.0.2.207", licname="shown", skipbasket=False)
    reseller.licenses.order(license_order)
    basket = reseller.orders.view()
    (balance, *_) = reseller.payments.methods(order_id=basket.order_id)
    assert (balance.id, balance.from_balance) == (0, True)
    assert balance.description == "1000.00 EUR"
    (item,) = basket.items
    assert (item.cost, item.full_cost, item.discount) == (eur("5.00"), eur("5.00"), eur("0.00"))
    assert "ISPmanager" in item.description
    shop.account("reseller", balance="0.00")
    card, *_ = reseller.payments.methods(order_id=basket.order_id)
    assert (card.from_balance, card.currency) == (False, "EUR")
    assert basket.total is not None
    started = reseller.payments.start(
        card.id, amount=basket.total.amount, currency="50", order_id=basket.order_id
    )
    again = reseller.payments.start(card.id, payment_id=started.payment_id)
    assert (again.payment_id, again.page) == (started.payment_id, started.page)
    click(shop, started.page, "pay")
    assert reseller.orders.view().items == ()


def test_what_the_balance_covers_needs_no_page(reseller: Client) -> None:
    license_order = LicenseOrder(55227, ip="192.0.2.206", licname="now", skipbasket=False)
    reseller.licenses.order(license_order)
    order = reseller.orders.view().order_id
    started = reseller.payments.start(reseller.payments.methods()[0].id, order_id=order)
    assert started.page == ""
    assert reseller.orders.view().items == ()


def test_an_unknown_way_to_pay_and_an_unknown_payment_are_refused(reseller: Client) -> None:
    with pytest.raises((BadValue, Missed)):
        reseller.payments.start(999, amount=FIFTY)
    with pytest.raises(Missed):
        reseller.payments.form(999_999)
    form = reseller.payments.form(
        reseller.payments.start(1, amount=FIFTY, currency="EUR").payment_id or 0
    )
    assert (form["amount"], form["payment_currency"]) == ("50.00", "50")
