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
from emulator.functions.products.product_type import SERVICE_COLUMNS, ProductType, declared

service_type = partial(
    ProductType,
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


VDS = server_type(**declared("vds"), also_listed=("vds.vps", "vps"))
DEDIC = server_type(**declared("dedic"))
VHOST = hosting_type(**declared("vhost"))
INSTANCES = server_type(
    **declared("instances"),
    ordered=schemas.InstanceOrder,
    order_form=schemas.InstanceOrderForm,
    changes=schemas.InstanceChange,
    row=schemas.InstanceRow,
    form=schemas.InstanceForm,
)
DOMAIN = service_type(
    **declared("domain"),
    ordered=schemas.DomainOrder,
    order_form=schemas.DomainOrderForm,
    changes=schemas.DomainChange,
    row=schemas.DomainRow,
    form=schemas.DomainForm,
)
DNSHOST = hosting_type(**declared("dnshost"))
STORAGE = hosting_type(**declared("storage"))
COLOCATION = hosting_type(
    **declared("colocation"),
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
        name.replace(like.intname, own.intname, 1): Evidence.ASSUMED
        for name in like.functions
        if name not in like.also_listed
    }
    return build(
        replace(like, intname=own.intname, title=own.title, functions=functions, also_listed=())
    )
