"""Long answers: written piece by piece to where they wait until a client has taken them.

Nothing is held while a slow client reads: no lock, no connection, and of the answer itself only
what fits in ``IN_MEMORY``; the rest stands in a file that is gone with its last reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

from emulator.wire.exchange import Reply

IN_MEMORY = 1 << 20


def spooled(content_type: str, pieces: Iterable[bytes], kept: int) -> Reply:
    """A reply of these pieces; ``body`` holds the first ``kept`` bytes, for the journal."""
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it
    beginning, length = b"", 0
    for piece in pieces:
        if len(beginning) < kept:
            beginning += piece[: kept - len(beginning)]
        length += file.write(piece)
    file.seek(0)
    return Reply(content_type, beginning, file=file, length=length)
