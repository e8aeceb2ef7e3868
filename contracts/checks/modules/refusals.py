"""What an endpoint answers to callers without a valid login, and to impossible requests."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.basket import ORDER, UNKNOWN_NUMBER, order_params
from contracts.checks.modules.panel import Panel
from contracts.checks.modules.price_list import ModuleOffer

UNKNOWN_LOGIN: Final = "mockseller-nobody"


def judge_refusals(panel: Panel, offers: tuple[ModuleOffer, ...]) -> None:
    """Call without a valid login, and with the number of no module."""
    _judge_basket_access(panel)
    _judge_function_access(panel, offers)
    _judge_session(panel)
    _judge_bad_id(panel)


def _wrong_password(panel: Panel) -> str:
    """The login with a wrong password; after the right one, since some count failures in a row.

    It is used only a few times: about five failures lock a login (docs/wire.md 2.6).
    """
    label = "basket with the right password"
    panel.ask("basket", label=label, results=panel.results.detached())
    return f"{panel.options.login}:{secrets.token_hex(8)}"


def _judge_basket_access(panel: Panel) -> None:
    for label, login in (
        ("basket with a wrong password", _wrong_password(panel)),
        ("basket with an unknown login", f"{UNKNOWN_LOGIN}:{secrets.token_hex(8)}"),
    ):
        answer = panel.ask("basket", label=label, authinfo=login)
        _judge_error(panel, answer, ("wrong-login-refused", "wrong-login-type"), "auth")
    answer = panel.ask("basket", label="basket without a login", authinfo="")
    _judge_error(panel, answer, ("login-needed", "login-needed-type"), "access")


def _judge_error(panel: Panel, answer: Answer, ids: tuple[str, str], error_type: str) -> None:
    """Judge whether an answer is an error, and its type."""
    id, id_of_type = ids
    if answer.root is None:
        panel.results.skip(f"{answer.label}: the answer could not be read", *ids)
        return
    message = f"{answer.label}: answered without an error"
    if not panel.results.check(id, answer.error is not None, message, answer.call):
        panel.results.skip("there was no error", id_of_type)
        return
    message = f"{answer.label}: of type {answer.error_type or 'none'}"
    panel.results.check(id_of_type, answer.error_type == error_type, message, answer.call)


def _judge_function_access(panel: Panel, offers: tuple[ModuleOffer, ...]) -> None:
    _judge_closed(panel, "modules-need-login", "addition", {}, _wrong_password(panel))
    _judge_closed(panel, "balance-needs-login", "subaccount", {}, f"{panel.options.login}:")
    if offers and panel.options.license:
        params = order_params(offers[0], panel.options.license)
        _judge_closed(panel, "orders-need-login", ORDER, params, _wrong_password(panel))
    else:
        panel.results.skip("no --item was given, or nothing is listed", "orders-need-login")


def _judge_closed(
    panel: Panel, id: str, func: str, params: Mapping[str, str], wrong_login: str
) -> None:
    """Call one function with a wrong password and without a login."""
    for suffix, login in (("with a wrong password", wrong_login), ("without a login", "")):
        answer = panel.ask(func, params, label=f"{func} {suffix}", authinfo=login)
        if answer.lacks_function:
            panel.results.unsupported(f"there is no {func}", id)
        elif answer.root is not None:
            message = f"{func} {suffix}: answered without an error"
            panel.results.check(id, answer.error is not None, message, answer.call)


def _judge_session(panel: Panel) -> None:
    params = {"username": UNKNOWN_LOGIN, "password": secrets.token_hex(8)}
    answer = panel.ask("auth", params, label="auth with an unknown login", authinfo="")
    if answer.lacks_function:
        panel.results.unsupported("there is no auth", "session-needs-login")
    elif answer.root is not None:
        message = "auth with an unknown login: answered without an error"
        refused = answer.error is not None
        panel.results.check("session-needs-login", refused, message, answer.call)


def _judge_bad_id(panel: Panel) -> None:
    id, label, results = "bad-id-refused", "addition.edit of no module", panel.results
    answer = panel.ask("addition.edit", {"elid": UNKNOWN_NUMBER}, label=label)
    if answer.lacks_function:
        results.unsupported("there is no addition.edit", id)
    elif answer.root is None:
        results.skip(f"{label}: the answer could not be read", id)
    elif answer.error_type == "auth":
        results.error(f"the login was refused: {answer.refusal}", id, proof=(answer.call,))
    else:
        names_object = answer.error is not None and answer.error.get("object")
        message = f"{label}: {answer.refusal or 'answered without an error'}"
        results.check(id, names_object, message, answer.call)
