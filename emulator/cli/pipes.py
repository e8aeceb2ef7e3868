"""Output into a pipe whose reader has gone, as after ``mockseller functions | head -1``.

The command then ends without a message and with the exit code of a program that SIGPIPE ended.
SIGPIPE itself stays ignored, as Python has it: it would end a server whose client hung up.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

CLOSED_PIPE: Final = 128 + 13
"""The exit code: 128, and the number of SIGPIPE."""


class _Pipe(io.FileIO):
    """A pipe that ends the command where nobody reads any more.

    As SystemExit: commands catch OSError, of which BrokenPipeError is one, for other reasons.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes. Raises SystemExit where the reader has gone; what follows is dropped."""
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            raise SystemExit(CLOSED_PIPE) from None


def end_with_closed_pipes() -> None:
    """Makes this process end quietly when stdout or stderr is a pipe that nobody reads."""
    sys.stdout = ending(sys.stdout)
    sys.stderr = ending(sys.stderr)


def ending(stream: TextIO | None) -> Any:  # noqa: ANN401 - sys.stdout may be None, typeshed says not
    """The same stream, ending the process with its reader; one that is no pipe is returned."""
    if stream is None or not stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Pipe(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=True,
    )
