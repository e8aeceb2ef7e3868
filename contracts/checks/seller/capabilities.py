"""Tells what a seller does not have at all from what it gets wrong.

Sellers differ in what they sell, so a function that is missing is shown as ``unsupported`` and
fails nobody. It is missing where the seller says so (``missed``, ``func``), or where it is closed
to the account as a whole: asked for nothing it answers ``access`` while ``whoami`` does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from contracts.target.seller import Seller
from contracts.target.spending import changes
from contracts.target.transports import Refusal
from contracts.verdicts import Outcome, Verdict

RULES: Final = ("pricelist_min_order", "status:item", "exists:runningoperation")
"""Refusals a seller may well give to what others let through: too early, too often, busy."""
LOCKED: Final = '"blocklogon"'
"""Of a login with too many wrong passwords: a second run meets what the first has left."""
_WHO: Final = frozenset({"auth", "authinfo", "username"})


@dataclass(slots=True)
class Absence:
    """What is known to be missing at a seller, asked once for each function."""

    seller: Seller
    _known: dict[str, str] = field(default_factory=dict)

    def reconsidered(self, verdict: Verdict) -> Verdict:
        """The same verdict, unless what failed is not there, or against a rule of the seller's."""
        if verdict.outcome not in (Outcome.FAIL, Outcome.WARN, Outcome.ERROR):
            return verdict
        if rule := _rule(verdict):
            return replace(verdict, outcome=Outcome.SKIP, messages=(rule, *verdict.messages))
        if _closed_to_strangers(verdict):
            told = ("it is closed to those who do not log in", *verdict.messages)
            return replace(verdict, outcome=Outcome.UNSUPPORTED, messages=told)
        if not self.seller.has_account:
            return verdict
        for func in self._asked(verdict):
            if reason := self.reason(func):
                told = (f"{func}: {reason}",)
                return replace(verdict, outcome=Outcome.UNSUPPORTED, messages=told)
        return verdict

    @staticmethod
    def _asked(verdict: Verdict) -> list[str]:
        """The function of the exchange, and those by which its state was prepared."""
        named = [one.request.get("func", "") for one in verdict.proof]
        return list(dict.fromkeys([verdict.name.partition("/")[0], *filter(None, named)]))

    def reason(self, func: str) -> str:
        """Why a function is taken to be missing, or nothing."""
        if func not in self._known:
            self._known[func] = self._looked(func)
        return self._known[func]

    def _looked(self, func: str) -> str:
        # What acts when it is called is not called only to see whether it is there.
        if changes(func, {}):
            return ""
        _, refusal = self.seller.ask({"func": func})
        if refusal.startswith(Refusal.NO_FUNCTION):
            return f"the seller has no such function ({refusal})"
        if refusal.startswith(Refusal.NO_RIGHT):
            return f"it is closed to this account ({refusal})"
        return ""


def _rule(verdict: Verdict) -> str:
    """Which right of the seller's explains what failed, or nothing."""
    told = "\n".join(verdict.messages)
    if any(f"expected no error, found {rule}" in told for rule in RULES):
        return "the seller has a rule of its own"
    if f"found {LOCKED}" in told:
        return "the seller has locked this login, after earlier tries"
    return ""


def _closed_to_strangers(verdict: Verdict) -> bool:
    """Whether what was asked without a login is refused for just that."""
    refused = any(f"expected no error, found {Refusal.NO_RIGHT}" in one for one in verdict.messages)
    return refused and bool(verdict.proof) and not _WHO & set(verdict.proof[-1].request)
