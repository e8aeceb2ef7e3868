"""What an endpoint answers to who may not ask, and to what cannot be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from contracts.checks.modules.basket import ORDER, order_of
from contracts.checks.modules.panel import Panel
from contracts.checks.modules.pricelist import Offer
from contracts.checks.modules.strict_reader import Heard

NOBODY: Final = "mockseller-nobody"
NO_MODULE: Final = "999999999"


def judge_refusals(panel: Panel, listed: tuple[Offer, ...]) -> None:
    """Asks as nobody and as somebody else, and for a module that is none."""
    for label, who in (
        ("basket with a wrong password", _wrong(panel)),
        ("basket with an unknown login", f"{NOBODY}:{secrets.token_hex(8)}"),
    ):
        heard = panel.ask("basket", label=label, authinfo=who)
        _judge_refused(panel, heard, label, "wrong-login", "auth")
    label = "basket without a login"
    heard = panel.ask("basket", label=label, authinfo="")
    _judge_refused(panel, heard, label, "login-needed", "access")
    _judge_closed(panel, "modules-need-login", "addition", {}, _wrong(panel))
    _judge_closed(panel, "balance-needs-login", "subaccount", {}, f"{panel.options.login}:")
    if listed and panel.options.license:
        order = order_of(listed[0], panel.options.license)
        _judge_closed(panel, "orders-need-login", ORDER, order, _wrong(panel))
    else:
        panel.sheet.skip("no --item was given, or nothing is listed", "orders-need-login")
    _judge_session(panel)
    _judge_bad_id(panel)


def _wrong(panel: Panel) -> str:
    """The login with a wrong password. Few of these: five or so lock a login (docs/wire.md 2.6).

    Before it the right one, since some count failures in a row.
    """
    panel.ask("basket", label="basket with the right password", sheet=panel.sheet.aside())
    return f"{panel.options.login}:{secrets.token_hex(8)}"


def _judge_closed(panel: Panel, rule: str, func: str, sent: Mapping[str, str], wrong: str) -> None:
    """One function, asked with a wrong password and without a login."""
    for label, who in (("with a wrong password", wrong), ("without a login", "")):
        heard = panel.ask(func, sent, label=f"{func} {label}", authinfo=who)
        if heard.missed_function:
            panel.sheet.unsupported(f"there is no {func}", rule)
        elif heard.root is not None:
            told = f"{func} {label}: answered without an error"
            panel.sheet.check(rule, heard.error is not None, told, heard.reply.seen)


def _judge_session(panel: Panel) -> None:
    rule = "session-needs-login"
    sent = {"username": NOBODY, "password": secrets.token_hex(8)}
    heard = panel.ask("auth", sent, label="auth with an unknown login", authinfo="")
    if heard.missed_function:
        panel.sheet.unsupported("there is no auth", rule)
    elif heard.root is not None:
        told = "auth with an unknown login: answered without an error"
        panel.sheet.check(rule, heard.error is not None, told, heard.reply.seen)


def _judge_refused(panel: Panel, heard: Heard, label: str, rule: str, kind: str) -> None:
    refused = {"wrong-login": "wrong-login-refused"}.get(rule, rule)
    if heard.root is None:
        panel.sheet.skip(f"{label}: the answer could not be read", refused, f"{rule}-type")
        return
    error, seen = heard.error, heard.reply.seen
    told = f"{label}: answered without an error"
    if not panel.sheet.check(refused, error is not None, told, seen) or error is None:
        panel.sheet.skip("there was no error", f"{rule}-type")
        return
    told = f"{label}: of type {error.get('type') or 'none'}"
    panel.sheet.check(f"{rule}-type", error.get("type") == kind, told, seen)


def _judge_bad_id(panel: Panel) -> None:
    label = "addition.edit of no module"
    heard = panel.ask("addition.edit", {"elid": NO_MODULE}, label=label)
    if heard.missed_function:
        panel.sheet.unsupported("there is no addition.edit", "bad-id-refused")
    elif heard.root is None:
        panel.sheet.skip(f"{label}: the answer could not be read", "bad-id-refused")
    elif heard.error is not None and heard.error.get("type") == "auth":
        told = f"the login was refused: {heard.refusal}"
        panel.sheet.error(told, "bad-id-refused", seen=(heard.reply.seen,))
    else:
        named = heard.error is not None and heard.error.get("object")
        told = f"{label}: {heard.refusal or 'answered without an error'}"
        panel.sheet.check("bad-id-refused", named, told, heard.reply.seen)
