"""Report files, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Unwritable(Exception):
    """A report cannot be written there; the text is one line: file and reason."""


def check(paths: Iterable[Path]) -> None:
    """Makes sure that reports can be written, before anything is judged for them.

    Folders that are missing are made. Raises Unwritable: a folder, no right, the same file twice.
    """
    met: set[Path] = set()
    for path in paths:
        whole = path.resolve()
        if whole in met:
            raise Unwritable(f"{path}: two reports cannot be one file")
        met.add(whole)
        try:
            if whole.is_dir():
                raise Unwritable(f"{path}: is a folder")
            whole.parent.mkdir(parents=True, exist_ok=True)
            if not _is_special(whole):
                with tempfile.TemporaryFile(dir=whole.parent):
                    pass
        except OSError as problem:
            raise _unwritable(path, problem) from None


def write(path: Path, text: str) -> None:
    """Puts a text into a file at once: a reader sees the old one or the new one, never half.

    What is no ordinary file, such as ``/dev/stdout``, is written to as it is. Raises Unwritable.
    """
    whole = path.resolve()
    try:
        if _is_special(whole):
            whole.write_text(text, "utf-8")
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=whole.parent, prefix=f".{whole.name}.", delete=False
        ) as draft:
            drafted = Path(draft.name)
            try:
                draft.write(text)
                draft.flush()
                # A draft is its maker's alone; a report has the rights that any new file has.
                drafted.chmod(0o666 & ~_mask())
                drafted.replace(whole)
            except BaseException:
                drafted.unlink(missing_ok=True)
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
