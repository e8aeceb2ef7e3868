"""Builds a proxy that records, replays, or replays and records the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from contracts.clock import now
from contracts.recording.file import SessionFile
from contracts.recording.options import RecordingOptions
from contracts.recording.proxy import Log, Proxy
from contracts.recording.pseudonymizer import Pseudonymizer
from contracts.recording.recorder import Recorder
from contracts.recording.replayer import Replayer
from contracts.recording.session import Session, read
from contracts.recording.upstream import Upstream


@contextmanager
def open_proxy(
    options: RecordingOptions, log: Log, transport: httpx.BaseTransport | None = None
) -> Iterator[Proxy]:
    """A proxy ready to serve; ``transport`` replaces the network in tests.

    Raises ExchangeError for a file or an address that it cannot use.
    """
    with ExitStack() as stack:
        upstream = None
        if options.upstream:
            upstream = Upstream(options.upstream, verify=not options.insecure, transport=transport)
            stack.callback(upstream.close)
        replayer = None if options.replay is None else Replayer(read(options.replay))
        path = options.to or (options.replay if options.on_miss == "upstream" else None)
        recorder = None
        if path is not None and upstream is not None:
            begun = Session(
                name=path.stem,
                upstream=upstream.name,
                began=now(),
                version=options.seller_version or upstream.version or "not known",
                personal="kept" if options.keep_personal else "covered",
            )
            file = stack.enter_context(SessionFile(path, begun))
            keeps_personal = options.keep_personal and file.session.personal == "kept"
            pseudonymizer = Pseudonymizer(keep_personal=keeps_personal, more=options.personal)
            recorder = Recorder(file, pseudonymizer, rewrite=options.rewrite)
        yield Proxy(options, log, upstream=upstream, recorder=recorder, replayer=replayer)
