"""The product types a reselling BILLmanager handles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from reseller_client.resellers.billmanager.models import NotForSale
from reseller_client.services.product_types import PRODUCT_TYPES, ProductType


class ItemTypes:
    """The declared product types, and those a seller made up."""

    def __init__(self, like: Mapping[str, str] = MappingProxyType({})) -> None:
        """Add types by internal name, each with the declared type it is like. Raises NotForSale."""
        self._types: dict[str, ProductType[Any, Any]] = dict(PRODUCT_TYPES)
        for code, model in like.items():
            self._types[code] = replace(self.get(model), code=code)

    def get(self, code: str) -> ProductType[Any, Any]:
        """Return the declaration of a type. A subtype (`vds.vps`) is like its type (`vds`).

        Raises NotForSale for one that is not declared.
        """
        product = self._types.get(code)
        if product is None:
            parent, dot, _ = code.partition(".")
            if dot and parent in self._types:
                return replace(self._types[parent], code=code)
            raise NotForSale(f"product type {code} is not declared, only {', '.join(self._types)}")
        return product

    def check(self, code: str, fields: Iterable[str], *, change: bool = False) -> None:
        """Check that orders, or changes, of a type have these fields. Raises NotForSale."""
        product = self.get(code)
        allowed = product.changes if change else product.takes
        if unknown := [name for name in fields if name not in allowed]:
            doing = "change" if change else "order"
            raise NotForSale(f"{code} has no {', '.join(unknown)} to {doing}")
