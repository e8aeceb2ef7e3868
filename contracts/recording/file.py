"""The file of a session while it is recorded: each exchange is on disk before the next."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path
from typing import Self

from contracts.record.fields import ExchangeError
from contracts.recording.session import RecordedExchange, Session, read, write_entry, write_head

MODE = 0o600
"""Only its owner may read a recording, pseudonymized or not."""


class SessionFile:
    """A session's file, held by one recorder at a time.

    An existing file is continued; an incomplete exchange at its end is cut off. Raises
    ExchangeError where it is no session, is locked by another process, or cannot be written.
    """

    def __init__(self, path: Path, begun: Session) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, MODE)
        except OSError as problem:
            raise ExchangeError(f"{path}: cannot be written: {problem.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check_lock()
            self.session = self._opened(begun)
        except BlockingIOError:
            os.close(self._lock)
            raise ExchangeError(f"{path}: is being recorded by another process") from None
        except BaseException:
            os.close(self._lock)
            raise

    def _check_lock(self) -> None:
        """Raises BlockingIOError where the previous owner deleted the lock file meanwhile.

        The lock would then be on a file without a name, and the next recorder would lock another.
        """
        locked = os.fstat(self._lock)
        try:
            named = Path(f"{self.path}.lock").stat()
        except FileNotFoundError:
            raise BlockingIOError from None
        if (locked.st_dev, locked.st_ino) != (named.st_dev, named.st_ino):
            raise BlockingIOError

    def _opened(self, begun: Session) -> Session:
        if not self.path.exists() or not self.path.stat().st_size:
            self._replaced([write_head(begun)])
            return begun
        session = read(self.path)
        if session.torn:
            self._rewrite(session)
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the lock."""
        # Deleted while it is still locked: afterwards it could be another process's.
        Path(f"{self.path}.lock").unlink(missing_ok=True)
        os.close(self._lock)

    def append(self, entry: RecordedExchange) -> int:
        """Appends an exchange; returns its number. Raises OSError, with the file as it was."""
        end = self.path.stat().st_size
        to = os.open(self.path, os.O_APPEND | os.O_WRONLY)
        try:
            left = memoryview(write_entry(entry))
            while left:
                left = left[os.write(to, left) :]
            os.fsync(to)
        except OSError:
            os.truncate(self.path, end)
            raise
        finally:
            os.close(to)
        self.session = replace(self.session, entries=(*self.session.entries, entry))
        return len(self.session.entries)

    def put(self, number: int, entry: RecordedExchange) -> int:
        """Replaces an exchange, counted from one. Raises ExchangeError: it cannot be written."""
        entries = list(self.session.entries)
        entries[number - 1] = entry
        session = replace(self.session, entries=tuple(entries))
        self._rewrite(session)
        self.session = session
        return number

    def _rewrite(self, session: Session) -> None:
        self._replaced([write_head(session), *(write_entry(entry) for entry in session.entries)])

    def _replaced(self, documents: list[bytes]) -> None:
        """Replaces the file at once: a reader sees the old one or the new one."""
        beside = Path(f"{self.path}.new")
        try:
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, MODE), "wb") as f:
                f.write(b"".join(documents))
                f.flush()
                os.fsync(f.fileno())
            beside.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError as problem:
            beside.unlink(missing_ok=True)
            raise ExchangeError(f"{self.path}: cannot be written: {problem.strerror}") from None
