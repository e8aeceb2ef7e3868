"""The panel's list of modules: those in the license, and those that the billing sells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from emulator.panel.billing import Billing, Offer
from emulator.panel.license import License


@dataclass(frozen=True, slots=True)
class PanelModule:
    """A module in the panel's list; without an offer it cannot be bought there."""

    intname: str
    name: str
    offer: Offer | None
    active: bool
    expires_on: date | None
    link: str
    """Where a person buys it; empty in automatic mode."""

    @property
    def price(self) -> tuple[Decimal, str] | None:
        """The price of one month and its currency."""
        return None if self.offer is None else (self.offer.price, self.offer.currency)


def editions(offers: tuple[Offer, ...], module: str) -> tuple[Offer, ...]:
    """The offers for a module: by name all its editions, by number that one edition.

    One edition may be sold twice, for customers of two countries. Raises LookupError where the
    billing does not sell the module.
    """
    named = tuple(offer for offer in offers if offer.intname == module)
    chosen = next((offer for offer in offers if str(offer.id) == module), None)
    if chosen is not None:
        alike = (
            edition
            for edition in offers
            if _label(edition) == _label(chosen) and edition is not chosen
        )
        named = (chosen, *alike)
    if not named:
        names = ", ".join(dict.fromkeys(offer.intname for offer in offers)) or "nothing"
        raise LookupError(f"the billing sells no {module}; it sells {names}")
    return named


def _label(offer: Offer) -> tuple[str, str]:
    return offer.intname, offer.name


def panel_modules(
    license: License, offers: tuple[Offer, ...], billing: Billing, *, by_hand: bool
) -> tuple[PanelModule, ...]:
    """The modules in the license, then the others that are sold, each edition once.

    `by_hand`: with a link to where a person buys it.
    """
    by_label: dict[tuple[str, str], Offer] = {}
    for offer in offers:
        by_label.setdefault(_label(offer), offer)
    carried = [
        PanelModule(
            edition.intname,
            edition.name,
            by_label.get((edition.intname, edition.name)),
            active=True,
            expires_on=edition.expires_on,
            link="",
        )
        for edition in license.modules
    ]
    sold = [
        PanelModule(
            offer.intname,
            offer.name,
            offer,
            active=False,
            expires_on=None,
            link=billing.site(offer, license.id) if by_hand else "",
        )
        for offer in by_label.values()
        if not license.carries(offer.intname)
    ]
    return (*carried, *sold)
