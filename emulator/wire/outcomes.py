"""What became of a call, in the words of the journal; from what the call has in memory."""

from __future__ import annotations

from emulator import journal
from emulator.api.context import FormAnswer, LoggedIn, Raw, Rows, Streamed
from emulator.domain.money import ZERO, plain
from emulator.domain.world import Shop
from emulator.errors import ApiError


def of_answer(answer: object, shop: Shop, *, submitted: bool, changes: int) -> str:
    """The outcome of a call that was answered, one of `journal.OUTCOMES`.

    ``submitted``: the handler was one that writes. ``changes``: how many rows it changed.
    """
    if isinstance(answer, LoggedIn):
        return journal.LOGGED_IN if answer.session_id else journal.CHANGED
    if isinstance(answer, Rows | Raw | Streamed):
        return journal.READ
    if shop.charges:
        return _paid(shop)
    if shop.baskets:
        return journal.BASKET
    if isinstance(answer, FormAnswer) or not submitted:
        return journal.FORM_ONLY
    return journal.CHANGED if changes else journal.UNCHANGED


def _paid(shop: Shop) -> str:
    total = sum((amount for _, amount in shop.charges), ZERO)
    has_opened = any(operation == "open" for operation, _ in shop.charges)
    return f"{journal.BOUGHT if has_opened else journal.PAID} {plain(total)}"


def of_refusal(error: ApiError) -> str:
    """The outcome of a call that was refused: ``refused exists/ip``."""
    return f"{journal.REFUSED} {error.type}/{error.object}".rstrip("/")
