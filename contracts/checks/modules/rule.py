"""Rules: the checks of an endpoint for panels, declared in ``rules.yaml``.

What is only assumed warns; everything else fails. The facts are in docs/modules.md and
docs/wire.md; section 7 of the former lists all rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from contracts.registry import read_checks

ANSWER: Final = "every answer"
LIST: Final = "price list"
REFUSAL: Final = "refusals"
CART: Final = "cart"
PURCHASE: Final = "purchase"
PROLONGING: Final = "prolonging"
OTHERS: Final = "other customers"
"""Groups of rules that are skipped together."""
RULES: Final = read_checks(Path(__file__).with_name("rules.yaml"))
"""Every rule by its id, in the order of reports."""
