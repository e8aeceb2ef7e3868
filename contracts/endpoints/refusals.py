"""What an endpoint answers to who may not ask, and to what cannot be."""

from __future__ import annotations

import secrets
from typing import Final

from contracts.endpoints.panel import Panel
from contracts.endpoints.reading import Heard

NOBODY: Final = "mockseller-nobody"
NO_MODULE: Final = "999999999"


def judge_refusals(panel: Panel) -> None:
    """Asks for the basket as nobody and as somebody else, and for a module that is none."""
    # One wrong password for the real login: more could lock it.
    for label, who in (
        ("basket with a wrong password", f"{panel.options.login}:{secrets.token_hex(8)}"),
        ("basket with an unknown login", f"{NOBODY}:{secrets.token_hex(8)}"),
    ):
        heard = panel.ask("basket", label=label, authinfo=who)
        _judge_refused(panel, heard, label, "wrong-login", "auth")
    label = "basket without a login"
    heard = panel.ask("basket", label=label, authinfo="")
    _judge_refused(panel, heard, label, "login-needed", "access")
    _judge_bad_id(panel)


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
