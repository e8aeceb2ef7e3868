"""``soft``: licenses of the vendor's own panels.

Source: docs/trade.md sections 2 to 6.
"""

from __future__ import annotations

from emulator.api.context import ActionResult, Call
from emulator.api.fields import Address, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.services import order_rules
from emulator.errors import BadValue, Exists
from emulator.functions.products import license_orders as orders
from emulator.functions.products import license_views as views
from emulator.functions.products.build import build
from emulator.functions.products.product_type import ProductType

SOFT = ProductType(
    intname="soft",
    title={"en": "Licences", "ru": "Лицензии"},
    source="docs/trade.md sections 3 and 6",
    example="100001",
    example_order={
        "pricelist": "55227",
        "period": "1",
        "ip": "192.0.2.201",
        "licname": "example",
        "remoteid": "r-1",
        "autoprolong": "null",
        "skipbasket": "on",
        "clicked_button": "finish",
        "sok": "ok",
    },
    takes=orders.SoftOrder,
    new_takes=orders.NewSoftOrder,
    order_form=orders.OrderForm,
    changes=orders.SoftChange,
    row=views.LicenseRow,
    form=views.LicenseForm,
    evidence={
        "": Evidence.DOCUMENTED,
        "filter": Evidence.OBSERVED,
        "order": Evidence.OBSERVED,
        "order.param": Evidence.DOCUMENTED,
        "v2.order.param": Evidence.DOCUMENTED,
        "edit": Evidence.OBSERVED,
        "suspend": Evidence.OBSERVED,
        "resume": Evidence.OBSERVED,
        "delete": Evidence.OBSERVED,
    },
    has_new_key=True,
)


class AddressCheck(WireSchema):
    """What would be ordered where."""

    pricelist = Whole(required=True)
    ip = Address(required=True)
    period = Whole()


def family() -> Family:
    """Licenses, and the check before an order that no other product type has."""
    soft = build(SOFT)

    @soft.action(
        "soft.checkip",
        takes=AddressCheck,
        fails=(BadValue, Exists),
        evidence=Evidence.OBSERVED,
        source="docs/trade.md section 6.3",
        example={"pricelist": "55227", "period": "1", "ip": "192.0.2.202"},
    )
    def checkip(call: Call, pricelist: int, ip: str, period: int | None = None) -> ActionResult:
        """Refuses what an order of this tariff for this address would refuse; changes nothing."""
        order_rules.check_order(call.shop, call.user, "soft", pricelist, period, ip)
        return ActionResult()

    return soft
