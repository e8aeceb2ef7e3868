"""Licenses sold with a machine of the reseller's own, for the address of that machine.

The machine's tariff has an addon "Control panel", a choice whose internal names are the seller's
tariffs (3541, 4601, 55227, ...). Ordering the license installs nothing; the hoster has to.

A machine never waits for its license. Its new state is stored first; then the license is changed to
follow it. Where that fails, the problem is stored with the bundle, and `retry` tries again. Before
anything is ordered, the seller is asked for a license that an earlier try may have left.

Source: bundled licenses, docs/resale.md section 3.1 (documented); how failures are handled is
assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from reseller_client.errors import Missed, ResellerError
from reseller_client.resellers.bundles.store import Bundle, MachineState
from reseller_client.resellers.custom.licenses import CustomReseller
from reseller_client.resellers.whmcs.licenses import FREE_ADDRESS, FREE_NAME
from reseller_client.services.ordering import LicenseOrder
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.resellers.bundles.store import BundleStore
    from reseller_client.resellers.custom.products import Renewal
    from reseller_client.services.models import License

ADDON_NAME: Final = "Control panel"


class After(StrEnum):
    """What happens to the license of a terminated machine."""

    DELETE = "delete"
    RECYCLE = "recycle"


@dataclass(frozen=True, slots=True)
class Panel:
    """One choice of the addon: `intname` is the seller's tariff; an empty one is no panel."""

    intname: str
    label: str

    @property
    def tariff(self) -> int | None:
        """The tariff of the license, None for no panel. ValueError: not a number."""
        return int(self.intname) if self.intname else None


PANELS: Final = (
    Panel("", "None"),
    Panel("3541", "ISPmanager Lite"),
    Panel("4601", "ISPmanager Business"),
    Panel("55227", "ISPmanager 6 Lite"),
    Panel("55228", "ISPmanager 6 Pro"),
    Panel("55229", "ISPmanager 6 Host"),
    Panel("55230", "ISPmanager 6 Business"),
)
"""The choices the vendor's page names; a hoster may offer fewer, or others."""


class Bundles:
    """Machines with a panel.

    `today` returns the current date in the hoster's time zone, `panels` are the choices of the
    machine's tariff, and `after` says what happens to the license of a terminated machine.
    """

    def __init__(
        self,
        client: Client,
        store: BundleStore,
        *,
        today: Callable[[], date],
        after: After = After.DELETE,
        panels: tuple[Panel, ...] = PANELS,
    ) -> None:
        """Keep the client, the store and the settings."""
        self._client = client
        self._store = store
        self._reseller = CustomReseller(client, today=today)
        self._after = after
        self._panels = panels

    def sell_alone(self, order: LicenseOrder) -> License:
        """Sell a license without a machine, for an address of the customer's own.

        Returns it with its key. Raises the errors of `CustomReseller.order`.
        """
        return self._reseller.order(order)

    def sell_machine(self, machine_id: int, *, name: str, ip: str, panel: str) -> Bundle | None:
        """Sell a machine with a choice of the addon, whether or not its license is delivered.

        Returns the bundle with the state of its license, None for a machine without a panel. Raises
        ValueError for a panel that is not offered or a machine that is sold already.
        """
        chosen = next((choice for choice in self._panels if choice.intname == panel), None)
        if chosen is None:
            raise ValueError(f'the addon "{ADDON_NAME}" has no choice {panel!r}')
        if self._store.bundle(machine_id) is not None:
            raise ValueError(f"machine {machine_id} is sold already")
        if chosen.tariff is None:
            return None
        return self._follow(Bundle(machine_id, name, ip, chosen.tariff))

    def change_address(self, machine_id: int, ip: str) -> Bundle | None:
        """Give machine and license another address. Raises ValueError for a terminated machine."""
        return self._change(machine_id, ip=ip)

    def suspend(self, machine_id: int) -> Bundle | None:
        """Suspend machine and license. Raises ValueError for a terminated machine."""
        return self._change(machine_id, state=MachineState.SUSPENDED)

    def resume(self, machine_id: int) -> Bundle | None:
        """Resume the machine; a license whose term has ended is renewed by a month.

        Raises ValueError for a terminated machine.
        """
        return self._change(machine_id, state=MachineState.RUNNING)

    def terminate(self, machine_id: int) -> Bundle | None:
        """Terminate the machine. Its license is deleted or put into the pool, as `after` says.

        Returns None once that is done, or the bundle whose license could not be ended. Raises
        ValueError for a machine that was terminated before.
        """
        return self._change(machine_id, state=MachineState.TERMINATED)

    def renew(self, machine_id: int, period: int = 1) -> Renewal | None:
        """Renew the license with the machine; None where it has none or does not run.

        Raises NotEnoughMoney, BadValue, and UnknownOutcome where the result could not be found out.
        """
        bundle = self._store.bundle(machine_id)
        if (
            bundle is None
            or bundle.license_id is None
            or bundle.machine_state is not MachineState.RUNNING
        ):
            return None
        return self._reseller.renew(bundle.license_id, period)

    def retry(self) -> tuple[Bundle, ...]:
        """Try again to let each license follow its machine; returns those that still could not."""
        waiting = [bundle for bundle in self._store.bundles() if not bundle.settled]
        tried = (self._follow(bundle) for bundle in waiting)
        return tuple(bundle for bundle in tried if bundle is not None and not bundle.settled)

    def _change(
        self, machine_id: int, *, ip: str | None = None, state: MachineState | None = None
    ) -> Bundle | None:
        bundle = self._store.bundle(machine_id)
        if bundle is None:
            return None
        if bundle.machine_state is MachineState.TERMINATED:
            raise ValueError(f"machine {machine_id} was terminated")
        return self._follow(
            replace(bundle, ip=ip or bundle.ip, machine_state=state or bundle.machine_state)
        )

    def _follow(self, bundle: Bundle) -> Bundle | None:
        """Store the machine's state, then change the license to match; a failure is stored too."""
        self._store.save(bundle)
        try:
            if bundle.machine_state is MachineState.TERMINATED:
                self._end(bundle)
                return None
            if bundle.license_id is None and bundle.machine_state is MachineState.RUNNING:
                bundle = self._provide(bundle)
            bundle = replace(self._align(bundle), problem="")
        except ResellerError as problem:
            # Some steps may have succeeded and been stored before the one that failed.
            stored = self._store.bundle(bundle.machine_id) or bundle
            bundle = replace(stored, problem=str(problem))
        self._store.save(bundle)
        return bundle

    def _provide(self, bundle: Bundle) -> Bundle:
        """Use the license of an earlier try, or one from the pool, or order one."""
        license = self._from_pool(bundle) or self._reseller.order(
            LicenseOrder(bundle.tariff, bundle.ip, bundle.name, remoteid=bundle.remoteid)
        )
        runs = license.status is Status.ACTIVE
        provided = replace(bundle, license_id=license.id, license_ip=license.ip, license_runs=runs)
        self._store.save(provided)
        self._store.take(license.id)
        return provided

    def _from_pool(self, bundle: Bundle) -> License | None:
        """Rename a free license for the machine; one deleted at the seller leaves the pool.

        If an earlier try renamed one already, that one is used.
        """
        free = self._store.free(bundle.tariff)
        if free and (named := self._reseller.reconcile(bundle.remoteid)) is not None:
            return named
        for number in free:
            try:
                return self._client.licenses.change(
                    number, licname=bundle.name, ip=bundle.ip, remoteid=bundle.remoteid
                )
            except Missed:
                self._store.take(number)
        return None

    def _align(self, bundle: Bundle) -> Bundle:
        """Give the license the machine's address, then its state."""
        number = bundle.license_id
        if number is None:
            return bundle
        if bundle.license_ip != bundle.ip:
            self._reseller.readdress(number, bundle.ip)
            bundle = replace(bundle, license_ip=bundle.ip)
            self._store.save(bundle)
        runs = bundle.machine_state is MachineState.RUNNING
        if runs and not bundle.license_runs:
            self._reseller.resume(number)
        elif bundle.license_runs and not runs:
            self._reseller.suspend(number)
        return replace(bundle, license_runs=runs)

    def _end(self, bundle: Bundle) -> None:
        """End the license, including one whose order was never answered."""
        number = bundle.license_id
        if number is None:
            lost = self._reseller.reconcile(bundle.remoteid)
            number = None if lost is None else lost.id
        recycled = None
        try:
            if number is not None and self._after is After.RECYCLE:
                self._put_in_pool(number)
                recycled = number
            elif number is not None:
                self._reseller.cancel(number)
        except Missed:  # an earlier try ended it, and its answer was lost
            recycled = None
        self._store.drop(bundle.machine_id, freed=recycled, tariff=bundle.tariff)

    def _put_in_pool(self, number: int) -> None:
        self._reseller.suspend(number)
        self._client.licenses.change(number, licname=FREE_NAME, ip=FREE_ADDRESS, remoteid="")
