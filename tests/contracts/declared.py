"""Everything that a verdict can be about, with the source and the cost that it declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from contracts.checks.client.lessons import LESSONS
from contracts.checks.fuzz.checks import CHECKS
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.modules.rule import RULES
from contracts.checks.seller.scenarios import SCENARIOS
from contracts.journeys.catalogue_view import Addresses, CatalogueView
from contracts.journeys.journey import JourneyContext, JourneyStep
from contracts.journeys.runs import JOURNEYS
from contracts.journeys.whmcs import check_refusals
from contracts.record.exchange import read_all
from contracts.recording.compare import DRIFT_CHECKS
from contracts.registry import Check
from reseller_client import Client


class Declared(NamedTuple):
    """What one verdict can be about."""

    name: str
    source: str
    about: str
    cost: str


def list_checks() -> Iterator[Check]:
    """Every declaration of a check."""
    yield from LESSONS
    for checks in (RULES, CHECKS, DRIFT_CHECKS):
        yield from checks.values()


def list_steps() -> Iterator[JourneyStep]:
    """Every step of every journey; nothing is asked of a seller."""
    with Client("http://127.0.0.1:9/billmgr", login="a", password="b") as client:
        catalogue = CatalogueView(client, {}, Addresses())
        context = JourneyContext(client, lambda: date(2027, 1, 31), catalogue, own=True, token="t")
        for make in JOURNEYS.values():
            yield from make(context).list_steps()


def list_declared() -> Iterator[Declared]:
    """Every check, step, scenario and exchange."""
    for check in list_checks():
        yield Declared(check.id, check.source, check.about, check.cost)
    for step in list_steps():
        yield Declared(step.name, step.check.source, step.check.about, step.check.cost)
    for trade in ("services", "modules"):
        for verdict in check_refusals(trade):
            yield Declared(verdict.name, verdict.source, verdict.about, verdict.cost)
    for scenario in SCENARIOS:
        yield Declared(scenario.name, scenario.source, scenario.file, scenario.cost)
    for exchange in read_all():
        yield Declared(exchange.name, exchange.source, exchange.about, exchange.cost)


def list_sources() -> Iterator[tuple[str, str]]:
    """The name and the source of all of them, and of every function."""
    for declared in list_declared():
        yield declared.name, declared.source
    for name, function in Declarations().functions.items():
        yield name, function["source"]
