"""``softexternal``: licenses of other vendors, not tied to a panel.

Source: docs/trade.md section 7. Two generations of its page differ: one has an address and the
period of a month alone, the other no address and its own periods; the tariff tells which.
"""

from __future__ import annotations

from emulator.api.registry import Evidence, Family
from emulator.functions.products import license_orders as orders
from emulator.functions.products import license_views as views
from emulator.functions.products.build import build
from emulator.functions.products.product_type import ProductType

THIRD_PARTY = ProductType(
    intname="softexternal",
    title={"en": "Third-party licences", "ru": "Сторонние лицензии"},
    source="docs/trade.md section 7",
    example="100010",
    example_order={
        "pricelist": "55369",
        "period": "1",
        "licname": "example",
        "autoprolong": "1",
        "skipbasket": "on",
        "sok": "ok",
    },
    takes=orders.ThirdPartyOrder,
    new_takes=orders.NewThirdPartyOrder,
    order_form=orders.ThirdPartyOrderForm,
    changes=orders.ThirdPartyChange,
    row=views.ThirdPartyRow,
    form=views.ThirdPartyForm,
    evidence={
        "": Evidence.DOCUMENTED,
        "filter": Evidence.DOCUMENTED,
        "order.param": Evidence.DOCUMENTED,
        "edit": Evidence.DOCUMENTED,
        "suspend": Evidence.DOCUMENTED,
        "resume": Evidence.DOCUMENTED,
        "delete": Evidence.DOCUMENTED,
    },
)


def family() -> Family:
    """Third-party licenses."""
    return build(THIRD_PARTY)
