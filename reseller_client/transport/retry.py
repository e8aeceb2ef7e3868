"""Look before repeating: how a thing that costs money is done once although answers get lost.

Nothing on the wire makes a repeated order harmless: the reseller's own id is stored by the seller
but never unique. So a lost answer is followed by a search, and only a search that finds nothing,
several times, allows another sending. What this cannot see through is a list that is older than the
order: it looks like one on which the order never was.

Source: assumed. Nothing is known by which the seller would tell a repeated order from a second
one, so after a silence the list of what there is has to be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from reseller_client.errors import (
    NotSent,
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
    """Do something at most once, and at most `retry_policy.attempts` sendings of it.

    `attempt` sends it; `find` returns its trace at the seller, or None if there is none. `find`
    raises UnknownOutcome where it cannot tell, and then nothing is repeated. A refusal ends it;
    after a fault inside the seller a trace is looked for, but nothing is sent again.
    """
    for left in reversed(range(retry_policy.attempts)):
        try:
            return attempt()
        except NotSent:
            if not left:
                raise
            retry_policy.wait(retry_policy.pause)
        except (UnknownOutcome, NotUnderstood) as lost:
            found = _search(find, retry_policy, lost)
            if found is not None:
                return found
            if not left:
                raise
        except SellerFault as fault:
            found = _search(find, retry_policy, fault)
            if found is not None:
                return found
            raise
    raise ValueError("retry_policy.attempts must be at least 1")


def again(attempt: Callable[[], Result], retry_policy: RetryPolicy) -> Result:
    """Do what does no harm when it is done twice, `retry_policy.attempts` times at most.

    A refusal ends it. Raises what the last silence raised.
    """
    for left in reversed(range(retry_policy.attempts)):
        try:
            return attempt()
        except (NotSent, UnknownOutcome, NotUnderstood):
            if not left:
                raise
            retry_policy.wait(retry_policy.pause)
    raise ValueError("retry_policy.attempts must be at least 1")


def _search(
    find: Callable[[], Result | None], retry_policy: RetryPolicy, lost: ResellerError
) -> Result | None:
    """Look several times: the seller may still be at work on what it was sent."""
    for _ in range(max(1, retry_policy.looks)):
        retry_policy.wait(retry_policy.pause)
        try:
            found = find()
        except ResellerError as problem:  # a refusal tells no more than silence does
            raise UnknownOutcome(f"{lost}; and looking for it failed: {problem}") from lost
        if found is not None:
            return found
    return None
