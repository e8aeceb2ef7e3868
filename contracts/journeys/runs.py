"""Puts a reseller in front of the seller that is judged, and lets every course be led."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from contracts.journeys.all import FUNCTIONS, LIVES, REFUSED, name_of, run_journey, without_account
from contracts.journeys.catalogue_view import Addresses, CatalogueView
from contracts.journeys.journey import JourneyContext
from contracts.record.levels import Choice
from contracts.target.seller import Seller, SellerSession
from contracts.target.transports import RecordingTransport
from contracts.verdicts import Verdict
from reseller_client import Client, RetryPolicy

WORLD: Final = "small"
"""The fixture in which courses are led at a seller of ours."""
Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class JourneyOptions:
    """How courses are led: tariffs by family, free addresses, and how time passes.

    ``wait`` None: as the reseller's client waits by itself.
    """

    tariffs: Mapping[str, int] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)
    wait: Wait | None = None


def _at_once(_: float) -> None:
    return


def create_client(
    seller: Seller,
    options: JourneyOptions,
    place: SellerSession | None = None,
    through: RecordingTransport | None = None,
) -> Client:
    """A reseller's client at a seller, with its account; what it asks passes the gate."""
    address, (login, password) = seller.build_address(place), seller.account
    line = through or seller.transport
    wait = _at_once if seller.own and options.wait is None else options.wait
    if wait is None:
        return Client(address, login=login, password=password, transport=line)
    retry_policy = RetryPolicy(wait=wait)
    return Client(
        address, login=login, password=password, transport=line, retry_policy=retry_policy
    )


@contextmanager
def _ground(
    seller: Seller, place: SellerSession, options: JourneyOptions
) -> Iterator[JourneyContext]:
    recording = RecordingTransport(seller.transport)

    def today() -> date:
        return place.bindings.today

    with closing(create_client(seller, options, place, recording)) as client:
        catalogue = CatalogueView(client, options.tariffs, options.addresses)
        yield JourneyContext(
            client, recording, today, catalogue, own=seller.own, token=secrets.token_hex(3)
        )


def run_journeys(seller: Seller, choice: Choice, options: JourneyOptions) -> Iterator[Verdict]:
    """Every course that is chosen; at a seller of ours each in a world as it was made."""
    for cell in (*LIVES, *REFUSED):
        name = name_of(cell)
        if not choice.takes(name, FUNCTIONS[cell.trade]):
            continue
        if not seller.has_account and cell not in REFUSED:
            yield without_account(cell)
            continue
        with seller.world(WORLD) as place, _ground(seller, place, options) as context:
            yield from run_journey(cell, context)
