"""``addition``: modules of a control panel, each bought for a license.

Source: docs/trade.md section 8, docs/modules.md section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.api.fields import Email, Id, Months, Text, Whole
from emulator.api.registry import Evidence
from emulator.domain.accounts.accounts import Account
from emulator.domain.services import editing, modules, order_rules
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import AccessDenied
from emulator.functions import descriptions
from emulator.functions.listing import Column
from emulator.functions.products.build import build
from emulator.functions.products.common import (
    ADDRESS_FORM_FIELDS,
    ADDRESS_ROW_FIELDS,
    AnyChange,
    AnyOrder,
    LicenseForm,
    LicenseOrderForm,
    LicenseRow,
    MonthsOrNone,
    NewTermByPeriod,
    TermByPeriod,
)
from emulator.functions.products.product_type import COMMON_COLUMNS, ProductType, declared
from emulator.store import tables

OBSERVED, DOCUMENTED, ASSUMED = Evidence.OBSERVED, Evidence.DOCUMENTED, Evidence.ASSUMED


class ModuleOrder(AnyOrder):
    """What both forms of an order of a module take.

    ``bitninja_email`` occurs only in the example of its page (documented).
    """

    item = Id(descriptions.MODULE_LICENSE, entity="item")
    bitninja_email = Email(descriptions.BITNINJA_EMAIL, clears=True)


class ModuleOrderForm(LicenseOrderForm):
    """The order form of a module, which has neither name nor address."""

    item = Whole(descriptions.MODULE_LICENSE)
    bitninja_email = Text(descriptions.BITNINJA_EMAIL)

    without = ("ip", "licname", "remoteip")


class ModuleChange(AnyChange):
    """What can be changed of a module: its license, its prolongation, by a rule its period."""

    item = Id("Number of another license that the module shall extend.", entity="item")
    autoprolong = MonthsOrNone(descriptions.AUTOPROLONG_IS_PERIOD)
    period = Months("Another period; refused where the rule `module_actions` is `classic`.")


class AdditionRow(LicenseRow):
    """A module in the list."""

    item = Whole(descriptions.MODULE_LICENSE)

    without = ADDRESS_ROW_FIELDS


class ModuleForm(LicenseForm):
    """The form of a module."""

    item = Whole(descriptions.MODULE_LICENSE)

    without = (*ADDRESS_FORM_FIELDS, "lickey")


def read_order(sent: Mapping[str, Any]) -> order_rules.OrderRequest:
    """The order of a module; an address for the module's vendor is kept with it."""
    fields = dict(sent)
    email = fields.pop("bitninja_email", "")
    return order_rules.OrderRequest(**fields, details={"bitninja_email": email} if email else {})


def change(shop: Shop, account: Account, service: Service, sent: Mapping[str, Any]) -> Service:
    """Changes what was sent. The same rules hold for another license as for an order.

    Raises what `modules.find_license` raises, AccessDenied for another period where the seller's
    rule does not let clients change it, BadValue for one that is not sold.
    """
    tariff = shop.catalogue[service.tariff_id]
    changes = {name: sent[name] for name in ("remoteid", "autoprolong") if name in sent}
    item, period = sent.get("item"), sent.get("period")
    if item is not None and item != service.parent_id:
        changes["parent_id"] = modules.find_license(
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
    **declared("addition"),
    ordered=ModuleOrder,
    term=TermByPeriod,
    new_term=NewTermByPeriod,
    order_form=ModuleOrderForm,
    changes=ModuleChange,
    row=AdditionRow,
    form=ModuleForm,
    columns=(*COMMON_COLUMNS, Column("item", tables.service.c.parent_id, "number")),
    change=change,
    read_order=read_order,
    state_fails=(AccessDenied,),
)
FAMILY = build(MODULES)
