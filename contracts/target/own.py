"""Mocksellers that are started to be judged, and stopped afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contracts.target.seller import Seller, connect, connect_wsgi
from contracts.target.spending_guard import SPEND_NOTHING, SpendingRules
from emulator import testing


@contextmanager
def start_in_process(rules: SpendingRules = SPEND_NOTHING) -> Iterator[Seller]:
    """A mockseller in this process."""
    with testing.Seller() as started, connect_wsgi(started.wsgi, rules=rules) as seller:
        yield seller


@contextmanager
def start_served() -> Iterator[Seller]:
    """A mockseller under gunicorn on a free port, with several workers."""
    with (
        testing.SellerServer() as started,
        connect(started.url, verify=False, trust_env=False) as seller,
    ):
        yield seller
