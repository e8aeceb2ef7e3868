"""Numbers for Prometheus: calls by function and outcome, how long they took, and worlds.

Counted by prometheus_client, whose counts all workers of a server share through files
(`emulator.server.metric_files`); it is loaded with the first call, so that a start waits for none
of it. No label has a name that a client or a user of worlds can invent.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Collection, Iterable
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from emulator.api.answered_call import AnsweredCall
from emulator.journal import OUTCOMES
from emulator.worlds.worlds import Worlds

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram
    from prometheus_client.metrics_core import Metric

LOG = logging.getLogger("mockseller")
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client is told to share its counts; it looks when it is imported."""
SIZES: Final = MappingProxyType({"counter": 1024 * 1024, "histogram": 65_536})
"""Bytes of the two files of a process, enough for every function with every outcome."""
OTHER: Final = "other"
"""The function of calls that name none of ours: clients can send any name."""
INTERNAL_ERROR: Final = "internal error"
"""The outcome of a call that a bug or a full disk ended; for clients it is a refusal too."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class Instruments(NamedTuple):
    """The counters of one process."""

    registry: CollectorRegistry
    calls: Counter
    seconds: Histogram
    lock_wait: Counter


class Metrics:
    """Counts calls, and shows the counts of all processes as text. One per application.

    ``functions``: the names that calls are counted by. ``counts``: False for a seller in somebody's
    own process, where counters of that process are nobody's business: it shows its worlds only.
    """

    def __init__(self, worlds: Worlds, functions: Collection[str], *, counts: bool = True) -> None:
        self._worlds = worlds
        self._counts = counts
        self._functions = frozenset(functions)
        self._loading = threading.Lock()
        self._instruments: Instruments | None = None
        self._no_room = False
        self._by_labels: dict[tuple[str, str], Counter] = {}

    def observe(self, call: AnsweredCall) -> None:
        """Counts one call, in about four microseconds."""
        instruments = self._instruments or self._load()
        if instruments is None:
            return
        labels = (call.func if call.func in self._functions else OTHER, _outcome(call.outcome))
        counter = self._by_labels.get(labels)
        if counter is None:
            counter = self._by_labels[labels] = instruments.calls.labels(*labels)
        counter.inc()
        instruments.seconds.observe(call.seconds)
        if call.lock_wait:
            instruments.lock_wait.inc(call.lock_wait)

    def text(self) -> str:
        """The counts of all processes, in the text format of Prometheus."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - as above
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        shown = CollectorRegistry()
        if self._counts and os.environ.get(MULTIPROCESS):
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]  # registers itself
        elif self._counts and (instruments := self._load()):
            shown.register(instruments.registry)
        shown.register(_OfWorlds(self._worlds))
        return generate_latest(shown).decode()

    def _load(self) -> Instruments | None:
        """Makes the counters. Two threads may come here with their first calls.

        None where there is no room for what this process would count.
        """
        from prometheus_client import (  # noqa: PLC0415 - the start of a server does not wait for it
            CollectorRegistry,
            Counter,
            Histogram,
        )

        with self._loading:
            if self._no_room:
                return None
            if self._instruments is None:
                folder = os.environ.get(MULTIPROCESS)
                if folder and not _reserve(Path(folder)):
                    self._no_room = True
                    return None
                registry = CollectorRegistry()
                self._instruments = Instruments(
                    registry,
                    Counter(
                        "mockseller_calls",
                        "Calls of the API by function and by what became of them.",
                        ("func", "outcome"),
                        registry=registry,
                    ),
                    Histogram(
                        "mockseller_call_seconds",
                        "How long calls took, faults included.",
                        buckets=BUCKETS,
                        registry=registry,
                    ),
                    Counter(
                        "mockseller_lock_wait_seconds",
                        "Seconds that calls waited for the lock of their world.",
                        registry=registry,
                    ),
                )
            return self._instruments


class _OfWorlds:
    """How many worlds there are."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def collect(self) -> Iterable[Metric]:
        """As prometheus_client calls it."""
        from prometheus_client.metrics_core import GaugeMetricFamily  # noqa: PLC0415 - as above

        count = len(self._worlds.names())
        yield GaugeMetricFamily("mockseller_worlds", "Worlds in the data folder.", value=count)


def _reserve(folder: Path) -> bool:
    """Makes the files of this process in their whole size; False where there is no room for them.

    prometheus_client would make them without content and write into mapped memory: on a full file
    system that ends the process with SIGBUS, in the middle of a call.
    """
    for kind, size in SIZES.items():
        file = folder / f"{kind}_{os.getpid()}.db"
        try:
            with file.open("ab") as opened:
                if sys.platform == "linux":
                    os.posix_fallocate(opened.fileno(), 0, size)
        except OSError as error:
            file.unlink(missing_ok=True)
            LOG.warning("calls of process %d are not counted: %s: %s", os.getpid(), folder, error)
            return False
    return True


def _outcome(outcome: str) -> str:
    """One of `journal.OUTCOMES`, without a sum or an error, or INTERNAL_ERROR."""
    if outcome in OUTCOMES:
        return outcome
    word, _, detail = outcome.partition(" ")
    return INTERNAL_ERROR if detail == "internal" else word
