"""Faults of trade: what an endpoint tells of money and modules, and to whom."""

from __future__ import annotations

from collections.abc import Callable

from tests.contracts.modules.faults import ORDER, PAY, asks, pays
from tests.contracts.modules.stand import OTHER, Answer, Fault

ACTIVE_ROW = "<elem><id>901</id><status>2</status></elem>"
OK = b"<doc><ok/></doc>"


def wrongly(func: str) -> Callable[[Answer], bool]:
    """Whether a function is asked by who knows the login, but not the password."""
    return lambda answer: (
        answer.func == func
        and answer.sent.get("authinfo", "").startswith("ada:")
        and answer.sent["authinfo"] != "ada:secret-1"
    )


def namelessly(func: str) -> Callable[[Answer], bool]:
    """Whether a function is asked without a login."""
    return lambda answer: answer.func == func and not answer.sent.get("authinfo")


def other(func: str) -> Callable[[Answer], bool]:
    """Whether the other customer asks a function."""
    return lambda answer: answer.func == func and answer.sent.get("authinfo") == OTHER


def either(*meant: Callable[[Answer], bool]) -> Callable[[Answer], bool]:
    return lambda answer: any(each(answer) for each in meant)


def both(*faults: Fault) -> Fault:
    def fault(answer: Answer) -> None:
        for each in faults:
            each(answer)

    return fault


def empty_password(answer: Answer) -> bool:
    return answer.func == "subaccount" and answer.sent.get("authinfo") == "ada:"


def prolongs(answer: Answer) -> bool:
    return answer.func == "service.prolong" and answer.sent.get("sok") == "ok"


def never_unknown(answer: Answer) -> bool:
    return asks(PAY, billorder="999999999", sok="ok")(answer)


class ChargesBesideAnother:
    """Whatever is paid while another order lies in the basket falls on the balance."""

    def __init__(self) -> None:
        self._paid = self._open = self._charged = False

    def __call__(self, answer: Answer) -> None:
        if pays(answer) and b"<ok>" in answer.body:
            self._charged = self._charged or self._open
            self._paid = True
        elif answer.func == ORDER and answer.sent.get("pricelist") == "279":
            self._open = self._paid
        elif answer.func == "basket" and answer.sent.get("clicked_button") == "delete":
            self._open = False
        elif answer.func == "subaccount" and self._charged:
            answer.body = answer.body.replace(b"18.00", b"11.50")


class Leaks:
    """The other customer is answered what this one was answered last."""

    def __init__(self, func: str) -> None:
        self._func = func
        self._last = b""

    def __call__(self, answer: Answer) -> None:
        if answer.func != self._func:
            return
        if answer.sent.get("authinfo") == OTHER and self._last:
            answer.body = self._last
        elif b"<elem>" in answer.body:
            self._last = answer.body


class DeletedTwins:
    """What was deleted stays in the list, in state 4."""

    def __init__(self) -> None:
        self._list = b""

    def __call__(self, answer: Answer) -> None:
        if answer.func == "addition" and b"<elem>" in answer.body:
            self._list = answer.body
        elif answer.func == "addition" and answer.sent.get("authinfo") != OTHER and self._list:
            answer.body = self._list.replace(b"<status>2", b"<status>4")


def leaks(func: str) -> Callable[[], Fault]:
    return lambda: Leaks(func)
