"""The product types that are no licenses, one declaration each; and types that a world defines.

Source: docs/resale.md sections 2.1 and 2.2. What the rules of the trade need to know of a type is
in ``domain.catalogue.traits``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from types import MappingProxyType

from emulator.api.registry import Evidence, Family, Function
from emulator.domain.catalogue.catalogue import Like, OwnType
from emulator.functions.products import service_schemas as schemas
from emulator.functions.products.build import build
from emulator.functions.products.product_type import SERVICE_COLUMNS, ProductType

OBSERVED, DOCUMENTED, ASSUMED = Evidence.OBSERVED, Evidence.DOCUMENTED, Evidence.ASSUMED

service_type = partial(
    ProductType,
    source="docs/resale.md sections 2.1 and 2.2, docs/wire.md section 7",
    columns=SERVICE_COLUMNS,
    show_row=schemas.show_row,
    show_form=schemas.show_form,
    change=schemas.change,
    read_order=schemas.read_order,
)
server_type = partial(
    service_type,
    ordered=schemas.ServerOrder,
    order_form=schemas.ServiceOrderForm,
    changes=schemas.ServerChange,
    row=schemas.ServerRow,
    form=schemas.ServerForm,
)
hosting_type = partial(
    service_type,
    ordered=schemas.HostingOrder,
    order_form=schemas.HostingOrderForm,
    changes=schemas.HostingChange,
    row=schemas.ServiceRow,
    form=schemas.HostingForm,
)


def _order(pricelist: int, **parameters: str) -> Mapping[str, str]:
    usual = {"period": "1", "autoprolong": "null", "skipbasket": "on", "sok": "ok"}
    return {"pricelist": str(pricelist), **usual, **parameters}


VDS = server_type(
    intname="vds",
    title={"en": "Virtual servers", "ru": "Виртуальные серверы"},
    functions={
        "vds": OBSERVED,
        "vds.vps": OBSERVED,
        "vps": OBSERVED,
        "vds.filter": OBSERVED,
        "vds.edit": OBSERVED,
        "vds.suspend": ASSUMED,
        "vds.resume": ASSUMED,
        "vds.delete": OBSERVED,
        "vds.start": ASSUMED,
        "vds.stop": ASSUMED,
        "vds.reboot": OBSERVED,
        "vds.hardreboot": ASSUMED,
        "vds.order": OBSERVED,
        "vds.order.pricelist": OBSERVED,
        "v2.vds.order.pricelist": OBSERVED,
        "vds.order.param": DOCUMENTED,
        "v2.vds.order.param": DOCUMENTED,
    },
    also_listed=("vds.vps", "vps"),
    example="100014",
    example_order=_order(6, domain="vds.test", ostempl="ISPsystem__CentOS-7-amd64", addon_10="2"),
)
DEDIC = server_type(
    intname="dedic",
    title={"en": "Dedicated servers", "ru": "Выделенные серверы"},
    functions={
        "dedic": DOCUMENTED,
        "dedic.filter": OBSERVED,
        "dedic.edit": OBSERVED,
        "dedic.suspend": ASSUMED,
        "dedic.resume": ASSUMED,
        "dedic.delete": OBSERVED,
        "dedic.start": ASSUMED,
        "dedic.stop": ASSUMED,
        "dedic.reboot": ASSUMED,
        "dedic.hardreboot": ASSUMED,
        "dedic.order": OBSERVED,
        "dedic.order.pricelist": OBSERVED,
        "v2.dedic.order.pricelist": OBSERVED,
        "dedic.order.param": DOCUMENTED,
        "v2.dedic.order.param": OBSERVED,
    },
    example="100015",
    example_order=_order(1600, domain="dedic.test", addon_1602="16022"),
)
VHOST = hosting_type(
    intname="vhost",
    title={"en": "Hosting", "ru": "Хостинг"},
    functions={
        "vhost": OBSERVED,
        "vhost.filter": OBSERVED,
        "vhost.edit": OBSERVED,
        "vhost.suspend": ASSUMED,
        "vhost.resume": ASSUMED,
        "vhost.delete": OBSERVED,
        "vhost.order": OBSERVED,
        "vhost.order.pricelist": OBSERVED,
        "v2.vhost.order.pricelist": OBSERVED,
        "vhost.order.param": DOCUMENTED,
        "v2.vhost.order.param": DOCUMENTED,
    },
    example="100016",
    example_order=_order(2, domain="domain.name", addon_5="10", autoprolong="1", datacenter="1"),
)
INSTANCES = server_type(
    intname="instances",
    ordered=schemas.InstanceOrder,
    order_form=schemas.InstanceOrderForm,
    changes=schemas.InstanceChange,
    row=schemas.InstanceRow,
    form=schemas.InstanceForm,
    title={"en": "Cloud servers", "ru": "Облачные серверы"},
    functions={
        "instances": OBSERVED,
        "instances.filter": OBSERVED,
        "instances.edit": OBSERVED,
        "instances.suspend": ASSUMED,
        "instances.resume": ASSUMED,
        "instances.delete": OBSERVED,
        "instances.start": OBSERVED,
        "instances.stop": OBSERVED,
        "instances.reboot": OBSERVED,
        "instances.hardreboot": ASSUMED,
        "instances.order": ASSUMED,
        "instances.order.pricelist": ASSUMED,
        "v2.instances.order.pricelist": ASSUMED,
        "instances.order.param": ASSUMED,
        "v2.instances.order.param": OBSERVED,
    },
    example="100017",
    example_order=_order(1500, domain="cloud.test", addon_1501="2"),
)
DOMAIN = service_type(
    intname="domain",
    title={"en": "Domain names", "ru": "Домены"},
    functions={
        "domain": OBSERVED,
        "domain.filter": OBSERVED,
        "domain.edit": OBSERVED,
        "domain.suspend": ASSUMED,
        "domain.resume": ASSUMED,
        "domain.delete": OBSERVED,
        "domain.order": ASSUMED,
        "domain.order.pricelist": ASSUMED,
        "v2.domain.order.pricelist": ASSUMED,
        "domain.order.param": ASSUMED,
        "v2.domain.order.param": ASSUMED,
    },
    example="100018",
    example_order=_order(180, period="12", domain="example-new.com", ns0="ns1.example.com"),
    ordered=schemas.DomainOrder,
    order_form=schemas.DomainOrderForm,
    changes=schemas.DomainChange,
    row=schemas.DomainRow,
    form=schemas.DomainForm,
)
DNSHOST = hosting_type(
    intname="dnshost",
    title={"en": "Name servers", "ru": "DNS-хостинг"},
    functions={
        "dnshost": OBSERVED,
        "dnshost.filter": OBSERVED,
        "dnshost.edit": OBSERVED,
        "dnshost.suspend": ASSUMED,
        "dnshost.resume": ASSUMED,
        "dnshost.delete": ASSUMED,
        "dnshost.order": ASSUMED,
        "dnshost.order.pricelist": ASSUMED,
        "v2.dnshost.order.pricelist": ASSUMED,
        "dnshost.order.param": OBSERVED,
        "v2.dnshost.order.param": ASSUMED,
    },
    example="100019",
    example_order=_order(
        154, period="12", autoprolong="12", addon_155="100", clicked_button="finish"
    ),
)
STORAGE = hosting_type(
    intname="storage",
    title={"en": "Storage", "ru": "Хранилище"},
    functions={
        "storage": ASSUMED,
        "storage.filter": OBSERVED,
        "storage.edit": ASSUMED,
        "storage.suspend": ASSUMED,
        "storage.resume": ASSUMED,
        "storage.delete": ASSUMED,
        "storage.order": ASSUMED,
        "storage.order.pricelist": ASSUMED,
        "v2.storage.order.pricelist": ASSUMED,
        "storage.order.param": ASSUMED,
        "v2.storage.order.param": ASSUMED,
    },
    example="100020",
    example_order=_order(170, domain="ftp.test", addon_171="200"),
)
COLOCATION = hosting_type(
    intname="colocation",
    title={"en": "Colocation", "ru": "Размещение"},
    functions={
        "colocation": ASSUMED,
        "colocation.filter": OBSERVED,
        "colocation.edit": ASSUMED,
        "colocation.suspend": ASSUMED,
        "colocation.resume": ASSUMED,
        "colocation.delete": ASSUMED,
        "colocation.order": ASSUMED,
        "colocation.order.pricelist": ASSUMED,
        "v2.colocation.order.pricelist": ASSUMED,
        "colocation.order.param": ASSUMED,
        "v2.colocation.order.param": ASSUMED,
    },
    example="100021",
    example_order=_order(1700, domain="rack.test", addon_1703="4"),
    ordered=schemas.RackOrder,
    row=schemas.RackRow,
    form=schemas.RackForm,
)
TYPES: Mapping[str, ProductType] = MappingProxyType({
    product.intname: product
    for product in (VDS, DEDIC, VHOST, INSTANCES, DOMAIN, DNSHOST, STORAGE, COLOCATION)
})  # fmt: skip
FAMILIES: tuple[Family, ...] = tuple(build(product) for product in TYPES.values())


def find_own(name: str, types: Mapping[str, OwnType]) -> Function | None:
    """A function of a type that a world defines itself, or None: ``v2.vds.vps.order.param``."""
    if not types:
        return None
    bare = name.removeprefix("v2.").split(".")
    own = types.get(".".join(bare[:2])) or types.get(bare[0])
    if own is None:
        return None
    return _functions_of(own.intname, tuple(sorted(own.title.items())), own.like).get(name)


@lru_cache(maxsize=64)
def _functions_of(
    intname: str, title: tuple[tuple[str, str], ...], like: Like
) -> dict[str, Function]:
    family = build_own_type(OwnType(intname, dict(title), like))
    return {function.name: function for function in family.functions}


def build_own_type(own: OwnType) -> Family:
    """The functions of a type that a world defines: those of the type it is like, by its name."""
    like = TYPES[own.like]
    functions = {
        name.replace(like.intname, own.intname, 1): ASSUMED
        for name in like.functions
        if name not in like.also_listed
    }
    return build(
        replace(like, intname=own.intname, title=own.title, functions=functions, also_listed=())
    )
