"""How machines, accounts and names are shown: as rows and as forms.

Source: docs/wire.md section 7 (rows), docs/resale.md sections 2.5 and 2.6 (forms).
"""

from __future__ import annotations

from emulator.api.context import Call, FormAnswer
from emulator.api.fields import Text
from emulator.api.schema import WireSchema
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services.services import ACTIVE, Service
from emulator.functions.params import (
    addon_choices,
    addon_labels,
    addon_sliders,
    autoprolong_choices,
    datacenter_of,
    option_choices,
)
from emulator.functions.products import license_views as views
from emulator.functions.products.server_orders import KEPT

WORKING, NOT_ACTIVE = "2", "8"
"""``service_status`` of a domain name (observed)."""


class ServiceRow(views.LicenseRow):
    """One row of any list but those of licenses. ``expiredate`` is a date or words."""

    domain = Text()
    username = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses."""

        exclude = ("licname", "remoteip", "update_expiredate", "real_ipchange", "real_keychange")


class MachineRow(ServiceRow):
    """One machine."""

    ostempl = Text()
    ipv6_subnet = Text()
    allow_changepassword = Text()
    show_reboot = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses, and of accounts."""

        exclude = (*ServiceRow.Meta.exclude, "username")


class RackRow(ServiceRow):
    """Room in a rack: nobody logs in there."""

    class Meta(WireSchema.Meta):
        """Fields of licenses, and of accounts."""

        exclude = (*ServiceRow.Meta.exclude, "username")


class NameRow(ServiceRow):
    """One domain name."""

    service_status = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses, and of accounts."""

        exclude = (*ServiceRow.Meta.exclude, "username", "ip")


_LICENSE_FIELDS = (
    "licname",
    "remoteip",
    "lickey",
    "ip_change_date",
    "lickey_change_date",
    "update_expiredate",
    "webdomains",
)


class ServiceForm(views.LicenseForm):
    """The form of an account: name, address, and what is needed to log in."""

    domain = Text()
    username = Text()
    password = Text()
    userpassword = Text()
    datacenter = Text()
    datacentername = Text()
    stored_method = Text()
    orderinfo = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses."""

        exclude = _LICENSE_FIELDS


class MachineForm(ServiceForm):
    """The form of a machine."""

    ostempl = Text()
    recipe = Text()
    server_name = Text()
    ipv6_subnet = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses."""

        exclude = _LICENSE_FIELDS


class RackForm(ServiceForm):
    """The form of room in a rack."""

    class Meta(WireSchema.Meta):
        """Fields of licenses, and of accounts."""

        exclude = (*_LICENSE_FIELDS, "username", "password", "userpassword")


class NameForm(ServiceForm):
    """The form of a domain name."""

    ns0 = Text()
    ns1 = Text()
    ns2 = Text()
    ns3 = Text()
    service_status = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses, and of what stands somewhere."""

        exclude = (
            *_LICENSE_FIELDS,
            "username",
            "password",
            "userpassword",
            "ip",
            "datacenter",
            "datacentername",
        )


def _facts(call: Call, service: Service, tariff: Tariff) -> dict[str, object]:
    """What rows and forms tell alike; a type's schema leaves out what is not its own."""
    number, place = datacenter_of(service, tariff)
    active = service.status == ACTIVE
    return {
        "name": service.licname,
        "domain": service.licname,
        "ostempl": service.params.get("ostempl", ""),
        "ipv6_subnet": "",
        "username": service.params.get("username", ""),
        "datacenter": number,
        "datacentername": call.words(place),
        "service_status": WORKING if active else NOT_ACTIVE,
        "allow_changepassword": "on" if active else "off",
        "show_reboot": "on" if active else "off",
    }


def row(call: Call, service: Service) -> dict[str, object]:
    """A row of the list, with the fields of every type."""
    tariff = call.shop.catalogue[service.tariff_id]
    shown = views.row(call, service)
    # The operating system is told by its name in a list, by its internal name in a form.
    system = next(
        (
            o
            for o in tariff.options.get("ostempl", ())
            if o.intname == service.params.get("ostempl")
        ),
        None,
    )
    facts = _facts(call, service, tariff)
    return {**shown, **facts, "ostempl": call.words(system.name) if system else ""}


def form(call: Call, service: Service) -> FormAnswer:
    """The whole form with its selects; a password in it is written down nowhere else."""
    tariff = call.shop.catalogue[service.tariff_id]
    password = service.params.get("password", "")
    if password:
        call.secrets.append(password)
    shown = {
        **views.fields(call, service),
        **_facts(call, service, tariff),
        "password": password,
        "userpassword": password,  # the name an older client reads
        "recipe": service.params.get("recipe", "null"),
        "stored_method": "0",
        "orderinfo": "",
        **{name: service.params.get(name, "") for name in KEPT},
    }
    selects = {"autoprolong": autoprolong_choices(call, tariff), **addon_choices(call, tariff)}
    for name in ("ostempl", "recipe"):
        if tariff.options.get(name):
            selects[name] = option_choices(call, tariff, name)
    return FormAnswer(
        shown,
        slists=selects,
        labels=addon_labels(call, tariff),
        sliders=addon_sliders(call, tariff, service.period),
    )
