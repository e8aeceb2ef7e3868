"""How a trainee does each shipped exercise, and how not to: calls of a client to a seller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from emulator.testing import Seller

LITE: dict[str, Any] = {"pricelist": 55227, "period": 1, "skipbasket": "on", "sok": "ok"}
FIRST: dict[str, Any] = {**LITE, "ip": "192.0.2.201", "licname": "first"}
SECOND: dict[str, Any] = {**LITE, "ip": "192.0.2.202", "licname": "second"}
MODULE: dict[str, Any] = {
    "item": 100002,
    "pricelist": 955301,
    "period": 1,
    "autoprolong": "null",
    "skipbasket": "on",
    "sok": "ok",
}
SERVER: dict[str, Any] = {
    "pricelist": 6,
    "period": 1,
    "domain": "web-1.example.com",
    "remoteid": 17,
    "ostempl": "ISPsystem__Debian-12-amd64",
    "skipbasket": "on",
    "sok": "ok",
}


def order(seller: Seller, form: Mapping[str, Any] = FIRST, **more: object) -> int:
    return seller.call("soft.order.param", **{**form, **more}).id


def lose_order(seller: Seller) -> None:
    with suppress(ConnectionResetError):
        order(seller, remoteid="c-1")


def first_order(seller: Seller) -> None:
    seller.call("pricelist.export", itemtype="soft")
    seller.call("soft.order.param", pricelist=55227, period=1)
    seller.call("soft.edit", elid=order(seller))
    seller.call("expense")


def only_shown(seller: Seller) -> None:
    seller.call("pricelist.export", itemtype="soft")
    seller.call("soft.order.param", **{**FIRST, "sv_field": "ip"})


def lost_reply(seller: Seller) -> None:
    lose_order(seller)
    (row,) = seller.call("soft", filter="on", remoteid="c-1").rows()
    seller.call("soft.edit", elid=row["id"])
    seller.call("expense")


def ordered_again(seller: Seller) -> None:
    lose_order(seller)
    order(seller, SECOND)
    seller.call("soft")


def late_key(seller: Seller) -> None:
    number = order(seller)
    while not seller.call("soft.edit", elid=number).field("lickey"):
        pass


def ordered_for_a_key(seller: Seller) -> None:
    number = order(seller)
    seller.call("soft.edit", elid=number)
    order(seller, SECOND)
    for _ in range(4):
        seller.call("soft.edit", elid=number)


def month_passes(seller: Seller) -> None:
    order(seller, autoprolong=1)
    ending = order(seller, SECOND, autoprolong="null")
    seller.clock.advance("32 days")
    assert seller.call("soft.resume", elid=ending).error is not None
    seller.call("service.prolong", elid=ending, period=1, sok="ok")


def deleted_what_ended(seller: Seller) -> None:
    order(seller, autoprolong=1)
    ending = order(seller, SECOND, autoprolong="null")
    seller.clock.advance("32 days")
    seller.call("soft.delete", elid=ending)


def no_money(seller: Seller) -> None:
    assert seller.call("soft.order.param", **FIRST).error is not None
    payment: dict[str, Any] = {
        "amount": "10.00",
        "paymethod": 1,
        "payment_currency": 50,
        "sok": "ok",
    }
    number = seller.call("payment.add.method", **payment).id
    seller.control("PATCH", f"/payments/{number}", {"status": 4})
    order(seller)
    seller.call("subaccount")


def tried_again(seller: Seller) -> None:
    for _ in range(3):
        seller.call("soft.order.param", **FIRST)


def whmcs_recycles(seller: Seller) -> None:
    free = next(row["id"] for row in seller.call("soft").rows() if row["licname"] == "free.lic")
    seller.call("soft.edit", elid=free, licname="new-customer", ip="192.0.2.210", sok="ok")
    seller.call("soft.resume", elid=free)
    seller.call("soft.suspend", elid=free)
    seller.call("soft.edit", elid=free, licname="free.lic", ip="0.0.0.0", sok="ok")  # noqa: S104 - of nobody


def ordered_beside_the_pool(seller: Seller) -> None:
    seller.call("soft")
    order(seller)


def modules(seller: Seller) -> None:
    seller.call("pricelist.export", itemtype="addition")
    number = seller.call("addition.order.param", **MODULE).id
    seller.call("addition")
    seller.call("service.prolong", elid=number, period=1, sok="ok")


def bought_unread(seller: Seller) -> None:
    seller.call("addition.order.param", **MODULE)
    seller.call("pricelist.export", itemtype="addition")


def billmanager(seller: Seller) -> None:
    login: dict[str, Any] = {
        "email": "program@example.com",
        "realname": "Program",
        "passwd": "secret-1234",
        "confirm": "secret-1234",
    }
    seller.call("user.edit", **login, sok="ok")
    seller.call("pricelist.export", itemtype="vds")
    seller.call("vds.order.param", **SERVER)
    number = next(row["id"] for row in seller.call("vds").rows() if row["remoteid"] == "17")
    seller.time.pass_time(6)
    seller.call("vds.edit", elid=number)
    seller.call("vds.edit", elid=number)


def ordered_for_a_number(seller: Seller) -> None:
    seller.call("pricelist.export", itemtype="vds")
    seller.call("vds.order.param", **SERVER)
    seller.call("vds.order.param", **SERVER)
    seller.call("vds")


def tickets_and_factors(seller: Seller) -> None:
    seller.call("soft", login="careful")
    seller.call("soft", login="api@careful.example.com")
    number = seller.call("clientticket.edit", subject="Question", message="Why?", sok="ok").id
    seller.clock.advance("1 day")
    seller.call("clientticket.edit", elid=number)


def did_not_wait(seller: Seller) -> None:
    number = seller.call("clientticket.edit", subject="Question", message="Why?", sok="ok").id
    seller.call("clientticket.edit", elid=number)


def price_list(seller: Seller) -> None:
    seller.call("pricelist.export", itemtype="soft")
    order(seller)
    seller.call("service.prolong", elid=100001, period=1, sok="ok")
    seller.call("expense")


def sold_from_memory(seller: Seller) -> None:
    order(seller)
    seller.call("pricelist.export", itemtype="soft")


Way = Callable[[Seller], None]

RIGHT: Mapping[str, tuple[Way, str]] = {
    "first-order": (first_order, "5.00"),
    "lost-reply": (lost_reply, "5.00"),
    "late-key": (late_key, "5.00"),
    "month-passes": (month_passes, "20.00"),
    "no-money": (no_money, "5.00"),
    "whmcs-recycles": (whmcs_recycles, "0.00"),
    "modules": (modules, "18.00"),
    "billmanager": (billmanager, "3.00"),
    "tickets-and-factors": (tickets_and_factors, "0.00"),
    "price-list": (price_list, "13.00"),
}
"""By exercise: the calls that do it, and what they take from the balance altogether."""
WRONG: Mapping[str, tuple[Way, str, str]] = {
    "first-order": (only_shown, "order", "next"),
    "lost-reply": (ordered_again, "searched", "missed"),
    "late-key": (ordered_for_a_key, "key", "missed"),
    "month-passes": (deleted_what_ended, "revived", "missed"),
    "no-money": (tried_again, "payment", "next"),
    "whmcs-recycles": (ordered_beside_the_pool, "renamed", "missed"),
    "modules": (bought_unread, "prices", "missed"),
    "billmanager": (ordered_for_a_number, "listed", "missed"),
    "tickets-and-factors": (did_not_wait, "answered", "next"),
    "price-list": (sold_from_memory, "read", "missed"),
}
"""By exercise: calls that do it wrongly, the step that they do not do, and its state."""
