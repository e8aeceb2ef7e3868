"""Ways of reselling with a `mockseller.Client`: docs/reselling.md.

A billing of your own, BILLmanager and WHMCS; a shop with its own prices and margins; servers sold
together with a license; an endpoint that sells modules to control panels.
"""

from __future__ import annotations

from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import ModuleStore
from reseller_client.resellers import (
    FREE_ADDRESS,
    FREE_NAME,
    MATRIX,
    Activation,
    AddonState,
    ApiLogin,
    BillmanagerReseller,
    Bought,
    CustomModules,
    CustomReseller,
    CustomServices,
    CustomTickets,
    DailyReport,
    Delivery,
    Hosted,
    Kind,
    MemoryStore,
    NewAnswer,
    Owner,
    PoolRow,
    ProcessingModule,
    Renewal,
    SellerAccount,
    SqliteStore,
    Store,
    Trade,
    WhmcsReseller,
    activate_addon,
    add_api_login,
    addon_of,
    can_resell,
    failure_text,
    rights_to_resell,
    sign_on,
)
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
    "FREE_ADDRESS",
    "FREE_NAME",
    "MATRIX",
    "Activation",
    "AddonState",
    "ApiLogin",
    "BillmanagerReseller",
    "Bought",
    "BundleStore",
    "Bundles",
    "Cost",
    "CustomModules",
    "CustomReseller",
    "CustomServices",
    "CustomTickets",
    "Customer",
    "DailyReport",
    "Delivery",
    "Exchange",
    "Hosted",
    "Kind",
    "LowBalance",
    "Margin",
    "MemoryStore",
    "ModuleEndpoint",
    "ModuleShop",
    "ModuleStore",
    "NewAnswer",
    "NoRate",
    "NotConnected",
    "NotForSale",
    "Owner",
    "Panel",
    "PeriodsDiffer",
    "PoolRow",
    "PriceRule",
    "ProcessingModule",
    "Renewal",
    "Rounding",
    "Sale",
    "SellerAccount",
    "SqliteStore",
    "Store",
    "Storefront",
    "StorefrontStore",
    "Trade",
    "WhmcsReseller",
    "activate_addon",
    "add_api_login",
    "addon_of",
    "by_license",
    "by_month",
    "can_resell",
    "failure_text",
    "rights_to_resell",
    "sign_on",
    "total",
    "write_csv",
]
