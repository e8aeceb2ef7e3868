"""What orders of licenses take and show, type by type, and what can be changed of each.

Source: docs/trade.md sections 3, 6, 7 and 8: each type takes exactly what its own page tells, and
what every product type has (``remoteid``, ``autoprolong``).
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from emulator.api.fields import Address, AnyAddress, Flag, Id, Months, Numbered, Text, Whole
from emulator.api.schema import WireSchema

ON = "on"


class OrderForm(WireSchema):
    """What an order form shows, and what an order answers."""

    id = Whole()
    pricelist = Whole()
    period = Whole()
    order_period = Whole()
    ip = Text()
    licname = Text()
    remoteip = Text()
    remoteid = Text()
    autoprolong = Months()
    skipbasket = Flag()
    orderinfo = Text()
    billorder = Whole()


class ThirdPartyOrderForm(OrderForm):
    """The same without what third-party licenses lack."""

    class Meta(WireSchema.Meta):
        """No address of a server beside the license's."""

        exclude = ("remoteip",)


class PlatformOrderForm(OrderForm):
    """Platforms have a comment and neither name nor address."""

    comment = Text()

    class Meta(WireSchema.Meta):
        """No name, no addresses."""

        exclude = ("ip", "licname", "remoteip")


class MonthsOrNone(Months):
    """``autoprolong`` where anything but the period leaves it off, unsaid (documented)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | None:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class OnOrMonths(Months):
    """``autoprolong`` of the new form: ``on`` is the period that is ordered, months are taken too.

    Both are documented, on different pages.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value.strip().lower() == ON:
            return ON
        return super()._deserialize(value, attr, data, **kwargs)


class OnOrMonthsOrNone(OnOrMonths):
    """The same where anything but the period leaves it off, unsaid (documented)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class AnyOrder(WireSchema):
    """What every order takes."""

    pricelist = Whole(needed=True)
    remoteid = Text()
    skipbasket = Flag()


class NewOrder(AnyOrder):
    """The new form: the period has another name, and automatic prolongation is on/off.

    ``period`` still serves where ``order_period`` is absent: clients ask for the form with it. The
    page of the new order names no address, so it can come later, with ``X.edit`` (assumed).
    """

    period = Whole()
    order_period = Whole()
    autoprolong = OnOrMonths()


class SoftFields(AnyOrder):
    """What both forms of an order of the vendor's own licenses take."""

    ip = Address()
    licname = Text()
    remoteip = AnyAddress()
    addon = Numbered(prefix="addon_")


class SoftOrder(SoftFields):
    """An order of the vendor's own licenses, as the pages and the clients send it."""

    period = Whole(needed=True)
    ip = Address(needed=True)
    autoprolong = Months()


class NewSoftOrder(NewOrder, SoftFields):
    """The same in the new form."""


class ThirdPartyFields(AnyOrder):
    """What both forms of an order of a third-party license take."""

    ip = Address()
    licname = Text()


class ThirdPartyOrder(ThirdPartyFields):
    """An order of a third-party license; the tariff says whether it wants an address."""

    period = Whole(needed=True)
    autoprolong = MonthsOrNone()


class NewThirdPartyOrder(NewOrder, ThirdPartyFields):
    """The same in the new form."""

    autoprolong = OnOrMonthsOrNone()


class PlatformFields(AnyOrder):
    """What both forms of an order of a platform take."""

    comment = Text()
    addon = Numbered(prefix="addon_")


class PlatformOrder(PlatformFields):
    """An order of a platform."""

    period = Whole(needed=True)
    autoprolong = Months()


class NewPlatformOrder(NewOrder, PlatformFields):
    """The same in the new form."""


class AnyChange(WireSchema):
    """What can be changed of every license. Only what is sent changes."""

    elid = Id(required=True)
    remoteid = Text()


class SoftChange(AnyChange):
    """What can be changed of the vendor's own licenses."""

    licname = Text()
    ip = Address()
    remoteip = AnyAddress()
    autoprolong = Months()
    addon = Numbered(prefix="addon_")


class ThirdPartyChange(AnyChange):
    """What can be changed of a third-party license."""

    licname = Text()
    ip = Address()
    autoprolong = MonthsOrNone()


class PlatformChange(AnyChange):
    """What can be changed of a platform."""

    comment = Text()
    autoprolong = Months()
    addon = Numbered(prefix="addon_")
