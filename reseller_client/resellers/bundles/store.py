"""What a hoster stores of machines sold with a panel, and of licenses that wait for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, select

from reseller_client.storage import SWITCH, Rows, choice, required, values_of


class MachineState(StrEnum):
    """The state of a machine, which its license has to follow."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A machine with a panel, and how far its license has followed it.

    `ip` and `machine_state` are the machine's; `license_ip` and `license_runs` are what the license
    has as far as is known. `license_id` is None until there is a license. `problem` is the text of
    the last failure, empty after a success.
    """

    machine_id: int
    name: str
    ip: str
    tariff: int
    machine_state: MachineState = MachineState.RUNNING
    license_id: int | None = None
    license_ip: str = ""
    license_runs: bool = False
    problem: str = ""

    @property
    def remoteid(self) -> str:
        """The id under which the seller stores the license: `m` and the machine's number."""
        return f"m{self.machine_id}"

    @property
    def settled(self) -> bool:
        """Whether the license has the machine's address and state; never for a terminated one."""
        if self.machine_state is MachineState.TERMINATED:
            return False
        if self.license_id is None:
            return self.machine_state is MachineState.SUSPENDED
        runs = self.machine_state is MachineState.RUNNING
        return (self.license_ip, self.license_runs) == (self.ip, runs)


_TABLES: Final = MetaData()
_BUNDLES: Final = Table(
    "bundle",
    _TABLES,
    Column("machine_id", Integer, primary_key=True),
    required("name", Text),
    required("ip", Text),
    required("tariff", Integer),
    required("wanted", choice(MachineState), key="machine_state"),
    Column("license_id", Integer),
    required("licence_ip", Text, key="license_ip"),
    required("licence_runs", SWITCH, key="license_runs"),
    required("problem", Text),
)
_FREE: Final = Table(
    "bundle_free",
    _TABLES,
    Column("license_id", Integer, primary_key=True),
    required("tariff", Integer),
)


class BundleStore(Rows):
    """Machines with their licenses, and the free licenses."""

    tables = _TABLES

    def bundles(self) -> tuple[Bundle, ...]:
        """Return all machines with a panel, by number."""
        return self._rows.read(Bundle, select(_BUNDLES).order_by(_BUNDLES.c.machine_id))

    def bundle(self, machine_id: int) -> Bundle | None:
        """Return the bundle of a machine, or None."""
        query = select(_BUNDLES).where(_BUNDLES.c.machine_id == machine_id)
        return next(iter(self._rows.read(Bundle, query)), None)

    def save(self, bundle: Bundle) -> None:
        """Add or replace a bundle."""
        self._rows.put(_BUNDLES, values_of(bundle))

    def drop(self, machine_id: int, *, freed: int | None = None, tariff: int = 0) -> None:
        """Delete a bundle; its license, if `freed`, goes into the pool in the same transaction."""
        with self._rows.writing():
            self._rows.run(delete(_BUNDLES).where(_BUNDLES.c.machine_id == machine_id))
            if freed is not None:
                self._rows.put(_FREE, {"license_id": freed, "tariff": tariff})

    def free(self, tariff: int) -> tuple[int, ...]:
        """Return the free licenses of a tariff, oldest first."""
        query = select(_FREE.c.license_id).where(_FREE.c.tariff == tariff)
        return tuple(number for (number,) in self._rows.rows(query.order_by(_FREE.c.license_id)))

    def take(self, license_id: int) -> None:
        """Take a license out of the pool; nothing happens if it is not there."""
        self._rows.run(delete(_FREE).where(_FREE.c.license_id == license_id))
