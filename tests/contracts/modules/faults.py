"""Faults to plant in an endpoint: what a mutant does to answers before they go out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tests.contracts.modules.stand import LICENSE, Answer, Fault

PRICES, ORDER, PAY = "pricelist.export", "addition.order.param", "payment.add.method"
EMPTY_BASKET: Final = b"<doc><billorder/><total_sum>0.00</total_sum><list name='itemlist'/></doc>"
PAGE: Final = b"<!DOCTYPE html><html><body>Please log in</body></html>"
REFUSED: Final = b'<doc><error type="value" object="x"><msg>No</msg></error></doc>'
MORE: Final = "<elem><id>900</id><cost>12.00</cost></elem>"


def spoilt(func: str, pattern: str, instead: str, **only: str) -> Callable[[], Fault]:
    """Replaces text in the answers to one function, where the request has these parameters."""
    if func == PRICES:
        only.setdefault("itemtype", "addition")

    def fault(answer: Answer) -> None:
        if answer.func == func and all(answer.sent.get(k, "") == v for k, v in only.items()):
            answer.sub(pattern, instead)

    return lambda: fault


def when(
    meant: Callable[[Answer], bool],
    body: bytes | None = None,
    status: str = "",
    **headers: str,
) -> Callable[[], Fault]:
    """Answers something else where a request is meant."""

    def fault(answer: Answer) -> None:
        if meant(answer):
            answer.body = answer.body if body is None else body
            answer.status = status or answer.status
            answer.headers |= {name.replace("_", "-"): text for name, text in headers.items()}

    return lambda: fault


def raw(change: Callable[[bytes], bytes]) -> Callable[[], Fault]:
    """Changes the bytes of every price list."""

    def fault(answer: Answer) -> None:
        if answer.func == PRICES:
            answer.body = change(answer.body)

    return lambda: fault


def late(seconds: float) -> Callable[[], Fault]:
    """Takes its time."""

    def fault(answer: Answer) -> None:
        answer.clock.now += seconds

    return lambda: fault


def nobody(answer: Answer) -> bool:
    return answer.func == "basket" and "authinfo" not in answer.sent


def foreign_login(answer: Answer) -> bool:
    who = answer.sent.get("authinfo", "ada:secret-1")
    return answer.func == "basket" and who != "ada:secret-1"


def customer(answer: Answer) -> bool:
    return answer.func == "basket" and answer.sent.get("authinfo") == "ada:secret-1"


def asks(func: str, **only: str) -> Callable[[Answer], bool]:
    return lambda answer: (
        answer.func == func and all(answer.sent.get(k, "") == v for k, v in only.items())
    )


def cost(text: str) -> Callable[[], Fault]:
    return spoilt(PRICES, r'cost="12\.0000"', f'cost="{text}"')


class Remembering:
    """A fault that comes after something was asked so many times: ``then`` spoils what follows."""

    def __init__(
        self, after: Callable[[Answer], bool], times: int, then: Callable[[Answer], None]
    ) -> None:
        self._after, self._left, self._then = after, times, then

    def __call__(self, answer: Answer) -> None:
        if self._left <= 0:
            self._then(answer)
        elif self._after(answer):
            self._left -= 1


def after(
    event: Callable[[Answer], bool], times: int, then: Callable[[Answer], None]
) -> Callable[[], Fault]:
    return lambda: Remembering(event, times, then)


def edit(func: str, pattern: str, instead: str) -> Callable[[Answer], None]:
    """Replaces text in the answers to one function, where it is there."""

    def then(answer: Answer) -> None:
        if answer.func == func:
            answer.body = re.sub(pattern, instead, answer.body.decode()).encode()

    return then


class LicensesToo:
    """The list of licenses has the modules as well: the list of modules, told again."""

    def __init__(self) -> None:
        self._list = b""

    def __call__(self, answer: Answer) -> None:
        if answer.func == PRICES and answer.sent.get("itemtype") == "addition":
            self._list = answer.body
        elif answer.func == PRICES:
            answer.body = self._list


class NeverDeleted:
    """A module that was deleted is listed as before."""

    def __init__(self) -> None:
        self._list = b""

    def __call__(self, answer: Answer) -> None:
        if answer.func != "addition" or answer.sent.get("authinfo") != "ada:secret-1":
            return
        if b"<elem>" in answer.body:
            self._list = answer.body
        elif self._list:
            answer.body = self._list


def good_order(answer: Answer) -> bool:
    sent = answer.sent
    meant = (sent.get("pricelist"), sent.get("item"), sent.get("period"), sent.get("sok"))
    return meant == ("277", LICENSE, "1", "ok") and sent.get("authinfo") == "ada:secret-1"


def pays(answer: Answer) -> bool:
    """Whether an order is paid that there is."""
    sent = answer.sent
    return answer.func == PAY and sent.get("sok") == "ok" and sent["billorder"] != "999999999"


def form(answer: Answer) -> bool:
    return answer.func == ORDER and "sok" not in answer.sent


class FormThatOrders:
    """The form of an order leaves something in the basket, for one look."""

    def __init__(self) -> None:
        self._pending = False

    def __call__(self, answer: Answer) -> None:
        if form(answer):
            self._pending = True
        elif customer(answer) and self._pending:
            self._pending = False
            answer.sub(r'<list name="itemlist" ?/>', f'<list name="itemlist">{MORE}</list>')
