"""What orders of machines, accounts and names take and show, and what can be changed of each.

Source: docs/resale.md sections 2.2 (the one-shot order and its table), 2.6 and 2.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.api.fields import Domain, Flag, Months, Numbered, Text, Whole
from emulator.api.schema import WireSchema
from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.services import editing, servers, services
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import BadValue, Exists
from emulator.functions.products.license_orders import AnyChange, AnyOrder, NewOrder

NAME_SERVERS = ("ns0", "ns1", "ns2", "ns3")
KEPT = (*NAME_SERVERS, "server_name")
"""What is kept with a service and told again; ``server_name`` is a client's own name for it."""


class ServiceOrderForm(WireSchema):
    """What the order form of any service shows, and what an order answers."""

    id = Whole()
    pricelist = Whole()
    period = Whole()
    order_period = Whole()
    datacenter = Whole()
    domain = Text()
    ostempl = Text()
    recipe = Text()
    remoteid = Text()
    autoprolong = Months()
    skipbasket = Flag()
    order_count = Whole()
    orderinfo = Text()
    billorder = Whole()


class PlainOrderForm(ServiceOrderForm):
    """The same without an operating system."""

    class Meta(WireSchema.Meta):
        """What only machines have."""

        exclude = ("ostempl", "recipe")


class NameOrderForm(PlainOrderForm):
    """The order form of a domain name."""

    ns0 = Text()
    ns1 = Text()
    ns2 = Text()
    ns3 = Text()

    class Meta(WireSchema.Meta):
        """A name stands nowhere."""

        exclude = ("ostempl", "recipe", "datacenter")


class PlainFields(AnyOrder):
    """What both forms of an order of an account or of room in a rack take."""

    datacenter = Whole()
    domain = Domain()
    order_count = Whole()
    addon = Numbered(prefix="addon_")


class PlainOrder(PlainFields):
    """An order in the classic form."""

    period = Whole(needed=True)
    autoprolong = Months()


class NewPlainOrder(NewOrder, PlainFields):
    """The same in the new form."""


class MachineFields(PlainFields):
    """What both forms of an order of a machine take."""

    ostempl = Text()
    recipe = Text()
    server_name = Text()


class MachineOrder(MachineFields):
    """An order of a machine in the classic form."""

    period = Whole(needed=True)
    autoprolong = Months()


class NewMachineOrder(NewOrder, MachineFields):
    """The same in the new form."""


class NameFields(AnyOrder):
    """What both forms of an order of a domain name take."""

    domain = Domain(needed=True)
    ns0 = Domain()
    ns1 = Domain()
    ns2 = Domain()
    ns3 = Domain()


class NameOrder(NameFields):
    """An order of a domain name."""

    period = Whole(needed=True)
    autoprolong = Months()


class NewNameOrder(NewOrder, NameFields):
    """The same in the new form."""


class PlainChange(AnyChange):
    """What can be changed of an account or of room in a rack."""

    domain = Domain()
    autoprolong = Months()
    addon = Numbered(prefix="addon_")


class MachineChange(PlainChange):
    """What can be changed of a machine; another ``ostempl`` is a new installation."""

    ostempl = Text()
    recipe = Text()
    server_name = Text()


class NameChange(AnyChange):
    """What can be changed of a domain name."""

    autoprolong = Months()
    ns0 = Domain()
    ns1 = Domain()
    ns2 = Domain()
    ns3 = Domain()


def wish_of(sent: Mapping[str, Any]) -> OrderRequest:
    """The wish for a machine or a domain name, with what is kept of it."""
    given = {name: sent[name] for name in KEPT if sent.get(name)}
    rest = {name: value for name, value in sent.items() if name not in KEPT}
    return OrderRequest(**rest, details=given)


def change(shop: Shop, account: Account, service: Service, sent: Mapping[str, Any]) -> Service:
    """Changes what was sent: name, renewal, name servers; a sent template installs anew.

    A machine is installed anew also by the template it has (observed: a client's way to reset it).
    """
    plain = {name: sent[name] for name in ("remoteid", "autoprolong") if name in sent}
    domain = sent.get("domain", service.licname)
    if domain and domain != service.licname:
        own = traits.of(shop.catalogue, service.type)
        if own.unique_domain and services.named(shop, service.type, domain):
            raise Exists("domain", domain)
        plain["licname"] = domain
    kept = {name: sent[name] for name in KEPT if name in sent}
    if kept:
        plain["params"] = {**service.params, **kept}
    changed = editing.change(shop, account, service, plain)
    recipe = sent.get("recipe", "")
    if recipe not in ("", "null"):
        servers.check_option(shop, changed, "recipe", recipe)
    if not sent.get("ostempl"):
        if recipe not in ("", "null"):
            raise BadValue.empty("ostempl")  # a recipe is carried out by an installation
        return changed
    if "recipe" in sent:
        changed = replace(changed, params={**changed.params, "recipe": recipe})
    return servers.reinstall(shop, account, changed, sent["ostempl"])
