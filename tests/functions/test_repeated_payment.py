"""Paying once more what is paid, and paying changes of a service that changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from emulator import testing
from emulator.testing import Answer, Seller

VDS, LICENSE = 100014, 100001
ORDER: dict[str, Any] = {"pricelist": 6, "period": 1, "sok": "ok"}


@pytest.fixture
def seller() -> Iterator[Seller]:
    """A seller of the world ``small``, whose clock stands still."""
    with testing.Seller() as running:
        running.clock.freeze()
        yield running


def balance(seller: Seller) -> Decimal:
    return Decimal(seller.account()["balance"])


def basket(seller: Seller, **params: Any) -> Answer:
    return seller.call("basket", **params)


def change(seller: Seller, **addons: Any) -> Answer:
    answer = seller.call("vds.edit", elid=VDS, sok="ok", **addons)
    assert answer.error is None
    return answer


def pay(seller: Seller) -> Decimal:
    """What is charged for the basket, which said so before."""
    total, before = Decimal(basket(seller).field("total_sum")), balance(seller)
    opened = Decimal(next(r.text or "" for r in seller.call("order").xml.iter("amount")))
    answer = basket(seller, clicked_button="free", sok="ok")
    assert answer.error is None
    assert before - balance(seller) == total == opened
    return total


def test_45_an_order_that_is_paid_is_not_paid_again(seller: Seller) -> None:
    seller.call("vds.order.param", **ORDER)
    number = basket(seller).field("billorder")
    cart: dict[str, Any] = {"elid": 1, "paymethod_id": 0, "sok": "ok"}
    ways: list[tuple[str, dict[str, Any]]] = [
        ("payment.add", {"amount": "3.00"}),
        ("payment.add", {"amount": "3.00", "paymethod": 1}),
        ("payment.add", {"clicked_button": "fromsubaccount"}),
        ("payment.add.method", {"amount": "3.00", "paymethod": 0}),
        ("payment.add.method", {"paymethod_id": 2, "amount": "500.00"}),
        ("payment.add.method", {"clicked_button": "fromsubaccount"}),
        ("payment.add.pay", {"amount": "3.00"}),
        ("basket", {"clicked_button": "free"}),
        ("basket", {"clicked_button": "free", "promocode": "SPRING"}),
    ]
    # Somebody else's order, and one that there is not, stay unknown.
    for who, order in (("other", number), ("reseller", "77")):
        for func, params in ways:
            sent = {"billorder": order, **params, "promocode": ""}
            refused = seller.call(func, login=who, sok="ok", **sent).error
            assert refused is not None
            assert refused.type == "missed"
    assert basket(seller, clicked_button="free", sok="ok", billorder=number).error is None
    before = balance(seller)
    for func, params in ways:
        forms: list[dict[str, Any]] = [{}, {"sok": "ok"}]
        for form in forms:
            answer = seller.call(func, billorder=number, **params, **form)
            assert answer.error is None, (func, params)
            if form:
                assert (answer.field("ok"), answer.field("billorder")) == ("func=order", number)
    for method in (0, 1):
        answer = seller.call("cartorder.create.confirm", **{**cart, "paymethod_id": method})
        assert (answer.field("ok"), answer.field("billorder")) == ("func=order", number)
    assert seller.call("cartorder.create.confirm", elid=1).field("total_sum") == "0.00 EUR"
    refused = seller.call("cartorder.create.confirm", login="other", **cart).error
    assert refused is not None
    assert (refused.type, refused.object) == ("missed", "lineitem")
    assert balance(seller) == before


def test_45_a_paid_position_beside_an_unpaid_one_is_not_there(seller: Seller) -> None:
    seller.call("vds.order.param", **ORDER)
    seller.call("vds.order.param", **ORDER)
    confirm: dict[str, Any] = {"paymethod_id": 0, "sok": "ok"}
    paid = seller.call("cartorder.create.confirm", elid=2, **confirm).field("billorder")
    before = balance(seller)
    refused = seller.call("cartorder.create.confirm", elid="1, 2", **confirm).error
    assert refused is not None
    assert (refused.type, refused.object) == ("missed", "lineitem")
    # The number of the paid order is also that of the position which still waits.
    assert basket(seller, clicked_button="free", billorder=paid, sok="ok").error is None
    assert balance(seller) == before
    assert len(basket(seller).rows() or list(basket(seller).xml.iter("elem"))) == 1


def test_52_an_addon_in_the_basket_costs_what_it_costs_now(seller: Seller) -> None:
    change(seller, addon_12=50, clicked_button="basket")
    assert Decimal(basket(seller).field("total_sum")) > 0
    change(seller, addon_12=60)
    assert pay(seller) == 0
    assert seller.call("vds.edit", elid=VDS).field("addon_12") == "50"


def test_52_only_the_addons_that_were_changed_are_set(seller: Seller) -> None:
    change(seller, addon_12=50, clicked_button="basket")
    change(seller, addon_10=3)
    assert pay(seller) > 0
    form = seller.call("vds.edit", elid=VDS)
    assert (form.field("addon_12"), form.field("addon_10")) == ("50", "3")


def test_52_a_prolongation_in_the_basket_pays_for_the_addons_there_are(seller: Seller) -> None:
    prolong: dict[str, Any] = {"elid": VDS, "period": 1, "sok": "ok"}
    seller.call("service.prolong", **prolong, clicked_button="basket")
    before = Decimal(basket(seller).field("total_sum"))
    change(seller, addon_12=50)
    charged = pay(seller)
    assert charged > before
    again = balance(seller)
    seller.call("service.prolong", **prolong)
    assert again - balance(seller) == charged


def test_52_positions_are_priced_one_after_the_other(seller: Seller) -> None:
    """More of an addon, then a further month: the month costs what it does with the addon."""
    prolong: dict[str, Any] = {"elid": VDS, "period": 1, "sok": "ok", "clicked_button": "basket"}
    for first, second in ((True, False), (False, True)):
        seller.reset()
        seller.clock.freeze()
        for is_addon in (first, second):
            if is_addon:
                change(seller, addon_12=50, clicked_button="basket")
            else:
                seller.call("service.prolong", **prolong)
        in_basket = pay(seller)
        seller.reset()
        seller.clock.freeze()
        before = balance(seller)
        for is_addon in (first, second):
            if is_addon:
                change(seller, addon_12=50)
            else:
                seller.call("service.prolong", **{**prolong, "clicked_button": ""})
        assert before - balance(seller) == in_basket
