"""The file by which a script learns that a server is ready, and where: it is there or it is not."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OWNER_ONLY: Final = 0o600
KEYS: Final = frozenset({"address", "port", "control", "pid"})


class ReadyFileError(Exception):
    """The file cannot be written; the text is one line."""


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A JSON object at ``path``: ``address``, ``port``, ``control``, ``pid``, perhaps ``token``.

    ``pid`` is that of the process to end. The token is there where the server has one and nobody
    but the owner can read the file.
    """

    path: Path
    pid: int

    def prepare(self) -> None:
        """Removes what an earlier server left. Raises ReadyFileError where nothing can be written.

        A file that is none of ours is left alone and refused.
        """
        try:
            if self.path.exists():
                if not self._read().keys() >= KEYS:
                    raise ReadyFileError(f"{self.path}: is another file; it is left alone")
                self.path.unlink()
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass
        except OSError as error:
            raise ReadyFileError(
                f"{self.path}: cannot be written: {error.strerror or error}"
            ) from None

    def write(self, url: str, port: int, token: str) -> None:
        """Writes it at once and whole: no script sees half of it. Raises OSError."""
        content = {
            "address": f"{url}/billmgr",
            "port": port,
            "control": f"{url}/_mockseller/",
            "pid": self.pid,
        }
        with tempfile.NamedTemporaryFile(
            "w", dir=self.path.parent, prefix=f".{self.path.name}.", delete=False, encoding="utf-8"
        ) as part:
            os.fchmod(part.fileno(), OWNER_ONLY)
            # Some file systems have no modes: there the token stays with the server.
            is_private = stat.S_IMODE(os.fstat(part.fileno()).st_mode) == OWNER_ONLY
            if token and is_private:
                content["token"] = token
            part.write(json.dumps(content, indent=2) + "\n")
        Path(part.name).replace(self.path)

    def remove(self) -> None:
        """Removes it, unless another server has written its own meanwhile."""
        if self._read().get("pid") == self.pid:
            self.path.unlink(missing_ok=True)

    def _read(self) -> Mapping[str, object]:
        """What it holds; nothing where that is no JSON object."""
        try:
            content = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
