"""Texts for people in two languages, from ``data/texts.json``. The keys are names of the wire.

A text that is missing in a language falls back to English, and a field without a label to its own
name. The texts of errors stand beside the errors (``errors``); what they may add as a reason is
here.
"""

from __future__ import annotations

from collections.abc import Mapping

from emulator.data import read

Words = Mapping[str, str]
"""A text by language."""
LANGUAGES = ("en", "ru")

_TEXTS: Mapping[str, Mapping[str, Words]] = read("texts.json")
STATES = _TEXTS["states"]
"""States of a service by their composite code: ``2``, ``3_autosuspend``."""
PERIODS = {int(months): texts for months, texts in _TEXTS["periods"].items()}
"""Periods by months: -100 a trial, -50 a day, 0 a lifetime."""
OPERATIONS = _TEXTS["operations"]
"""What an expense was for."""
HISTORY = _TEXTS["history"]
"""What happened to a service, by the operation that its history names."""
PAYMENT_STATES = _TEXTS["payment_states"]
"""States of a payment by number."""
LABELS = _TEXTS["labels"]
"""What fields are called, by their names on the wire."""
TITLES = _TEXTS["functions"]
"""What functions are called that are not called as their family."""
REASONS = _TEXTS["reasons"]
"""Further explanations of an error, by ``ApiError.desc``."""


def in_language(texts: Words, lang: str) -> str:
    """One of the texts, English where the language has none."""
    return texts.get(lang) or texts["en"]


def period_label(period: int, lang: str) -> str:
    """``Month``, ``Год``, ``5 months``."""
    texts = PERIODS.get(period)
    if texts is not None:
        return in_language(texts, lang)
    return f"{period} мес." if lang == "ru" else f"{period} months"


def label(name: str, lang: str) -> str:
    """What a field is called; its wire name where it has no label."""
    texts = LABELS.get(name)
    return name if texts is None else in_language(texts, lang)
