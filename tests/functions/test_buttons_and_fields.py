"""What the answers for user interfaces say of a function: the buttons and fields of the page."""

from __future__ import annotations

import pytest

from emulator.testing import Seller

SERVICE = [
    "service.prolong",
    "service.changepricelist",
    "service.changepricelist.pricelist",
    "service.changepricelist.getmoney",
    "service.history",
    "service.changepassword",
    "service.instruction.html",
    "service.ip",
    "service.ip.edit",
    "service.ip.delete",
    "service.start",
    "service.stop",
    "service.reboot",
    "service.hardreboot",
    "service",
    "item",
]
PAYMENT = [
    "payment",
    "payment.add",
    "payment.add.method",
    "payment.add.pay",
    "payment.add.redirect",
    "payment.delete",
    "payment.filter",
    "payment.recurring.stored_methods",
    "payment.recurring.stored_methods.delete",
    "payment.recurring.stored_methods.edit",
    "payment.recurring.settings",
    "payment.stored_methods.add",
]


@pytest.mark.parametrize(
    ("func", "functions"),
    [("service", SERVICE), ("item", SERVICE), ("service.ip", SERVICE), ("payment", PAYMENT)],
)
def test_a_list_has_a_button_for_every_other_function_of_its_family_in_the_same_order(
    seller: Seller, func: str, functions: list[str]
) -> None:
    answer = seller.call(func, elid="100001", out="devel")
    buttons = [button.get("func") for button in answer.xml.iter("toolbtn")]
    assert buttons == [function for function in functions if function != func]


@pytest.mark.parametrize("func", ["soft.filter", "payment.filter", "expense.filter"])
def test_the_form_of_a_filter_names_no_field_for_the_columns_of_its_list(
    seller: Seller, func: str
) -> None:
    answer = seller.call(func, out="devel")
    assert [field.get("name") for field in answer.xml.iter("field")] == []
