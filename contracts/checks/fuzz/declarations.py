"""The seller's declarations, ready to be compared with answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from emulator.app import create_registry
from emulator.openapi import openapi, schema_of

Json = Mapping[str, Any]

SHARED: Final = ("Leaf", "Refusal")
"""Schemas of the document that those of single functions refer to."""


class Declarations:
    """Every function's declaration by name, and the OpenAPI document made of them.

    ``document``: another document, such as one that a seller serves; by default that of this
    installation.
    """

    def __init__(self, document: dict[str, Any] | None = None) -> None:
        registry = create_registry()
        self.functions: Mapping[str, Json] = {
            function.name: schema_of(function) for function in registry
        }
        self.document = openapi(registry) if document is None else document
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def find_answer_errors(self, func: str, answer: Json) -> Iterator[str]:
        """Where an answer breaks the schema of its function's answers or errors, a line each.

        ``answer`` is the document as json has it: ``{"doc": {...}}``.
        """
        part = "refusal" if "error" in answer["doc"] else "answer"
        for error in self._validator(f"{func}.{part}").iter_errors(answer["doc"]):
            where = "/".join(map(str, error.instance_path)).removesuffix("/$")
            yield f"{where or 'doc'}: {error.message}"

    def _validator(self, name: str) -> jsonschema_rs.Validator:
        if name not in self._validators:
            schemas = self.document["components"]["schemas"]
            needed = {schema: schemas[schema] for schema in (name, *SHARED)}
            self._validators[name] = jsonschema_rs.validator_for(
                {"$ref": f"#/components/schemas/{name}", "components": {"schemas": needed}}
            )
        return self._validators[name]
