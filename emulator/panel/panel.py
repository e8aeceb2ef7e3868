"""The panel's dealings with modules: show them, buy one, refresh the license file.

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

from emulator.panel.billing import (
    Billing,
    BillingLogin,
    BillingRefused,
    BillingUnavailable,
    BoughtModule,
    Offer,
)
from emulator.panel.license import License, LicenseFileError, LicenseFolder, LicensePartner
from emulator.panel.offers import PanelModule, editions, panel_modules

AUTOMATIC, MANUAL, PRICELIST = MODES = ("automatic", "manual", "pricelist")
IN_BASKET, ACTIVE, SUSPENDED, PROCESSING = 1, 2, 3, 5
REFRESHES: Final = 5
PAUSE: Final = 1.0
"""Seconds between two refreshes of the license file after a purchase."""
Outcome = Literal["active", "processing", "to pay", "by hand"]


@dataclass(frozen=True, slots=True)
class PanelState:
    """What the panel's page shows; `trouble`: what could not be found out, and why."""

    license: License | None
    partner: LicensePartner
    rows: tuple[PanelModule, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """The result of buying the module with the internal name `module`.

    `active`: it is in the license file. `processing`: it is paid and not in the license file yet.
    `to pay`: a person has to pay it at `link`. `by hand`: a person has to buy it at `link`.
    `note` is one more line for people, or empty.
    """

    module: str
    outcome: Outcome
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """Whose license a panel has, and what it overrides of the license file.

    `seller`: the address of the seller's API; `key`: the license key, empty to use the saved one;
    `billing` and `mode`: used instead of those in the license file; `address`: the IP address the
    panel reports as its own. Raises ValueError for an unknown mode.
    """

    seller: str
    key: str = ""
    billing: str = ""
    mode: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        """Check the mode."""
        if self.mode and self.mode not in MODES:
            raise ValueError(f"mode: {self.mode} is not one of {', '.join(MODES)}")


class Panel:
    """A panel: its license folder, the seller, and the billing where it buys.

    A license file without a partner leads to the seller's own shop. `wait` is called with the
    seconds to pause between two refreshes after a purchase.
    """

    def __init__(
        self,
        folder: LicenseFolder,
        http: httpx.Client,
        settings: PanelSettings,
        *,
        wait: Callable[[float], object],
    ) -> None:
        """Store the parts."""
        self._folder = folder
        self._http = http
        self._settings = settings
        self._wait = wait

    def refresh(self) -> License:
        """Fetches the license file anew. Raises LicenseFault."""
        key = self._settings.key or self._folder.key
        if not key:
            raise LicenseFileError("no license key is saved here; name one with --license KEY")
        return self._folder.fetch(self._http, self._settings.seller, key, self._settings.address)

    def partner(self, license: License | None) -> LicensePartner:
        """The billing to ask, and the mode."""
        in_file = None if license is None else license.partner
        partner = in_file or LicensePartner(self._settings.seller, AUTOMATIC)
        url, mode = self._settings.billing, self._settings.mode
        return LicensePartner(url or partner.url, mode or partner.mode)

    def state(self, login: BillingLogin | None = None) -> PanelState:
        """The license, and the modules with prices where the mode shows any."""
        try:
            license = self._folder.read()
        except LicenseFileError as error:
            return PanelState(None, self.partner(None), (), str(error))
        partner = self.partner(license)
        if partner.mode == MANUAL:
            return PanelState(
                license, partner, panel_modules(license, (), self._billing(partner), by_hand=True)
            )
        try:
            offers = self._billing(partner).offers(login if partner.mode == AUTOMATIC else None)
            trouble = "" if offers else "the billing sells no modules with a price for one month"
        except (BillingUnavailable, BillingRefused) as error:
            offers, trouble = (), f"no prices: {error}"
        by_hand = partner.mode != AUTOMATIC
        rows = panel_modules(license, offers, self._billing(partner), by_hand=by_hand)
        return PanelState(license, partner, rows, trouble)

    def buy(self, module: str, login: BillingLogin | None = None) -> Purchase:
        """Buys a module for a month, by its internal name or by its number at the billing.

        A second call does not buy it twice: a module that is active or already paid is left alone.

        Raises LicenseFault, NoBilling, BillingFault; LookupError for a module nobody sells;
        ValueError in automatic mode without a login.
        """
        license = self._folder.read()
        if license.carries(module):
            return _already_active(module)
        partner = self.partner(license)
        billing = self._billing(partner)
        if partner.mode == MANUAL:
            return Purchase(module, "by hand", billing.site())
        if partner.mode == PRICELIST:
            offer = editions(billing.offers(None), module)[0]
            return Purchase(offer.intname, "by hand", billing.site(offer, license.id))
        if login is None:
            raise ValueError("buying needs a login at the billing")
        return self._buy_automatically(billing, license, module, login)

    def _buy_automatically(
        self, billing: Billing, license: License, module: str, login: BillingLogin
    ) -> Purchase:
        offers = editions(billing.offers(login), module)
        if license.carries(offers[0].intname):
            return _already_active(offers[0].intname)
        billing.basket(login)
        order = self._place_order(billing, license, offers, login)
        if order:
            try:
                link = billing.pay(login, order)
            except BillingRefused as error:
                if error.type != "not_enough_money":
                    raise
                return Purchase(offers[0].intname, "to pay", billing.site(), str(error))
            if link:
                return Purchase(offers[0].intname, "to pay", link)
        return self._await_module(offers[0].intname)

    def _place_order(
        self, billing: Billing, license: License, offers: tuple[Offer, ...], login: BillingLogin
    ) -> str:
        """Orders a module; the number of the order, or empty where the module is already paid.

        One name may have several editions, and the billing refuses the one that does not fit.
        """
        for offer in offers:
            try:
                return billing.order(login, offer, license.id)
            except BillingRefused as error:
                if error.type == "exists":
                    return self._resume_order(billing, license, offer, login, error)
                misfit = (error.type, error.object) == ("value", "pricelist")
                if not misfit or offer is offers[-1]:
                    raise
        raise LookupError(
            "the billing sells no such module"
        )  # pragma: no cover - `editions` found one

    def _resume_order(
        self,
        billing: Billing,
        license: License,
        offer: Offer,
        login: BillingLogin,
        error: BillingRefused,
    ) -> str:
        """What an earlier attempt left: an unpaid order's number, or empty for a paid module."""
        for module in billing.modules(login):
            if not _matches(module, offer, license):
                continue
            if module.status == IN_BASKET:
                return billing.billorder(login)
            if module.status in {ACTIVE, PROCESSING}:
                return ""
        raise error

    def _await_module(self, intname: str) -> Purchase:
        """Refreshes the license file until the module is in it, a few times at most."""
        for attempt in range(REFRESHES):
            if attempt:
                self._wait(PAUSE)
            if self.refresh().carries(intname):
                return Purchase(intname, "active")
        return Purchase(intname, "processing", note="the module is paid; refresh the license later")

    def prolong(self, intname: str, login: BillingLogin) -> date | None:
        """Buys another month of a module; returns its new end, if the billing names one.

        Raises LicenseFileError, BillingUnavailable, BillingRefused; LookupError for a module that
        the billing does not list for this license.
        """
        billing, module = self._find_module(intname, login)
        end = billing.prolong(login, module.id)
        self.refresh()
        return end

    def delete(self, intname: str, login: BillingLogin) -> None:
        """Deletes a module at the billing. Raises the same errors as `prolong`."""
        billing, module = self._find_module(intname, login)
        billing.delete(login, module.id)
        self.refresh()

    def _find_module(self, intname: str, login: BillingLogin) -> tuple[Billing, BoughtModule]:
        license = self._folder.read()
        billing = self._billing(self.partner(license))
        for module in billing.modules(login):
            here = module.license in {None, license.id}
            if module.intname == intname and here and module.status in {ACTIVE, SUSPENDED}:
                return billing, module
        raise LookupError(f"the billing lists no {intname} for this license")

    def _billing(self, partner: LicensePartner) -> Billing:
        return Billing(self._http, partner.url)


def _already_active(intname: str) -> Purchase:
    return Purchase(intname, "active", note="the license has it already")


def _matches(module: BoughtModule, offer: Offer, license: License) -> bool:
    return module.intname == offer.intname and module.license in {None, license.id}
