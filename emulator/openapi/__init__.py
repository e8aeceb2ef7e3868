"""The declarations for programs: JSON schemas, an OpenAPI document, and the coverage of a run.

Everything is derived from the registry.
"""

from __future__ import annotations

from emulator.openapi.coverage import PARTS, Called, Coverage, Share
from emulator.openapi.document import openapi
from emulator.openapi.links import links_of
from emulator.openapi.schemas import (
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
