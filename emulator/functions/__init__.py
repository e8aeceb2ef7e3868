"""The functions of the API, family by family. ``families`` names them all."""

from __future__ import annotations

from emulator.domain.accounts import Verified
from emulator.functions import basket, groupedit, service, session, soft
from emulator.registry import Family


def families(verified: Verified) -> tuple[Family, ...]:
    """Every family, newly declared. ``verified``: passwords known to be right, per process."""
    declared = [
        session.family(verified),
        soft.family(),
        service.family(),
        basket.family(),
    ]
    by_name = {function.name: function for family in declared for function in family.functions}
    return (*declared, groupedit.family(by_name.get))
