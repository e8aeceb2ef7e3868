"""The account's saved filters: one is saved only where none was, and reset after each use.

A saved filter is the login's and hides rows from all its programs (docs/evidence.md 140), also from
those of the account's owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from contracts.record.exchange import Request
from contracts.target.spending_guard import CallBlocked, SpendingGuard

SUFFIX = ".filter"


def saves_filter(request: Request) -> bool:
    """Whether a request saves a filter."""
    return request.func.endswith(SUFFIX) and bool(request.params.get("sok"))


@dataclass(slots=True)
class SavedFilters:
    """Lets filters be saved at a seller that is not ours."""

    guard: SpendingGuard

    @contextmanager
    def open(self, requests: Iterable[Request]) -> Iterator[None]:
        """Lets the requests save filters while the block runs, then resets these.

        Raises CallBlocked where the account has saved a filter of its own.
        """
        saving = [request for request in requests if saves_filter(request)]
        if not saving:
            yield
            return
        for request in saving:
            if self._is_filtered(request.func):
                raise CallBlocked(
                    f"not sent: the account has saved a filter of its own, {request.func}"
                )
        self.guard.allow_filters = True
        try:
            yield
        finally:
            self.guard.allow_filters = False
            for request in saving:
                self._reset(request)

    def _reset(self, request: Request) -> None:
        """Sends the filter's fields empty; a filter that stays is a remark."""
        empty = dict.fromkeys(request.params, "")
        _, refusal = self.guard.ask({
            **empty, "func": request.func, "clicked_button": "reset", "sok": "ok",
        })  # fmt: skip
        if refusal or self._is_filtered(request.func):
            remark = f"a saved filter is left in {request.func}: reset it by hand {refusal}"
            self.guard.budget.remarks.append(remark.strip())

    def _is_filtered(self, func: str) -> bool:
        document, _ = self.guard.ask({"func": func.removesuffix(SUFFIX)})
        saved = document.first("saved_filters") if document is not None else None
        return saved is not None and bool(saved.children)
