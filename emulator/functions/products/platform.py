"""``platform``: VMmanager 6 and DCImanager 6.

Source: docs/trade.md section 13. A platform is known by its comment; nodes and servers are addons.
"""

from __future__ import annotations

from emulator.api.fields import Months, Numbered, Text
from emulator.api.registry import Evidence
from emulator.functions import descriptions
from emulator.functions.products.build import build
from emulator.functions.products.common import (
    ADDRESS_FORM_FIELDS,
    ADDRESS_ROW_FIELDS,
    AnyChange,
    AnyOrder,
    LicenseForm,
    LicenseOrderForm,
    LicenseRow,
)
from emulator.functions.products.product_type import ProductType

OBSERVED, DOCUMENTED, ASSUMED = Evidence.OBSERVED, Evidence.DOCUMENTED, Evidence.ASSUMED


class PlatformOrder(AnyOrder):
    """What both forms of an order of a platform take."""

    comment = Text(descriptions.COMMENT)
    addon = Numbered(descriptions.ADDON, prefix="addon_")


class PlatformOrderForm(LicenseOrderForm):
    """The order form of a platform, which has a comment and neither name nor address."""

    comment = Text(descriptions.COMMENT)

    without = ("ip", "licname", "remoteip")


class PlatformChange(AnyChange):
    """What can be changed of a platform."""

    comment = Text(descriptions.COMMENT)
    autoprolong = Months(descriptions.AUTOPROLONG)
    addon = Numbered(descriptions.ADDON, prefix="addon_")


class PlatformRow(LicenseRow):
    """A platform in the list."""

    comment = Text(descriptions.COMMENT)

    without = ADDRESS_ROW_FIELDS


class PlatformForm(LicenseForm):
    """The form of a platform."""

    comment = Text(descriptions.COMMENT)

    without = ADDRESS_FORM_FIELDS


PLATFORM = ProductType(
    intname="platform",
    title={"en": "Platforms", "ru": "Платформы"},
    source="docs/trade.md section 13",
    functions={
        "platform": ASSUMED,
        "platform.filter": OBSERVED,
        "platform.edit": DOCUMENTED,
        "platform.suspend": ASSUMED,
        "platform.resume": ASSUMED,
        "platform.delete": ASSUMED,
        "platform.order": ASSUMED,
        "platform.order.pricelist": ASSUMED,
        "v2.platform.order.pricelist": ASSUMED,
        "platform.order.param": DOCUMENTED,
        "v2.platform.order.param": ASSUMED,
    },
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
    ordered=PlatformOrder,
    order_form=PlatformOrderForm,
    changes=PlatformChange,
    row=PlatformRow,
    form=PlatformForm,
)
FAMILY = build(PLATFORM)
