"""Report files, written target or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Unwritable(Exception):
    """A report cannot be written; the text is one line: file and reason."""


def check_writable(paths: Iterable[Path]) -> None:
    """Make sure that reports can be written, before anything is judged.

    Missing folders are created. Raises Unwritable for a folder, a file without the right to write,
    and the same file twice.
    """
    resolved: set[Path] = set()
    for path in paths:
        target = path.resolve()
        if target in resolved:
            raise Unwritable(f"{path}: two reports cannot be written to one file")
        resolved.add(target)
        try:
            if target.is_dir():
                raise Unwritable(f"{path}: is a folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _is_special(target):
                with tempfile.TemporaryFile(dir=target.parent):
                    pass
        except OSError as problem:
            raise _unwritable(path, problem) from None


def write(path: Path, text: str) -> None:
    """Replace a file atomically: a reader sees the old text or the new one.

    Anything but a regular file, such as ``/dev/stdout``, is written to directly. Raises Unwritable.
    """
    target = path.resolve()
    try:
        if _is_special(target):
            target.write_text(text, "utf-8")
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as draft:
            draft_path = Path(draft.name)
            try:
                draft.write(text)
                draft.flush()
                # A temporary file is private; a report gets the permissions of any new file.
                draft_path.chmod(0o666 & ~_mask())
                draft_path.replace(target)
            except BaseException:
                draft_path.unlink(missing_ok=True)
                raise
    except OSError as problem:
        raise _unwritable(path, problem) from None


def _is_special(path: Path) -> bool:
    return path.exists() and not stat.S_ISREG(path.stat().st_mode)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, problem: OSError) -> Unwritable:
    return Unwritable(f"{path}: cannot be written: {problem.strerror or problem}")
