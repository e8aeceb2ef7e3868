"""Every reselling system with every trade: nine courses, two of which are refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from contracts.journeys.billmanager import Billmanager
from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS
from contracts.journeys.custom_licenses import CustomLicenses
from contracts.journeys.custom_modules import CustomAdditions
from contracts.journeys.custom_services import CustomMachines
from contracts.journeys.journey import OUT, Journey, JourneyContext, JourneyStep
from contracts.journeys.whmcs import SYSTEM as WHMCS
from contracts.journeys.whmcs import WhmcsLicenses, refusals
from contracts.verdicts import NO_EVIDENCE, Cell, Outcome, Verdict

BILLMANAGER, CUSTOM = "billmanager", "custom"
SERVICES, MODULES, LICENSES = "services", "modules", "licences"
FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {LICENSES: f"{SOFT}.edit", SERVICES: VDS, MODULES: ADDITION}
)
"""The function whose family and level a trade has, for those who choose by them."""


class Lived(Protocol):
    """A life that is led by steps."""

    def steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        ...


LIVES: Final[Mapping[Cell, Callable[[JourneyContext], Lived]]] = MappingProxyType(
    {
        Cell(CUSTOM, LICENSES): CustomLicenses.on,
        Cell(CUSTOM, SERVICES): CustomMachines.on,
        Cell(CUSTOM, MODULES): CustomAdditions.on,
        Cell(BILLMANAGER, LICENSES): lambda context: Billmanager(context, SOFT),
        Cell(BILLMANAGER, SERVICES): lambda context: Billmanager(context, VDS),
        Cell(BILLMANAGER, MODULES): lambda context: Billmanager(context, ADDITION),
        Cell(WHMCS, LICENSES): WhmcsLicenses.on,
    }
)
REFUSED: Final = (Cell(WHMCS, SERVICES), Cell(WHMCS, MODULES))


def name_of(cell: Cell) -> str:
    """What the verdicts of a course are called by."""
    return f"flow/{cell.system}/{cell.trade}"


def without_account(cell: Cell) -> Verdict:
    """What is said of a course that nobody can lead."""
    told = ("needs an account, and none was given",)
    return Verdict(name_of(cell), OUT, Outcome.SKIP, NO_EVIDENCE, told, cells=frozenset({cell}))


def run_journey(cell: Cell, context: JourneyContext) -> Iterator[Verdict]:
    """Leads one course; a verdict for each step."""
    if cell in REFUSED:
        return refusals(cell.trade)
    return Journey(cell, context, LIVES[cell](context).steps()).verdicts()
