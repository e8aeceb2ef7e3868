"""What a product type is: one description, from which all its functions are built.

Source: docs/resale.md section 2.1 (the naming rule).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.domain.catalogue import Words
from emulator.registry import Evidence
from emulator.schema import WireSchema


@dataclass(frozen=True, slots=True)
class ProductType:
    """One product type: its name on the wire, its title, what it takes and shows, and how we know.

    ``takes`` and ``new_takes``: the order and its new form; ``changes``: what ``X.edit`` takes;
    ``order_form``, ``row`` and ``form``: what is shown. ``evidence`` names the functions whose
    grade is not ``assumed``, by what follows the name and a dot (``edit``; empty: the list).
    """

    intname: str
    title: Words
    source: str
    example: str
    """A service of this type in the world ``small``."""
    example_order: Mapping[str, str]
    """Parameters of an order that works in the world ``small``."""
    takes: type[WireSchema]
    new_takes: type[WireSchema]
    order_form: type[WireSchema]
    changes: type[WireSchema]
    row: type[WireSchema]
    form: type[WireSchema]
    evidence: Mapping[str, Evidence]
    has_new_key: bool = False
    """Whether ``clicked_button=newkey`` makes a new key."""

    def grade(self, suffix: str) -> Evidence:
        """How one of its functions is known."""
        return self.evidence.get(suffix, Evidence.ASSUMED)
