"""What the declarations say, for machines: schemas, an OpenAPI document, what a run exercised.

Nothing is written down twice: everything here is read off the registry.
"""

from __future__ import annotations

from emulator.contract.apidocument import openapi
from emulator.contract.coverage import PARTS, Called, Coverage, Share
from emulator.contract.links import links_of
from emulator.contract.schemas import (
    FORMATS,
    answer_fields,
    errors_of,
    kind_of,
    parameters,
    schema_of,
)

__all__ = [
    "FORMATS",
    "PARTS",
    "Called",
    "Coverage",
    "Share",
    "answer_fields",
    "errors_of",
    "kind_of",
    "links_of",
    "openapi",
    "parameters",
    "schema_of",
]
