"""Reselling as each kind of reselling system does it."""

from reseller_client.resellers.api_login import ApiLogin, add_api_login, rights_to_resell
from reseller_client.resellers.billmanager.models import ProcessingModule
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller, SellerAccount
from reseller_client.resellers.custom.licenses import CustomReseller
from reseller_client.resellers.custom.modules import CustomModules
from reseller_client.resellers.custom.products import Renewal
from reseller_client.resellers.custom.services import CustomServices
from reseller_client.resellers.custom.tickets import CustomTickets, NewAnswer
from reseller_client.resellers.matrix import MATRIX, Kind, Trade, can_resell
from reseller_client.resellers.whmcs.hooks import (
    Activation,
    AddonState,
    activate_addon,
    addon_of,
    failure_text,
    sign_on,
)
from reseller_client.resellers.whmcs.licenses import (
    FREE_ADDRESS,
    FREE_NAME,
    Bought,
    DailyReport,
    Delivery,
    Hosted,
    WhmcsReseller,
)
from reseller_client.resellers.whmcs.store import MemoryStore, Owner, PoolRow, SqliteStore, Store

__all__ = [
    "FREE_ADDRESS",
    "FREE_NAME",
    "MATRIX",
    "Activation",
    "AddonState",
    "ApiLogin",
    "BillmanagerReseller",
    "Bought",
    "CustomModules",
    "CustomReseller",
    "CustomServices",
    "CustomTickets",
    "DailyReport",
    "Delivery",
    "Hosted",
    "Kind",
    "MemoryStore",
    "NewAnswer",
    "Owner",
    "PoolRow",
    "ProcessingModule",
    "Renewal",
    "SellerAccount",
    "SqliteStore",
    "Store",
    "Trade",
    "WhmcsReseller",
    "activate_addon",
    "add_api_login",
    "addon_of",
    "can_resell",
    "failure_text",
    "rights_to_resell",
    "sign_on",
]
