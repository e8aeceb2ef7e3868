"""Roles: what the numbers and codes of the world ``small`` stand for.

Exchanges name services and tariffs of that world. At a seller without worlds a role is filled by
what is available there: a service that was bought, one of the account's own, another tariff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS

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

    def __str__(self) -> str:
        """As a message names it."""
        return f"a service of {self.family}" + ("" if self.kind == ANY else f" ({self.kind})")


SERVICES: Final[Mapping[str, Role]] = MappingProxyType({
    "100001": Role(SOFT), "100002": Role(SOFT, SECOND), "100004": Role(SOFT, TRIAL),
    "100006": Role(SOFT, SUSPENDED), "100007": Role(SOFT, DELETED), "100010": Role(EXTERNAL),
    "100011": Role(EXTERNAL), "100012": Role(PLATFORM), "100014": Role(VDS),
    "100015": Role("dedic"), "100016": Role("vhost"), "100017": Role("instances"),
    "100018": Role(DOMAIN), "100019": Role("dnshost"), "100020": Role("storage"),
    "100021": Role("colocation"), "100022": Role(CERTIFICATE), "100023": Role(ADDITION),
})  # fmt: skip
"""Services by number."""
NOT_AVAILABLE: Final[Mapping[str, str]] = MappingProxyType({
    "100003": "a license of an edition with resources",
    "100005": "a service that was not prolonged in time, and time has to pass for it",
    "100008": "a license of a generation that is not sold any more",
    "100009": "a service of another account",
})  # fmt: skip
"""Services by number that ordinary calls cannot prepare, and what they are."""
TARIFFS: Final[Mapping[str, Role]] = MappingProxyType({
    "55227": Role(SOFT), "55228": Role(SOFT, DEARER), "55230": Role(SOFT, NODES),
    "55239": Role(SOFT, TRIAL), "6": Role(VDS), "1600": Role("dedic"), "2": Role("vhost"),
    "1500": Role("instances"), "180": Role(DOMAIN), "154": Role("dnshost"),
    "170": Role("storage"), "1700": Role("colocation"), "3033": Role(CERTIFICATE),
    "55163": Role(PLATFORM), "9203": Role(EXTERNAL), "55369": Role(EXTERNAL),
    "3045": Role(VDS), "55371": Role(ADDITION), "955301": Role(ADDITION),
})  # fmt: skip
"""Tariffs by code."""
TEXTS: Final[Mapping[tuple[str, str], str]] = MappingProxyType({
    ("ip", "192.0.2.10"): "100001", ("ip", "192.0.2.11"): "100002",
    ("licname", "web-1"): "100001", ("domain", "example-shop.com"): "100018",
    ("remoteid", "t2"): "100011", ("remoteid", "p1"): "100012",
})  # fmt: skip
"""Parameter and text by which a service of that world is found, with its number."""
FAMILIES: Final = frozenset(role.family for role in SERVICES.values())
BY_HAND: Final = frozenset({"dedic", "colocation", DOMAIN, CERTIFICATE})
"""Families whose orders make people or an authority work: bought only if a tariff is named."""
MAY_OMIT_NUMBER: Final = FAMILIES - {SOFT, EXTERNAL, PLATFORM, ADDITION}
"""Families whose orders may be answered without a number; the host name finds them (observed)."""
