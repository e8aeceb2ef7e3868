"""Rules: the checks of an endpoint for panels, declared at the functions that decide them.

What is only assumed warns; everything else fails. The facts are in docs/modules.md and
docs/wire.md; section 7 of the former lists all rules.
"""

from __future__ import annotations

from typing import Final

from contracts.checks.registry import Check

ANSWER: Final = "every answer"
LIST: Final = "price list"
REFUSAL: Final = "refusals"
CART: Final = "cart"
PURCHASE: Final = "purchase"
PROLONGING: Final = "prolonging"
OTHERS: Final = "other customers"
PAGE: Final = "page"
GROUPS: Final = (ANSWER, LIST, REFUSAL, CART, PURCHASE, PROLONGING, OTHERS, PAGE)
"""The groups of rules, in the order of reports."""
REQUESTS: Final = "docs/modules.md section 3"
OFFERS: Final = "docs/modules.md section 2"
OUR_CHOICE: Final = "docs/modules.md section 7"
TRANSPORT: Final = "docs/wire.md section 1"
LOGIN: Final = "docs/wire.md section 2.6"
FORM: Final = "docs/wire.md section 4.2"
SUBMIT: Final = "docs/wire.md section 4.3"
BASKET: Final = "docs/wire.md section 4.6"
ERROR: Final = "docs/wire.md section 5.1"
ROWS: Final = "docs/wire.md section 7"
UNKNOWN: Final = "docs/wire.md section 8.1"
"""Where it is written what panels and endpoints do."""


def rule(id: str, group: str, evidence: str, source: str, about: str, cost: str) -> Check:
    """Declare a rule of a group. Raises ValueError as `Check` does."""
    return Check(id=id, group=group, evidence=evidence, source=source, about=about, cost=cost)
