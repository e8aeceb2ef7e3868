"""``platform``: VMmanager 6 and DCImanager 6.

Source: docs/trade.md section 13. Named by a comment; nodes and machines are addons.
"""

from __future__ import annotations

from emulator.api.registry import Evidence, Family
from emulator.functions.products import license_orders as orders
from emulator.functions.products import license_views as views
from emulator.functions.products.build import build
from emulator.functions.products.product_type import ProductType

PLATFORM = ProductType(
    intname="platform",
    title={"en": "Platforms", "ru": "Платформы"},
    source="docs/trade.md section 13",
    example="100012",
    example_order={
        "pricelist": "55163",
        "period": "1",
        "comment": "example",
        "addon_55165": "1",
        "autoprolong": "1",
        "skipbasket": "on",
        "clicked_button": "finish",
        "sok": "ok",
    },
    takes=orders.PlatformOrder,
    new_takes=orders.NewPlatformOrder,
    order_form=orders.PlatformOrderForm,
    changes=orders.PlatformChange,
    row=views.PlatformRow,
    form=views.PlatformForm,
    evidence={"order.param": Evidence.DOCUMENTED, "edit": Evidence.DOCUMENTED},
)


def family() -> Family:
    """Platforms."""
    return build(PLATFORM)
