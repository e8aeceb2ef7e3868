"""The answer to one request as bytes, before any web framework sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile
from typing import IO

IN_MEMORY = 1 << 20
"""Bytes of a long answer that are held in memory; a longer one is written to a temporary file."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back: normally a document with HTTP status 200 (observed), perhaps a cookie.

    Only faults use ``status``, ``dropped`` (the connection is closed without an answer) and
    ``cut_at`` (the connection is closed after so many bytes; Content-Length names the whole).
    """

    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    dropped: bool = False
    cut_at: int | None = None
    file: IO[bytes] | None = None
    """A long answer that is sent piece by piece; ``body`` then holds its beginning only."""
    length: int = 0
    """Bytes in ``file``."""

    @classmethod
    def streamed(cls, content_type: str, pieces: Iterable[bytes], beginning: int) -> Reply:
        """A long reply; ``body`` keeps the first ``beginning`` bytes for the journal.

        Nothing is locked while a slow client reads it: the pieces are written to a file first,
        which disappears with its last reader.
        """
        file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the sender
        start, length = b"", 0
        for piece in pieces:
            if len(start) < beginning:
                start += piece[: beginning - len(start)]
            length += file.write(piece)
        file.seek(0)
        return cls(content_type, start, file=file, length=length)

    def in_memory(self) -> Reply:
        """The reply with its whole body in memory, for whoever has to change it."""
        if self.file is None:
            return self
        with self.file:
            return replace(self, body=self.file.read(), file=None)
