"""What answers are compared for: the checks of drift, by id."""

from __future__ import annotations

from typing import Final

from contracts.checks.registry import Check, index
from contracts.verdicts import ASSUMED, OBSERVED


def _drift(id: str, about: str, cost: str, source: str, evidence: str = OBSERVED) -> Check:
    return Check(id=id, about=about, cost=cost, evidence=evidence, source=source)


DRIFT_CHECKS: Final = index(
    [
        _drift(
            "status",
            "Every answer has the HTTP status 200.",
            "Clients that read refusals from documents fail on the status before they read one.",
            "docs/wire.md section 1",
        ),
        _drift(
            "document",
            "An answer is a document of the format that was asked for.",
            "No client of this function can read anything any more.",
            "docs/wire.md section 3",
        ),
        _drift(
            "content-type",
            "An answer has the Content-Type that is usual for its format.",
            "Libraries that choose a parser by it stop reading what has not changed otherwise.",
            "docs/wire.md section 1",
            ASSUMED,
        ),
        _drift(
            "mapping",
            "A format writes elements, attributes and lists in its own known way.",
            "The field is there, and clients look for it in another place.",
            "docs/wire.md section 3",
        ),
        _drift(
            "on-record",
            "The function is on record.",
            "Nobody has looked at what it answers, so no change of it will be noticed either.",
            "docs/wire.md section 4",
            ASSUMED,
        ),
        _drift(
            "outcome",
            "A request that is on record for any seller succeeds, or is refused, as it was.",
            "What shops do every day is suddenly refused, or what was forbidden now happens.",
            "docs/wire.md section 5",
        ),
        _drift(
            "error-types",
            "A function refuses with the types of errors that are known of it.",
            "A client that knows what to do about each refusal takes the new one for an outage.",
            "docs/wire.md section 5.2",
        ),
        _drift(
            "fields",
            "Every field on record is in the answers that could have it.",
            "A client that reads it stops there: orders are taken and keys are never delivered.",
            "docs/wire.md section 8.2",
        ),
        _drift(
            "new-fields",
            "No field is there that neither the record nor our own seller knows.",
            "The emulator is behind: tests pass here without what shops will meet at the seller.",
            "docs/wire.md section 8.2",
            ASSUMED,
        ),
        _drift(
            "kinds",
            "A field holds what it held: a number, a day, an amount, a word.",
            "Prices and dates are read as something else, or a client stumbles over them.",
            "docs/wire.md section 8.2",
        ),
        _drift(
            "single",
            "What comes once in an answer still comes once.",
            "Libraries turn the text into an array, and programs print `Array` or take the first.",
            "docs/wire.md section 8.3",
            ASSUMED,
        ),
    ]
)
"""The checks by id."""
