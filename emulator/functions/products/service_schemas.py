"""What services that are no licenses take and show: servers, accounts, racks and domain names.

Source: docs/resale.md sections 2.2 (the order and its table), 2.5, 2.6 and 2.8, docs/wire.md
section 7 (rows).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from emulator.api.context import Call, FormAnswer
from emulator.api.fields import Domain, Flag, Months, Numbered, Text, Whole
from emulator.api.schema import WireSchema
from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services import editing, order_rules, servers
from emulator.domain.services.contacts import OWNER, find_owner
from emulator.domain.services.order_rules import NONE, OrderRequest
from emulator.domain.services.services import ACTIVE, STOPPED, Service
from emulator.domain.world import Shop
from emulator.errors import BadValue
from emulator.functions import descriptions
from emulator.functions.contacts import (
    NUMBERS,
    OWNER_PARAMETERS,
    OwnerFields,
    OwnerNumber,
    owner_choices,
    read_owner,
)
from emulator.functions.form_parts import (
    addon_choices,
    addon_labels,
    addon_sliders,
    autoprolong_choices,
    datacenter_of,
    option_choices,
)
from emulator.functions.products import common
from emulator.functions.products.common import (
    AnyChange,
    AnyOrder,
    LicenseForm,
    LicenseRow,
)

NAME_SERVERS = ("ns0", "ns1", "ns2", "ns3")
STORED = (*NAME_SERVERS, "server_name")
"""What is stored with a service and shown again."""
INSTANCE_STATES = {1: "ordered", 2: "active", 3: "suspended", 5: "processing"}
WORKING, NOT_ACTIVE = "2", "8"
"""``service_status`` of a domain name (observed)."""


class ServiceOrderForm(WireSchema):
    """What the order form of any of these services shows, and what an order answers."""

    id = Whole(descriptions.ORDERED_SERVICE)
    pricelist = Whole(descriptions.TARIFF)
    period = Whole(descriptions.ORDER_PERIOD)
    order_period = Whole(descriptions.ORDER_PERIOD)
    datacenter = Whole(descriptions.DATACENTER)
    domain = Text(descriptions.DOMAIN)
    ostempl = Text(descriptions.OSTEMPL)
    recipe = Text(descriptions.RECIPE)
    remoteid = Text(descriptions.REMOTEID)
    autoprolong = Months(descriptions.AUTOPROLONG_NOW)
    skipbasket = Flag(descriptions.SKIPBASKET)
    order_count = Whole(descriptions.ORDER_COUNT)
    orderinfo = Text(descriptions.ORDER_INFO)
    billorder = Whole(descriptions.ORDER)


class InstanceOrderForm(ServiceOrderForm):
    """The order form of a cloud server."""

    instances_os = Text(descriptions.INSTANCES_OS)
    servername = Text(descriptions.SERVER_NAME_AGAIN)
    use_ssh_key = Flag(descriptions.USE_SSH_KEY)


class HostingOrderForm(ServiceOrderForm):
    """The order form of an account or of space in a rack, which have no operating system."""

    without: ClassVar[tuple[str, ...]] = ("ostempl", "recipe")


class DomainOrderForm(OwnerFields, OwnerNumber, HostingOrderForm):
    """The order form of a domain name, which has no datacenter."""

    ns0 = Text(descriptions.NAME_SERVER)
    ns1 = Text(descriptions.NAME_SERVER)
    ns2 = Text(descriptions.NAME_SERVER)
    ns3 = Text(descriptions.NAME_SERVER)

    without = ("datacenter",)


class RackOrder(AnyOrder):
    """What both forms of an order of space in a rack take, where nobody logs in."""

    datacenter = Whole(descriptions.DATACENTER)
    domain = Domain(descriptions.DOMAIN)
    order_count = Whole(descriptions.ORDER_COUNT)
    addon = Numbered(descriptions.ADDON, prefix="addon_")


class HostingOrder(RackOrder):
    """What both forms of an order of an account take."""

    password = Text(descriptions.FIRST_PASSWORD)


class ServerOrder(HostingOrder):
    """What both forms of an order of a server take."""

    ostempl = Text(descriptions.OSTEMPL)
    recipe = Text(descriptions.RECIPE)
    server_name = Text(descriptions.SERVER_NAME)


class InstanceOrder(ServerOrder):
    """What both forms of an order of a cloud server take (observed of the new one)."""

    servername = Text(descriptions.SERVER_NAME_AGAIN)
    instances_os = Text(descriptions.INSTANCES_OS)
    use_ssh_key = Flag(descriptions.USE_SSH_KEY)


class DomainOrder(OwnerFields, OwnerNumber, AnyOrder):
    """What both forms of an order of a domain name take."""

    domain = Domain(descriptions.DOMAIN_NAME, needed=True)
    ns0 = Domain(descriptions.NAME_SERVER)
    ns1 = Domain(descriptions.NAME_SERVER)
    ns2 = Domain(descriptions.NAME_SERVER)
    ns3 = Domain(descriptions.NAME_SERVER)


class HostingChange(AnyChange):
    """What can be changed of an account or of space in a rack."""

    domain = Domain("Another name of the server or account.")
    autoprolong = Months(descriptions.AUTOPROLONG)
    addon = Numbered(descriptions.ADDON, prefix="addon_")


class ServerChange(HostingChange):
    """What can be changed of a server."""

    ostempl = Text(
        "Internal name of a template; a sent one installs the server again. The one that is shown"
        " does so alone, not with other fields of the form."
    )
    recipe = Text("Internal name of the recipe run after that installation; `null` for none.")
    server_name = Text(descriptions.SERVER_NAME)


class InstanceChange(ServerChange):
    """What can be changed of a cloud server."""

    instances_os = Text("The same as `ostempl`, as the order calls it.")

    servername = Text(descriptions.SERVER_NAME_AGAIN)


class DomainChange(OwnerNumber, AnyChange):
    """What can be changed of a domain name."""

    autoprolong = Months(descriptions.AUTOPROLONG)
    ns0 = Domain(descriptions.NAME_SERVER, clears=True)
    ns1 = Domain(descriptions.NAME_SERVER, clears=True)
    ns2 = Domain(descriptions.NAME_SERVER, clears=True)
    ns3 = Domain(descriptions.NAME_SERVER, clears=True)


SHOWN_NAME = "Name of the server, account or domain."
USERNAME = "Login on the server or account; empty until it is ready."
SHOWN_PASSWORD = "Password of that login; empty until it is ready."  # noqa: S105 - a description
IPV6_SUBNET = "Subnet of IPv6 addresses; always empty here."
INSTANCE_STATE = "State in a word: `ordered`, `processing`, `active`, `stopped` or `suspended`."
DOMAIN_STATE = "State of the domain name: 2 while it is active, else 8."


class ServiceRow(LicenseRow):
    """One row of any list but those of licenses."""

    domain = Text(SHOWN_NAME)
    username = Text(USERNAME)

    without: ClassVar[tuple[str, ...]] = (
        "licname",
        "remoteip",
        "update_expiredate",
        "real_ipchange",
        "real_keychange",
    )


class ServerRow(ServiceRow):
    """A server in the list."""

    ostempl = Text("Name of the operating system in the language of the caller.")
    ipv6_subnet = Text(IPV6_SUBNET)
    allow_changepassword = Text("`on` if the password can be changed: the server is active.")
    show_reboot = Text("`on` if the server can be restarted: it is active.")

    without = ("username",)


class InstanceRow(ServerRow):
    """A cloud server in the list."""

    servername = Text(descriptions.SERVER_NAME_AGAIN)
    instance_status = Text(INSTANCE_STATE)


class RackRow(ServiceRow):
    """Space in a rack, in the list: nobody logs in there."""

    without = ("username",)


class DomainRow(ServiceRow):
    """A domain name in the list."""

    service_status = Text(DOMAIN_STATE)
    nslist = Text("Its name servers, separated by blanks; empty where none were sent.")

    without = ("username", "ip")


class HostingForm(LicenseForm):
    """The form of an account: name, address, and what is needed to log in."""

    domain = Text(SHOWN_NAME)
    username = Text(USERNAME)
    password = Text(SHOWN_PASSWORD)
    userpassword = Text("The same password, under the name an older client reads.")
    datacenter = Text(descriptions.DATACENTER)
    datacentername = Text(descriptions.DATACENTER_NAME)
    stored_method = Text("Stored way of paying for prolongations; always 0, for none.")
    orderinfo = Text("What the sent addons would cost, as HTML; empty if none were sent.")

    without: ClassVar[tuple[str, ...]] = (
        "licname",
        "remoteip",
        "lickey",
        "ip_change_date",
        "lickey_change_date",
        "update_expiredate",
        "webdomains",
    )


class ServerForm(HostingForm):
    """The form of a server."""

    ostempl = Text("Internal name of the installed operating system template.")
    recipe = Text("Internal name of the recipe that was run; `null` for none.")
    server_name = Text(descriptions.SERVER_NAME)
    ipv6_subnet = Text(IPV6_SUBNET)


class InstanceForm(ServerForm):
    """The form of a cloud server."""

    servername = Text(descriptions.SERVER_NAME_AGAIN)
    instance_status = Text(INSTANCE_STATE)
    use_ssh_key = Text("`on` where it was ordered with a key to log in with, else `off`.")


class RackForm(HostingForm):
    """The form of space in a rack."""

    without = ("username", "password", "userpassword")


class DomainForm(HostingForm):
    """The form of a domain name."""

    service_profile_owner = Whole(descriptions.OWNER)
    ns0 = Text(descriptions.NAME_SERVER)
    ns1 = Text(descriptions.NAME_SERVER)
    ns2 = Text(descriptions.NAME_SERVER)
    ns3 = Text(descriptions.NAME_SERVER)
    service_status = Text(DOMAIN_STATE)

    without = (
        "username",
        "password",
        "userpassword",
        "ip",
        "datacenter",
        "datacentername",
    )


def read_order(sent: Mapping[str, Any]) -> OrderRequest:
    """The order of a server, account or domain name, with what is stored of it.

    Raises BadValue for two names of a server or two systems that differ.
    """
    sent = common.with_usual_names(sent)
    stored = {name: sent[name] for name in (*STORED, "password") if sent.get(name)}
    if sent.get("use_ssh_key"):
        stored["use_ssh_key"] = "on"
    details = (*STORED, "password", "use_ssh_key", *OWNER_PARAMETERS)
    rest = {n: v for n, v in sent.items() if n not in details}
    return OrderRequest(**rest, details=stored, owner=read_owner(sent))


def change(shop: Shop, account: Account, service: Service, sent: Mapping[str, Any]) -> Service:
    """Changes what was sent: name, prolongation, name servers; a sent template installs again.

    Sending the template that is installed already installs it again, too: a client's way to reset
    a server (observed). With other fields of the form it is the form sent back, which installs
    nothing (docs/evidence.md 48). Raises BadValue for a template or a recipe that the tariff does
    not have, or for a recipe without a template.
    """
    sent = common.with_usual_names(sent)
    changes: dict[str, Any] = {n: sent[n] for n in ("remoteid", "autoprolong") if n in sent}
    tariff = shop.catalogue[service.tariff_id]
    domain = sent.get("domain", service.licname)
    if domain and domain != service.licname:
        changes["licname"] = domain  # never of a domain name, whose form does not take it
    stored = {name: sent[name] for name in STORED if name in sent}
    owner = read_owner(sent)
    if owner.number is not None:
        stored[OWNER] = str(find_owner(shop, account, owner))
    elif 0 in (sent.get(name) for name in NUMBERS):
        stored[OWNER] = ""
    if any(text != service.params.get(name, "") for name, text in stored.items()):
        changes["params"] = {**service.params, **stored}
    changed = editing.change(shop, account, service, changes)
    recipe, system = sent.get("recipe", ""), sent.get("ostempl", "")
    if not system:
        if recipe not in NONE:
            servers.check_option(shop, changed, "recipe", recipe)
            raise BadValue.empty("ostempl")  # a recipe is carried out by an installation
        return changed
    if _is_as_shown(service, sent) and not shop.world.rules.form_reinstalls:
        return changed
    order_rules.choose_options(tariff, None, system, recipe)
    if "recipe" in sent:
        changed = replace(changed, params={**changed.params, "recipe": recipe})
    return servers.reinstall(shop, account, changed, system)


def _is_as_shown(service: Service, sent: Mapping[str, Any]) -> bool:
    """Whether system and recipe are those of the form, and came with other fields of it."""
    recipe, present = sent.get("recipe", ""), service.params.get("recipe", "")
    same_recipe = recipe == present or (recipe in NONE and present in NONE)
    same_system = sent["ostempl"] == service.params.get("ostempl")
    # Addons are fields of the form like the others.
    return same_system and same_recipe and not sent.keys() <= {"ostempl", "recipe"}


def _shared_fields(call: Call, service: Service, tariff: Tariff) -> dict[str, object]:
    """What rows and forms have in common; a type's schema leaves out what is not its own."""
    number, datacenter = datacenter_of(service, tariff)
    active = service.status == ACTIVE
    return {
        "name": service.licname,
        "domain": service.licname,
        "ostempl": service.params.get("ostempl", ""),
        "ipv6_subnet": "",
        "username": service.params.get("username", ""),
        "datacenter": number,
        "datacentername": call.words(datacenter),
        "service_status": WORKING if active else NOT_ACTIVE,
        "allow_changepassword": "on" if active else "off",
        "show_reboot": "on" if active else "off",
        "servername": service.params.get("server_name", ""),
        "instance_status": _instance_status(service),
    }


def _instance_status(service: Service) -> str:
    return "stopped" if service.substate == STOPPED else INSTANCE_STATES.get(service.status, "")


def show_row(call: Call, service: Service) -> dict[str, object]:
    """A row of the list with the fields of every type.

    The operating system is named by its display name here, by its internal name in the form.
    """
    tariff = call.shop.catalogue[service.tariff_id]
    template = service.params.get("ostempl")
    names = {option.intname: option.name for option in tariff.options.get("ostempl", ())}
    return {
        **common.show_row(call, service),
        **_shared_fields(call, service, tariff),
        "ostempl": call.words(names[template]) if template in names else "",
        "nslist": " ".join(filter(None, (service.params.get(name) for name in NAME_SERVERS))),
    }


def show_form(call: Call, service: Service) -> FormAnswer:
    """The whole form with its selects; the password in it is masked in the journal."""
    tariff = call.shop.catalogue[service.tariff_id]
    # A password that was ordered is shown as one that was made: once there is a login.
    password = (
        service.params.get("password", "")
        if service.params.get(
            "username",
        )
        else ""
    )
    if password:
        call.secrets.append(password)
    shown = {
        **common.form_fields(call, service),
        **_shared_fields(call, service, tariff),
        "password": password,
        "userpassword": password,
        "recipe": service.params.get("recipe", "null"),
        "use_ssh_key": service.params.get("use_ssh_key", "off"),
        "stored_method": "0",
        "orderinfo": "",
        OWNER: service.params.get(OWNER, ""),
        **{name: service.params.get(name, "") for name in STORED},
    }
    selects = {
        "autoprolong": autoprolong_choices(call, tariff, service.period),
        **addon_choices(call, tariff),
        **option_choices(call, tariff),
    }
    if traits.of(call.shop.catalogue, service.type).unique_domain:
        selects[OWNER] = owner_choices(call, "")
    return FormAnswer(
        shown,
        slists=selects,
        labels=addon_labels(call, tariff),
        sliders=addon_sliders(call, tariff, service.period),
    )
