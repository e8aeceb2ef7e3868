"""Who is who in the world ``small``: what its numbers and codes stand for, by their parts.

Exchanges on record speak of that world. At a seller without worlds a part is played by whatever can
be had there: a service that was bought, one that was there and is only looked at, another tariff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS

FIXTURE: Final = "small"
CERTIFICATE, DOMAIN, EXTERNAL, PLATFORM = "certificate", "domain", "softexternal", "platform"
ANY, SECOND, TRIAL, RESTING, DEAD, DEARER, NODES = (
    "any", "second", "trial", "resting", "dead", "dearer", "nodes"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A service or a tariff of a family, and what there is to it.

    Services: ``any`` is active, ``second`` another active one, ``trial`` one that cost nothing,
    ``resting`` is suspended, ``dead`` deleted. Tariffs: ``dearer`` than that of ``any``, ``trial``
    sold for nothing, ``nodes`` with a resource that every order has some of.
    """

    family: str
    which: str = ANY

    def __str__(self) -> str:
        """As a reason names it."""
        return f"a service of {self.family}" + ("" if self.which == ANY else f" ({self.which})")


SERVICES: Final[Mapping[str, Part]] = MappingProxyType({
    "100001": Part(SOFT), "100002": Part(SOFT, SECOND), "100004": Part(SOFT, TRIAL),
    "100006": Part(SOFT, RESTING), "100007": Part(SOFT, DEAD), "100010": Part(EXTERNAL),
    "100011": Part(EXTERNAL), "100012": Part(PLATFORM), "100014": Part(VDS),
    "100015": Part("dedic"), "100016": Part("vhost"), "100017": Part("instances"),
    "100018": Part(DOMAIN), "100019": Part("dnshost"), "100020": Part("storage"),
    "100021": Part("colocation"), "100022": Part(CERTIFICATE), "100023": Part(ADDITION),
})  # fmt: skip
"""Services by number."""
NOT_HAD: Final[Mapping[str, str]] = MappingProxyType({
    "100003": "a license of an edition with resources",
    "100005": "a service that was not prolonged in time, and time has to pass for it",
    "100008": "a license of a generation that is not sold any more",
    "100009": "a service of somebody else",
})  # fmt: skip
"""Services by number that ordinary calls cannot prepare, and what they are."""
TARIFFS: Final[Mapping[str, Part]] = MappingProxyType({
    "55227": Part(SOFT), "55228": Part(SOFT, DEARER), "55230": Part(SOFT, NODES),
    "55239": Part(SOFT, TRIAL), "6": Part(VDS), "1600": Part("dedic"), "2": Part("vhost"),
    "1500": Part("instances"), "180": Part(DOMAIN), "154": Part("dnshost"),
    "170": Part("storage"), "1700": Part("colocation"), "3033": Part(CERTIFICATE),
    "55163": Part(PLATFORM), "9203": Part(EXTERNAL), "55369": Part(EXTERNAL),
    "3045": Part(VDS), "55371": Part(ADDITION), "955301": Part(ADDITION),
})  # fmt: skip
"""Tariffs by code."""
TEXTS: Final[Mapping[tuple[str, str], str]] = MappingProxyType({
    ("ip", "192.0.2.10"): "100001", ("ip", "192.0.2.11"): "100002",
    ("licname", "web-1"): "100001", ("domain", "example-shop.com"): "100018",
    ("remoteid", "t2"): "100011", ("remoteid", "p1"): "100012",
})  # fmt: skip
"""What a service of that world is called by, under the name of a parameter."""
FAMILIES: Final = frozenset(part.family for part in SERVICES.values())
BY_HAND: Final = frozenset({"dedic", "colocation", DOMAIN, CERTIFICATE})
"""Ordering one sets people or an authority to work: it is bought only where its tariff is named."""
UNTOLD: Final = FAMILIES - {SOFT, EXTERNAL, PLATFORM, ADDITION}
"""Whose orders may not tell a number: who ordered looks for the name of the host (observed)."""
