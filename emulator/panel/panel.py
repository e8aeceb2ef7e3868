"""What a control panel does about modules: shows them, buys one, and has its license refreshed.

Source: docs/modules.md sections 1 and 3. Three modes, as the vendor's manager decides: `automatic`
(the panel orders and pays at the partner), `manual` (a browser is sent there), `pricelist` (the
same, with the partner's prices shown, which need no login).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import httpx

from emulator.panel.billing import Billing, BillingFault, Bought, Login, NoBilling, Offer
from emulator.panel.license import License, LicenseFault, LicenseFolder, Partner
from emulator.panel.offers import Shelf, shelves_of, wanted

AUTOMATIC, MANUAL, PRICELIST = MODES = ("automatic", "manual", "pricelist")
IN_BASKET, ACTIVE, SUSPENDED, PROCESSING = 1, 2, 3, 5
LOOKS: Final = 5
PAUSE: Final = 1.0
"""Seconds between two looks at the license after a purchase."""
Came = Literal["active", "processing", "to pay", "by hand"]


@dataclass(frozen=True, slots=True)
class State:
    """What a panel knows at a moment; `trouble` says what it could not learn, and why."""

    license: License | None
    partner: Partner
    shelves: tuple[Shelf, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What became of a wish to buy; `module` is its internal name.

    `active`: the license carries it. `processing`: it is paid, and not in the license yet.
    `to pay`: it waits at `link` for a person to pay. `by hand`: it is bought at `link`.
    """

    module: str
    came: Came
    link: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Bearings:
    """Where a panel stands: its seller and key, and what replaces the word of its license file.

    `seller`: the address of the API; `key`: empty, where one was kept; `billing` and `mode`: in
    place of the partner that the file names; `address`: where the panel says it is.
    """

    seller: str
    key: str = ""
    billing: str = ""
    mode: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        """ValueError for a mode there is none of."""
        if self.mode and self.mode not in MODES:
            raise ValueError(f"mode: {self.mode} is none of {', '.join(MODES)}")


class Panel:
    """A panel with a license folder, the seller it fetches from, and a billing it buys at.

    A license file without a partner leads to the seller's own shop. `wait` pauses between looks
    at the license after a purchase.
    """

    def __init__(
        self,
        folder: LicenseFolder,
        http: httpx.Client,
        bearings: Bearings,
        *,
        wait: Callable[[float], object],
    ) -> None:
        """Keep all of it."""
        self._folder = folder
        self._http = http
        self._at = bearings
        self._wait = wait

    def refresh(self) -> License:
        """Fetches the license file anew. Raises LicenseFault."""
        key = self._at.key or self._folder.key
        if not key:
            raise LicenseFault("name the key of a license; none was kept here")
        return self._folder.fetch(self._http, self._at.seller, key, self._at.address)

    def partner(self, license: License | None) -> Partner:
        """Whose billing counts, and how."""
        told = None if license is None else license.partner
        theirs = told or Partner(self._at.seller, AUTOMATIC)
        return Partner(self._at.billing or theirs.url, self._at.mode or theirs.mode)

    def state(self, login: Login | None = None) -> State:
        """What is shown: the license, and modules with prices as far as the mode has any."""
        try:
            license = self._folder.read()
        except LicenseFault as fault:
            return State(None, self.partner(None), (), str(fault))
        partner = self.partner(license)
        if partner.mode == MANUAL:
            return State(
                license, partner, shelves_of(license, (), self._bill(partner), by_hand=True)
            )
        try:
            offers = self._bill(partner).offers(login if partner.mode == AUTOMATIC else None)
            trouble = "" if offers else "the billing sells no modules that a panel could show"
        except (NoBilling, BillingFault) as fault:
            offers, trouble = (), f"no prices: {fault}"
        by_hand = partner.mode != AUTOMATIC
        shelves = shelves_of(license, offers, self._bill(partner), by_hand=by_hand)
        return State(license, partner, shelves, trouble)

    def buy(self, module: str, login: Login | None = None) -> Purchase:
        """Buys a module for a month, by its internal name or the billing's number of it.

        The same once more is not bought twice.

        Raises LicenseFault, NoBilling, BillingFault; LookupError for a module nobody sells;
        ValueError in automatic mode without a login.
        """
        license = self._folder.read()
        if license.carries(module):
            return _had_before(module)
        partner = self.partner(license)
        billing = self._bill(partner)
        if partner.mode == MANUAL:
            return Purchase(module, "by hand", billing.site())
        if partner.mode == PRICELIST:
            offer = wanted(billing.offers(None), module)[0]
            return Purchase(offer.intname, "by hand", billing.site(offer, license.id))
        if login is None:
            raise ValueError("buying here needs a login at the billing")
        return self._bought(billing, license, module, login)

    def _bought(self, billing: Billing, license: License, module: str, login: Login) -> Purchase:
        offers = wanted(billing.offers(login), module)
        if license.carries(offers[0].intname):
            return _had_before(offers[0].intname)
        billing.basket(login)
        order = self._ordered(billing, license, offers, login)
        if order:
            try:
                link = billing.pay(login, order)
            except BillingFault as fault:
                if fault.type != "not_enough_money":
                    raise
                return Purchase(offers[0].intname, "to pay", billing.site(), str(fault))
            if link:
                return Purchase(offers[0].intname, "to pay", link)
        return self._arrived(offers[0].intname)

    def _ordered(
        self, billing: Billing, license: License, offers: tuple[Offer, ...], login: Login
    ) -> str:
        """The order to pay; empty where the module is paid for already.

        One name may stand for several editions of a module: the billing says which does not fit.
        """
        for offer in offers:
            try:
                return billing.order(login, offer, license.id)
            except BillingFault as fault:
                if fault.type == "exists":
                    return self._had(billing, license, offer, login, fault)
                misfit = (fault.type, fault.object) == ("value", "pricelist")
                if not misfit or offer is offers[-1]:
                    raise
        raise LookupError("the billing sells no such module")  # pragma: no cover - _wanted saw one

    def _had(
        self, billing: Billing, license: License, offer: Offer, login: Login, fault: BillingFault
    ) -> str:
        """What an earlier try left behind: an order to pay, or a module that only has to arrive."""
        for module in billing.modules(login):
            if not _is(module, offer, license):
                continue
            if module.status == IN_BASKET:
                return billing.billorder(login)
            if module.status in {ACTIVE, PROCESSING}:
                return ""
        raise fault

    def _arrived(self, intname: str) -> Purchase:
        """Has the license refreshed until it carries the module, or for a few looks."""
        for look in range(LOOKS):
            if look:
                self._wait(PAUSE)
            if self.refresh().carries(intname):
                return Purchase(intname, "active")
        return Purchase(intname, "processing", said="it is paid; refresh the license later")

    def prolong(self, intname: str, login: Login) -> date | None:
        """Buys another month of a module; its end afterwards. Raises as `buy`."""
        billing, module = self._held(intname, login)
        end = billing.prolong(login, module.id)
        self.refresh()
        return end

    def delete(self, intname: str, login: Login) -> None:
        """Gives a module up. Raises as `buy`."""
        billing, module = self._held(intname, login)
        billing.delete(login, module.id)
        self.refresh()

    def _held(self, intname: str, login: Login) -> tuple[Billing, Bought]:
        license = self._folder.read()
        billing = self._bill(self.partner(license))
        for module in billing.modules(login):
            here = module.license in {None, license.id}
            if module.intname == intname and here and module.status in {ACTIVE, SUSPENDED}:
                return billing, module
        raise LookupError(f"the billing knows of no {intname} for this license")

    def _bill(self, partner: Partner) -> Billing:
        return Billing(self._http, partner.url)


def _had_before(intname: str) -> Purchase:
    return Purchase(intname, "active", said="the license carries it already")


def _is(module: Bought, offer: Offer, license: License) -> bool:
    return module.intname == offer.intname and module.license in {None, license.id}
