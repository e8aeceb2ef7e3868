"""Runs the journeys: every reselling system with every trade, nine cells of the matrix.

Two of the nine are refusals. Each journey is made with the reseller's own code, which calls the
seller through the spending guard.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from contracts.journeys.billmanager import BillmanagerJourney
from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS, Addresses, CatalogueView
from contracts.journeys.custom import (
    CustomLicenseJourney,
    CustomModuleJourney,
    CustomServerJourney,
)
from contracts.journeys.journey import OUT, JourneyContext, JourneyRun
from contracts.journeys.service_journey import ServiceJourney
from contracts.journeys.whmcs import SYSTEM as WHMCS
from contracts.journeys.whmcs import WhmcsJourney, check_refusals
from contracts.record.levels import Choice
from contracts.target.seller import Seller, SellerSession
from contracts.target.transports import RecordingTransport
from contracts.verdicts import NO_EVIDENCE, Cell, Outcome, Verdict
from reseller_client import Client, RetryPolicy

WORLD: Final = "small"
"""The fixture of the worlds in which journeys are made at a seller of ours."""
BILLMANAGER, CUSTOM = "billmanager", "custom"
SERVICES, MODULES, LICENSES = "services", "modules", "licences"
FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {LICENSES: f"{SOFT}.edit", SERVICES: VDS, MODULES: ADDITION}
)
"""By trade, a function with its family and level, for ``--family`` and ``--level``."""
JOURNEYS: Final[Mapping[Cell, Callable[[JourneyContext], ServiceJourney]]] = MappingProxyType(
    {
        Cell(CUSTOM, LICENSES): CustomLicenseJourney,
        Cell(CUSTOM, SERVICES): CustomServerJourney,
        Cell(CUSTOM, MODULES): CustomModuleJourney,
        Cell(BILLMANAGER, LICENSES): lambda context: BillmanagerJourney(context, SOFT),
        Cell(BILLMANAGER, SERVICES): lambda context: BillmanagerJourney(context, VDS),
        Cell(BILLMANAGER, MODULES): lambda context: BillmanagerJourney(context, ADDITION),
        Cell(WHMCS, LICENSES): WhmcsJourney,
    }
)
REFUSED: Final = (Cell(WHMCS, SERVICES), Cell(WHMCS, MODULES))
JOURNEY_NAMES: Final[Mapping[str, Cell]] = MappingProxyType(
    {f"flow/{cell.system}/{cell.trade}": cell for cell in (*JOURNEYS, *REFUSED)}
)
"""The cell of each journey, by the name with which its verdicts begin."""
Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class JourneyOptions:
    """Tariffs to buy by family, free addresses, and how the client waits.

    ``wait`` gets seconds; None waits in real time, and not at all at a seller of ours. Orders may
    wait unpaid inside ``open_basket``.
    """

    tariffs: Mapping[str, int] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)
    wait: Wait | None = None
    open_basket: Callable[[], AbstractContextManager[None]] = nullcontext


def _do_not_wait(_: float) -> None:
    return


def create_client(
    seller: Seller,
    options: JourneyOptions,
    session: SellerSession | None = None,
    transport: RecordingTransport | None = None,
) -> Client:
    """A reseller's client with the seller's account; its calls pass the spending guard."""
    address, (login, password) = seller.build_address(session), seller.account
    sender = transport or seller.transport
    wait = _do_not_wait if seller.own and options.wait is None else options.wait
    if wait is None:
        return Client(address, login=login, password=password, transport=sender)
    retry_policy = RetryPolicy(wait=wait)
    return Client(
        address, login=login, password=password, transport=sender, retry_policy=retry_policy
    )


def run_journeys(seller: Seller, choice: Choice, options: JourneyOptions) -> Iterator[Verdict]:
    """Runs the chosen journeys; at a seller of ours each in a world as it was created.

    Of a chosen step the steps before it are taken as well, and its verdict alone is given.
    """
    for name, cell in JOURNEY_NAMES.items():
        if not choice.takes_part_of(name, FUNCTIONS[cell.trade]):
            continue
        if cell in REFUSED:
            yield from (each for each in check_refusals(cell.trade) if choice.only in each.name)
        elif not seller.has_account:
            messages = ("needs an account, and none was given",)
            cells = frozenset({cell})
            yield Verdict(name, OUT, Outcome.SKIP, NO_EVIDENCE, messages, cells=cells)
        else:
            yield from _run(cell, seller, options, "" if choice.only in name else choice.only)


def _run(cell: Cell, seller: Seller, options: JourneyOptions, only: str) -> Iterator[Verdict]:
    with seller.open_session(WORLD) as session:
        recording = RecordingTransport(seller.transport, session.format_curl)
        with closing(create_client(seller, options, session, recording)) as client:
            catalogue = CatalogueView(client, options.tariffs, options.addresses)
            context = JourneyContext(
                client, lambda: session.bindings.today, catalogue, own=seller.own,
                token=secrets.token_hex(3), open_basket=options.open_basket,
            )  # fmt: skip
            steps = JOURNEYS[cell](context).list_steps()
            world = seller.list_world_lines(WORLD)
            yield from JourneyRun(cell, context, recording, steps, world).verdicts(only)
