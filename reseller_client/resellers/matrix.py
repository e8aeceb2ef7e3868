"""What each kind of reselling system can resell, and the error for what it cannot.

Source: the vendor's table of reselling ways, docs/resale.md section 3 (documented), and the
license module for WHMCS, section 4.1 (observed). A newer module for WHMCS also sells modules; its
requests are not known, so this is the license module.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotPossible

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """A kind of reselling system."""

    BILLMANAGER = "BILLmanager"
    CUSTOM = "custom billing over the API"
    WHMCS = "WHMCS"


class Trade(StrEnum):
    """What is resold."""

    SERVICES = "services"
    MODULES = "modules"
    LICENSES = "licences"


MATRIX: Final[Mapping[Kind, frozenset[Trade]]] = MappingProxyType(
    {
        Kind.BILLMANAGER: frozenset(Trade),
        Kind.CUSTOM: frozenset(Trade),
        Kind.WHMCS: frozenset({Trade.LICENSES}),
    }
)


def can_resell(kind: Kind, trade: Trade) -> bool:
    """Tell whether a kind of reselling system can resell something."""
    return trade in MATRIX[kind]


def refuse(kind: Kind, trade: Trade, name: str) -> NotPossible:
    """Return the error for something a kind cannot resell; it names what it can."""
    possible = ", ".join(sorted(MATRIX[kind]))
    what = f"resell {trade.value}, so not {name}"
    return NotPossible(kind.value, what, f"it can resell only {possible}")
