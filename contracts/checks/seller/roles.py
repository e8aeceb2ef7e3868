"""Roles of services and tariffs, as a seller without worlds can fill them.

Exchanges name them by placeholders (contracts.record.roles). A role is filled by what is available
at the seller: a service that was bought, one of the account's own, another tariff.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.journeys.catalogue_view import ADDITION, SOFT
from contracts.record.exchange import Request
from contracts.record.placeholders import find_placeholders
from contracts.record.roles import SERVICE, SERVICES, name_role

FIXTURE: Final = "small"
CERTIFICATE, DOMAIN, EXTERNAL, PLATFORM = "certificate", "domain", "softexternal", "platform"
ANY, SECOND, TRIAL, SUSPENDED, DELETED, DEARER, NODES = (
    "any", "second", "trial", "suspended", "deleted", "dearer", "nodes"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A service or a tariff of a family with a property.

    Services: ``any`` active one, a ``second`` active one, a free ``trial``, a ``suspended`` and a
    ``deleted`` one. Tariffs: ``any``, a ``dearer`` one, one with a free ``trial``, and one with
    ``nodes``: a resource of which every order has some.
    """

    family: str
    kind: str = ANY

    @classmethod
    def parse(cls, text: str) -> Role:
        """The role of a label such as ``soft.second``; ``other`` is as good as any."""
        family, _, kind = text.partition(".")
        return cls(family, ANY if kind in ("", "other") else kind)

    def __str__(self) -> str:
        """As a message names it."""
        return f"a service of {self.family}" + ("" if self.kind == ANY else f" ({self.kind})")


NOT_AVAILABLE: Final[Mapping[str, str]] = MappingProxyType({
    "100003": "a license of an edition with resources",
    "100005": "a service that was not prolonged in time, and time has to pass for it",
    "100008": "a license of a generation that is not sold any more",
    "100009": "a service of another account",
})  # fmt: skip
"""Services that have no role, since ordinary calls cannot prepare them, and what they are."""
TEXTS: Final[Mapping[tuple[str, str], Role]] = MappingProxyType({
    ("ip", "192.0.2.10"): Role(SOFT), ("ip", "192.0.2.11"): Role(SOFT, SECOND),
    ("licname", "web-1"): Role(SOFT), ("domain", "example-shop.com"): Role(DOMAIN),
    ("remoteid", "t2"): Role(EXTERNAL), ("remoteid", "p1"): Role(PLATFORM),
})  # fmt: skip
"""Parameter and text by which a service of the world ``small`` is found."""
FAMILIES: Final = frozenset(role.partition(".")[0] for role in SERVICES)
BY_HAND: Final = frozenset({"dedic", "colocation", DOMAIN, CERTIFICATE})
"""Families whose orders make people or an authority work: bought only if a tariff is named."""
MAY_OMIT_NUMBER: Final = FAMILIES - {SOFT, EXTERNAL, PLATFORM, ADDITION}
"""Families whose orders may be answered without a number; the host name finds them (observed)."""
NUMBERS: Final = ("elid", "item", "plid")
"""Parameters that hold numbers of services."""


def find_numbers(request: Request) -> list[str]:
    """What a request says of services: roles, other placeholders, numbers without a role."""
    texts = (request.params[name] for name in NUMBERS if name in request.params)
    numbers = (number.strip() for text in texts for number in text.split(","))
    return [name_role(SERVICE, number) for number in numbers if number]


def find_roles(request: Request) -> Iterator[Role]:
    """The roles of services that a request is about."""
    for text in find_numbers(request):
        for placeholder in find_placeholders(text):
            if placeholder.kind == SERVICE:
                yield Role.parse(placeholder.label)
