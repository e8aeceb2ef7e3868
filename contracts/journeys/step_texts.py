"""What each step of a journey is about, and what it costs where a seller does otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class StepText:
    """What has to hold at the seller, and what goes wrong for whom where it does not."""

    about: str
    cost: str


STEP_TEXTS: Final[Mapping[str, StepText]] = MappingProxyType(
    {
        "price": StepText(
            "The price list has the tariff with a price for a month.",
            "The shop cannot work out its own price, and sells below cost or not at all.",
        ),
        "currency": StepText(
            "Prices and the balance name their currency, and the same one.",
            "A shop adds its margin to roubles and charges euros.",
        ),
        "connect": StepText(
            "A reselling BILLmanager connects, and imports the tariffs it will sell.",
            "The hoster cannot even set up what it has a contract to resell.",
        ),
        "look at the order": StepText(
            "The form of an order shows its price and buys nothing.",
            "Every customer who looks at an order costs the reseller a service.",
        ),
        "order": StepText(
            "A confirmed order opens one service, at the price of the list.",
            "The customer has paid the shop, and gets nothing, or the shop pays for two.",
        ),
        "order again": StepText(
            "A lost order is found by the reseller's own number, and not bought again.",
            "Each answer that gets lost on the way is a second service that nobody uses.",
        ),
        "key": StepText(
            "The form of the license has its key, at once or after a while.",
            "The customer has bought a license that cannot be activated.",
        ),
        "pages of the list": StepText(
            "The pages of a list together have every service once.",
            "Services that fell between two pages are never renewed, and run out.",
        ),
        "order of the list": StepText(
            "A list can be sorted by its columns.",
            "A shop that looks at the first rows for what expires next misses it.",
        ),
        "refused prolongation": StepText(
            "A period that is not sold is refused and costs nothing.",
            "A slip in a renewal buys a term that the shop cannot sell on.",
        ),
        "rename": StepText(
            "A license keeps its number and key under a new name.",
            "Customers' labels and the seller's drift apart until nobody knows whose is whose.",
        ),
        "re-address": StepText(
            "A license moves to another address and stays the same license.",
            "A customer with a new server has to buy the panel again.",
        ),
        "new key": StepText(
            "A new key replaces the old one, without charge.",
            "A key that leaked cannot be taken out of use.",
        ),
        "prolong": StepText(
            "A month more is charged once and moves the end by a month.",
            "The customer has paid for a month and is switched off in the middle of it.",
        ),
        "suspend": StepText(
            "A suspended service does not work, and its paid term runs on.",
            "Whoever does not pay the shop goes on using what the shop pays for.",
        ),
        "resume": StepText(
            "A resumed service works again with the end it had.",
            "A customer who has paid the debt stays switched off, or loses days already paid.",
        ),
        "change of tariff": StepText(
            "Another tariff costs the difference for the days that are left.",
            "An upgrade costs a full term a second time, or is given away.",
        ),
        "resize": StepText(
            "More of a resource is paid at once, and is there.",
            "The customer pays for memory the server does not have.",
        ),
        "delete": StepText(
            "A deleted service is gone from the list and is charged no more.",
            "The reseller pays month after month for customers who left.",
        ),
        "prolong what is deleted": StepText(
            "A service that is gone cannot be prolonged.",
            "The shop takes money for a server that no longer exists.",
        ),
        "order without a licence": StepText(
            "A module is not sold without the license it works on.",
            "The customer owns a module and nothing that it could be installed in.",
        ),
        "licence": StepText(
            "The license that is to carry the module can be bought.",
            "No module can be sold to anybody, since there is nothing to attach it to.",
        ),
        "delete its licence": StepText(
            "The license that carried the module can be given up.",
            "A license that was needed for one module is billed for ever.",
        ),
        "ledger": StepText(
            "Each charge is in the list of expenses, and together they are what the balance lost.",
            "The reseller cannot show a customer, or its own books, what a charge was for.",
        ),
        "newer price list": StepText(
            "The newer order lists the tariffs with their prices.",
            "A shop on the newer interface has an empty window.",
        ),
        "newer form": StepText(
            "The newer form shows the tariff's choices and what they cost.",
            "The customer configures a server without seeing the price that will be charged.",
        ),
        "tariff by keyvalue": StepText(
            "Tariff and datacenter can be named in one field.",
            "The server is ordered in another country than the customer has chosen.",
        ),
        "recalculation": StepText(
            "A changed choice gives the price anew, and orders nothing.",
            "Moving a slider buys a server, or shows the price of the one before.",
        ),
        "newer order": StepText(
            "Several servers of one order are opened and charged one by one.",
            "Three servers are paid for and one is delivered.",
        ),
        "delete what it opened": StepText(
            "Every server of the order can be given up by its own number.",
            "Servers of an order that cannot be told apart stay and are billed.",
        ),
        "put in the pool": StepText(
            "A license given up is freed for the next customer, and not deleted.",
            "The hoster pays twice: for the rest of the old license and for a new one.",
        ),
        "take from the pool": StepText(
            "A license of the pool is given to the next customer, at the new address.",
            "The new customer gets a license that is bound to a stranger's server.",
        ),
    }
)
"""By the name of the step."""
