"""Tells functions that a seller does not have from functions that it has and gets wrong.

Sellers differ in what they sell, so a verdict on a missing function is *unsupported* and no
failure. A function is missing if the seller says so (error ``missed`` about ``func``), or if it is
closed to the whole account: called without parameters it answers ``access`` while ``whoami`` works.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from contracts.target.seller import Seller
from contracts.target.spending import changes
from contracts.target.transports import Refusal
from contracts.verdicts import Outcome, Verdict

OPTIONAL_REFUSALS: Final = ("pricelist_min_order", "status:item", "exists:runningoperation")
"""Refusals that a seller may give where others allow it: too early, too often, busy."""
LOCKED: Final = '"blocklogon"'
"""The error of a login with too many wrong passwords, perhaps from an earlier run."""
_CREDENTIALS: Final = frozenset({"auth", "authinfo", "username"})


@dataclass(slots=True)
class Capabilities:
    """Which functions a seller lacks; each is looked up once."""

    seller: Seller
    _missing: dict[str, str] = field(default_factory=dict)
    """By function, why it counts as missing; empty if it does not."""

    def review(self, verdict: Verdict) -> Verdict:
        """The verdict, milder if a missing function or a seller's own rule explains the failure."""
        if verdict.outcome not in (Outcome.FAIL, Outcome.WARN, Outcome.ERROR):
            return verdict
        if rule := _find_rule(verdict):
            return replace(verdict, outcome=Outcome.SKIP, messages=(rule, *verdict.messages))
        if _needs_login(verdict):
            messages = ("the seller answers it only after login", *verdict.messages)
            return replace(verdict, outcome=Outcome.UNSUPPORTED, messages=messages)
        if not self.seller.has_account:
            return verdict
        for func in _called_functions(verdict):
            if reason := self.find_obstacle(func):
                messages = (f"{func}: {reason}",)
                return replace(verdict, outcome=Outcome.UNSUPPORTED, messages=messages)
        return verdict

    def find_obstacle(self, func: str) -> str:
        """Why a function counts as missing, or an empty text."""
        if func not in self._missing:
            self._missing[func] = self._look_up(func)
        return self._missing[func]

    def _look_up(self, func: str) -> str:
        # A function that acts without ``sok`` is not called only to see whether it exists.
        if changes(func, {}):
            return ""
        _, refusal = self.seller.ask({"func": func})
        if refusal.startswith(Refusal.NO_FUNCTION):
            return f"the seller has no such function ({refusal})"
        if refusal.startswith(Refusal.NO_RIGHT):
            return f"it is closed to this account ({refusal})"
        return ""


def _called_functions(verdict: Verdict) -> list[str]:
    """The function of the exchange and those that prepared its state, without repetition."""
    called = [call.request.get("func", "") for call in verdict.proof]
    return list(dict.fromkeys([verdict.name.partition("/")[0], *filter(None, called)]))


def _find_rule(verdict: Verdict) -> str:
    """Which rule of the seller explains the failure, or an empty text."""
    text = "\n".join(verdict.messages)
    if any(f"expected no error, found {refusal}" in text for refusal in OPTIONAL_REFUSALS):
        return "the seller has a rule of its own"
    if f"found {LOCKED}" in text:
        return "the seller has locked this login after earlier attempts"
    return ""


def _needs_login(verdict: Verdict) -> bool:
    """Whether a request without login was refused for having none."""
    refused = any(
        f"expected no error, found {Refusal.NO_RIGHT}" in line for line in verdict.messages
    )
    return refused and bool(verdict.proof) and not _CREDENTIALS & set(verdict.proof[-1].request)
