"""Which names a tariff for domain names sells: those of its zone.

Source: docs/evidence.md 50 (assumed).
"""

from __future__ import annotations

import re

from emulator.domain.catalogue.catalogue import Tariff
from emulator.errors import BadValue

LABEL = re.compile(r"[^\W_](?:[^\W_]|-){0,62}(?<!-)\Z")
ZONE = re.compile(r"\.([^\W_][\w.-]*)\Z")


def zone_of(tariff: Tariff) -> str:
    """The zone that a tariff sells, ``com``: its name is ``.com``; empty where no zone is named."""
    for text in tariff.name.values():
        match = ZONE.match(text.strip().lower())
        if match:
            return match[1]
    return ""


def check_name(tariff: Tariff, name: str) -> None:
    """Raises BadValue("domain") for what is not one label before the zone of the tariff.

    A tariff that names no zone takes any name with a dot.
    """
    zone = zone_of(tariff)
    bare = name.removesuffix(".")
    label, dot, rest = bare.partition(".")
    fits = _ascii(rest) == _ascii(zone) if zone else bool(rest)
    if not (dot and fits and LABEL.match(label)):
        raise BadValue("domain", name, desc="zone" if zone else "", params={"zone": zone})


def _ascii(name: str) -> str:
    """A zone as DNS has it: ``рф`` is ``xn--p1ai``."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
