"""Planted faults of trade: sums, terms, names, and one customer taken for another."""

from __future__ import annotations

from typing import Final

from tests.contracts.modules.faults import (
    ORDER,
    PAY,
    after,
    asks,
    edit,
    good_order,
    pays,
    spoilt,
    when,
)
from tests.contracts.modules.mutants import Mutant
from tests.contracts.modules.stand import AUTOMATIC, BUY, WHOLE
from tests.contracts.modules.trade_faults import (
    ACTIVE_ROW,
    OK,
    ChargesBesideAnother,
    both,
    either,
    empty_password,
    leaks,
    namelessly,
    never_unknown,
    other,
    prolongs,
    wrongly,
)

BASKET = (
    Mutant(
        "a sum of its own", "basket-total",
        after(good_order, 1, edit("basket", "<total_sum>12.00", "<total_sum>13.00")), AUTOMATIC,
    ),
    Mutant(
        "no sum yet", "basket-total",
        after(good_order, 1, edit("basket", "<total_sum>12.00", "<total_sum>0.00")), AUTOMATIC,
    ),
    Mutant(
        "a currency beside the sum", "basket-sums-bare",
        after(good_order, 1, edit("basket", "</total_sum>", " EUR</total_sum>")), AUTOMATIC,
    ),
    Mutant(
        "another module in it", "basket-position",
        after(good_order, 1, edit("basket", "<name>Virusdie<", "<name>VirusDieBusiness<")),
        AUTOMATIC,
    ),
    Mutant(
        "for a year in it", "basket-position",
        after(good_order, 1, edit("basket", "<item.period>1<", "<item.period>12<")), AUTOMATIC,
    ),
    Mutant(
        "renewed in it", "basket-position",
        after(good_order, 1, edit("basket", "autoprolong>null<", "autoprolong>1<")), AUTOMATIC,
    ),
    Mutant(
        "two numbers of one order", "basket-order-number",
        after(good_order, 1, edit("basket", "<billorder>", "<billorder>9")),
        AUTOMATIC,
    ),
    Mutant(
        "a year at the price of a month", "other-period-price",
        lambda: edit("basket", "120.00", "12.00"), AUTOMATIC,
    ),
    Mutant(
        "active before it is paid", "unpaid-not-active",
        after(good_order, 1, edit("addition", "<p_elems>", f"{ACTIVE_ROW}<p_elems>")), AUTOMATIC,
    ),
    Mutant(
        "emptied by any number", "basket-kept",
        after(
            asks("basket", clicked_button="delete", id="999999999"), 1,
            edit("basket", "<elem>.*</elem>", ""),
        ),
        AUTOMATIC, ("other-period-price",),
    ),
)  # fmt: skip

WITHOUT_A_RIGHT = (
    Mutant(
        "any password for modules", "modules-need-login", when(wrongly("addition"), OK), AUTOMATIC,
    ),
    Mutant(
        "anybody's modules", "modules-need-login", when(namelessly("addition"), OK), AUTOMATIC,
    ),
    Mutant(
        "any password for the balance", "balance-needs-login",
        when(either(wrongly("subaccount"), namelessly("subaccount")), OK), AUTOMATIC,
    ),
    Mutant("any password orders", "orders-need-login", when(wrongly(ORDER), OK), AUTOMATIC),
    Mutant("anybody orders", "orders-need-login", when(namelessly(ORDER), OK), AUTOMATIC),
    Mutant("no password", "balance-needs-login", when(empty_password, OK), AUTOMATIC),
    Mutant(
        "a session for anybody", "session-needs-login",
        when(asks("auth"), b"<doc><auth id='1'>1</auth></doc>"), AUTOMATIC,
    ),
)  # fmt: skip

BOUGHT = (
    Mutant(
        "a form pays", "pay-form-free",
        after(asks(PAY, sok=""), 1, edit("subaccount", "30.00", "18.00")), WHOLE,
        ("other-balance-kept",),
    ),
    Mutant(
        "any order is paid", "unknown-order-unpaid",
        when(never_unknown, b"<doc><ok>func=order</ok></doc>"), WHOLE,
    ),
    Mutant(
        "another name", "module-ordered",
        lambda: edit("addition", "<intname>Virusdie<", "<intname>VirusDieBusiness<"), WHOLE,
    ),
    Mutant(
        "another tariff", "module-ordered",
        lambda: edit("addition", "<pricelist_id>277", "<pricelist_id>278"), WHOLE,
    ),
    Mutant(
        "another licence", "module-licence",
        lambda: edit("addition", "<item>100002", "<item>100003"), WHOLE,
    ),
    Mutant(
        "another period", "module-period",
        lambda: edit("addition", "<period>1<", "<period>12<"), WHOLE,
    ),
    Mutant(
        "renewed unasked", "not-renewed-unasked",
        lambda: edit("addition", "autoprolong>null<", "autoprolong>1<"), WHOLE,
    ),
    Mutant(
        "renewed unasked, by a word", "not-renewed-unasked",
        lambda: edit("addition", "<autoprolong>null<", "<autoprolong orig='1'>Month<"), WHOLE,
    ),
    Mutant(
        "dates for people", "dates-iso",
        lambda: edit("addition", r"date>(\d+)-(\d+)-(\d+)<", r"date>\3.\2.\1<"), WHOLE,
    ),
    Mutant(
        "paid in other money", "currency-paid",
        lambda: edit("subaccount", "EUR", "USD"), WHOLE,
    ),
    Mutant("charged beside another order", "charged-once", ChargesBesideAnother, BUY),
    Mutant(
        "charged for deleting", "module-deleted",
        after(asks("addition.delete", authinfo="ada:secret-1"), 1,
              edit("subaccount", "6.00", "5.00")),
        WHOLE,
    ),
)  # fmt: skip

PROLONGED = (
    Mutant(
        "charged, and ends as before", "prolonged-a-month",
        after(prolongs, 1, edit("addition", "2027-03-10", "2027-02-10")), WHOLE,
        ("prolong-answer",),
    ),
    Mutant(
        "thirty days", "prolonged-a-month",
        lambda: both(
            edit("addition", "2027-03-10", "2027-03-12"),
            edit("service.prolong", "2027-03-10", "2027-03-12"),
        ), WHOLE,
    ),
    Mutant(
        "for nothing", "prolong-charged",
        after(prolongs, 1, edit("subaccount", "6.00", "18.00")), WHOLE,
    ),
    Mutant(
        "twice the price", "prolong-charged",
        after(prolongs, 1, edit("subaccount", "6.00", "-6.00")), WHOLE,
    ),
    Mutant(
        "another end edit", "prolong-answer",
        spoilt("service.prolong", "2027-03-10", "2027-04-10", sok="ok"), WHOLE,
    ),
    Mutant(
        "not for this customer", "prolonged-a-month",
        when(prolongs, b'<doc><error type="access"><msg>No</msg></error></doc>'), WHOLE,
    ),
)  # fmt: skip

TAKEN_FOR_ANOTHER = (
    Mutant("lists another's", "other-modules-hidden", leaks("addition"), WHOLE),
    Mutant("opens another's", "other-module-closed", when(other("addition.edit"), OK), WHOLE),
    Mutant("prolongs another's", "other-module-closed", when(other("service.prolong"), OK), WHOLE),
    Mutant("deletes another's", "other-module-closed", when(other("addition.delete"), OK), WHOLE),
    Mutant("one basket for all", "other-basket-closed", leaks("basket"), WHOLE),
    Mutant("another's order", "other-order-closed", when(other("payment.add"), OK), WHOLE),
    Mutant("another's licence", "other-licence-refused", when(other(ORDER), OK), WHOLE),
    Mutant(
        "another pays", "other-balance-kept",
        after(pays, 2, lambda a: a.sub("30.00", "18.00") if other("subaccount")(a) else None),
        WHOLE,
    ),
)  # fmt: skip

TRADE_MUTANTS: Final = (*BASKET, *WITHOUT_A_RIGHT, *BOUGHT, *PROLONGED, *TAKEN_FOR_ANOTHER)
