"""Ways of reselling with a `mockseller.Client`: docs/reselling.md.

A billing of your own, BILLmanager and WHMCS; a shop with its own prices and margins; servers sold
together with a license; an endpoint that sells modules to control panels.
"""

from __future__ import annotations

from reseller_client import resellers
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore
from reseller_client.resellers import *  # noqa: F403 - its public names are names of this module
from reseller_client.resellers.billmanager.models import (
    LowBalance,
    NoRate,
    NotConnected,
    NotForSale,
    PeriodsDiffer,
)
from reseller_client.resellers.bundles.bundles import Bundles, Panel
from reseller_client.resellers.bundles.store import BundleStore
from reseller_client.shop.margin import Margin, by_license, by_month, total, write_csv
from reseller_client.shop.prices import Exchange, PriceRule, Rounding
from reseller_client.shop.store import Cost, Customer, Sale, StorefrontStore
from reseller_client.shop.storefront import Storefront

__all__ = [
    "BundleStore",
    "Bundles",
    "Cost",
    "Customer",
    "Exchange",
    "LowBalance",
    "Margin",
    "ModuleEndpoint",
    "ModuleShop",
    "ModuleStore",
    "NoRate",
    "NotConnected",
    "NotForSale",
    "Panel",
    "PeriodsDiffer",
    "PriceRule",
    "Rounding",
    "Sale",
    "Storefront",
    "StorefrontStore",
    "by_license",
    "by_month",
    "total",
    "write_csv",
]
__all__ += resellers.__all__
