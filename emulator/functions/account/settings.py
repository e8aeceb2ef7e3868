"""Checks of the settings of a login, for every function that takes them."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.errors import BadValue
from emulator.texts import LANGUAGES

SHORTEST_PASSWORD = 4


def check_settings(changes: Mapping[str, str]) -> None:
    """Raises BadValue for a language that does not exist, or an empty e-mail address."""
    lang, email = changes.get("lang"), changes.get("email")
    if lang is not None and lang not in LANGUAGES:
        raise BadValue("lang", lang)
    if email is not None and not email.strip():
        raise BadValue.empty("email")


def check_password(passwd: str, confirm: str = "") -> None:
    """Raises BadValue where the second one differs, or for a short one; empty means: no change."""
    if confirm and passwd != confirm:
        raise BadValue("confirm", "")
    if passwd and len(passwd) < SHORTEST_PASSWORD:
        raise BadValue("passwd", "", desc="short_password")
