"""What a kind of reseller is known to do otherwise than it should: never a pass, with its reason.

Each is shown against the seller in ``tests/contracts/test_known_deviations.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reseller_client.resellers import Kind


@dataclass(frozen=True, slots=True)
class Deviation:
    """One known deviation: who, what, and why it is as it is."""

    kind: Kind
    what: str
    reason: str


KNOWN: Final = (
    Deviation(
        Kind.WHMCS,
        "an order whose answer was lost is not looked for",
        "the module keeps a licence in its own table only once the answer is there (observed)",
    ),
    Deviation(
        Kind.WHMCS,
        "the key is asked for again and again without a pause",
        "the module reads the form in an endless loop (observed); the client here pauses and gives "
        "up, so the seller is shown to serve such a loop instead",
    ),
)
