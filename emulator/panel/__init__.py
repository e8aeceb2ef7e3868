"""A control panel under a license: it shows modules at the reseller's prices, and buys them.

It knows the seller and the reseller's billing as two addresses and nothing else: whatever it does
goes over the wire, so it can be pointed at anybody's billing. Source: docs/modules.md.
"""

from emulator.panel.billing import Billing, BillingFault, Bought, Login, NoBilling, Offer
from emulator.panel.license import License, LicenseFault, LicenseFolder, Module, Partner
from emulator.panel.offers import Shelf
from emulator.panel.pages import PanelPages
from emulator.panel.panel import MODES, Bearings, Panel, Purchase, State
from emulator.panel.serving import Served

__all__ = [
    "MODES",
    "Bearings",
    "Billing",
    "BillingFault",
    "Bought",
    "License",
    "LicenseFault",
    "LicenseFolder",
    "Login",
    "Module",
    "NoBilling",
    "Offer",
    "Panel",
    "PanelPages",
    "Partner",
    "Purchase",
    "Served",
    "Shelf",
    "State",
]
