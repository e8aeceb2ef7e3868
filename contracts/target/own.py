"""Sellers of ours, started for a judgement or a demonstration and gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contracts.target.seller import Seller, at_url, over_wsgi
from contracts.target.spending_guard import NO_MONEY, Rules
from emulator import testing


@contextmanager
def in_process(rules: Rules = NO_MONEY) -> Iterator[Seller]:
    """A seller in this process, to be judged."""
    with testing.Seller() as started, over_wsgi(started.wsgi, rules=rules) as seller:
        yield seller


@contextmanager
def served() -> Iterator[Seller]:
    """A seller under gunicorn on a free port, with several workers, to be judged."""
    with (
        testing.SellerServer() as started,
        at_url(started.url, verify=False, trust_env=False) as seller,
    ):
        yield seller
