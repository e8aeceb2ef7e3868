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
from emulator.functions.products.product_type import ProductType, declared

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
    **declared("platform"),
    ordered=PlatformOrder,
    order_form=PlatformOrderForm,
    changes=PlatformChange,
    row=PlatformRow,
    form=PlatformForm,
)
FAMILY = build(PLATFORM)
