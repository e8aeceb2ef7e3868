"""Carries out a request that costs money once, although answers get lost.

Nothing on the wire makes a repeated order harmless: the seller stores the reseller's own id, but
not as unique. So a lost answer is followed by searches, and the request is sent again only if they
find nothing. This fails with a list that is older than the order: it looks as if the order had
never been received.

Source: assumed. No way is known by which the seller tells a repeated order from a second one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from reseller_client.errors import (
    NotSent,
    NotTheSeller,
    NotUnderstood,
    ResellerError,
    SellerFault,
    UnknownOutcome,
)

if TYPE_CHECKING:
    from reseller_client.transport.call import RetryPolicy

Result = TypeVar("Result")


def once(
    attempt: Callable[[], Result], find: Callable[[], Result | None], retry_policy: RetryPolicy
) -> Result:
    """Carry out a request once, sending it at most `retry_policy.attempts` times.

    `attempt` sends it; `find` returns its result at the seller, or None if it was not carried out,
    and raises UnknownOutcome where that cannot be found out: then nothing is sent again. After an
    internal error of the seller the result is looked for, but nothing is sent again; after a guard
    in front of the seller (NotTheSeller) it is looked for once. Raises the error of the last
    attempt, UnknownOutcome, and ValueError for a policy without attempts.
    """
    for left in reversed(range(retry_policy.attempts)):
        try:
            return attempt()
        except NotSent:
            if not left:
                raise
            retry_policy.wait(retry_policy.pause)
        except (UnknownOutcome, NotUnderstood) as lost:
            if _is_guarded(lost):
                return _look_past(find, lost)
            result = _search(find, retry_policy, lost)
            if result is not None:
                return result
            if not left:
                raise
        except SellerFault as failed:
            result = _search(find, retry_policy, failed)
            if result is not None:
                return result
            raise
    raise ValueError("retry_policy.attempts must be at least 1")


def again(attempt: Callable[[], Result], retry_policy: RetryPolicy) -> Result:
    """Send a request that may be repeated until it is answered, `attempts` times at most.

    Raises the seller's Refused, the error of the last attempt, and ValueError for a policy without
    attempts.
    """
    for left in reversed(range(retry_policy.attempts)):
        try:
            return attempt()
        except (NotSent, UnknownOutcome, NotUnderstood) as lost:
            if not left or _is_guarded(lost):
                raise
            retry_policy.wait(retry_policy.pause)
    raise ValueError("retry_policy.attempts must be at least 1")


def _is_guarded(lost: ResellerError) -> bool:
    """Whether a guard answered: it answers every further call in the same way."""
    return isinstance(lost, NotTheSeller) and not lost.may_pass


def _look_past(find: Callable[[], Result | None], guarded: ResellerError) -> Result:
    """Search once, since the page may have come after the seller's work. Raises ``guarded``."""
    with suppress(NotUnderstood):
        result = find()
        if result is not None:
            return result
    raise guarded


def _search(
    find: Callable[[], Result | None], retry_policy: RetryPolicy, lost: ResellerError
) -> Result | None:
    """Search several times, because the seller may still be working on the request."""
    for _ in range(max(1, retry_policy.looks)):
        retry_policy.wait(retry_policy.pause)
        try:
            result = find()
        except ResellerError as problem:  # a refusal tells no more than a lost answer
            raise UnknownOutcome(f"{lost}; and looking for it failed: {problem}") from lost
        if result is not None:
            return result
    return None
