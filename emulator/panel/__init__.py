"""A control panel with a license: it shows modules at the reseller's prices and buys them.

It has the addresses of the seller and of the reseller's billing and talks to both over HTTP only,
so it can be pointed at any billing. Source: docs/modules.md.
"""

from emulator.panel.billing import (
    Billing,
    BillingLogin,
    BillingRefused,
    BillingUnavailable,
    BoughtModule,
    Offer,
)
from emulator.panel.license import License, LicenseFileError, LicenseFolder, LicensePartner, Module
from emulator.panel.offers import PanelModule
from emulator.panel.pages import PanelPages
from emulator.panel.panel import MODES, Panel, PanelSettings, PanelState, Purchase
from emulator.panel.serving import PanelServer

__all__ = [
    "MODES",
    "Billing",
    "BillingLogin",
    "BillingRefused",
    "BillingUnavailable",
    "BoughtModule",
    "License",
    "LicenseFileError",
    "LicenseFolder",
    "LicensePartner",
    "Module",
    "Offer",
    "Panel",
    "PanelModule",
    "PanelPages",
    "PanelServer",
    "PanelSettings",
    "PanelState",
    "Purchase",
]
