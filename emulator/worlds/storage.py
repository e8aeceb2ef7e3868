"""What worlds need of the place where they are stored, whatever the engine."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from emulator.domain.catalogue.catalogue import Tariff
from emulator.store.engine import Database


@dataclass(frozen=True, slots=True)
class Origin:
    """What a world was created from; ``as_of``: the instant at which its clock stands, if any."""

    fixture: str
    seed: int
    as_of: datetime | None = None

    def as_dict(self) -> dict[str, object]:
        """The origin for JSON."""
        instant = {} if self.as_of is None else {"as_of": self.as_of.isoformat()}
        return {"fixture": self.fixture, "seed": self.seed, **instant}

    @classmethod
    def read(cls, text: str) -> Origin:
        """The origin as a world keeps it in JSON."""
        origin = json.loads(text)
        as_of = datetime.fromisoformat(origin["as_of"]) if "as_of" in origin else None
        return cls(str(origin["fixture"]), int(origin["seed"]), as_of)


class Storage(Protocol):
    """Worlds in one place: files (`FolderStorage`), or an engine that servers share.

    Every change is done as a whole or not at all, and seen by all servers on the place at once.
    What is asked of a world that is not there raises NoWorld, and WorldError where the name is no
    name; what makes one that is there raises WorldExists. `Worlds` has checked labels of snapshots.
    """

    def shared(self) -> Storage:
        """The same over connections that all threads share, one at a time."""

    def close(self) -> None:
        """Closes this thread's connections."""

    def names(self) -> list[str]:
        """Names of all worlds, sorted."""

    def exists(self, name: str) -> bool:
        """Whether there is a world of that name, readable or not."""

    def require(self, name: str) -> None:
        """Checks that a world is there, readable or not. Raises NoWorld, WorldError."""

    def is_new(self) -> bool:
        """Whether no world was ever made here."""

    def connect(self, name: str) -> Database:
        """This thread's connection. Raises NoWorld, and WorldError for an unreadable world."""

    def locked(self, name: str) -> AbstractContextManager[Database]:
        """The world under its lock, so that it is not replaced meanwhile."""

    def alone(self, purpose: str) -> AbstractContextManager[None]:
        """Holds a lock of the whole place: one at a time among all servers."""

    def remove_leftovers(self) -> None:
        """Removes what processes left that were killed in the middle of their work."""

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder for what is not complete, removed afterwards."""

    def discard(self) -> None:
        """Removes all worlds: of a seller that is thrown away."""

    def size(self) -> int:
        """Bytes of all worlds."""

    def origin(self, name: str) -> Origin:
        """What a world was created from."""

    def made_at(self, name: str) -> float:
        """When a world was made, in seconds of real time."""

    def create(self, name: str, origin: Origin) -> None:
        """Makes a world. Raises FixtureError."""

    def reset(self, name: str) -> None:
        """Puts a world back to its initial state."""

    def remake(self, name: str, origin: Origin) -> None:
        """Puts a world into the initial state of another origin. Raises FixtureError."""

    def remove(self, name: str) -> None:
        """Removes a world with its snapshots."""

    def snapshots(self, name: str) -> list[str]:
        """Labels of the snapshots of a world, sorted."""

    def snapshot(self, name: str, label: str) -> None:
        """Saves the present state, in place of what the label had."""

    def restore(self, name: str, label: str) -> None:
        """Restores a snapshot; NoWorld without it, WorldError where its version differs."""

    def remove_snapshot(self, name: str, label: str) -> None:
        """Removes a snapshot; NoWorld without it."""

    def fork(self, name: str, into: str) -> None:
        """Copies a world into a new one, which resets to it."""

    def sell(self, name: str, tariffs: tuple[Tariff, ...]) -> list[int]:
        """Replaces the tariffs, now and for every reset; returns the ids of old ones that stay."""

    def dump(self, name: str, folder: Path) -> None:
        """Writes the files of an archive: state, what a reset goes back to, origin."""

    def load(self, name: str, folder: Path) -> None:
        """Makes a world of the files of an archive. Raises WorldError for one that is damaged."""
