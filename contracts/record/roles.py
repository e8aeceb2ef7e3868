"""Roles: services and tariffs that exchanges name instead of numbers.

``<service:soft>`` is an active license, ``<service:soft.second>`` another one; ``<tariff:soft>`` is
what the first one was bought by. In the world ``small`` roles are the numbers and codes below; at a
seller without worlds they are bound to what is available there (contracts.checks.seller).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SERVICE, TARIFF = KINDS = ("service", "tariff")
SERVICES: Final[Mapping[str, str]] = MappingProxyType({
    "soft": "100001", "soft.second": "100002", "soft.trial": "100004",
    "soft.suspended": "100006", "soft.deleted": "100007", "softexternal": "100010",
    "softexternal.other": "100011", "platform": "100012", "vds": "100014", "dedic": "100015",
    "vhost": "100016", "instances": "100017", "domain": "100018", "dnshost": "100019",
    "storage": "100020", "colocation": "100021", "certificate": "100022", "addition": "100023",
})  # fmt: skip
"""Numbers of services in the world ``small``, by role: family, and what is special about it."""
TARIFFS: Final[Mapping[str, str]] = MappingProxyType({
    "soft": "55227", "soft.dearer": "55228", "soft.nodes": "55230", "soft.trial": "55239",
    "vds": "6", "vds.other": "3045", "dedic": "1600", "vhost": "2", "instances": "1500",
    "domain": "180", "dnshost": "154", "storage": "170", "colocation": "1700",
    "certificate": "3033", "platform": "55163", "softexternal": "9203",
    "softexternal.other": "55369", "addition": "955301", "addition.other": "55371",
})  # fmt: skip
"""Codes of tariffs in the world ``small``, by role."""
OWN_WORLD: Final[Mapping[tuple[str, str], str]] = MappingProxyType({
    **{(SERVICE, role): number for role, number in SERVICES.items()},
    **{(TARIFF, role): code for role, code in TARIFFS.items()},
})  # fmt: skip
"""What roles stand for in the world ``small``, by kind and role."""
_ROLES: Final = {(kind, value): role for (kind, role), value in OWN_WORLD.items()}


def name_role(kind: str, text: str) -> str:
    """The placeholder for a number or code of the world ``small``; other texts as they are.

    Exchanges written before there were roles name numbers.
    """
    role = _ROLES.get((kind, text))
    return text if role is None else f"<{kind}:{role}>"
