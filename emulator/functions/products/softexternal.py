"""``softexternal``: licenses of other vendors, not tied to a panel.

Source: docs/trade.md section 7. Two generations of its page differ: one has an address and the
period of a month alone, the other no address and its own periods; the tariff decides which.
"""

from __future__ import annotations

from emulator.api.fields import Address, Text
from emulator.api.registry import Evidence
from emulator.functions import descriptions
from emulator.functions.products.build import build
from emulator.functions.products.common import (
    AnyChange,
    AnyOrder,
    LicenseForm,
    LicenseOrderForm,
    LicenseRow,
    MonthsOrNone,
    NewTermByPeriod,
    TermByPeriod,
)
from emulator.functions.products.product_type import ProductType, declared

DOCUMENTED, ASSUMED = Evidence.DOCUMENTED, Evidence.ASSUMED


class ThirdPartyOrder(AnyOrder):
    """What both forms of an order of a third-party license take."""

    ip = Address(descriptions.LICENSE_IP)
    licname = Text(descriptions.LICENSE_NAME)


class ThirdPartyOrderForm(LicenseOrderForm):
    """The order form of third-party licenses: no address of a server beside the license's."""

    without = ("remoteip",)


class ThirdPartyChange(AnyChange):
    """What can be changed of a third-party license."""

    licname = Text(descriptions.LICENSE_NAME)
    ip = Address(descriptions.LICENSE_IP)
    autoprolong = MonthsOrNone(descriptions.AUTOPROLONG_IS_PERIOD)


class ThirdPartyRow(LicenseRow):
    """A third-party license in the list."""

    without = ("remoteip", "update_expiredate", "real_ipchange", "real_keychange")


class ThirdPartyForm(LicenseForm):
    """The form of a third-party license."""

    without = (
        "remoteip",
        "ip_change_date",
        "lickey_change_date",
        "update_expiredate",
        "webdomains",
    )


THIRD_PARTY = ProductType(
    **declared("softexternal"),
    ordered=ThirdPartyOrder,
    term=TermByPeriod,
    new_term=NewTermByPeriod,
    order_form=ThirdPartyOrderForm,
    changes=ThirdPartyChange,
    row=ThirdPartyRow,
    form=ThirdPartyForm,
)
FAMILY = build(THIRD_PARTY)
