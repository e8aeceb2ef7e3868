"""``soft``: licenses of the vendor's own panels.

Source: docs/trade.md sections 2 to 6.
"""

from __future__ import annotations

from emulator.api.context import ActionResult, Call
from emulator.api.fields import Address, AnyAddress, Months, Numbered, Text, Whole
from emulator.api.registry import Evidence
from emulator.api.schema import WireSchema
from emulator.domain.services import order_rules
from emulator.errors import BadValue, Exists
from emulator.functions import descriptions
from emulator.functions.products.build import build
from emulator.functions.products.common import (
    AnyChange,
    AnyOrder,
    ClassicTerm,
    LicenseForm,
    LicenseOrderForm,
    LicenseRow,
)
from emulator.functions.products.product_type import ProductType, declared

OBSERVED, DOCUMENTED = Evidence.OBSERVED, Evidence.DOCUMENTED


class SoftOrder(AnyOrder):
    """What both forms of an order of the vendor's own licenses take."""

    ip = Address(descriptions.LICENSE_IP)
    licname = Text(descriptions.LICENSE_NAME)
    remoteip = AnyAddress(descriptions.REMOTE_IP)
    addon = Numbered(descriptions.ADDON, prefix="addon_")


class SoftTerm(ClassicTerm):
    """The term of such an order, and its address: pages and clients always send it."""

    ip = Address(descriptions.LICENSE_IP, needed=True)


class SoftChange(AnyChange):
    """What can be changed of the vendor's own licenses."""

    licname = Text(descriptions.LICENSE_NAME)
    ip = Address(descriptions.LICENSE_IP)
    remoteip = AnyAddress(descriptions.REMOTE_IP, clears=True)
    autoprolong = Months(descriptions.AUTOPROLONG)
    addon = Numbered(descriptions.ADDON, prefix="addon_")


class AddressCheck(WireSchema):
    """Which tariff would be ordered for which address."""

    pricelist = Whole(descriptions.TARIFF, required=True)
    ip = Address(descriptions.LICENSE_IP, required=True)
    period = Whole(descriptions.ORDER_PERIOD)


SOFT = ProductType(
    **declared("soft"),
    ordered=SoftOrder,
    term=SoftTerm,
    order_form=LicenseOrderForm,
    changes=SoftChange,
    row=LicenseRow,
    form=LicenseForm,
    has_new_key=True,
)
FAMILY = build(SOFT)


@FAMILY.action(
    "soft.checkip",
    takes=AddressCheck,
    fails=(BadValue, Exists),
    evidence=OBSERVED,
    source="docs/trade.md section 6.3",
    example={"pricelist": "55227", "period": "1", "ip": "192.0.2.202"},
)
def check_address(call: Call, pricelist: int, ip: str, period: int | None = None) -> ActionResult:
    """Refuses what an order of this tariff for this address would refuse; changes nothing."""
    order_rules.check_order(call.shop, call.user, "soft", pricelist, period, ip)
    return ActionResult()
