"""A product type's functions, built from its one description.

Source: docs/resale.md section 2.1 (the naming rule). A new product type is one
:class:`ProductType` with a table of its functions; what is its own it adds to the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from emulator.api.registry import Family
from emulator.functions.products import edit, lists, order, states
from emulator.functions.products.product_type import ProductType

Declare = Callable[[Family, ProductType, str], None]
ROLES: Mapping[str, Declare] = MappingProxyType({
    "": lists.declare_list,
    "filter": lists.declare_list_filter,
    "edit": edit.declare_edit,
    "suspend": states.declare_state_change,
    "resume": states.declare_state_change,
    "delete": states.declare_state_change,
    "start": states.declare_power,
    "stop": states.declare_power,
    "reboot": states.declare_power,
    "hardreboot": states.declare_power,
    "order": order.declare_choice,
    "order.pricelist": order.declare_choice,
    "v2.order.pricelist": order.declare_choice,
    "order.param": order.declare_order,
    "v2.order.param": order.declare_new_order,
})  # fmt: skip
"""What declares a function, by what follows the internal name of the product type."""


def build(product: ProductType) -> Family:
    """The family of one product type. Raises KeyError for a function that no type has."""
    family = Family(product.intname, product.title, product.source)
    for name in product.functions:
        ROLES[product.role(name)](family, product, name)
    return family
