"""``addition``: modules of a control panel, each bought for a license.

Source: docs/trade.md section 8, docs/modules.md section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.api.fields import Id, Months, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts.accounts import Account
from emulator.domain.services import editing, modules, order_rules
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import AccessDenied
from emulator.functions.listing import Column
from emulator.functions.products import license_orders as orders
from emulator.functions.products import license_views as views
from emulator.functions.products.build import build
from emulator.functions.products.product_type import COMMON_COLUMNS, ProductType
from emulator.functions.products.product_type import plain_wish as plain
from emulator.store import tables


class ModuleOrderForm(orders.OrderForm):
    """A module is told by its license, ``item``, and has neither name nor address."""

    item = Whole()
    bitninja_email = Text()

    class Meta(WireSchema.Meta):
        """No name, no addresses."""

        exclude = ("ip", "licname", "remoteip")


class ModuleFields(orders.AnyOrder):
    """What both forms of an order of a module take.

    ``bitninja_email`` stands in the example of its page alone (documented); it is kept.
    """

    item = Id(entity="item")
    bitninja_email = Text()


class ModuleOrder(ModuleFields):
    """An order of a module for a license."""

    period = Whole(needed=True)
    autoprolong = orders.MonthsOrNone()


class NewModuleOrder(orders.NewOrder, ModuleFields):
    """The same in the new form."""

    autoprolong = orders.OnOrMonthsOrNone()


class ModuleChange(orders.AnyChange):
    """What can be changed of a module: its license, its prolongation; its period by a rule."""

    item = Id(entity="item")
    autoprolong = orders.MonthsOrNone()
    period = Months()


class ModuleRow(views.LicenseRow):
    """A module in the list; ``item`` is its license."""

    item = Whole()

    class Meta(WireSchema.Meta):
        """Fields of what stands on an address or has a name of its own."""

        exclude = (
            "licname",
            "ip",
            "remoteip",
            "update_expiredate",
            "real_ipchange",
            "real_keychange",
        )


class ModuleForm(views.LicenseForm):
    """The form of a module."""

    item = Whole()

    class Meta(WireSchema.Meta):
        """Fields of what has a key, a name or an address."""

        exclude = (
            "licname",
            "ip",
            "remoteip",
            "lickey",
            "ip_change_date",
            "lickey_change_date",
            "update_expiredate",
            "webdomains",
        )


def wish_of(sent: Mapping[str, Any]) -> order_rules.OrderRequest:
    """The wish for a module: an address for its vendor is kept with it."""
    rest = dict(sent)
    email = rest.pop("bitninja_email", "")
    return plain({**rest, "details": {"bitninja_email": email} if email else {}})


def change(shop: Shop, account: Account, service: Service, sent: Mapping[str, Any]) -> Service:
    """Changes what was sent. Another license is held to what an order of the module is held to.

    Raises what `modules.license_for` raises, AccessDenied for another period where the seller's
    rule does not let clients change it, BadValue for one that is not sold.
    """
    tariff = shop.catalogue[service.tariff_id]
    changes = {name: sent[name] for name in ("remoteid", "autoprolong") if name in sent}
    item, period = sent.get("item"), sent.get("period")
    if item is not None and item != service.parent_id:
        changes["parent_id"] = modules.license_for(
            shop, account, tariff, item, service.period, but=service.id
        )
    if period is not None and period != service.period:
        if shop.world.rules.module_actions == "classic":
            raise AccessDenied("addition.edit")
        tariff.check_period(account.currency, period)
        changes["period"] = period
        if service.autoprolong is not None:
            changes.setdefault("autoprolong", period)
    return editing.change(shop, account, service, changes)


MODULES = ProductType(
    intname="addition",
    title={"en": "Modules", "ru": "Модули"},
    source="docs/trade.md section 8, docs/modules.md section 2",
    example="100023",
    example_order={
        "pricelist": "55371",
        "period": "1",
        "item": "100002",
        "autoprolong": "1",
        "skipbasket": "on",
        "clicked_button": "finish",
        "sok": "ok",
    },
    takes=ModuleOrder,
    new_takes=NewModuleOrder,
    order_form=ModuleOrderForm,
    changes=ModuleChange,
    row=ModuleRow,
    form=ModuleForm,
    evidence={"order.param": Evidence.DOCUMENTED, "delete": Evidence.DOCUMENTED},
    columns=(*COMMON_COLUMNS, Column("item", tables.service.c.parent_id, "number")),
    change=change,
    wish_of=wish_of,
    state_fails=(AccessDenied,),
)


def family() -> Family:
    """Modules."""
    return build(MODULES)
