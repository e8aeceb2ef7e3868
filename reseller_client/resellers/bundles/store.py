"""What a hoster remembers of machines sold with a panel, and of panels waiting for a machine."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final


class Wanted(StrEnum):
    """What the machine is, which the license has to follow."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A machine with a panel, and how far its license has followed it.

    `ip` and `wanted` are the machine's; `licence_ip` and `licence_runs` what the license is known
    to have. `license_id` is None until there is one. `problem` is why it has not followed yet.
    """

    machine_id: int
    name: str
    ip: str
    tariff: int
    wanted: Wanted = Wanted.RUNNING
    license_id: int | None = None
    license_ip: str = ""
    license_runs: bool = False
    problem: str = ""

    @property
    def remoteid(self) -> str:
        """The id under which the seller keeps the license: `m` and the machine's number."""
        return f"m{self.machine_id}"

    @property
    def settled(self) -> bool:
        """Whether the license is as the machine is; a terminated machine has none."""
        if self.wanted is Wanted.TERMINATED:
            return False
        if self.license_id is None:
            return self.wanted is Wanted.SUSPENDED
        runs = self.wanted is Wanted.RUNNING
        return (self.license_ip, self.license_runs) == (self.ip, runs)


_TABLES: Final = """
CREATE TABLE IF NOT EXISTS bundle (
    machine_id INTEGER PRIMARY KEY, name TEXT NOT NULL, ip TEXT NOT NULL, tariff INTEGER NOT NULL,
    wanted TEXT NOT NULL, license_id INTEGER, licence_ip TEXT NOT NULL,
    licence_runs INTEGER NOT NULL, problem TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bundle_free (
    license_id INTEGER PRIMARY KEY, tariff INTEGER NOT NULL);
"""
_READ: Final = """
SELECT machine_id, name, ip, tariff, wanted, license_id, licence_ip, licence_runs, problem
FROM bundle ORDER BY machine_id
"""


class BundleStore:
    """The rows in a SQLite database the caller opened; call `prepare` once before use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._connection = connection

    def prepare(self) -> None:
        """Create the tables if they are not there."""
        self._connection.executescript(_TABLES)

    def bundles(self) -> tuple[Bundle, ...]:
        """Return all machines with a panel, by number."""
        return tuple(_bundle(*values) for values in self._connection.execute(_READ))

    def bundle(self, machine_id: int) -> Bundle | None:
        """Return the bundle of a machine, or None."""
        return next((one for one in self.bundles() if one.machine_id == machine_id), None)

    def save(self, bundle: Bundle) -> None:
        """Add or replace a bundle."""
        values = (bundle.machine_id, bundle.name, bundle.ip, bundle.tariff, bundle.wanted.value)
        license = (bundle.license_id, bundle.license_ip, bundle.license_runs, bundle.problem)
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO bundle VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, *license),
            )

    def drop(self, machine_id: int, *, freed: int | None = None, tariff: int = 0) -> None:
        """Forget a machine; its license, if `freed`, goes into the pool in the same step."""
        with self._connection:
            self._connection.execute("DELETE FROM bundle WHERE machine_id = ?", (machine_id,))
            if freed is not None:
                self._connection.execute(
                    "INSERT OR REPLACE INTO bundle_free VALUES (?, ?)", (freed, tariff)
                )

    def free(self, tariff: int) -> tuple[int, ...]:
        """Return the free licenses of a tariff, oldest first."""
        asked = "SELECT license_id FROM bundle_free WHERE tariff = ? ORDER BY license_id"
        return tuple(number for (number,) in self._connection.execute(asked, (tariff,)))

    def take(self, license_id: int) -> None:
        """Take a license out of the pool; nothing happens if it is not there."""
        with self._connection:
            self._connection.execute("DELETE FROM bundle_free WHERE license_id = ?", (license_id,))


def _bundle(*values: Any) -> Bundle:  # noqa: ANN401 - the columns as SQLite has them
    kept = Bundle(*values)
    runs = bool(kept.license_runs)
    return replace(kept, wanted=Wanted(kept.wanted), license_runs=runs)
