"""Magic values: an order with one of these names or addresses always fails in the same way.

For clients that can be steered by what they order and by nothing else, as card numbers do it in
the test systems of payment providers. The rule ``magic_values`` of the world switches them on. The
engine, the control API and docs/reference/faults.md read MAGIC_VALUES; what happens is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from emulator.faults.plan import Fault, FaultHit, read
from emulator.results import MagicValueInfo

NAMES: Final = ("licname", "domain")
ADDRESS: Final = "ip"
"""Parameters of an order that may have a magic value."""
ORDERS: Final = "*.order.*"
"""The functions that place an order; only where it is submitted (``sok``)."""


@dataclass(frozen=True, slots=True)
class MagicValue:
    """A name and an address with the fault they cause. ``about``: what becomes of the order."""

    name: str
    address: str
    about: str
    rule: Mapping[str, Any]

    def as_dict(self) -> MagicValueInfo:
        """For JSON."""
        return {
            "name": self.name,
            "address": self.address,
            "about": self.about,
            "rule": {"func": ORDERS, **self.rule},
        }

    def is_sent_as(self, parameter: str, text: str) -> bool:
        """Whether a parameter of an order has this value."""
        expected = self.address if parameter == ADDRESS else self.name
        return text.strip().lower() == expected

    def fault(self) -> Fault:
        """The fault. Raises BadFault where the table is wrong."""
        return read({"func": ORDERS, **self.rule})


MAGIC_VALUES: Final = (
    MagicValue(
        "refused.sandbox.example", "198.51.100.1", "is refused; nothing is bought.",
        {"what": "error", "type": "access", "when": "before"},
    ),
    MagicValue(
        "no-money.sandbox.example", "198.51.100.2", "is refused as if the balance were too low.",
        {"what": "error", "type": "not_enough_money", "when": "before"},
    ),
    MagicValue(
        "late-key.sandbox.example", "198.51.100.3",
        "is bought; key or machine is ready at the fourth look.",
        {"what": "late_key", "reads": 3, "when": "before"},
    ),
    MagicValue(
        "lost-call.sandbox.example", "198.51.100.4",
        "never happens, and the connection is closed without an answer.",
        {"what": "drop", "when": "before"},
    ),
    MagicValue(
        "lost-answer.sandbox.example", "198.51.100.5",
        "is bought, and the connection is closed without an answer.",
        {"what": "drop", "when": "after"},
    ),
    MagicValue(
        "http-500.sandbox.example", "198.51.100.6", "never happens; a page with HTTP status 500.",
        {"what": "status", "code": 500, "when": "before"},
    ),
    MagicValue(
        "truncated.sandbox.example", "198.51.100.7", "is bought; half of the answer arrives.",
        {"what": "truncate", "when": "after"},
    ),
)  # fmt: skip
_FAULTS: Final = tuple((value, value.fault()) for value in MAGIC_VALUES)


def find_magic(func: str, params: Mapping[str, str]) -> tuple[FaultHit, ...]:
    """The faults of the magic values in a call; empty for nearly every call."""
    if not params.get("sok"):
        return ()
    sent = [(name, params[name]) for name in (*NAMES, ADDRESS) if name in params]
    return tuple(
        FaultHit(0, fault.when, fault.kind, 0, f"{name}={text.strip().lower()}")
        for name, text in sent
        for value, fault in _FAULTS
        if value.is_sent_as(name, text) and fault.covers(func)
    )
