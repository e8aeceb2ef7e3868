"""The functions of the API, family by family. ``families`` names them all."""

from __future__ import annotations

from emulator.domain.accounts import Verified
from emulator.functions import session, soft
from emulator.registry import Family


def families(verified: Verified) -> tuple[Family, ...]:
    """Every family, newly declared. ``verified``: passwords known to be right, per process."""
    return (session.family(verified), soft.family())
