"""What a panel has on its shelves: what the license carries, and what the billing sells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from emulator.panel.billing import Billing, Offer
from emulator.panel.license import License


@dataclass(frozen=True, slots=True)
class Shelf:
    """A module as the panel shows it; without a price it can only be looked at."""

    intname: str
    name: str
    offer: Offer | None
    active: bool
    expires_on: date | None
    link: str
    """Where it is bought by hand; empty in automatic mode."""

    @property
    def price(self) -> tuple[Decimal, str] | None:
        """A month's price and its currency."""
        return None if self.offer is None else (self.offer.price, self.offer.currency)


def wanted(offers: tuple[Offer, ...], module: str) -> tuple[Offer, ...]:
    """What a name stands for: any edition of the module. A number stands for one edition of it.

    The same edition may be sold twice, for customers of two countries. LookupError: nobody sells
    it.
    """
    named = tuple(offer for offer in offers if offer.intname == module)
    chosen = next((offer for offer in offers if str(offer.id) == module), None)
    if chosen is not None:
        alike = (one for one in offers if _label(one) == _label(chosen) and one is not chosen)
        named = (chosen, *alike)
    if not named:
        names = ", ".join(dict.fromkeys(offer.intname for offer in offers)) or "nothing"
        raise LookupError(f"the billing sells no {module}; it sells {names}")
    return named


def _label(offer: Offer) -> tuple[str, str]:
    return offer.intname, offer.name


def shelves_of(
    license: License, offers: tuple[Offer, ...], billing: Billing, *, by_hand: bool
) -> tuple[Shelf, ...]:
    """What the license carries, then what else is sold, each edition once.

    `by_hand`: with a link to where a person buys it.
    """
    by_label: dict[tuple[str, str], Offer] = {}
    for offer in offers:
        by_label.setdefault(_label(offer), offer)
    carried = [
        Shelf(
            one.intname,
            one.name,
            by_label.get((one.intname, one.name)),
            active=True,
            expires_on=one.expires_on,
            link="",
        )
        for one in license.modules
    ]
    sold = [
        Shelf(
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
