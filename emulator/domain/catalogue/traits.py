"""Traits of product types, on which the seller's rules depend.

Source: docs/resale.md sections 2.1 and 2.2. A type that a world defines is like one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from emulator.domain.catalogue.catalogue import Catalogue

Gives = Literal["key", "machine", "account", "certificate", "module", "nothing"]


@dataclass(frozen=True, slots=True)
class Traits:
    """One product type.

    ``gives``: what its owner gets when it is opened; ``domain``: its name is a ``domain``;
    ``unique_domain``: the name is unique in the world; ``installed``: it has an operating system
    that can be reinstalled; ``addresses``: it has addresses of its own, and can have more.
    """

    intname: str
    gives: Gives
    domain: bool = True
    unique_domain: bool = False
    power: bool = False
    installed: bool = False
    addresses: bool = False

    @property
    def is_license(self) -> bool:
        """Whether it is a license: opened by a key, named by ``licname`` or ``comment``."""
        return self.gives == "key"


_ALL = (
    Traits("soft", "key", domain=False),
    Traits("softexternal", "key", domain=False),
    Traits("platform", "key", domain=False),
    Traits("vds", "machine", power=True, installed=True, addresses=True),
    Traits("dedic", "machine", power=True, installed=True, addresses=True),
    Traits("instances", "machine", power=True, installed=True, addresses=True),
    Traits("vhost", "account"),
    Traits("dnshost", "account"),
    Traits("storage", "account"),
    Traits("colocation", "nothing", addresses=True),
    Traits("domain", "nothing", unique_domain=True),
    Traits("certificate", "certificate"),
    Traits("addition", "module", domain=False),
)
TRAITS: Mapping[str, Traits] = MappingProxyType({traits.intname: traits for traits in _ALL})


def of(catalogue: Catalogue, product_type: str) -> Traits:
    """The traits of a type; a world's own type has those of the type it is like."""
    own = catalogue.types.get(product_type)
    return TRAITS[own.like if own is not None else product_type]
