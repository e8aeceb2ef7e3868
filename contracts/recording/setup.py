"""Builds a proxy that records, replays, or replays and records the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from contracts.clock import now
from contracts.recording.file import SessionFile
from contracts.recording.proxy import Log, Proxy, ProxyPolicy
from contracts.recording.pseudonymizer import Pseudonymizer
from contracts.recording.recorder import Recorder
from contracts.recording.replayer import Replayer
from contracts.recording.session import Session, read
from contracts.recording.upstream import Upstream


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """How to record. ``transport`` replaces the network in tests."""

    upstream: str = ""
    verify: bool = True
    version: str = ""
    keep_personal: bool = False
    personal: tuple[str, ...] = ()
    rewrite: bool = False
    transport: httpx.BaseTransport | None = None


@contextmanager
def proxy(
    options: RecordingOptions,
    policy: ProxyPolicy,
    log: Log,
    *,
    to: Path | None = None,
    replay: Path | None = None,
) -> Iterator[Proxy]:
    """A proxy ready to serve. Raises ExchangeError for a file or an address it cannot use."""
    with ExitStack() as open_:
        upstream = None
        if options.upstream:
            upstream = Upstream(
                options.upstream, verify=options.verify, transport=options.transport
            )
            open_.callback(upstream.close)
        player = None if replay is None else Replayer(read(replay))
        path = to or (replay if policy.on_miss == "upstream" else None)
        recorder = None
        if path is not None and upstream is not None:
            begun = Session(
                name=path.stem,
                upstream=upstream.name,
                began=now(),
                version=options.version or upstream.version or "not known",
                personal="kept" if options.keep_personal else "covered",
            )
            file = open_.enter_context(SessionFile(path, begun))
            keeps_personal = file.session.personal == "kept"
            pseudonymizer = Pseudonymizer(
                keep_personal=keeps_personal and options.keep_personal, more=options.personal
            )
            recorder = Recorder(file, pseudonymizer, rewrite=options.rewrite)
        yield Proxy(policy, log, upstream=upstream, recorder=recorder, player=player)
