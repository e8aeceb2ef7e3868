"""One step of a journey at a seller with a fault."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import cast

from contracts.journeys.runs import JourneyOptions, run_journeys
from contracts.record.levels import Choice
from contracts.target.seller import connect_wsgi
from contracts.verdicts import Verdict
from emulator.testing import Seller
from tests.contracts.seller.interception import Fault, InterceptingApp


def verdict_on_step(honest: Seller, fault: Fault, name: str) -> Verdict:
    """The verdict on the step of this name. The journey goes no further: the rest costs time."""
    with connect_wsgi(InterceptingApp(honest.wsgi, fault)) as seller:
        journey = run_journeys(seller, Choice(only=name.rpartition("/")[0]), JourneyOptions())
        # Closing the generator takes its world away.
        with closing(cast("Generator[Verdict]", journey)) as verdicts:
            return next(verdict for verdict in verdicts if verdict.name == name)
