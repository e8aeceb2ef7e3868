"""Which names a tariff for domain names sells: those of its zone.

Source: docs/evidence.md 50 (assumed).
"""

from __future__ import annotations

import re

from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services import services
from emulator.domain.world import Shop
from emulator.errors import BadValue, Exists

LABEL = re.compile(r"[^\W_](?:[^\W_]|-){0,62}(?<!-)\Z")
ZONE = re.compile(r"\.([^\W_][\w.-]*)\Z")


def zone_of(tariff: Tariff) -> str:
    """The zone that a tariff sells, ``com``: its name is ``.com``; empty where no zone is named."""
    for text in tariff.name.values():
        match = ZONE.match(text.strip().lower())
        if match:
            return match[1]
    return ""


def require_free(shop: Shop, tariff: Tariff, name: str) -> None:
    """Raises BadValue("domain") for a name that the tariff does not sell, Exists for one in use."""
    check_name(tariff, name)
    if any(services.is_name_used(shop, tariff.type, text) for text in _spellings(name)):
        raise Exists("domain", name)


def check_name(tariff: Tariff, name: str) -> None:
    """Raises BadValue("domain") for what is not one label before the zone of the tariff.

    A tariff that names no zone takes any name with a dot.
    """
    zone = zone_of(tariff)
    label, dot, rest = name.partition(".")
    fits = _ascii(rest) == _ascii(zone) if zone else bool(rest)
    if not (dot and fits and LABEL.match(label)):
        raise BadValue("domain", name, desc="zone" if zone else "", params={"zone": zone})


def _spellings(name: str) -> set[str]:
    """A name in letters and as DNS has it: both are one name."""
    ascii_name = _ascii(name)
    if "xn--" not in ascii_name:
        return {name}
    try:
        return {name, ascii_name, ascii_name.encode().decode("idna")}
    except UnicodeError:
        return {name, ascii_name}


def _ascii(name: str) -> str:
    """A zone or a name as DNS has it: ``рф`` is ``xn--p1ai``."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
